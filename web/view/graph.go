package view

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/width"

	"tasuke/playbooks"
	"tasuke/workflow"
)

// drawing is a playbook as SVG. The list beside it says the same.
type drawing struct {
	Width, Height int
	Frames        []frameShape
	Nodes         []nodeShape
	Edges         []edgeShape
	Says          string
	// At is the step the drawing opens at: one that waits for somebody, or else the first.
	At *nodeShape
}

// nodeShape is a step: its colour and stroke, and the word that says the same.
type nodeShape struct {
	ID          string
	X, Y, Round int
	Class, Href string
	Lines       []string // of the title, at most two
	Word        string
	Says        string
	Behind      bool // there is another playbook behind it
}

type edgeShape struct {
	Path, Label string
	Class       string
	X, Y        int // of the label
}

// frameShape is around the steps of a loop or of the exception path.
type frameShape struct {
	X, Y, Width, Height int
	Says                string
}

// nodeSize is how large a step is drawn: two lines of fourteen full-width characters and a word.
var nodeSize = playbooks.Size{NodeWidth: 184, NodeHeight: 56, GapX: 12, GapY: 40}

// lineWidth is how much fits into a line of a node, in half-width characters.
const lineWidth = 28

// mark stands before the word of a state, so that the state is not told by colour alone.
var stateMarks = map[string]string{
	"waiting": "○", "ready": "▶", "done": "✓", "skipped": "–", "cancelled": "–", "failed": "✕", "timed_out": "✕", "unknown": "?",
	"running": "◎", "awaiting": "◇", "held": "!",
}

// drawRun draws a run, each step with where it stands and a link to its page. It opens at the
// first step that is open.
func drawRun(s Shell, v workflow.RunView) drawing {
	steps := map[string]workflow.StepView{}
	for _, x := range v.Steps {
		steps[x.StepID] = x
	}
	out := draw(s, v.Definition.Outline(), func(n *nodeShape, step *playbooks.Step) {
		x := steps[step.ID]
		word := standing(x.StepRun)
		n.Word = stateMarks[word] + " " + s.T("task.state."+word)
		n.Class, n.Href = strings.TrimSpace("node "+nodeClass(word)), "/tasks/"+x.StepRun.ID
		if x.Overdue {
			n.Class, n.Word = n.Class+" late", n.Word+" · "+s.T("task.overdue")
		}
		if marker(step.Kind) {
			n.Href = ""
		}
	})
	if open, ok := firstOpen(v.Steps); ok {
		i := slices.IndexFunc(out.Nodes, func(n nodeShape) bool { return n.ID == open.StepID })
		out.At = &out.Nodes[i]
	}
	return out
}

// firstOpen is the first step of a run that somebody has to look at, or else the first that the
// engine is at.
func firstOpen(steps []workflow.StepView) (workflow.StepView, bool) {
	for _, states := range [][]workflow.State{{workflow.Ready, workflow.Held}, {workflow.Working}} {
		for _, x := range steps {
			if slices.Contains(states, x.State) {
				return x, true
			}
		}
	}
	return workflow.StepView{}, false
}

// marker reports whether a step only joins others in the drawing: nobody does it and it has no
// page of its own.
func marker(k playbooks.Kind) bool {
	return k == playbooks.Parallel || k == playbooks.Join || k == playbooks.End
}

// drawBook draws a definition; each step leads to its description on the same page.
func drawBook(s Shell, d *playbooks.Definition) drawing {
	return draw(s, d, func(n *nodeShape, step *playbooks.Step) {
		n.Class, n.Href = "node", "#s-"+step.ID
		var words []string
		if step.Kind != playbooks.Task {
			words = append(words, s.T("step.kind."+string(step.Kind)))
		}
		switch {
		case step.Playbook != "":
			words = append(words, step.Playbook)
		case step.Kind == playbooks.Loop:
			words = append(words, s.T("graph.most", "N", step.Max))
		case step.Need > 0:
			words = append(words, s.T("graph.need", "N", step.Need, "All", len(step.After)))
		case step.Role != "":
			words = append(words, s.T("role."+step.Role))
		}
		n.Word = strings.Join(words, " · ")
	})
}

func nodeClass(word string) string {
	switch word {
	case "waiting":
		return ""
	case "cancelled":
		return "skipped"
	case "timed_out", "unknown", "held":
		return "failed"
	case "awaiting":
		return "running"
	}
	return word
}

func draw(s Shell, d *playbooks.Definition, look func(*nodeShape, *playbooks.Step)) drawing {
	c := playbooks.Plan(d, nodeSize)
	out := drawing{Width: c.Width, Height: c.Height, Says: s.T("graph.says", "Title", d.Title.In(s.Lang))}
	for _, f := range c.Frames {
		shape := frameShape{X: f.X, Y: f.Y, Width: f.Width, Height: f.Height}
		if f.Block == playbooks.ExceptionBlock {
			shape.Says = s.T("graph.exception")
		}
		out.Frames = append(out.Frames, shape)
	}
	steps := map[string]*playbooks.Step{}
	for _, b := range c.Boxes {
		steps[b.Step.ID] = b.Step
		n := nodeShape{ID: b.Step.ID, X: b.X, Y: b.Y, Round: corner(b.Step.Kind), Lines: wrap(b.Step.Title.In(s.Lang)), Behind: b.Step.Kind == playbooks.Call}
		look(&n, b.Step)
		n.Says = b.Step.Title.In(s.Lang) + " " + n.Word
		out.Nodes = append(out.Nodes, n)
	}
	for _, a := range c.Arrows {
		out.Edges = append(out.Edges, edge(s, steps[a.From], a))
	}
	if len(out.Nodes) > 0 {
		out.At = &out.Nodes[0]
	}
	return out
}

// corner tells the kinds apart by form: people's work is rounded, what they decide is a stadium
// and what the program does is square.
func corner(k playbooks.Kind) int {
	switch k {
	case playbooks.Task:
		return 6
	case playbooks.Action, playbooks.Wait, playbooks.Call, playbooks.Loop:
		return 0
	}
	return nodeSize.NodeHeight / 2
}

func edge(s Shell, from *playbooks.Step, a playbooks.Arrow) edgeShape {
	var b strings.Builder
	for i, p := range a.Points {
		fmt.Fprintf(&b, "%c%d %d", "ML"[min(i, 1)], p.X, p.Y)
	}
	out := edgeShape{Path: b.String(), Class: strings.TrimSpace("edge " + string(a.Kind))}
	var labels []string
	for _, id := range a.Outcomes {
		if o, ok := from.Outcome(id); ok {
			labels = append(labels, o.Text.In(s.Lang))
		}
	}
	switch a.Kind {
	case playbooks.OnFailing:
		labels = append(labels, s.T("graph.failure"))
	case playbooks.Undoing:
		labels = append(labels, s.T("graph.undo"))
	}
	end := a.Points[len(a.Points)-1]
	out.Label, out.X, out.Y = joined(s, labels), end.X+6, end.Y-8
	return out
}

// wrap breaks a title into at most two lines that fit into a node.
func wrap(title string) []string {
	lines, n := []string{""}, 0
	for _, r := range title {
		w := runeWidth(r)
		if n+w > lineWidth {
			if len(lines) == 2 {
				last := []rune(lines[1])
				lines[1] = string(last[:len(last)-1]) + "…"
				return lines
			}
			lines, n = append(lines, carry(lines)), 0
			for _, c := range lines[1] {
				n += runeWidth(c)
			}
		}
		lines[len(lines)-1] += string(r)
		n += w
	}
	return lines
}

// carry takes the last word of a Latin line down to the next one.
func carry(lines []string) string {
	i := strings.LastIndexByte(lines[0], ' ')
	if i < 0 || i < len(lines[0])-14 || strings.ContainsFunc(lines[0], func(r rune) bool { return runeWidth(r) == 2 }) {
		return ""
	}
	rest := lines[0][i+1:]
	lines[0] = lines[0][:i]
	return rest
}

// runeWidth is 2 for a full-width character and 1 for a half-width one.
func runeWidth(r rune) int {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth, width.EastAsianAmbiguous:
		return 2
	}
	return 1
}
