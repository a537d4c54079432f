package playbooks_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"tasuke/playbooks"
)

// rect is what a box or a frame covers.
type rect struct{ x1, y1, x2, y2 int }

func (r rect) meets(o rect) bool { return r.x1 < o.x2 && o.x1 < r.x2 && r.y1 < o.y2 && o.y1 < r.y2 }

func (r rect) within(o rect) bool {
	return r.x1 >= o.x1 && r.y1 >= o.y1 && r.x2 <= o.x2 && r.y2 <= o.y2
}

// crosses reports whether a line runs through the inside of a box (Liang-Barsky).
func (r rect) crosses(a, b playbooks.Point) bool {
	from, to := 0.0, 1.0
	dx, dy := float64(b.X-a.X), float64(b.Y-a.Y)
	for _, e := range [][2]float64{
		{-dx, float64(a.X - r.x1 - 1)}, {dx, float64(r.x2 - 1 - a.X)}, {-dy, float64(a.Y - r.y1 - 1)}, {dy, float64(r.y2 - 1 - a.Y)},
	} {
		switch {
		case e[0] == 0 && e[1] < 0:
			return false
		case e[0] < 0:
			from = max(from, e[1]/e[0])
		case e[0] > 0:
			to = min(to, e[1]/e[0])
		}
	}
	return from < to
}

func boxRect(b playbooks.Box) rect     { return rect{b.X, b.Y, b.X + b.Width, b.Y + b.Height} }
func frameRect(f playbooks.Frame) rect { return rect{f.X, f.Y, f.X + f.Width, f.Y + f.Height} }

// readable fails when boxes overlap, an arrow does not end at its box or runs through another,
// or something lies outside of its frame.
func readable(t *testing.T, c playbooks.Chart) {
	t.Helper()
	boxes, frames, all := map[string]playbooks.Box{}, map[string]rect{}, rect{0, 0, c.Width, c.Height}
	for _, f := range c.Frames {
		frames[f.Block] = frameRect(f)
		if !frameRect(f).within(all) {
			t.Errorf("the frame %s lies outside: %+v of %d x %d", f.Block, f, c.Width, c.Height)
		}
	}
	for i, b := range c.Boxes {
		boxes[b.Step.ID] = b
		if !boxRect(b).within(all) {
			t.Errorf("%s lies outside", b.Step.ID)
		}
		if f, framed := frames[b.Block]; framed && !boxRect(b).within(f) {
			t.Errorf("%s lies outside of the frame %s", b.Step.ID, b.Block)
		}
		for _, o := range c.Boxes[:i] {
			if boxRect(b).meets(boxRect(o)) {
				t.Errorf("%s lies on %s", b.Step.ID, o.Step.ID)
			}
		}
		for block, f := range frames {
			if b.Block == "" && b.Step.ID != block && boxRect(b).meets(f) {
				t.Errorf("%s lies on the frame %s", b.Step.ID, block)
			}
		}
	}
	for _, a := range c.Arrows {
		from, to := boxes[a.From], boxes[a.To]
		bottom := from.Y + from.Height
		if f, loop := frames[a.From]; loop {
			bottom = f.y2
		}
		first, last := a.Points[0], a.Points[len(a.Points)-1]
		if first != (playbooks.Point{X: from.X + from.Width/2, Y: bottom}) || last != (playbooks.Point{X: to.X + to.Width/2, Y: to.Y}) {
			t.Errorf("%s to %s runs from %v to %v", a.From, a.To, first, last)
		}
		for i := 1; i < len(a.Points); i++ {
			if a.Points[i].Y < a.Points[i-1].Y {
				t.Errorf("%s to %s turns up", a.From, a.To)
			}
			for _, b := range c.Boxes {
				if boxRect(b).crosses(a.Points[i-1], a.Points[i]) {
					t.Errorf("%s to %s runs through %s", a.From, a.To, b.Step.ID)
				}
			}
		}
	}
}

func TestEveryDrawingOfAWholePlaybookIsReadable(t *testing.T) {
	all := map[string]*playbooks.Definition{"300 steps": wide(t), "loops in loops": nested()}
	for name, src := range books(t) {
		all[name], _ = playbooks.Parse([]byte(src))
	}
	for name, d := range all {
		t.Run(name, func(t *testing.T) {
			c := playbooks.Plan(d, size)
			steps, arrows := count(d)
			if len(c.Boxes) != steps || len(c.Arrows) != arrows {
				t.Errorf("%d boxes and %d arrows for %d steps with %d", len(c.Boxes), len(c.Arrows), steps, arrows)
			}
			readable(t, c)
			if !reflect.DeepEqual(c, playbooks.Plan(d, size)) {
				t.Error("a second drawing differs")
			}
		})
	}
}

// count is how many steps there are, and how many arrows between them.
func count(d *playbooks.Definition) (steps, arrows int) {
	for _, s := range d.Steps {
		steps, arrows = steps+1, arrows+len(s.After)
		if s.Compensates != "" {
			arrows++
		}
	}
	for _, b := range d.Blocks() {
		s, a := count(b)
		steps, arrows = steps+s, arrows+a
	}
	return steps, arrows
}

// nested is a playbook with loops of different sizes beside and inside each other.
func nested() *playbooks.Definition {
	step := func(id, rest string) string {
		return fmt.Sprintf("- {id: %s, kind: task, title: {ja: 手順 %s, en: Step %s}, instructions: {ja: あ, en: a}, role: funds%s}\n", id, id, id, rest)
	}
	end := func(id, after string) string {
		return fmt.Sprintf("- {id: %s, kind: end, title: {ja: 終, en: End}, after: [%s]}\n", id, after)
	}
	loop := func(id, after string) string {
		return fmt.Sprintf("- id: %s\n  kind: loop\n  title: {ja: 繰り返す, en: Again}\n  role: funds\n  max: 3\n  while: facts.victims > 1\n  after: [%s]\n  steps:\n", id, after)
	}
	in := func(n int, s string) string {
		return strings.Repeat(" ", n) + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n"+strings.Repeat(" ", n)) + "\n"
	}
	var b strings.Builder
	b.WriteString("playbook: PB-70\ntitle: {ja: 入れ子, en: Nested}\nsteps:\n")
	b.WriteString(step("go", ""))
	for i := range 3 {
		outer := fmt.Sprintf("l%d", i)
		b.WriteString(loop(outer, "go"))
		b.WriteString(in(4, step(outer+"a", "")))
		for j := range i * 2 {
			b.WriteString(in(4, step(fmt.Sprintf("%sb%d", outer, j), ", after: ["+outer+"a]")))
		}
		b.WriteString(in(4, loop(outer+"in", outer+"a")))
		b.WriteString(in(8, step(outer+"x", "")))
		b.WriteString(in(8, end(outer+"y", outer+"x")))
		b.WriteString(in(4, end(outer+"z", outer+"in")))
	}
	for i := range 6 {
		b.WriteString(step(fmt.Sprintf("side%d", i), ", after: [go]"))
	}
	b.WriteString(step("undo", ", compensates: side1"))
	b.WriteString(end("over", "l0, l1, l2, side0, side1, side2, side3, side4, side5, go"))
	d, problems := playbooks.Parse([]byte(b.String()))
	if len(problems) > 0 {
		panic(problems)
	}
	return d
}

func TestAnArrowSaysWhyItIsFollowed(t *testing.T) {
	d, _ := playbooks.Parse([]byte(blocks))
	got := map[string]playbooks.ArrowKind{}
	for _, a := range playbooks.Plan(d, size).Arrows {
		got[a.From+" "+a.To] = a.Kind
	}
	for arrow, want := range map[string]playbooks.ArrowKind{
		"mail phone": playbooks.OnFailing, "visit undo": playbooks.Undoing, "mail thank": playbooks.Onward, "look odd": playbooks.Onward,
	} {
		if kind, there := got[arrow]; !there || kind != want {
			t.Errorf("%s is %q, want %q", arrow, kind, want)
		}
	}
}
