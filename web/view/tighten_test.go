package view

import (
	"cmp"
	"slices"
	"testing"

	"tasuke/playbooks"
	"tasuke/playbooks/standard"
)

func standardBook(t *testing.T) *playbooks.Definition {
	t.Helper()
	files, err := standard.Playbooks()
	if err != nil {
		t.Fatal(err)
	}
	d, problems := playbooks.Parse(files["PB-01.yaml"])
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return d
}

func TestATightenedDrawing(t *testing.T) {
	t.Parallel()
	wide := playbooks.Layout(standardBook(t), nodeSize)
	g := tighten(wide, nodeSize)
	tests := map[string]func(*testing.T){
		"no step lies on another, and all lie inside": func(t *testing.T) {
			rows := map[int][]int{}
			for _, n := range g.Nodes {
				if n.X < 0 || n.X+nodeSize.NodeWidth > g.Width || n.Y+nodeSize.NodeHeight > g.Height {
					t.Errorf("%s lies outside: %+v of %d x %d", n.ID, n, g.Width, g.Height)
				}
				rows[n.Y] = append(rows[n.Y], n.X)
			}
			for y, row := range rows {
				slices.Sort(row)
				for i := 1; i < len(row); i++ {
					if row[i]-row[i-1] < nodeSize.NodeWidth {
						t.Errorf("two steps at height %d overlap: %v", y, row)
					}
				}
			}
		},
		"the order within a layer stays": func(t *testing.T) {
			if a, b := order(wide), order(g); !slices.Equal(a, b) {
				t.Errorf("got %v, want %v", b, a)
			}
		},
		"an edge still begins and ends at its steps": func(t *testing.T) {
			center := map[string]int{}
			for _, n := range g.Nodes {
				center[n.ID] = n.X + nodeSize.NodeWidth/2
			}
			for _, e := range g.Edges {
				if first, last := e.Points[0].X, e.Points[len(e.Points)-1].X; first != center[e.From] || last != center[e.To] {
					t.Errorf("%s to %s runs from %d to %d, the steps are at %d and %d", e.From, e.To, first, last, center[e.From], center[e.To])
				}
			}
		},
		"it is narrower than it was": func(t *testing.T) {
			if g.Width >= wide.Width*9/10 { // many ways of the standard playbook meet at its tail
				t.Errorf("%d of %d", g.Width, wide.Width)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t) })
	}
}

// order is the ids from top to bottom and from left to right.
func order(g playbooks.Graph) (ids []string) {
	nodes := slices.Clone(g.Nodes)
	slices.SortFunc(nodes, func(a, b playbooks.Node) int { return cmp.Or(cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X)) })
	for _, n := range nodes {
		ids = append(ids, n.ID)
	}
	return ids
}

func TestTitlesFitTheirNodes(t *testing.T) {
	t.Parallel()
	for _, s := range standardBook(t).Steps {
		for _, title := range []string{s.Title.JA, s.Title.EN} {
			lines := wrap(title)
			if len(lines) > 2 {
				t.Errorf("%q takes %d lines", title, len(lines))
			}
			for _, l := range lines {
				n := 0
				for _, r := range l {
					n += runeWidth(r)
				}
				if n > lineWidth+1 { // the ellipsis may hang over by a half
					t.Errorf("%q is %d wide", l, n)
				}
			}
		}
	}
}
