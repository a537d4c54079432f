package workflow

import (
	"context"
	"fmt"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// Redo opens a finished step again as a new iteration; the old one stays as it was. It is the
// undo of people: whoever has the step's role or leads the run may, with a reason. An action that
// is done again acts under a new key, so only when the earlier one is over or held.
//
// Work that others have done meanwhile stays done, but for what checked the step (see recheck):
// that has seen other work than is there now. What hangs on a decision that is open again
// is decided again: steps that were ready wait, steps its condition skipped get a new iteration.
// A run that had ended goes on, unless the subject's work has ended too (Options.Enter). It fails
// with fault.Refused "workflow.redo" for a step that is not finished, or was skipped by its
// condition (redo the decision instead), and "workflow.redo.running" when another run of the
// playbook has begun since, and "workflow.redo.underway" for an action that has left and is not back.
func (s *Store) Redo(ctx context.Context, by actor.Actor, id string, rev int64, reason string) (Task, error) {
	return s.act(ctx, by, id, rev, func(t *turn, row *StepRun) error {
		if t.mayWork(row) != nil {
			if err := t.mayLead(); err != nil {
				return err
			}
		}
		if !again(row) || t.run.Outcome == WasCanceled || t.run.GivingUp != "" {
			return fault.New(fault.Refused, "workflow.redo", nil)
		}
		if err := t.moves(); err != nil {
			return err
		}
		why, err := comment(reason, "reason", true)
		if err != nil {
			return err
		}
		if err := t.reopenRun(); err != nil {
			return err
		}
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
		if err := t.recordStep("task.redone", next); err != nil {
			return err
		}
		if err := t.recheck(row.StepID, why); err != nil {
			return err
		}
		if err := t.reopenFollowing(row.StepID); err != nil {
			return err
		}
		return t.advance()
	})
}

// again reports whether a step can be done again: a person's, an action or a wait that is over,
// or that is held. Forks, joins and the end follow by themselves.
func again(row *StepRun) bool {
	kind := row.Kind.ByHand() || row.Kind == playbooks.Action || row.Kind == playbooks.Wait || parental(row.Kind)
	return kind && (row.State.Over() || row.State == Held) && !row.bySkipCondition()
}

// followsByItself reports whether a step has no work of its own that stays done.
func followsByItself(k playbooks.Kind) bool {
	return k == playbooks.Switch || k == playbooks.Parallel || k == playbooks.Join || k == playbooks.End
}

// reopenRun takes the run and lets one that had ended go on.
func (t *turn) reopenRun() error {
	if t.run.GivingUp != "" {
		return fault.New(fault.Refused, "workflow.redo", nil)
	}
	if err := t.reopenParents(); err != nil {
		return err
	}
	if t.run.State == Ended && t.run.ParentID == "" {
		if enter := t.s.opts.Enter; enter != nil {
			if err := enter(t.ctx, t.tx, t.run.Subject); err != nil {
				return err
			}
		}
		_, other, err := running(t.ctx, t.tx, t.run.Slug, t.run.Subject)
		if err != nil {
			return err
		}
		if other {
			return fault.New(fault.Refused, "workflow.redo.running", nil)
		}
	}
	if err := t.begin(); err != nil {
		return err
	}
	if t.run.State == Running {
		return nil
	}
	t.run.State, t.run.Outcome, t.run.EndedAt = Running, "", 0
	if err := t.saveRun(); err != nil {
		return err
	}
	return t.mayUndoAgain()
}

// renew puts a new iteration in the place of a row. The old one keeps the outcome it has; one
// without, whose turn was taken back, is cancelled.
func (t *turn) renew(old *StepRun) (*StepRun, error) {
	step, ok := t.def.Step(old.StepID)
	if !ok {
		return nil, fault.New(fault.Internal, "workflow.redo", nil)
	}
	retired := *old
	retired.Current = false
	switch {
	case retired.Outcome == "":
		retired.State, retired.Outcome = Cancelled, WasCanceled
		t.close(&retired, t.by)
	case retired.State == Held:
		retired.State = Finished
		t.close(&retired, t.by)
	}
	if err := t.save(&retired); err != nil {
		return nil, err
	}
	row := t.fresh(step, old.Iteration+1)
	if err := t.insert([]StepRun{row}); err != nil {
		return nil, err
	}
	t.steps[old.StepID] = &row
	return &row, nil
}

// reopenFollowing sends back what can no longer stand, until nothing more changes.
func (t *turn) reopenFollowing(id string) error {
	after := t.def.Following(id)
	for moved := true; moved; {
		moved = false
		for i := range t.def.Steps {
			s := &t.def.Steps[i]
			if !after[s.ID] {
				continue
			}
			changed, err := t.reopen(s, t.steps[s.ID])
			if err != nil {
				return err
			}
			moved = moved || changed
		}
	}
	return nil
}

func (t *turn) reopen(s *playbooks.Step, row *StepRun) (bool, error) {
	held := !free(t.def, s, t.statuses())
	switch {
	case row.State == Ready && held:
		return true, t.unready(row)
	case row.State == Working && held:
		return t.takeBack(row)
	case held && row.State == Finished && followsByItself(row.Kind),
		row.bySkipCondition() && !t.decided(s):
		_, err := t.renew(row)
		return true, err
	}
	return false, nil
}

// unready takes back the turn of a person's step. An approval that some have signed begins anew: they
// signed other work than there will be.
func (t *turn) unready(row *StepRun) error {
	signed, err := t.signers(row.StepID)
	if err != nil {
		return err
	}
	if row.EffectID != "" { // what was being prepared for it
		if _, err := t.stop(row); err != nil {
			return err
		}
	}
	if len(signed) > 0 || row.EffectID != "" {
		_, err := t.renew(row)
		return err
	}
	row.State, row.ReadyAt, row.DueAt, row.OrderAt, row.WakeAt = Waiting, 0, 0, never, 0
	row.SkipBy, row.SkipByName, row.SkipAt = "", "", 0 // who asked to leave it out saw other work
	return t.save(row)
}

// takeBack stops what the engine has begun, as far as it can: an action that somebody is
// carrying out already, or that may have left the house, goes on.
func (t *turn) takeBack(row *StepRun) (bool, error) {
	if left, _, err := t.left(row); left || err != nil {
		return false, err
	}
	if err := t.stopChildren(row, ""); err != nil {
		return false, err
	}
	if row.EffectID != "" {
		stopped, err := t.stop(row)
		if !stopped || err != nil {
			return false, err
		}
	}
	_, err := t.renew(row)
	return true, err
}

// stop cancels the effect of an action that nobody has taken up; false when somebody has. Who
// carries an effect out holds its row and asks for the run; this holds the run, so on PostgreSQL
// it does not wait for the row: what is being carried out finds its step over.
func (t *turn) stop(row *StepRun) (bool, error) {
	if t.tx.Dialect == db.Postgres {
		var free []string
		err := t.tx.Select(t.ctx, &free, `SELECT id FROM effect WHERE id = ? AND state = 'queued' FOR UPDATE SKIP LOCKED`, row.EffectID)
		if err != nil || len(free) == 0 {
			return false, err
		}
	}
	stopped, err := t.s.opts.Effects.Cancel(t.ctx, t.tx, row.EffectID)
	if err != nil {
		return false, fmt.Errorf("cancel the effect of step %s: %w", row.StepID, err)
	}
	return stopped, nil
}

// decided reports whether every step is over on whose end it was left out: the decisions and steps
// that its condition names, and those whose failure it takes over.
func (t *turn) decided(s *playbooks.Step) bool {
	names := gated(t.def)[s.ID]
	if s.When != nil {
		names = slices.Concat(names, s.When.Decisions, s.When.Steps, setters(t.def, s, s.When.Vars))
	}
	return !slices.ContainsFunc(names, func(id string) bool {
		row, ok := t.steps[id]
		return !ok || !row.State.Over()
	})
}
