package view

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// RunPage is one run of a playbook.
type RunPage struct {
	workflow.RunView
	SubjectNo string
	Others    []workflow.Run // other runs of the same subject
	Opened    string         // the form that is shown again, with what was typed
	Why       string
	Filter    RunFilter
}

func (p RunPage) path(rest string) string { return "/runs/" + p.Run.ID + rest }

// Progress counts the steps of a run. Held are those the program could not finish: a person
// decides. Working are those it is at.
type Progress struct{ Done, Ready, Held, Working, Late, All int }

// progress counts; forks, joins and the end are nobody's work, and the constant lines are no steps.
func progress(steps []workflow.StepView) (p Progress) {
	for _, x := range steps {
		if marker(x.StepRun.Kind) || holder(x.StepRun.Kind) && len(x.Runs) > 0 {
			continue
		}
		p.All++
		switch {
		case x.State.Over():
			p.Done++
		case x.State == workflow.Ready:
			p.Ready++
		case x.State == workflow.Held:
			p.Held++
		case x.State == workflow.Working:
			p.Working++
		}
		if x.Overdue {
			p.Late++
		}
	}
	return p
}

// RunPanel is a run as the page of its subject shows it.
type RunPanel struct {
	Run  workflow.Run
	Book *playbooks.Definition
	Progress
	Next []workflow.Task // the three to look at first
}

// NewRunPanel sums a run up.
func NewRunPanel(v workflow.RunView) *RunPanel {
	p := &RunPanel{Run: v.Run, Book: v.Definition, Progress: progress(all(v))}
	for _, x := range all(v) {
		if (x.State == workflow.Ready || x.State == workflow.Held) && v.Run.State == workflow.Running {
			p.Next = append(p.Next, x.Task)
		}
	}
	sortTasks(p.Next)
	p.Next = p.Next[:min(len(p.Next), 3)]
	return p
}

// sortTasks puts the soonest target in front.
func sortTasks(list []workflow.Task) {
	slices.SortStableFunc(list, func(a, b workflow.Task) int { return cmp.Compare(soonest(a.DueAt), soonest(b.DueAt)) })
}

// soonest puts tasks without a target behind all others.
func soonest(at db.Instant) db.Instant {
	if at.IsZero() {
		return 1<<63 - 1
	}
	return at
}

// PlaybookRow is one published version in the list.
type PlaybookRow struct {
	workflow.Version
	Publisher string
	Newest    bool
}

// PlaybookPage is one published version to be read.
type PlaybookPage struct {
	workflow.Version
	Publisher string
	Newest    bool     // of its slug
	Offered   bool     // the standard playbook has a text that was never published here
	Changes   []string // what it says otherwise
	Open      bool     // every step is shown with all it says
}

// steps counts the steps that somebody or the program does.
func steps(d *playbooks.Definition) (n int) {
	for i := range d.Steps {
		if !marker(d.Steps[i].Kind) {
			n++
		}
	}
	return n
}

// target is the time a step is expected to take, in words.
func target(s Shell, t playbooks.Target) string {
	if !t.Set() {
		return ""
	}
	return s.T("target."+string(t.From), "Time", s.T("target."+string(t.Unit), "N", t.N))
}

// length is how long a wait lasts, in words; "" when it has no end.
func length(s Shell, t playbooks.Target) string {
	if !t.Set() {
		return ""
	}
	return s.T("target."+string(t.Unit), "N", t.N)
}

// given puts the input of an action into words: what is written, or the step it comes from.
func given(s Shell, d *playbooks.Definition, x *playbooks.Step) (out []string) {
	for _, name := range slices.Sorted(maps.Keys(x.With)) {
		v := x.With[name]
		id, field, _ := strings.Cut(v.From, ".")
		switch from, ok := d.Step(id); {
		case v.From == "":
			out = append(out, fmt.Sprintf("%s = %v", name, v.Literal))
		case !ok: // a variable
			out = append(out, fmt.Sprintf("%s = ${%s}", name, v.From))
		default:
			label := field
			if f, ok := from.Field(field); ok {
				label = f.Label.In(s.Lang)
			}
			out = append(out, fmt.Sprintf("%s = %s (%s)", name, from.Title.In(s.Lang), label))
		}
	}
	return out
}

// condition says when a step with a condition is done, in the words of its decisions.
func condition(s Shell, d *playbooks.Definition, step *playbooks.Step) string {
	if step.When == nil {
		return ""
	}
	var parts []string
	for _, id := range step.When.Decisions {
		other, ok := d.Step(id)
		if !ok {
			continue
		}
		for _, name := range step.When.Named(id) {
			if o, ok := other.Outcome(name); ok {
				parts = append(parts, other.Title.In(s.Lang)+" → "+o.Text.In(s.Lang))
			}
		}
	}
	if len(parts) == 0 || !onlyChoices(step.When) {
		return step.When.Source
	}
	return joined(s, parts)
}

// onlyChoices reports whether a condition asks for answers of decisions and for nothing else, so that
// its words say all of it.
func onlyChoices(c *playbooks.Condition) bool {
	return len(c.Facts)+len(c.Vars)+len(c.Steps) == 0 && !strings.Contains(c.Source, "!") && !strings.Contains(c.Source, "not ") && !strings.Contains(c.Source, " and ")
}

// unmet is a condition that did not hold, in words where it has some.
func unmet(s Shell, d *playbooks.Definition, source string) string {
	c, ok := playbooks.ReadCondition(source)
	if !ok {
		return source
	}
	return condition(s, d, &playbooks.Step{When: c})
}

func joined(s Shell, parts []string) (out string) {
	for i, p := range parts {
		if i > 0 {
			out += s.T("list.comma")
		}
		out += p
	}
	return out
}
