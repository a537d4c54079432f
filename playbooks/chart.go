package playbooks

import "slices"

// Chart is a drawing of a whole playbook: every step of every block. Boxes never lie on each
// other, and an arrow crosses no box.
type Chart struct {
	Width, Height int
	Boxes         []Box // in the order of the file, those of a loop's body behind the loop
	Frames        []Frame
	Arrows        []Arrow
}

// Box is the place of a step. X and Y are its upper left corner.
type Box struct {
	Step          *Step
	Block         string
	X, Y          int
	Width, Height int
}

// Frame is drawn around the steps of a loop's body or of the exception path; those of inner
// blocks lie inside it. The box of a loop stands on the upper edge of its frame.
type Frame struct {
	Block         string
	X, Y          int
	Width, Height int
}

// ArrowKind is why an arrow is followed.
type ArrowKind string

// The kinds of arrow.
const (
	Onward    ArrowKind = ""
	OnFailing ArrowKind = "failure" // only when From failed or timed out
	Undoing   ArrowKind = "undo"    // when the run is given up and From was done
)

// Arrow runs from the lower edge of a box, or of its frame, to the upper edge of another.
// Outcomes are those of From that To asks for in its when.
type Arrow struct {
	Edge
	Kind ArrowKind
}

// Plan places the steps of a whole definition, with its blocks. It is pure: the same definition
// gives the same drawing.
func Plan(d *Definition, size Size) Chart {
	c := plan(d, size)
	if d.Exception == nil {
		return c
	}
	inner := plan(d.Exception, size)
	frame := Frame{Block: ExceptionBlock, X: size.GapX, Y: c.Height, Width: max(inner.Width, 2*size.NodeWidth), Height: inner.Height + size.GapY}
	c.include(inner, frame.X+(frame.Width-inner.Width)/2, frame.Y+size.GapY)
	c.Frames = append(c.Frames, frame)
	c.Width, c.Height = max(c.Width, frame.X+frame.Width+size.GapX), frame.Y+frame.Height+size.GapY
	return c
}

// Outline is the definition without the blocks inside it, for a drawing of one block alone.
func (d *Definition) Outline() *Definition {
	out := *d
	out.Exception, out.Steps = nil, slices.Clone(d.Steps)
	for i := range out.Steps {
		out.Steps[i].Body = nil
	}
	return &out
}

// unit is what takes a place in a layer: a step, with the steps of its body below it.
type unit struct {
	width, height int
	inner         *Chart
}

// plan places one block.
func plan(d *Definition, size Size) Chart {
	l := &layers{d: d, size: size, cells: map[string]*cell{}}
	l.place()
	l.connect()
	l.untangle()
	units := map[string]unit{}
	for i := range d.Steps {
		units[d.Steps[i].ID] = unitOf(&d.Steps[i], size)
	}
	return l.chart(units)
}

func unitOf(s *Step, size Size) unit {
	if s.Body == nil || len(s.Body.Steps) == 0 {
		return unit{size.NodeWidth, size.NodeHeight, nil}
	}
	inner := plan(s.Body, size)
	return unit{max(size.NodeWidth+2*size.GapX, inner.Width), size.NodeHeight + inner.Height, &inner}
}

// band is a layer with the place it takes.
type band struct{ top, bottom int }

func (l *layers) chart(units map[string]unit) Chart {
	bands, y := make([]band, len(l.rows)), l.size.GapY
	for i, row := range l.rows {
		height := 0
		for _, c := range row {
			if c.step != nil {
				height = max(height, units[c.step.ID].height)
			}
		}
		bands[i] = band{y, y + height}
		y += height + l.size.GapY
	}
	middle, width := l.settle(units)
	out := Chart{Width: width, Height: y}
	for i := range l.d.Steps {
		s := &l.d.Steps[i]
		c, u := l.cells[s.ID], units[s.ID]
		x, top := middle[c], bands[c.layer].top
		out.Boxes = append(out.Boxes, Box{s, l.d.Block, x - l.size.NodeWidth/2, top, l.size.NodeWidth, l.size.NodeHeight})
		if u.inner != nil {
			left := x - u.width/2
			out.Frames = append(out.Frames, Frame{s.ID, left, top + l.size.NodeHeight/2, u.width, u.height - l.size.NodeHeight/2})
			out.include(*u.inner, left+(u.width-u.inner.Width)/2, top+l.size.NodeHeight)
		}
	}
	for _, e := range l.lines {
		out.Arrows = append(out.Arrows, l.arrow(e, units, bands, middle))
	}
	return out
}

// include puts a drawing into another one, at a place.
func (c *Chart) include(inner Chart, x, y int) {
	for _, b := range inner.Boxes {
		b.X, b.Y = b.X+x, b.Y+y
		c.Boxes = append(c.Boxes, b)
	}
	for _, f := range inner.Frames {
		f.X, f.Y = f.X+x, f.Y+y
		c.Frames = append(c.Frames, f)
	}
	for _, a := range inner.Arrows {
		a.Points = slices.Clone(a.Points)
		for i := range a.Points {
			a.Points[i].X, a.Points[i].Y = a.Points[i].X+x, a.Points[i].Y+y
		}
		c.Arrows = append(c.Arrows, a)
	}
}

// arrow goes straight down beside what stands in a layer, and aslant only between layers, where
// nothing stands.
func (l *layers) arrow(e passage, units map[string]unit, bands []band, middle map[*cell]int) Arrow {
	from, to := e.from.step, e.to.step
	out := Arrow{Edge: Edge{From: from.ID, To: to.ID}}
	start := bands[e.from.layer].top + units[from.ID].height
	out.Points = append(out.Points, Point{middle[e.from], start})
	if end := bands[e.from.layer].bottom; end > start {
		out.Points = append(out.Points, Point{middle[e.from], end})
	}
	for _, c := range e.path {
		out.Points = append(out.Points, Point{middle[c], bands[c.layer].top}, Point{middle[c], bands[c.layer].bottom})
	}
	out.Points = append(out.Points, Point{middle[e.to], bands[e.to.layer].top})
	switch {
	case to.Compensates == from.ID:
		out.Kind = Undoing
	case from.OnFailure == to.ID:
		out.Kind = OnFailing
	}
	if to.When != nil {
		out.Outcomes = to.When.Named(from.ID)
	}
	return out
}
