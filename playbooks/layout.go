package playbooks

import (
	"cmp"
	"slices"
)

// Size is how large the nodes of a drawing are and how far apart they stand, in pixels.
type Size struct{ NodeWidth, NodeHeight, GapX, GapY int }

// Graph is a drawing of a playbook: layers run from top to bottom, every edge goes down.
type Graph struct {
	Width, Height int
	Nodes         []Node // in the order of the definition
	Edges         []Edge
}

// Node is the place of a step. X and Y are its upper left corner.
type Node struct {
	ID    string
	X, Y  int
	Layer int // 0 is the first step; a step stands below everything it waits for
}

// Edge is one arrow. Points run from the lower edge of From through the gaps of the layers
// between to the upper edge of To. Outcomes are those of From that To asks for in its when.
type Edge struct {
	From, To string
	Points   []Point
	Outcomes []string
}

// Point is a place in a drawing.
type Point struct{ X, Y int }

// cell is a step in its layer, or the passage of a long edge through one (step == nil).
type cell struct {
	step   *Step
	layer  int
	order  float64
	column int
	up     []*cell
	down   []*cell
}

// Layout places the steps of a checked definition. It is pure: the same definition gives the
// same drawing.
func Layout(d *Definition, size Size) Graph {
	l := &layers{d: d, size: size, cells: map[string]*cell{}}
	l.place()
	l.connect()
	l.untangle()
	return l.draw()
}

type layers struct {
	d     *Definition
	size  Size
	cells map[string]*cell
	rows  [][]*cell
	lines []passage
}

// passage is an edge with the cells it passes.
type passage struct {
	from, to *cell
	path     []*cell
}

// place gives each step the layer below everything it waits for.
func (l *layers) place() {
	depth := map[string]int{}
	var layer func(id string) int
	layer = func(id string) int {
		if n, ok := depth[id]; ok {
			return n
		}
		depth[id] = 0 // a circle, which Check refuses, ends here
		n := 0
		if s, ok := l.d.Step(id); ok {
			for _, a := range s.above() {
				n = max(n, layer(a)+1)
			}
		}
		depth[id] = n
		return n
	}
	for i := range l.d.Steps {
		s := &l.d.Steps[i]
		c := &cell{step: s, layer: layer(s.ID)}
		l.cells[s.ID] = c
		l.add(c)
	}
}

// above are the steps that a step is drawn below: what it waits for, or what it takes back.
func (s *Step) above() []string {
	if s.Compensates != "" && len(s.After) == 0 {
		return []string{s.Compensates}
	}
	return s.After
}

func (l *layers) add(c *cell) {
	for len(l.rows) <= c.layer {
		l.rows = append(l.rows, nil)
	}
	l.rows[c.layer] = append(l.rows[c.layer], c)
}

// connect draws an edge for each after, with a passage in every layer between.
func (l *layers) connect() {
	for i := range l.d.Steps {
		to := l.cells[l.d.Steps[i].ID]
		for _, a := range l.d.Steps[i].above() {
			from, ok := l.cells[a]
			if !ok || from.layer >= to.layer {
				continue
			}
			e, last := passage{from: from, to: to}, from
			for n := from.layer + 1; n < to.layer; n++ {
				c := &cell{layer: n}
				l.add(c)
				join(last, c)
				e.path, last = append(e.path, c), c
			}
			join(last, to)
			l.lines = append(l.lines, e)
		}
	}
}

func join(a, b *cell) {
	a.down = append(a.down, b)
	b.up = append(b.up, a)
}

// untangle orders each layer by the middle of its neighbours, down and up in turn.
func (l *layers) untangle() {
	for _, row := range l.rows {
		number(row)
	}
	for round := range 8 {
		for i := range l.rows {
			row, near := l.rows[i], func(c *cell) []*cell { return c.up }
			if round%2 == 1 {
				row, near = l.rows[len(l.rows)-1-i], func(c *cell) []*cell { return c.down }
			}
			for _, c := range row {
				c.order = middle(near(c), float64(c.column))
			}
			slices.SortStableFunc(row, func(a, b *cell) int { return cmp.Compare(a.order, b.order) })
			number(row)
		}
	}
}

func number(row []*cell) {
	for i, c := range row {
		c.column = i
	}
}

func middle(near []*cell, otherwise float64) float64 {
	if len(near) == 0 {
		return otherwise
	}
	sum := 0
	for _, c := range near {
		sum += c.column
	}
	return float64(sum) / float64(len(near))
}

func (l *layers) draw() Graph {
	widest := 0
	for _, row := range l.rows {
		widest = max(widest, len(row))
	}
	stepX, stepY := l.size.NodeWidth+l.size.GapX, l.size.NodeHeight+l.size.GapY
	g := Graph{Width: widest*stepX + l.size.GapX, Height: len(l.rows)*stepY + l.size.GapY}
	corner := func(c *cell) Point {
		indent := (widest - len(l.rows[c.layer])) * stepX / 2
		return Point{l.size.GapX + indent + c.column*stepX, l.size.GapY + c.layer*stepY}
	}
	for i := range l.d.Steps {
		c := l.cells[l.d.Steps[i].ID]
		p := corner(c)
		g.Nodes = append(g.Nodes, Node{ID: c.step.ID, X: p.X, Y: p.Y, Layer: c.layer})
	}
	for _, e := range l.lines {
		g.Edges = append(g.Edges, l.edge(e, corner))
	}
	return g
}

func (l *layers) edge(e passage, corner func(*cell) Point) Edge {
	half, out := l.size.NodeWidth/2, Edge{From: e.from.step.ID, To: e.to.step.ID}
	p := corner(e.from)
	out.Points = append(out.Points, Point{p.X + half, p.Y + l.size.NodeHeight})
	for _, c := range e.path {
		p := corner(c)
		out.Points = append(out.Points, Point{p.X + half, p.Y}, Point{p.X + half, p.Y + l.size.NodeHeight})
	}
	p = corner(e.to)
	out.Points = append(out.Points, Point{p.X + half, p.Y})
	if w := e.to.step.When; w != nil {
		out.Outcomes = w.Named(e.from.step.ID)
	}
	return out
}
