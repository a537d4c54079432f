package view

import (
	"maps"
	"net/url"
	"slices"

	"tasuke/playbooks"
	"tasuke/workflow"
)

// RunFilter narrows the steps of a run.
type RunFilter struct{ Show, Role string }

// runShows are the states by which the steps of a run are looked for.
var runShows = []string{"open", "late", "later", "over", "wrong"}

func (f RunFilter) on() bool { return f.Show != "" || f.Role != "" }

// lets reports whether a step is among what is looked for.
func (f RunFilter) lets(x workflow.StepView) bool {
	if f.Role != "" && x.Role != f.Role {
		return false
	}
	switch f.Show {
	case "late":
		return x.Overdue
	case "wrong":
		return x.State == workflow.Held || x.State.Over() && nodeClass(standing(x.StepRun)) == "failed"
	case "":
		return true
	}
	return groupOf(x) == f.Show
}

// groupOf is where a step stands in the list: open, later or over.
func groupOf(x workflow.StepView) string {
	switch {
	case x.State.Over():
		return "over"
	case x.State == workflow.Waiting:
		return "later"
	}
	return "open"
}

// stepGroup is the steps of a run that are open, come later or are over.
type stepGroup struct {
	Name  string
	Steps []workflow.StepView
	Open  bool // shown unfolded
}

// few are so many steps that folding them away saves nothing.
const few = 12

// stepGroups puts what is open first. In a short run nothing is folded away, unless it is part of
// another.
func stepGroups(v workflow.RunView) (out []stepGroup) {
	for _, name := range []string{"open", "later", "over"} {
		g := stepGroup{Name: name, Open: len(v.Steps) <= few && v.Run.ParentID == ""}
		for _, x := range v.Steps {
			if groupOf(x) == name {
				g.Steps = append(g.Steps, x)
			}
		}
		if len(g.Steps) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// found are the steps that the filter lets through, of the run and of everything below it.
func (p RunPage) found() (out []workflow.StepView) {
	for _, x := range all(p.RunView) {
		if !marker(x.StepRun.Kind) && p.Filter.lets(x) {
			out = append(out, x)
		}
	}
	return out
}

// booksOf gives the playbook that each run of the tree works through.
func booksOf(v workflow.RunView) map[string]*playbooks.Definition {
	out := map[string]*playbooks.Definition{v.Run.ID: v.Definition}
	for _, x := range v.Steps {
		for _, c := range x.Children {
			maps.Copy(out, booksOf(c))
		}
	}
	if v.Exception != nil {
		maps.Copy(out, booksOf(*v.Exception))
	}
	return out
}

// roles are those that have a step in the run.
func (p RunPage) roles() (out []string) {
	for _, x := range all(p.RunView) {
		if x.Role != "" && !slices.Contains(out, x.Role) {
			out = append(out, x.Role)
		}
	}
	slices.Sort(out)
	return out
}

// live is the address of the page as it is narrowed, for its news.
func (p RunPage) live() string {
	if !p.Filter.on() {
		return p.path("")
	}
	return p.path("?" + url.Values{"show": {p.Filter.Show}, "role": {p.Filter.Role}}.Encode())
}

// late counts the tasks whose target is over.
func (w waitsOn) late() (n int) {
	for _, t := range w.Tasks {
		if t.Overdue {
			n++
		}
	}
	return n
}
