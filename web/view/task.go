package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/signin"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// TaskRow is one task in a list.
type TaskRow struct {
	workflow.Task
	SubjectNo string
}

// subjectHref is the address of what a run is about, "" when it has no page that the reader may see.
func subjectHref(s Shell, x workflow.Subject) string {
	switch {
	case x.Kind == "incident" && s.Actor.May(actor.IncidentRead):
		return "/incidents/" + x.ID
	case x.Kind == "case" && s.Actor.May(actor.CaseRead):
		return "/cases/" + x.ID
	}
	return ""
}

// TaskFilter is what the list of tasks was narrowed to.
type TaskFilter struct {
	All                  bool // not only the reader's own
	Role, State          string
	Late                 bool
	Incident, IncidentNo string
}

// TaskList is a page of the list of tasks.
type TaskList struct {
	Rows   []TaskRow
	Filter TaskFilter
	Next   string
}

// taskStates are the states the list can show beside what waits for a person.
var taskStates = []workflow.State{workflow.Ready, workflow.Held, workflow.Working, workflow.Waiting, workflow.Finished, workflow.Skipped, workflow.Cancelled}

// nearTask is how long before its target a task is marked.
const nearTask = time.Hour

// due is how a target stands: a tone and the word that says the same. Both are "" without one.
func due(s Shell, t workflow.Task, now db.Instant) (tone, word string) {
	left := t.DueAt.Sub(now)
	switch {
	case t.DueAt.IsZero():
		return "", ""
	case t.State.Over() && bool(t.Late):
		return "warn", s.T("task.was_late")
	case t.State.Over():
		return "ok", s.T("task.in_time")
	case t.State != workflow.Ready:
		return "", ""
	case left < 0:
		return "bad", s.T("task.late_by", "By", s.Span(left))
	case left < nearTask:
		return "warn", s.T("task.left", "Time", s.Span(left))
	}
	return "ok", s.T("task.left", "Time", s.Span(left))
}

// standing is where a step stands in one word: its state, or how it ended. A wait under way is
// awaiting, so that it does not read like work of the program.
func standing(t workflow.StepRun) string {
	switch {
	case t.State == workflow.Held:
		return "held"
	case t.State == workflow.Working && t.Kind == playbooks.Wait:
		return "awaiting"
	}
	switch t.Outcome {
	case workflow.Failed, workflow.Unknown, workflow.TimedOut:
		return string(t.Outcome)
	}
	return string(t.State)
}

func standingTone(word string) string {
	switch word {
	case "done":
		return "ok"
	case "ready":
		return "warn"
	case "failed", "unknown", "timed_out", "held":
		return "bad"
	}
	return ""
}

// TaskPage is one step of a run with everything that was done in it.
type TaskPage struct {
	Run       workflow.Run
	Version   int64
	Playbook  *playbooks.Definition
	Step      workflow.StepView
	SubjectNo string
	// Before are the steps that hold this one back.
	Before     []workflow.StepView
	Colleagues []signin.Colleague
	// What was typed, when a form has to be shown again.
	Done    workflow.Done
	Why     string // of a skip or a redo
	Opened  string // the form that is shown again: done, skip, redo or comment
	Comment string
}

func (p TaskPage) id() string { return p.Step.StepRun.ID }

func (p TaskPage) path(rest string) string { return "/tasks/" + p.id() + rest }

func (p TaskPage) open() bool {
	return p.Step.State == workflow.Ready && p.Run.State == workflow.Running
}

// mayWork: the step's role; being given the task does not replace it.
func (p TaskPage) mayWork(by actor.Actor) bool {
	return by.May(actor.TaskWork) && (by.Has(actor.Role(p.Step.Role)) || slices.ContainsFunc(p.Step.Also, func(r string) bool { return by.Has(actor.Role(r)) }))
}

// mayLead: who answers for the run.
func (p TaskPage) mayLead(by actor.Actor) bool {
	return by.Has(actor.Responder) || by.Has(actor.Supervisor)
}

// maySkip: a wait can be left out while it lasts; an approval only where there is nothing to approve.
func (p TaskPage) maySkip(by actor.Actor) bool {
	waits := p.Step.State == workflow.Working && p.Step.StepRun.Kind == playbooks.Wait && p.Run.State == workflow.Running
	nothing := p.Step.Now == "" && len(p.Step.Shown) == 0
	return p.mayLead(by) && (waits || p.open() && (p.Step.StepRun.Kind != playbooks.Approval || nothing))
}

// mayRedo: a step that ended, other than by its own condition.
func (p TaskPage) mayRedo(by actor.Actor) bool {
	byCondition := p.Step.State == workflow.Skipped && p.Step.Seen.When != ""
	return p.Step.State.Over() && !marker(p.Step.StepRun.Kind) && !byCondition && p.Run.Outcome != workflow.WasCanceled && (p.mayWork(by) || p.mayLead(by))
}

// mayDecide: a step the program could not finish is decided on by its role or who leads the run.
func (p TaskPage) mayDecide(by actor.Actor) bool {
	return p.Step.State == workflow.Held && p.Run.State == workflow.Running && by.May(actor.TaskWork) && (p.mayWork(by) || p.mayLead(by))
}

// typed is what stands in a field of the form.
func (p TaskPage) typed(f playbooks.Field) string { return p.Done.Fields[f.ID] }

// able are the colleagues to whom a task can be given: those of its role.
func (p TaskPage) able() (out []signin.Colleague) {
	for _, c := range p.Colleagues {
		if a := c.Actor(); a.May(actor.TaskWork) && a.Has(actor.Role(p.Step.Role)) {
			out = append(out, c)
		}
	}
	return out
}

// notBy names the steps whose doer cannot do a step.
func notBy(s Shell, d *playbooks.Definition, step *playbooks.Step) string {
	var titles []string
	for _, id := range step.NotBy {
		if other, ok := d.Step(id); ok {
			titles = append(titles, other.Title.In(s.Lang))
		}
	}
	return joined(s, titles)
}

func (p TaskPage) ticked(item string) bool {
	return slices.Contains(p.Done.Checked, item) || slices.Contains(p.Step.Checked, item)
}

// seenValue is one thing a decision or a condition looked at.
type seenValue struct{ Name, Value string }

// seenValues puts what was looked at into words, in the order of its names.
func seenValues(s Shell, d *playbooks.Definition, seen workflow.Seen) (out []seenValue) {
	for name, value := range seen.Values {
		out = append(out, seenWord(s, d, name, value))
	}
	slices.SortFunc(out, func(a, b seenValue) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// seenWord is one value that was looked at: the answer of a decision, how a step ended, a variable or
// a fact.
func seenWord(s Shell, d *playbooks.Definition, name string, value any) seenValue {
	short := strings.TrimPrefix(name, "facts.")
	text, _ := value.(string)
	if step, ok := d.Step(strings.TrimPrefix(name, "steps.")); ok && text != "" {
		if o, ok := step.Outcome(text); ok {
			return seenValue{step.Title.In(s.Lang), o.Text.In(s.Lang)}
		}
		if strings.HasPrefix(name, "steps.") { // a fact may be called like a step
			return seenValue{step.Title.In(s.Lang), s.Or("task.state."+text, text)}
		}
	}
	for _, v := range slices.Concat(d.Inputs, d.Variables) {
		if name == "vars."+v.ID {
			return seenValue{v.Label.In(s.Lang), factWord(s, short, value)}
		}
	}
	return seenValue{s.Or("fact."+short, name), factWord(s, short, value)}
}

// factWord is the value of a fact in the reader's words.
func factWord(s Shell, name string, value any) string {
	switch v := value.(type) {
	case bool:
		if v {
			return s.T("case.answer.yes")
		}
		return s.T("case.answer.no")
	case float64: // a number that was read back from JSON
		return s.Count(int64(v))
	case string:
		prefix, ok := map[string]string{"kind": "incident.kind.", "severity": "incident.severity.", "state": "incident.state.", "system_breach": "incident.breach."}[name]
		if ok {
			return s.Or(prefix+v, v)
		}
		return v
	}
	return fmt.Sprint(value)
}

// releaseKey is the key that hands a task back, where nobody can be chosen to take it.
func releaseKey(s Shell, p TaskPage) string {
	if p.mayLead(s.Actor) {
		return ""
	}
	return "h"
}

// outcomeText is an answer of a decision in words.
func outcomeText(s Shell, t workflow.Task, id string) string {
	if o, ok := t.Step.Outcome(id); ok {
		return o.Text.In(s.Lang)
	}
	return id
}
