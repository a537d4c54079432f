package main

import (
	"context"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// How the people of a rest answer: as the table says, else plainly.

// does has somebody finish one step.
func (x *resting) does(ctx context.Context, t workflow.Task, name string) error {
	fields, _ := answerFor(x.answers.Fields, name)
	d := x.plainly(t.Step, fields)
	choice, chosen := answerFor(x.answers.Choose, name)
	switch {
	case t.Kind == playbooks.Approval:
		return x.approves(ctx, t, choice)
	case t.Kind == playbooks.Decision:
		if d.Outcome = choice; !chosen {
			s, err := x.row(ctx, t)
			if err != nil {
				return err
			}
			d.Outcome = t.Step.Outcomes[0].ID
			if s.Suggested != nil {
				d.Outcome = s.Suggested.Outcome
			}
		}
	case amongThem(x.answers.Fail, name):
		d.Outcome = string(workflow.Failed)
	}
	return x.finished(ctx, t, d)
}

// approves finishes an approval; the room is brought to where it can be approved before. One that
// finds nothing to approve is left out by who leads the run.
func (w *rehearsal) approves(ctx context.Context, t workflow.Task, choice string) error {
	if err := w.bring(ctx, t.Step.Of); err != nil {
		return err
	}
	s, err := w.row(ctx, t)
	if err != nil {
		return err
	}
	if s.Now == "" && len(s.Shown) == 0 {
		_, err := w.runs.Skip(ctx, w.cast[actor.Responder][0], t.ID, t.Rev, "承認するものがない")
		return err
	}
	if choice == "" {
		choice = workflow.Approved
	}
	return w.finished(ctx, t, workflow.Done{Outcome: choice, Comment: onRecord, Digest: s.Now})
}

// row is a step as the page of its run shows it.
func (w *rehearsal) row(ctx context.Context, t workflow.Task) (workflow.StepView, error) {
	v, err := w.runs.RunView(ctx, w.reader(), t.RunID)
	if err != nil {
		return workflow.StepView{}, err
	}
	i := slices.IndexFunc(v.Steps, func(s workflow.StepView) bool { return s.ID == t.ID })
	if i < 0 {
		return workflow.StepView{}, fault.Stale(nil)
	}
	return v.Steps[i], nil
}
