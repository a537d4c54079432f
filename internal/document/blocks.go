package document

import "fmt"

type title struct{ text string }

func (b title) lay(f *flow) {
	f.skip(10)
	f.paragraph(titleStyle, b.text, left, fullMeasure, Centre)
	f.y += 10
}

type lineBlock struct {
	lines []string
	align Align
}

func (b lineBlock) lay(f *flow) {
	for _, line := range b.lines {
		f.paragraph(textStyle, line, left, fullMeasure, b.align)
	}
}

type heading struct{ text string }

// lay keeps three lines of what follows on the same page.
func (b heading) lay(f *flow) {
	lines := f.lines(headingStyle, b.text, fullMeasure)
	f.need(8 + float64(len(lines))*headingStyle.leading + 3*textStyle.leading)
	f.skip(8)
	f.put(headingStyle, lines, left, fullMeasure, Start)
	f.y += 2
}

type para struct{ text string }

func (b para) lay(f *flow) { f.paragraph(textStyle, b.text, left, fullMeasure, Start) }

type note struct{ text string }

func (b note) lay(f *flow) {
	f.skip(3)
	f.paragraph(noteStyle, b.text, left, fullMeasure, Start)
}

type space struct{ height float64 }

func (b space) lay(f *flow) { f.skip(b.height) }

type pageBreak struct{}

func (pageBreak) lay(f *flow) {
	if !f.fresh() {
		f.turn()
	}
}

type newPart struct{}

func (newPart) lay(f *flow) {
	pageBreak{}.lay(f)
	f.sheet().first = true
}

// paragraph breaks and puts a text.
func (f *flow) paragraph(st style, text string, x, measure float64, align Align) {
	f.put(st, f.lines(st, text, measure), x, measure, align)
}

// put never ends a page after the first of several lines or before the last.
func (f *flow) put(st style, lines [][]rune, x, measure float64, align Align) {
	for i, line := range lines {
		f.need(float64(together(i, len(lines))) * st.leading)
		f.setIn(f.sheet(), st, line, x, f.y, measure, align)
		f.y += st.leading
	}
}

// together is how many lines from the i-th of n stay on one page.
func together(i, n int) int {
	switch {
	case i == 0:
		if n == 3 {
			return 3
		}
		return min(2, n)
	case i == n-2:
		return 2
	}
	return 1
}

// An item hangs under its mark.
type item struct{ mark, text string }

type items struct{ all []item }

func list(texts []string, mark func(i int) string) items {
	var b items
	for i, text := range texts {
		b.all = append(b.all, item{mark(i), text})
	}
	return b
}

func parenthesised(i int) string { return fmt.Sprintf("(%d)", i+1) }

func boxes(all []Box) items {
	var b items
	for _, box := range all {
		mark := "□"
		if box.Checked {
			mark = "■"
		}
		b.all = append(b.all, item{mark, box.Text})
	}
	return b
}

// lay gives every mark the room of the widest one.
func (b items) lay(f *flow) {
	const gap = 5
	var room float64
	for _, it := range b.all {
		room = max(room, f.measure(textStyle, []rune(it.mark))+gap)
	}
	for _, it := range b.all {
		lines := f.lines(textStyle, it.text, fullMeasure-room)
		f.need(float64(together(0, len(lines))) * textStyle.leading)
		f.set(f.sheet(), textStyle, []rune(it.mark), left, f.y)
		f.put(textStyle, lines, left+room, fullMeasure-room, Start)
	}
}
