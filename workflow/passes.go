package workflow

import (
	"fmt"

	"tasuke/internal/db"
	"tasuke/playbooks"
)

// atOnce is how many passes one transaction begins. Passes that end at once go on with the next tick,
// so that nobody waits for a thousand of them.
const atOnce = 20

// beginPass begins the next pass of a loop, or the same once more when the last did not end well. The
// condition before it may end the loop instead.
func (t *turn) beginPass(row *StepRun, step *playbooks.Step) error {
	if *t.tree.passes >= atOnce {
		row.WakeAt = t.tx.Now
		return t.save(row)
	}
	if row.WakeAt != 0 && row.WakeAt <= t.tx.Now { // it was put off
		over, err := t.endOfTime(row, step)
		if err != nil {
			return err
		}
		row.WakeAt = over
		if err := t.save(row); err != nil {
			return err
		}
	}
	last, any, err := t.last(row)
	if err != nil {
		return err
	}
	pass := last.Pass
	if !any || last.Outcome == Succeeded {
		pass++
	}
	if step.While != nil {
		holds, err := t.asks(row, step.While)
		switch {
		case err != nil:
			return err
		case holds == unclear:
			return t.asEngine(func() error { return t.fail(row, Failed) })
		case holds == no:
			return t.succeed(row, step)
		}
	}
	if pass > int64(step.Max) {
		return t.atMax(row, step)
	}
	if pass > 1 || step.While != nil { // what was seen is kept, whatever becomes of the pass
		if err := t.save(row); err != nil {
			return err
		}
	}
	*t.tree.passes++
	v, err := t.s.version(t.ctx, t.tx, t.run.VersionID)
	if err != nil {
		return err
	}
	c := t.block(step.ID, row.ID)
	c.run.Pass = pass
	if err := c.launch(v, nil); err != nil {
		return err
	}
	db.Crash("loop.pass")
	return nil
}

// goesOn takes a loop up again whose next pass was put off (see atOnce).
func (t *turn) goesOn(row *StepRun, step *playbooks.Step) (bool, error) {
	last, _, err := t.last(row)
	if err != nil || last.State == Running {
		return false, err
	}
	over, err := t.endOfTime(row, step)
	if err != nil || !over.IsZero() && over <= t.tx.Now {
		return false, err
	}
	t.tree.queue = append(t.tree.queue, row)
	return true, t.advance()
}

// endOfTime is when the time of a loop is over, zero for never. Its row says something else while its
// next pass is put off.
func (t *turn) endOfTime(row *StepRun, step *playbooks.Step) (db.Instant, error) {
	return due(step.Timeout, t.run.T0, row.ReadyAt, t.s.opts.OpenDay)
}

// passed goes on after a pass that was done: the loop is done when its condition holds, and another
// pass begins when it does not.
func (t *turn) passed(row *StepRun, step *playbooks.Step, c *turn) error {
	if step.UntilTrue != nil {
		holds, err := t.asks(row, step.UntilTrue)
		switch {
		case err != nil:
			return err
		case holds == unclear:
			return t.asEngine(func() error { return t.fail(row, Failed) })
		case holds == yes:
			return t.succeed(row, step)
		case c.run.Pass >= int64(step.Max):
			return t.atMax(row, step)
		}
	}
	t.tree.queue, t.again = append(t.tree.queue, row), true
	return nil
}

// atMax ends a loop that all its passes were not enough for.
func (t *turn) atMax(row *StepRun, step *playbooks.Step) error {
	if step.AtMax == playbooks.GoOn {
		return t.succeed(row, step)
	}
	return t.asEngine(func() error { return t.fail(row, Failed) })
}

// asks evaluates the condition of a loop, which looks at facts and variables alone, and keeps what it
// saw on the step.
func (t *turn) asks(row *StepRun, c *playbooks.Condition) (truth, error) {
	known, err := t.known()
	if err != nil {
		return no, err
	}
	holds, seen, err := ask(c, known)
	if err != nil {
		return no, fmt.Errorf("step %q: %w", row.StepID, err)
	}
	row.Seen = seen
	row.Seen.Rev = t.rev
	return holds, nil
}
