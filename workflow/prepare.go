package workflow

import (
	"fmt"

	"tasuke/internal/effect"
	"tasuke/playbooks"
)

// does is what the program does in a step, and whether it still is to: an action while it is at work,
// or what is prepared for a person while it is the person's turn.
func (t *turn) does(row *StepRun, step *playbooks.Step) (do string, open bool) {
	open = bool(row.Current) && t.run.State == Running
	if row.Kind == playbooks.Action {
		return step.Do, open && row.State == Working
	}
	return step.Prepare, open && row.State == Ready && step.Prepare != ""
}

// prepare has the program do something for the person whose turn it is. The person never waits for it.
func (t *turn) prepare(row *StepRun, step *playbooks.Step) error {
	if step.Prepare == "" {
		return nil
	}
	return t.give(row, step)
}

// wasPrepared tells pages that something was prepared, or could not be. The row stays as it is: who is
// at the step with a page from before is in nobody's way. What came too late is kept.
func (t *turn) wasPrepared(row *StepRun, e effect.Effect, out Output) error {
	if row.State != Ready || !bool(row.Current) {
		return t.keep(row, out)
	}
	t.announce()
	if e.State == effect.Done {
		return t.recordStep("step.prepared", row)
	}
	return t.recordStep("step.unprepared", row)
}

// takePrepared puts what was prepared on the row when the person is through; what is still to come is
// not done any more.
func (t *turn) takePrepared(row *StepRun) error {
	if row.EffectID == "" || row.Kind == playbooks.Action {
		return nil
	}
	e, err := t.s.opts.Effects.Get(t.ctx, t.tx, row.EffectID)
	if err != nil {
		return fmt.Errorf("read what was prepared for step %s: %w", row.StepID, err)
	}
	if e.State == effect.Done {
		return row.Output.read(e.Output)
	}
	_, err = t.stop(row)
	return err
}

// prepared adds to a page what was prepared for the person.
func prepared(x *StepView, e effect.Effect) error {
	if x.Kind == playbooks.Action || e.State != effect.Done || len(x.Output) > 0 {
		return nil
	}
	return x.Output.read(e.Output)
}
