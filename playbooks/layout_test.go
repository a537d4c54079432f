package playbooks_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"tasuke/playbooks"
)

var size = playbooks.Size{NodeWidth: 160, NodeHeight: 48, GapX: 24, GapY: 32}

// wide is a playbook of 300 steps: a fan of branches of different lengths.
func wide(t *testing.T) *playbooks.Definition {
	t.Helper()
	var b strings.Builder
	b.WriteString("playbook: PB-99\ntitle: {ja: 広い, en: wide}\nsteps:\n")
	step := func(id, after string) {
		fmt.Fprintf(&b, "  - id: %s\n    kind: task\n    title: {ja: あ, en: a}\n    instructions: {ja: あ, en: a}\n    role: funds\n", id)
		if after != "" {
			fmt.Fprintf(&b, "    after: [%s]\n", after)
		}
	}
	step("s0", "")
	var last []string
	for i := 1; i < 299; i++ {
		after := "s0"
		if i > 12 {
			after = fmt.Sprintf("s%d, s%d", i-12, i/2)
		}
		step(fmt.Sprintf("s%d", i), after)
		if i > 200 {
			last = append(last, fmt.Sprintf("s%d", i))
		}
	}
	b.WriteString("  - id: finished\n    kind: end\n    title: {ja: 終, en: End}\n    after: [" + strings.Join(last, ", ") + "]\n")
	d, _ := playbooks.Parse([]byte(b.String()))
	return d
}

func TestADrawingIsReadable(t *testing.T) {
	smallOne, _ := playbooks.Load([]byte(small), firm)
	for name, d := range map[string]*playbooks.Definition{"small": smallOne, "300 steps": wide(t)} {
		t.Run(name, func(t *testing.T) {
			g := playbooks.Layout(d, size)
			if len(g.Nodes) != len(d.Steps) {
				t.Fatalf("%d nodes", len(g.Nodes))
			}
			at, layer := map[[2]int]string{}, map[string]int{}
			for _, n := range g.Nodes {
				if other, taken := at[[2]int{n.X, n.Y}]; taken {
					t.Errorf("%s lies on %s", n.ID, other)
				}
				if n.X < 0 || n.Y < 0 || n.X+size.NodeWidth > g.Width || n.Y+size.NodeHeight > g.Height {
					t.Errorf("%s lies outside", n.ID)
				}
				at[[2]int{n.X, n.Y}], layer[n.ID] = n.ID, n.Layer
			}
			edges := 0
			for _, s := range d.Steps {
				edges += len(s.After)
			}
			if len(g.Edges) != edges {
				t.Errorf("%d edges for %d afters", len(g.Edges), edges)
			}
			for _, e := range g.Edges {
				if layer[e.From] >= layer[e.To] {
					t.Errorf("%s to %s does not go down", e.From, e.To)
				}
				for i := 1; i < len(e.Points); i++ {
					if e.Points[i].Y <= e.Points[i-1].Y {
						t.Errorf("%s to %s turns up", e.From, e.To)
					}
				}
			}
			if !reflect.DeepEqual(g, playbooks.Layout(d, size)) {
				t.Error("a second drawing differs")
			}
		})
	}
}

func TestAnArrowSaysWhichOutcomeItTakes(t *testing.T) {
	d, _ := playbooks.Load([]byte(small), firm)
	for _, e := range playbooks.Layout(d, size).Edges {
		want := ""
		if e.From == "sent" {
			want = "yes"
		}
		if got := strings.Join(e.Outcomes, ","); got != want {
			t.Errorf("%s to %s says %q", e.From, e.To, got)
		}
	}
}
