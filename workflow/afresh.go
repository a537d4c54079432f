package workflow

import (
	"fmt"

	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// afresh lets a held step try again that the engine itself works at: a step whose condition could not
// be answered is asked again, a call begins its playbook anew, and a loop the pass that did not end
// well. A loop that all its passes were not enough for begins from its first pass, as a new iteration.
// false for every other step.
func (t *turn) afresh(row *StepRun, why string) (bool, error) {
	switch {
	case !begun(row):
		row.State, row.Outcome, row.Seen, row.OrderAt = Waiting, "", Seen{}, never
	case row.Kind == playbooks.Call:
		row.State, row.Outcome, row.OrderAt = Working, "", orderOf(row)
		t.tree.queue = append(t.tree.queue, row)
	case row.Kind == playbooks.Loop:
		last, any, err := t.last(row)
		if err != nil {
			return false, err
		}
		if any && last.Outcome == Succeeded {
			if row, err = t.renew(row); err != nil {
				return true, err
			}
			break
		}
		row.State, row.Outcome, row.OrderAt = Working, "", orderOf(row)
		t.tree.queue = append(t.tree.queue, row)
	default:
		return false, nil
	}
	if step, ok := t.def.Step(row.StepID); ok && row.State == Working {
		row.ReadyAt = t.tx.Now // its time counts anew
		if err := t.limit(row, step); err != nil {
			return true, err
		}
	}
	if err := t.save(row); err != nil {
		return true, err
	}
	if err := t.remark(row, why); err != nil {
		return true, err
	}
	return true, t.advance()
}

// reopenParents lets what this run is part of go on, before it is opened itself: its step gets a new
// iteration that is at work again, with this run in it, and the old one keeps how it ended. It fails
// with fault.Refused "workflow.redo.part" when the step has gone on without this run: it was left out
// or cancelled, another pass or a newer iteration has taken its place, or the run was given up. The
// whole step can be done again then.
func (t *turn) reopenParents() error {
	if t.run.ParentID == "" || t.run.State != Ended {
		return nil
	}
	refused := fault.New(fault.Refused, "workflow.redo.part", nil)
	if t.run.ParentStep == "" || t.run.Outcome == WasCanceled {
		return refused
	}
	up, err := t.parent()
	if err != nil {
		return err
	}
	if err := up.begin(); err != nil {
		return err
	}
	if err := up.moves(); err != nil {
		return err
	}
	row, err := up.row(t.run.ParentStep)
	if err != nil {
		return err
	}
	last, _, err := up.last(row)
	if err != nil {
		return err
	}
	if !bool(row.Current) || last.ID != t.run.ID || row.State != Finished && row.State != Held {
		return refused
	}
	if err := up.reopenRun(); err != nil {
		return err
	}
	next, err := up.renew(row)
	if err != nil {
		return err
	}
	if err := up.resume(row, next); err != nil {
		return err
	}
	t.run.ParentStep = next.ID
	return up.reopenFollowing(row.StepID)
}

// resume puts a new iteration of a call or a loop to work with the runs that the old one began.
func (t *turn) resume(old, next *StepRun) error {
	step, ok := t.def.Step(next.StepID)
	if !ok {
		return fmt.Errorf("the playbook has no step %q", next.StepID)
	}
	next.State, next.ReadyAt, next.DueAt = Working, t.tx.Now, old.DueAt
	next.OrderAt = orderOf(next)
	if err := t.limit(next, step); err != nil {
		return err
	}
	if err := t.save(next); err != nil {
		return err
	}
	if _, err := t.tx.Exec(t.ctx, `UPDATE run SET parent_step = ? WHERE parent_id = ? AND parent_id <> '' AND parent_step = ?`, next.ID, t.run.ID, old.ID); err != nil {
		return fmt.Errorf("hand on what step %s began: %w", old.StepID, err)
	}
	return t.recordOwn("step.renewed", next)
}
