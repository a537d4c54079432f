package workflow

import (
	"context"
	"fmt"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// How is what a person decides about a step that is held.
type How string

// The ways on.
const (
	Again    How = "again"    // try once more: an action under the same key, a wait from now
	Happened How = "happened" // it was done by hand, or it is shown that it did happen
	Accept   How = "accept"   // go on with the outcome as it is
)

// Hows lists the ways on in the order screens show them.
var Hows = []How{Again, Happened, Accept}

// Hows lists those that there are for a step that is held.
func (t Task) Hows() []How {
	return slices.DeleteFunc(slices.Clone(Hows), func(h How) bool { return h == Happened && choosesOrFills(&t.Step) })
}

// Resolve decides about a held step, with a reason: who has the step's role or leads the run
// may. It fails with fault.Refused "workflow.not_held" for a step that is not, and as Complete
// does for a page that is stale.
func (s *Store) Resolve(ctx context.Context, by actor.Actor, id string, rev int64, how How, reason string) (Task, error) {
	return s.act(ctx, by, id, rev, func(t *turn, row *StepRun) error {
		if t.mayWork(row) != nil {
			if err := t.mayLead(); err != nil {
				return err
			}
		}
		if row.State != Held || t.run.State != Running {
			return fault.New(fault.Refused, "workflow.not_held", nil)
		}
		if err := t.moves(); err != nil {
			return err
		}
		if err := t.mayResolve(row, how); err != nil {
			return err
		}
		why, err := comment(reason, "reason", true)
		if err != nil {
			return err
		}
		if err := t.begin(); err != nil {
			return err
		}
		if err := t.note(row, how); err != nil {
			return err
		}
		if err := t.resolve(row, how, why); err != nil {
			return err
		}
		db.Crash("step.resolve")
		return nil
	})
}

// mayResolve keeps the rules of a person's step, whose time was over, for what is decided about it:
// who did the other step of a pair decides nothing but to have it done again, and only its role says
// that it was done. Nothing is begun again in a run that is given up but what takes back.
func (t *turn) mayResolve(row *StepRun, how How) error {
	step, ok := t.def.Step(row.StepID)
	if !ok {
		return fmt.Errorf("the playbook has no step %q", row.StepID)
	}
	if how == Again {
		if t.run.Phase == Undoing && step.Compensates == "" {
			return fault.New(fault.Refused, "workflow.giving_up", nil)
		}
		return nil
	}
	if how == Happened && choosesOrFills(step) { // nobody has said what
		return fault.New(fault.Refused, "workflow.how.open", nil)
	}
	if !row.Kind.ByHand() {
		return nil
	}
	if how == Happened {
		if err := t.mayWork(row); err != nil {
			return err
		}
	}
	return t.apart(step)
}

// choosesOrFills reports whether a step gives what nobody can know afterwards: a choice, or what has to
// be filled in.
func choosesOrFills(step *playbooks.Step) bool {
	return slices.Contains([]playbooks.Kind{playbooks.Decision, playbooks.Approval, playbooks.Switch}, step.Kind) ||
		slices.ContainsFunc(step.Fields, func(f playbooks.Field) bool { return f.Required })
}

func (t *turn) note(row *StepRun, how How) error {
	detail := detailOf(row)
	detail.How = how
	return t.record("step.resolved", audit.Ref{Kind: "step_run", ID: row.ID}, detail)
}

func (t *turn) resolve(row *StepRun, how How, why string) error {
	switch how {
	case Again:
		return t.retry(row, why)
	case Happened:
		row.Outcome = Succeeded
		if err := t.finish(row, Finished, why, "task.completed"); err != nil {
			return err
		}
		return t.settle(row, effect.HappenedByHand)
	case Accept:
		t.asIs = row.ID
		if row.Kind == playbooks.Approval {
			if err := t.leaveResting(row, why); err != nil {
				return err
			}
		}
		return t.finish(row, Finished, why, "task.completed")
	}
	return fault.Field("how", "workflow.how.unknown")
}

// retry lets an action try again under its key. Everything else begins anew, and so does an action
// that was done after all when its time was over.
func (t *turn) retry(row *StepRun, why string) error {
	if step, ok := t.def.Step(row.StepID); ok && begun(row) && !free(t.def, step, t.statuses()) {
		return t.retryLater(row, why)
	}
	if own, err := t.afresh(row, why); own || err != nil {
		return err
	}
	came, err := t.cameLate(row)
	if err != nil {
		return err
	}
	if came || row.Kind == playbooks.Wait || row.Kind.ByHand() {
		next, err := t.renew(row)
		if err != nil {
			return err
		}
		if err := t.remark(next, why); err != nil {
			return err
		}
		return t.advance()
	}
	step, ok := t.def.Step(row.StepID)
	if !ok {
		return fmt.Errorf("the playbook has no step %q", row.StepID)
	}
	row.State, row.Outcome, row.OrderAt = Working, "", orderOf(row)
	if err := t.limit(row, step); err != nil {
		return err
	}
	if err := t.save(row); err != nil {
		return err
	}
	if err := t.remark(row, why); err != nil {
		return err
	}
	return t.settle(row, effect.Again)
}

// retryLater gives a step a new iteration that waits: what comes before it is open again.
func (t *turn) retryLater(row *StepRun, why string) error {
	if err := t.back(row); err != nil {
		return err
	}
	next, err := t.renew(row)
	if err != nil {
		return err
	}
	if err := t.remark(next, why); err != nil {
		return err
	}
	return t.advance()
}

// back refuses to do an action anew under another key that has left the house and is not back.
func (t *turn) back(row *StepRun) error {
	left, _, err := t.left(row)
	if err == nil && left {
		err = fault.New(fault.Refused, "workflow.redo.underway", nil)
	}
	return err
}

// left reports whether an action may have left the house and is not back, and whether it only rests
// between two attempts.
func (t *turn) left(row *StepRun) (left, rests bool, err error) {
	if row.Kind != playbooks.Action || row.EffectID == "" {
		return false, false, nil
	}
	e, err := t.s.opts.Effects.Get(t.ctx, t.tx, row.EffectID)
	if err != nil {
		return false, false, fmt.Errorf("read the effect of step %s: %w", row.StepID, err)
	}
	return !e.State.Over() && !e.LeavingAt.IsZero(), e.State == effect.Queued, nil
}

// settle tells the effects what was decided, so that both say the same. An effect that is still under
// way, because only the time of its step was over, ends as it ends.
func (t *turn) settle(row *StepRun, how effect.How) error {
	if row.EffectID == "" || row.Kind != playbooks.Action {
		return nil
	}
	e, err := t.s.opts.Effects.Get(t.ctx, t.tx, row.EffectID)
	if err != nil {
		return fmt.Errorf("read the effect of step %s: %w", row.StepID, err)
	}
	if !e.State.Over() || e.State == effect.Done {
		return nil
	}
	if _, err := t.s.opts.Effects.Resolve(t.ctx, t.tx, t.by, e.ID, e.Rev, how, "workflow.resolved"); err != nil {
		return fmt.Errorf("resolve the effect of step %s: %w", row.StepID, err)
	}
	return nil
}

// orderOf sorts an open step by its target.
func orderOf(row *StepRun) db.Instant {
	if row.DueAt.IsZero() {
		return never
	}
	return row.DueAt
}
