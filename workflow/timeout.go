package workflow

import (
	"fmt"

	"tasuke/internal/effect"
	"tasuke/playbooks"
)

// limit notes when the time of a step is over that has just got its turn. Waits see to it
// themselves.
func (t *turn) limit(row *StepRun, step *playbooks.Step) (err error) {
	if row.Kind == playbooks.Wait {
		return nil
	}
	row.WakeAt, err = due(step.Timeout, t.run.T0, t.tx.Now, t.s.opts.OpenDay)
	return err
}

// timeOver ends a step whose time is over before it was.
func (t *turn) timeOver(row *StepRun) error {
	switch {
	case row.Kind == playbooks.Action && row.EffectID != "":
		return t.actionOver(row)
	case parental(row.Kind):
		return t.blockOver(row)
	case row.EffectID != "": // what was prepared for a person who did not come
		if _, err := t.stop(row); err != nil {
			return err
		}
	}
	return t.fail(row, TimedOut)
}

// blockOver gives up what a call or a loop began whose time is over; the step fails with its end,
// which may follow later when something is taken back before.
func (t *turn) blockOver(row *StepRun) error {
	last, any, err := t.last(row)
	if err != nil {
		return err
	}
	if !any || last.State != Running {
		return t.fail(row, TimedOut)
	}
	row.WakeAt = 0
	if err := t.save(row); err != nil {
		return err
	}
	return t.giveUpChildren(row, TimedOut, "")
}

// actionOver ends an action whose time is over. A timeout is not a refusal: if the action may have
// left the house, nobody knows what came of it. What nobody has taken up is not done any more; what
// is under way finds its step over before it leaves, and what it gives all the same is kept.
func (t *turn) actionOver(row *StepRun) error {
	e, err := t.s.opts.Effects.Get(t.ctx, t.tx, row.EffectID)
	if err != nil {
		return fmt.Errorf("read the effect of step %s: %w", row.StepID, err)
	}
	o := TimedOut
	if !e.LeavingAt.IsZero() {
		o = Unknown
	}
	if err := t.fail(row, o); err != nil {
		return err
	}
	if e.State != effect.Queued {
		return nil
	}
	if err := t.s.opts.Effects.Expire(t.ctx, t.tx, row.EffectID, "workflow.timeout"); err != nil {
		return fmt.Errorf("end the effect of step %s: %w", row.StepID, err)
	}
	return nil
}

// overTime reports whether a step is held because its own time was over, not that of an attempt.
func overTime(row *StepRun) bool {
	return row.State == Held && row.Outcome == TimedOut && !row.WakeAt.IsZero()
}

// late writes how an action ended whose time was over: that stays so, unless nobody knows now
// whether it happened.
func (t *turn) late(row *StepRun, e effect.Effect, out Output) error {
	switch e.State {
	case effect.Done:
		return t.keep(row, out)
	case effect.Unknown:
		return t.putBefore(row, Unknown)
	}
	return nil
}

// cameLate reports whether an action was done after its time was over.
func (t *turn) cameLate(row *StepRun) (bool, error) {
	if row.Kind != playbooks.Action || row.EffectID == "" {
		return false, nil
	}
	e, err := t.s.opts.Effects.Get(t.ctx, t.tx, row.EffectID)
	if err != nil {
		return false, fmt.Errorf("read the effect of step %s: %w", row.StepID, err)
	}
	return e.State == effect.Done, nil
}
