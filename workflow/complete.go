package workflow

import (
	"context"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// Done is what somebody says when a step is finished.
type Done struct {
	// Outcome of a decision is the id of the chosen outcome. Of a task it is "done" (also when
	// empty), "failed" or "unknown"; the last two need a comment. Of an approval it is "approved"
	// or "rejected"; the latter needs a comment.
	Outcome string
	Comment string
	// Checked are the checklist items that were ticked. The others stay on record as open; a task
	// that is done with open items needs a comment that says why.
	Checked []string
	Fields  map[string]string // of a task: what was filled in, by id of the field
	Digest  string            // of an approval: of what the reader saw
}

// Complete finishes a step and lets the run go on, in one transaction. by has the step's
// role, also when the task was given to that person. A decision keeps the facts it saw and their revision; what comes after its
// target is recorded as late.
//
// It fails with fault.Conflict and the task as it now is when somebody else was first, with
// fault.Forbidden "workflow.role" for the wrong role, with fault.Refused "workflow.not_ready"
// when it is not its turn, with fault.Refused "actor.four_eyes" for somebody who did the other
// step of a pair (not_by), and with fault.Invalid for an outcome the step does not have or for
// fields "field.<id>" that are missing or mistyped. An approval of something that changed since
// the reader saw it is fault.Conflict "workflow.approval.changed".
func (s *Store) Complete(ctx context.Context, by actor.Actor, id string, rev int64, d Done) (Task, error) {
	return s.act(ctx, by, id, rev, func(t *turn, row *StepRun) error {
		if err := t.mayWork(row); err != nil {
			return err
		}
		step, err := t.ready(row)
		if err != nil {
			return err
		}
		if err := t.moves(); err != nil {
			return err
		}
		if err := t.apart(step); err != nil {
			return err
		}
		if step.Kind == playbooks.Approval {
			return t.judge(row, step, d)
		}
		said, err := answer(step, row, d)
		if err != nil {
			return err
		}
		if err := t.see(); err != nil {
			return err
		}
		if step.Kind == playbooks.Decision {
			if err := t.decides(row, step); err != nil {
				return err
			}
		}
		if err := t.finish(row, Finished, said, "task.completed"); err != nil {
			return err
		}
		db.Crash("step.complete")
		return nil
	})
}

// answer puts what was said into the row, and gives back the comment.
func answer(step *playbooks.Step, row *StepRun, d Done) (string, error) {
	bad := fault.Field("outcome", "workflow.outcome.unknown")
	row.Outcome = Succeeded
	switch step.Kind {
	case playbooks.Decision:
		if _, ok := step.Outcome(d.Outcome); !ok {
			return "", bad
		}
		row.Choice = d.Outcome
	case playbooks.Task:
		if d.Outcome != "" {
			row.Outcome = Outcome(d.Outcome)
		}
		if !slices.Contains([]Outcome{Succeeded, Failed, Unknown}, row.Outcome) {
			return "", bad
		}
	}
	for _, item := range d.Checked {
		if !slices.ContainsFunc(step.Checklist, func(n playbooks.Named) bool { return n.ID == item }) {
			return "", fault.Field("checked", "workflow.checked.unknown")
		}
	}
	row.Checked = slices.Compact(slices.Sorted(slices.Values(d.Checked)))
	var err error
	if row.Fields, err = filled(step, d.Fields, row.Outcome == Succeeded); err != nil {
		return "", err
	}
	said, err := comment(d.Comment, "comment", row.Outcome != Succeeded)
	if err == nil && said == "" && openItems(step, row.Checked) {
		return "", fault.Field("comment", "workflow.checklist.open")
	}
	return said, err
}

// finish closes a step and moves what waited for it. The comment and the fields are sealed once
// the run is taken: sealing may write the run's key, and locks are taken in one order everywhere.
func (t *turn) finish(row *StepRun, to State, said, action string) error {
	if err := t.begin(); err != nil {
		return err
	}
	if err := t.say(row, said); err != nil {
		return err
	}
	if to == Finished && row.Kind == playbooks.Task {
		if err := t.fill(row, row.Fields); err != nil {
			return err
		}
	}
	if to != Skipped {
		row.SkipBy, row.SkipByName, row.SkipAt = "", "", 0
	}
	if err := t.takePrepared(row); err != nil {
		return err
	}
	if err := t.sets(row, to); err != nil {
		return err
	}
	if err := t.stopChildren(row, said); err != nil {
		return err
	}
	row.State = to
	t.close(row, t.by)
	if err := t.save(row); err != nil {
		return err
	}
	if err := t.recordStep(action, row); err != nil {
		return err
	}
	if gone, err := t.givesUp(row); gone || err != nil {
		return err
	}
	return t.advance()
}

// ready answers the definition of a step whose turn it is.
func (t *turn) ready(row *StepRun) (*playbooks.Step, error) {
	step, ok := t.def.Step(row.StepID)
	if !ok || row.State != Ready || t.run.State != Running || !row.Kind.ByHand() {
		return nil, fault.New(fault.Refused, "workflow.not_ready", map[string]any{"State": string(row.State)})
	}
	return step, nil
}

// mayWork asks for the step's role, or another that may act on it.
func (t *turn) mayWork(row *StepRun) error {
	if row.has(t.by) {
		return nil
	}
	return fault.New(fault.Forbidden, "workflow.role", map[string]any{"Role": row.Role})
}

// mayLead asks for somebody who answers for the run: the responder or the supervisor.
func (t *turn) mayLead() error {
	if t.by.Has(actor.Responder) || t.by.Has(actor.Supervisor) {
		return nil
	}
	return fault.New(fault.Forbidden, "workflow.lead", nil)
}
