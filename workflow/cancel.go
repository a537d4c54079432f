package workflow

import "fmt"

// cancelStep cancels a step that is not over, with a reason where there is one: an action that nobody
// has taken up is not done, one that is under way ends as it ends, and a playbook it began is
// cancelled with it. What is held keeps the outcome it has.
func (t *turn) cancelStep(row *StepRun, why string) error {
	if row.State.Over() {
		return nil
	}
	if err := t.say(row, why); err != nil {
		return err
	}
	working := row.State == Working || row.State == Ready
	if row.State != Held {
		row.Outcome = WasCanceled
		left, rests, err := t.left(row)
		if err != nil {
			return err
		}
		if left && rests { // it is not tried again, and nobody knows
			row.Outcome = Unknown
		}
	}
	row.State, row.WakeAt = Cancelled, 0
	t.close(row, t.by)
	if err := t.save(row); err != nil {
		return fmt.Errorf("cancel: %w", err)
	}
	if working && row.EffectID != "" {
		if _, err := t.stop(row); err != nil {
			return err
		}
	}
	return t.stopChildren(row, why)
}

// stopChildren cancels what a step began and has not ended.
func (t *turn) stopChildren(row *StepRun, why string) error {
	if !parental(row.Kind) {
		return nil
	}
	return t.cancelRuns(why, `parent_step = ?`, row.ID)
}

// cancelRuns cancels the running children of the run that a condition names. They do not report: who
// cancels them knows.
func (t *turn) cancelRuns(why, where string, args ...any) error {
	var ids []string
	err := t.tx.Select(t.ctx, &ids, `SELECT id FROM run WHERE parent_id = ? AND parent_id <> '' AND state = 'running' AND `+where+` ORDER BY id`, append([]any{t.run.ID}, args...)...)
	if err != nil {
		return fmt.Errorf("look for what is to be cancelled: %w", err)
	}
	for _, id := range ids {
		c, err := t.s.turn(t.ctx, t.tx, t.by, id)
		if err != nil {
			return err
		}
		c.told, c.tree.up, c.tree.told, c.facts, c.rev = true, t, true, t.facts, t.rev
		if err := c.cancel(why); err != nil {
			return err
		}
	}
	return nil
}
