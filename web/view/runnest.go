package view

import (
	"fmt"

	"tasuke/internal/actor"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// nested is a run that is part of another, as the page of the whole shows it.
type nested struct {
	workflow.RunView
	Depth int
	Of    string // the title of the step it belongs to, in the reader's language; "" for an exception path
}

// below lists what a run has begun, in the order of its steps, each before what it has begun itself.
func below(s Shell, v workflow.RunView, depth int) (out []nested) {
	for _, x := range v.Steps {
		for _, c := range x.Children {
			out = append(out, nested{c, depth, x.Step.Title.In(s.Lang)})
			out = append(out, below(s, c, depth+1)...)
		}
	}
	if v.Exception != nil {
		out = append(out, nested{*v.Exception, depth, ""})
		out = append(out, below(s, *v.Exception, depth+1)...)
	}
	return out
}

// title is what a nested run is called: the playbook that was called, the pass of a loop, or the
// exception path.
func (n nested) title(s Shell) string {
	switch {
	case n.Of == "":
		return s.T("run.exception")
	case n.Run.Pass > 0:
		return s.T("run.pass", "Of", n.Of, "N", n.Run.Pass)
	}
	return n.Run.Slug + " " + n.Definition.Title.In(s.Lang)
}

// anchor is where on the page of the whole a run is drawn.
func anchor(r workflow.Run) string { return "r-" + r.ID }

// open reports whether a nested run is shown unfolded: what goes on is.
func (n nested) open() bool { return n.Run.State == workflow.Running }

// all are the steps of a run and of everything below it.
func all(v workflow.RunView) []workflow.StepView {
	out := append([]workflow.StepView(nil), v.Steps...)
	for _, x := range v.Steps {
		for _, c := range x.Children {
			out = append(out, all(c)...)
		}
	}
	if v.Exception != nil {
		out = append(out, all(*v.Exception)...)
	}
	return out
}

// holder reports whether a step only stands for what it has begun: the work is there.
func holder(k playbooks.Kind) bool { return k == playbooks.Call || k == playbooks.Loop }

// mayLeadRun: who answers for the run may pause, resume and give it up.
func (p RunPage) mayLeadRun(by actor.Actor) bool {
	return by.May(actor.TaskWork) && (by.Has(actor.Responder) || by.Has(actor.Supervisor))
}

// undoable reports whether giving the run up can take back what was done.
func (p RunPage) undoable() bool {
	for i := range p.Definition.Steps {
		if p.Definition.Steps[i].Compensates != "" {
			return true
		}
	}
	return false
}

// mine are the steps of the whole run that the reader should look at first, at most three.
func (p RunPage) mine(by actor.Actor) (out []workflow.Task) {
	for _, x := range all(p.RunView) {
		open := x.State == workflow.Ready || x.State == workflow.Held
		if open && !holder(x.StepRun.Kind) && (x.Assignee == by.ID || x.Assignee == "" && by.Has(actor.Role(x.Role))) {
			out = append(out, x.Task)
		}
	}
	sortTasks(out)
	return out[:min(len(out), 3)]
}

// waitsOn is what of a run waits for one role, or for an event.
type waitsOn struct {
	Who   string
	Tasks []workflow.Task
}

// waiting says who is waited for: each role with its open steps, then what the engine waits for.
func (p RunPage) waiting(s Shell) (out []waitsOn) {
	at := map[string]int{}
	put := func(who string, t workflow.Task) {
		if _, ok := at[who]; !ok {
			at[who] = len(out)
			out = append(out, waitsOn{Who: who})
		}
		out[at[who]].Tasks = append(out[at[who]].Tasks, t)
	}
	for _, x := range all(p.RunView) {
		switch {
		case holder(x.StepRun.Kind):
		case x.State == workflow.Ready, x.State == workflow.Held:
			put(s.T("role."+x.Role), x.Task)
		}
	}
	for _, x := range all(p.RunView) {
		if x.State == workflow.Working && !holder(x.StepRun.Kind) {
			put(underWay(s, x.Task), x.Task)
		}
	}
	return out
}

func voteRoles(s Shell, sign playbooks.Signature) (out string) {
	var names []string
	for _, r := range sign.Roles {
		names = append(names, s.T("role."+r))
	}
	return s.T("approval.missing_line", "Roles", joined(s, names), "N", fmt.Sprint(sign.Count))
}

// acts are what can be done with the whole run as it stands.
func (p RunPage) acts() []string {
	if !p.Run.PausedAt.IsZero() {
		return []string{"resume"}
	}
	out := []string{"pause"}
	if p.Run.Phase == workflow.Stepping {
		out = append(out, "cancel")
		if p.undoable() {
			out = append(out, "undo")
		}
	}
	return out
}

// typedFor is the reason that was typed into the form of an act.
func (p RunPage) typedFor(what string) string {
	if p.Opened == what {
		return p.Why
	}
	return ""
}

// childWord names a run that a step has begun, in few words.
func childWord(s Shell, r workflow.Run) string {
	if r.Pass > 0 {
		return s.T("run.pass_short", "N", r.Pass)
	}
	return r.Slug
}

// RunVersions is the page on which a run moves to a newer version of its playbook.
type RunVersions struct {
	Run     workflow.RunView
	Newer   []workflow.Version // the newest first
	To      string
	Preview *workflow.Preview
	Why     string
}

// named are the titles of steps by their ids, from the version that has them.
func (p RunVersions) named(s Shell, ids []string) (out []string) {
	for _, id := range ids {
		title := id
		for _, d := range []*playbooks.Definition{p.Preview.To.Definition, p.Run.Definition} {
			if step, ok := d.Step(id); ok {
				title = step.Title.In(s.Lang)
				break
			}
		}
		out = append(out, title)
	}
	return out
}
