package view

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"tasuke/playbooks"
)

// lane is the place of a step, or of an edge that passes by, in its layer. Only x moves.
type lane struct {
	x, half  float64
	up, down []*lane
	weight   float64
}

// tighten moves the steps of a drawing closer together: an edge that passes a layer takes a
// line's width there instead of a step's. The order within each layer stays as it was laid out.
func tighten(g playbooks.Graph, size playbooks.Size) playbooks.Graph {
	t := &tightening{size: size, layers: map[int][]*lane{}, nodes: map[string]*lane{}}
	for _, n := range g.Nodes {
		t.nodes[n.ID] = t.add(n.Y, float64(n.X+size.NodeWidth/2), float64(size.NodeWidth)/2, 1)
	}
	paths := make([][]*lane, len(g.Edges))
	for i, e := range g.Edges {
		paths[i] = t.path(e)
	}
	for _, l := range t.layers {
		slices.SortStableFunc(l, func(a, b *lane) int { return cmp.Compare(a.x, b.x) })
	}
	t.settle()
	return t.moved(g, paths)
}

type tightening struct {
	size   playbooks.Size
	layers map[int][]*lane // by the upper edge of the layer
	nodes  map[string]*lane
}

func (t *tightening) add(y int, x, half, weight float64) *lane {
	l := &lane{x: x, half: half, weight: weight}
	t.layers[y] = append(t.layers[y], l)
	return l
}

const (
	passageHalf = 3 // pixels to each side of a passing edge
	// straight is how much harder it is to bend a passing edge than to move a step.
	straight = 3
)

// path gives the lanes of an edge: its steps, and one for each layer it passes.
func (t *tightening) path(e playbooks.Edge) []*lane {
	out := []*lane{t.nodes[e.From]}
	for i := 1; i+1 < len(e.Points); i += 2 {
		out = append(out, t.add(e.Points[i].Y, float64(e.Points[i].X), passageHalf, straight))
	}
	out = append(out, t.nodes[e.To])
	for i := range out[1:] {
		out[i].down, out[i+1].up = append(out[i].down, out[i+1]), append(out[i+1].up, out[i])
	}
	return out
}

// settle draws each lane to the middle of its neighbours, from above and from below in turn.
func (t *tightening) settle() {
	order := slices.Sorted(maps.Keys(t.layers))
	for _, y := range order {
		t.pack(t.layers[y], func(l *lane) []*lane { return l.up })
	}
	for round := range 12 {
		if round%2 == 0 {
			for _, y := range slices.Backward(order) {
				t.pack(t.layers[y], func(l *lane) []*lane { return l.down })
			}
			continue
		}
		for _, y := range order {
			t.pack(t.layers[y], func(l *lane) []*lane { return l.up })
		}
	}
}

// block is a run of lanes that touch, placed together where they would be on average.
type block struct{ at, weight, n float64 }

// pack places the lanes of a layer as near to their neighbours' middles as their order and
// widths allow (least squares, by merging neighbours that would overlap).
func (t *tightening) pack(lanes []*lane, near func(*lane) []*lane) {
	offset, shift := make([]float64, len(lanes)), 0.0
	var blocks []block
	for i, l := range lanes {
		if i > 0 {
			shift += lanes[i-1].half + l.half + t.gap(lanes[i-1], l)
		}
		offset[i] = shift
		b := block{middle(near(l), l.x) - shift, l.weight, 1}
		for len(blocks) > 0 && blocks[len(blocks)-1].at >= b.at {
			last := blocks[len(blocks)-1]
			blocks = blocks[:len(blocks)-1]
			w := last.weight + b.weight
			b = block{(last.at*last.weight + b.at*b.weight) / w, w, last.n + b.n}
		}
		blocks = append(blocks, b)
	}
	i := 0
	for _, b := range blocks {
		for range int(b.n) {
			lanes[i].x = b.at + offset[i]
			i++
		}
	}
}

func (t *tightening) gap(a, b *lane) float64 {
	if a.half == passageHalf && b.half == passageHalf {
		return 4
	}
	return float64(t.size.GapX) / 2
}

func middle(near []*lane, otherwise float64) float64 {
	if len(near) == 0 {
		return otherwise
	}
	sum := 0.0
	for _, l := range near {
		sum += l.x
	}
	return sum / float64(len(near))
}

// moved puts the places into the drawing, its left edge at zero.
func (t *tightening) moved(g playbooks.Graph, paths [][]*lane) playbooks.Graph {
	left, right := math.Inf(1), math.Inf(-1)
	for _, lanes := range t.layers {
		for _, l := range lanes {
			left, right = min(left, l.x-l.half), max(right, l.x+l.half)
		}
	}
	at := func(l *lane) int { return int(math.Round(l.x-left)) + t.size.GapX }
	out := playbooks.Graph{Width: int(math.Ceil(right-left)) + 2*t.size.GapX, Height: g.Height}
	for _, n := range g.Nodes {
		n.X = at(t.nodes[n.ID]) - t.size.NodeWidth/2
		out.Nodes = append(out.Nodes, n)
	}
	for i, e := range g.Edges {
		points := slices.Clone(e.Points)
		for k := range points { // two points for each layer passed, one for each end
			points[k].X = at(paths[i][(k+1)/2])
		}
		e.Points = points
		out.Edges = append(out.Edges, e)
	}
	return out
}
