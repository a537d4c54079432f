package playbooks

import (
	"math"
	"slices"
)

// lane is the place of a step, or of an arrow that passes by, in its layer. Only x moves, and the
// order within the layer stays.
type lane struct {
	x, half, weight float64
	up, down        []*lane
}

const (
	passingHalf = 3 // pixels to each side of a passing arrow
	// straightness is how much harder it is to bend a passing arrow than to move a step.
	straightness = 3
	settling     = 12 // rounds
)

// settle finds the middle of every cell: near those above and below it, as far as the widths in
// its layer allow. The second value is the width of it all.
func (l *layers) settle(units map[string]unit) (middle map[*cell]int, width int) {
	lanes := map[*cell]*lane{}
	rows := make([][]*lane, len(l.rows))
	for i, row := range l.rows {
		x := 0.0
		for _, c := range row {
			one := &lane{half: passingHalf, weight: straightness}
			if c.step != nil {
				one.half, one.weight = float64(units[c.step.ID].width)/2, 1
			}
			one.x = x + one.half
			x += 2*one.half + float64(l.size.GapX)
			lanes[c], rows[i] = one, append(rows[i], one)
		}
	}
	for c, one := range lanes {
		for _, other := range c.up {
			one.up = append(one.up, lanes[other])
		}
		for _, other := range c.down {
			one.down = append(one.down, lanes[other])
		}
	}
	l.drawTogether(rows)
	return l.rounded(lanes)
}

// drawTogether draws each lane to the middle of its neighbours, from above and from below in turn.
func (l *layers) drawTogether(rows [][]*lane) {
	for round := range settling {
		if round%2 == 1 {
			for _, row := range slices.Backward(rows) {
				l.pack(row, func(one *lane) []*lane { return one.down })
			}
			continue
		}
		for _, row := range rows {
			l.pack(row, func(one *lane) []*lane { return one.up })
		}
	}
}

// group is a run of lanes that touch, placed together where they would be on average.
type group struct {
	at, weight float64
	n          int
}

// pack places the lanes of a layer as near to the middles of their neighbours as their order and
// widths allow (least squares: groups that would overlap become one).
func (l *layers) pack(row []*lane, near func(*lane) []*lane) {
	offset, shift := make([]float64, len(row)), 0.0
	var groups []group
	for i, one := range row {
		if i > 0 {
			shift += row[i-1].half + one.half + l.gap(row[i-1], one)
		}
		offset[i] = shift
		g := group{average(near(one), one.x) - shift, one.weight, 1}
		for len(groups) > 0 && groups[len(groups)-1].at >= g.at {
			last := groups[len(groups)-1]
			groups = groups[:len(groups)-1]
			both := last.weight + g.weight
			g = group{(last.at*last.weight + g.at*g.weight) / both, both, last.n + g.n}
		}
		groups = append(groups, g)
	}
	i := 0
	for _, g := range groups {
		for range g.n {
			row[i].x = g.at + offset[i]
			i++
		}
	}
}

func (l *layers) gap(a, b *lane) float64 {
	if a.half == passingHalf && b.half == passingHalf {
		return 4
	}
	return float64(l.size.GapX)
}

func average(near []*lane, otherwise float64) float64 {
	if len(near) == 0 {
		return otherwise
	}
	sum := 0.0
	for _, one := range near {
		sum += one.x
	}
	return sum / float64(len(near))
}

// rounded puts the left edge at zero, with a margin.
func (l *layers) rounded(lanes map[*cell]*lane) (middle map[*cell]int, width int) {
	left, right := math.Inf(1), math.Inf(-1)
	for _, one := range lanes {
		left, right = min(left, one.x-one.half), max(right, one.x+one.half)
	}
	middle = map[*cell]int{}
	for c, one := range lanes {
		middle[c] = int(math.Round(one.x-left)) + l.size.GapX
	}
	return middle, int(math.Ceil(right-left)) + 2*l.size.GapX
}
