package workflow

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// mayLeave asks for who may leave a step out: who leads the run, unless its playbook says a role, or
// that nobody may.
func (t *turn) mayLeave(step *playbooks.Step) error {
	switch rule := step.Skip; {
	case rule == nil || !rule.Never && rule.Role == "":
		return t.mayLead()
	case rule.Never:
		return fault.New(fault.Refused, "workflow.skip.never", nil)
	case t.by.Has(actor.Role(rule.Role)):
		return nil
	default:
		return fault.New(fault.Forbidden, "workflow.role", map[string]any{"Role": rule.Role})
	}
}

// agreed reports whether a step that two people leave out together has its second. The first only
// asks for it, with the reason; whoever asked does not agree.
func (t *turn) agreed(row *StepRun, step *playbooks.Step, why string) (bool, error) {
	if step.Skip == nil || !step.Skip.Second {
		return true, nil
	}
	if row.SkipBy != "" {
		return true, actor.FourEyes(row.SkipBy, t.by)
	}
	if err := t.begin(); err != nil {
		return false, err
	}
	row.SkipBy, row.SkipByName, row.SkipAt = t.by.ID, t.by.Name, t.tx.Now
	if err := t.save(row); err != nil {
		return false, err
	}
	if err := t.remark(row, why); err != nil {
		return false, err
	}
	return false, t.recordStep("task.skip_asked", row)
}

// WithdrawSkip takes back that a step is to be left out, before a second person agreed: who asked
// for it may, and who leads the run. It fails with fault.Refused "workflow.skip.none" when nobody
// has asked.
func (s *Store) WithdrawSkip(ctx context.Context, by actor.Actor, id string, rev int64) (Task, error) {
	return s.act(ctx, by, id, rev, func(t *turn, row *StepRun) error {
		if row.SkipBy == "" || row.State.Over() || t.run.State != Running {
			return fault.New(fault.Refused, "workflow.skip.none", nil)
		}
		if err := t.moves(); err != nil {
			return err
		}
		if row.SkipBy != t.by.ID {
			if err := t.mayLead(); err != nil {
				return err
			}
		}
		if err := t.begin(); err != nil {
			return err
		}
		row.SkipBy, row.SkipByName, row.SkipAt = "", "", 0
		if err := t.save(row); err != nil {
			return err
		}
		return t.recordStep("task.skip_withdrawn", row)
	})
}

// leaveAction lets an action be left out whose playbook says who may, as long as nobody carries it
// out and it cannot have left the house: between two attempts, or before the first.
func (t *turn) leaveAction(row *StepRun) error {
	if row.Kind != playbooks.Action || row.EffectID == "" {
		return nil
	}
	e, err := t.s.opts.Effects.Get(t.ctx, t.tx, row.EffectID)
	if err != nil {
		return err
	}
	stopped := false
	if e.LeavingAt.IsZero() {
		if stopped, err = t.stop(row); err != nil {
			return err
		}
	}
	if !stopped {
		return fault.New(fault.Refused, "workflow.skip.underway", nil)
	}
	db.Crash("step.left_out")
	return nil
}
