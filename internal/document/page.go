package document

// A4 upright with the margins of a business letter, in points: the left one wide enough for the holes of a file, the
// measure 44 characters of the text, so that full-width lines end at the edge.
const (
	millimetre = 72 / 25.4

	pageWidth   = 210 * millimetre
	pageHeight  = 297 * millimetre
	left        = 25 * millimetre
	right       = left + fullMeasure
	top         = 25 * millimetre
	bottom      = pageHeight - 25*millimetre
	footLine    = pageHeight - 13*millimetre // baseline of the foot
	fullMeasure = 44 * textSize
	textSize    = 10.5
)

// A style is a face at a size with the distance of its lines.
type style struct {
	face    func(Fonts) *face
	size    float64
	leading float64
}

func textFace(f Fonts) *face   { return f.text }
func sansFace(f Fonts) *face   { return f.sans }
func strongFace(f Fonts) *face { return f.strong }

var (
	textStyle    = style{textFace, textSize, 17}
	titleStyle   = style{strongFace, 14, 22}
	headingStyle = style{strongFace, 11, 17}
	cellStyle    = style{textFace, 10, 14.5}
	keyStyle     = style{sansFace, 9.5, 14.5}
	noteStyle    = style{textFace, 9, 13.5}
	footStyle    = style{sansFace, 8, 12}
	draftStyle   = style{strongFace, 13, 20}
)

// baseline is where the letters stand in a line box that begins at y: the shapes reach 0.88 of the size above it.
func (s style) baseline(y float64) float64 { return y + (s.leading-s.size)/2 + 0.88*s.size }

// A run is text in one face at one place; layer counts the subsets of a face (see layers).
type run struct {
	face  *face
	layer int
	size  float64
	x, y  float64 // y of the baseline, from the head of the page
	text  []rune
}

// A rule is a line, a panel a grey ground.
type rule struct{ x1, y1, x2, y2 float64 }
type panel struct{ x, y, w, h float64 }

// A sheet is one page, laid out and not yet drawn.
type sheet struct {
	first  bool // of a part of the document, which counts its own pages
	panels []panel
	rules  []rule
	runs   []run
}

// flow lays blocks on sheets from top to bottom.
type flow struct {
	setter
	sheets []*sheet
	y      float64 // where the next block begins
}

// A block puts itself on the flow.
type block interface{ lay(*flow) }

func (f *flow) sheet() *sheet { return f.sheets[len(f.sheets)-1] }
func (f *flow) fresh() bool   { return f.y == top }
func (f *flow) left() float64 { return bottom - f.y }

func (f *flow) turn() {
	f.sheets = append(f.sheets, &sheet{})
	f.y = top
}

// need turns the page unless height is left on this one.
func (f *flow) need(height float64) {
	if f.left() < height && !f.fresh() {
		f.turn()
	}
}

func (f *flow) skip(height float64) {
	if !f.fresh() {
		f.y += height
	}
}

// layOut is all of the document except the drawing.
func (d *Doc) layOut() ([]*sheet, error) {
	f := &flow{setter: newSetter(d.fonts)}
	f.turn()
	for _, b := range d.blocks {
		b.lay(f)
	}
	d.feet(f)
	return f.sheets, f.fault()
}
