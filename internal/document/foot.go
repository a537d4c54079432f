package document

import (
	"fmt"
	"strings"
)

// feet writes document number and version at the left of each foot and the page at the right, and the draft label.
func (d *Doc) feet(f *flow) {
	number := strings.TrimSpace(d.meta.Number + "　" + d.meta.Version)
	y := footLine - footStyle.baseline(0)
	pages := f.counted()
	for i, on := range f.sheets {
		lines := f.lines(footStyle, number, fullMeasure*0.8)
		f.setIn(on, footStyle, lines[0], left, y, fullMeasure, Start)
		f.setIn(on, footStyle, []rune(fmt.Sprintf("%d / %d", pages[i].no, pages[i].of)), left, y, fullMeasure, End)
		if len(lines) > 1 {
			f.err = fmt.Errorf("document number and version take more than a line")
		}
		d.label(f, on)
	}
}

// counted numbers the pages of each part.
func (f *flow) counted() []struct{ no, of int } {
	out := make([]struct{ no, of int }, len(f.sheets))
	start := 0
	for i := range f.sheets {
		if f.sheets[i].first {
			start = i
		}
		out[i].no = i - start + 1
		for j := start; j <= i; j++ {
			out[j].of = i - start + 1
		}
	}
	return out
}

// label frames the word for a draft in the upper right corner, in the margin, where no letter has anything.
func (d *Doc) label(f *flow, on *sheet) {
	if d.meta.Draft == "" {
		return
	}
	const y, pad = 9 * millimetre, 8
	lines := f.lines(draftStyle, d.meta.Draft, fullMeasure/2)
	w := f.measure(draftStyle, lines[0]) + 2*pad
	if len(lines) > 1 {
		f.err = fmt.Errorf("the draft label takes more than a line")
	}
	x, h := right-w, draftStyle.leading+2
	f.set(on, draftStyle, lines[0], x+pad, y+1)
	on.rules = append(on.rules, rule{x, y, x + w, y}, rule{x, y + h, x + w, y + h}, rule{x, y, x, y + h}, rule{x + w, y, x + w, y + h})
}
