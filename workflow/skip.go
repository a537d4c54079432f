package workflow

import (
	"context"
	"errors"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// Skip leaves a step out, with a reason, on the word of somebody who leads the run, or whom its
// playbook names (skip); where two are needed the first only asks for it. An action can be left out
// where its playbook says who may, before it is carried out. Conditions
// that ask for a skipped decision find no outcome. A wait can be left out while it lasts. An
// approval cannot ("workflow.approval.skip"): reject it, or cancel the run; only one that finds
// nothing to approve can, and what was to act on it is left out with it. Who did the other step of
// a pair (not_by) cannot leave out the check of it: fault.Refused "actor.four_eyes".
func (s *Store) Skip(ctx context.Context, by actor.Actor, id string, rev int64, reason string) (Task, error) {
	return s.act(ctx, by, id, rev, func(t *turn, row *StepRun) error {
		step, err := t.leavable(row)
		if err != nil {
			return err
		}
		if err := t.moves(); err != nil {
			return err
		}
		if err := t.mayLeave(step); err != nil {
			return err
		}
		if err := t.apart(step); err != nil {
			return err
		}
		why, err := comment(reason, "reason", true)
		if err != nil {
			return err
		}
		if agreed, err := t.agreed(row, step, why); err != nil || !agreed {
			return err
		}
		if err := t.see(); err != nil {
			return err
		}
		if err := t.leaveAction(row); err != nil {
			return err
		}
		if err := t.leaveResting(row, why); err != nil {
			return err
		}
		row.Outcome, row.WakeAt = WasSkipped, 0
		return t.finish(row, Skipped, why, "task.skipped")
	})
}

// leaveResting leaves out the actions that wait for an approval which is left out: nobody will
// have approved what they would do.
func (t *turn) leaveResting(approval *StepRun, why string) error {
	for i := range t.def.Steps {
		s := &t.def.Steps[i]
		row := t.steps[s.ID]
		if s.ApprovedBy != approval.StepID || row.State != Waiting {
			continue
		}
		if err := t.say(row, why); err != nil {
			return err
		}
		row.State, row.Outcome = Skipped, WasSkipped
		t.close(row, t.by)
		if err := t.save(row); err != nil {
			return err
		}
		if err := t.recordStep("task.skipped", row); err != nil {
			return err
		}
	}
	return nil
}

// leavable answers the definition of a step that can be left out now.
func (t *turn) leavable(row *StepRun) (*playbooks.Step, error) {
	step, ok := t.def.Step(row.StepID)
	if ok && row.Kind == playbooks.Approval {
		if err := t.nothingToApprove(step); err != nil {
			return nil, err
		}
	}
	byRule := row.Kind == playbooks.Action && step != nil && step.Skip != nil
	if ok && (row.Kind == playbooks.Wait || parental(row.Kind) || byRule) && row.State == Working && t.run.State == Running {
		return step, nil
	}
	return t.ready(row)
}

// nothingToApprove refuses while there is something. The run is taken first, so that nothing can
// be added meanwhile.
func (t *turn) nothingToApprove(step *playbooks.Step) error {
	if err := t.begin(); err != nil {
		return err
	}
	digest, shown, err := t.digest(step.Of)
	if err != nil || digest == "" && len(shown) == 0 {
		return err
	}
	return fault.New(fault.Refused, "workflow.approval.skip", nil)
}

// Cancel ends a run before its end, with a reason, on the word of somebody who leads it: what is
// not finished is cancelled, what was done stays. An action that nobody has taken up is not done;
// one that is under way ends as it ends, and what it gives is kept on its row. It fails with fault.Conflict and the run as it
// now is when rev is stale, and with fault.Refused "workflow.run.ended".
func (s *Store) Cancel(ctx context.Context, by actor.Actor, runID string, rev int64, reason string) (run Run, err error) {
	return s.lead(ctx, by, runID, rev, reason, (*turn).cancel)
}

// CancelUndoing is Cancel, but what was done and can be taken back (compensates) is taken back before
// the run ends, the last first. It fails with fault.Refused "workflow.giving_up" when that has begun.
func (s *Store) CancelUndoing(ctx context.Context, by actor.Actor, runID string, rev int64, reason string) (run Run, err error) {
	return s.lead(ctx, by, runID, rev, reason, func(t *turn, why string) error {
		if t.run.Phase != Stepping {
			return fault.New(fault.Refused, "workflow.giving_up", nil)
		}
		if err := t.moves(); err != nil {
			return err
		}
		return t.giveUp(WasCanceled, why)
	})
}

// lead does something to a running run, with a reason, on the word of somebody who leads it. It fails
// with fault.Conflict and the run as it now is when rev is stale, and with fault.Refused
// "workflow.run.ended".
func (s *Store) lead(ctx context.Context, by actor.Actor, runID string, rev int64, reason string, f func(*turn, string) error) (run Run, err error) {
	if err := by.Need(actor.TaskWork); err != nil {
		return Run{}, err
	}
	why, err := comment(reason, "reason", true)
	if err != nil {
		return Run{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if !plainID(runID) {
			return fault.New(fault.NotFound, "workflow.run.none", nil)
		}
		t, err := s.turn(ctx, tx, by, runID)
		if err != nil {
			return err
		}
		run = t.run
		if err := t.mayLead(); err != nil {
			return err
		}
		if t.run.Rev != rev {
			return fault.Stale(t.run)
		}
		if t.run.State != Running {
			return fault.New(fault.Refused, "workflow.run.ended", nil)
		}
		if err := f(t, why); err != nil {
			return err
		}
		run = t.run
		return t.report()
	})
	if errors.Is(err, errLost) { // between our look and our write: the caller's rev is stale
		return Run{}, fault.Stale(run)
	}
	return run, err
}

func (t *turn) cancel(why string) error {
	if err := t.begin(); err != nil {
		return err
	}
	for i := range t.def.Steps {
		if err := t.cancelStep(t.steps[t.def.Steps[i].ID], why); err != nil {
			return err
		}
	}
	if err := t.cancelRuns(why, `1 = 1`); err != nil { // the exception path, and parts that are being taken back
		return err
	}
	t.run.State, t.run.Outcome, t.run.EndedAt = Ended, WasCanceled, t.tx.Now
	if err := t.saveRun(); err != nil {
		return err
	}
	return t.record("run.cancelled", audit.Ref{Kind: "run", ID: t.run.ID},
		runDetail{Slug: t.run.Slug, Subject: t.run.Subject.Topic(), Outcome: WasCanceled})
}
