package workflow

import (
	"fmt"

	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// tree is what a turn knows of the runs above and below its own.
type tree struct {
	up     *turn      // of the parent, once it is needed
	queue  []*StepRun // steps that are to begin their next child
	moving bool       // this run is moving on: what a child tells it, it asks about itself
	told   bool       // the parent has heard of the end
	passes *int       // how many passes this transaction has begun
}

// on puts a turn on the block of its version that its run works through.
func (t *turn) on(v *Version) error {
	def, ok := v.Definition.Find(t.run.Block)
	if !ok {
		return fmt.Errorf("%s version %d has no block %q", v.Slug, v.Number, t.run.Block)
	}
	t.whole, t.def, t.scope = v.Definition, def, &scope{runID: t.run.ScopeID}
	if t.tree.passes == nil {
		t.tree.passes = new(int)
	}
	return nil
}

// beginChildren begins what steps whose turn has come are to work through: another playbook, or a
// pass of a loop. It follows when all else has moved, so that what a child does at once, and what its
// end does to this run, finds every step where it belongs.
func (t *turn) beginChildren() error {
	for len(t.tree.queue) > 0 {
		row := t.tree.queue[0]
		t.tree.queue = t.tree.queue[1:]
		if row.State != Working || !bool(row.Current) || t.run.State != Running {
			continue // cancelled meanwhile
		}
		step, ok := t.def.Step(row.StepID)
		if !ok {
			return fmt.Errorf("the playbook has no step %q", row.StepID)
		}
		var err error
		if step.Kind == playbooks.Call {
			err = t.beginCall(row, step)
		} else {
			err = t.beginPass(row, step)
		}
		if err != nil {
			return fmt.Errorf("begin step %s: %w", row.StepID, err)
		}
	}
	return nil
}

// block prepares a child run that works through a block of the same version, with the same variables.
func (t *turn) block(name, stepRun string) *turn {
	return t.child(Run{VersionID: t.run.VersionID, Slug: t.run.Slug, Block: name, ScopeID: t.run.ScopeID, ParentStep: stepRun})
}

// child prepares a child run of this one.
func (t *turn) child(r Run) *turn {
	r.ID, r.ParentID, r.TopID = t.tx.NewID(), t.run.ID, t.run.TopID
	r.Subject, r.T0, r.State, r.Rev = t.run.Subject, t.run.T0, Running, 1
	r.StartedBy, r.StartedByName, r.StartedAt = player.ID, player.Name, t.tx.Now
	if r.ScopeID == "" {
		r.ScopeID = r.ID
	}
	return &turn{
		s: t.s, ctx: t.ctx, tx: t.tx, by: player, run: r, steps: map[string]*StepRun{}, was: map[string]StepRun{}, facts: t.facts, rev: t.rev,
		tree: tree{up: t, passes: t.tree.passes},
	}
}

// launch writes a child run and moves its first steps. before is done when the run is there and
// nothing has moved.
func (t *turn) launch(v *Version, before func() error) error {
	if err := t.on(v); err != nil {
		return err
	}
	if up := t.tree.up; up.run.ScopeID == t.run.ScopeID {
		t.scope = up.scope
	}
	if n, err := t.insertRun(); err != nil || n == 0 {
		return fmt.Errorf("a child run could not be written: %w", err)
	}
	if before != nil {
		if err := before(); err != nil {
			return err
		}
	}
	if err := t.start(v); err != nil {
		return err
	}
	db.Crash("run.child")
	return nil
}

// parent gives the turn of the run this one is part of. Both work with the same variables when they
// share them.
func (t *turn) parent() (*turn, error) {
	if t.tree.up != nil {
		return t.tree.up, nil
	}
	up, err := t.s.turn(t.ctx, t.tx, player, t.run.ParentID)
	if err != nil {
		return nil, err
	}
	up.told, up.facts, up.rev, up.tree.passes = t.told, t.facts, t.rev, t.tree.passes
	if up.run.ScopeID == t.run.ScopeID {
		up.scope = t.scope
	}
	t.tree.up = up
	return up, nil
}

// report tells the parent that this run has ended, in the same transaction: nothing is lost between.
func (t *turn) report() error {
	if t.run.State != Ended || t.run.ParentID == "" || t.tree.told {
		return nil
	}
	t.tree.told = true
	up, err := t.parent()
	if err != nil {
		return err
	}
	if err := up.heard(t); err != nil {
		return fmt.Errorf("the end of a run in its parent: %w", err)
	}
	db.Crash("run.child_ended")
	return nil
}

// heard is the end of a child. A step that is over already, because it was cancelled or left out,
// stays as it is.
func (t *turn) heard(c *turn) error {
	if err := t.begin(); err != nil {
		return err
	}
	if c.run.ParentStep == "" {
		return t.excepted(c)
	}
	row, err := t.row(c.run.ParentStep)
	if err != nil {
		return err
	}
	step, ok := t.def.Step(row.StepID)
	if t.run.Phase == Undoing && t.run.State == Running {
		if t.tree.moving {
			return nil
		}
		return t.advance()
	}
	if !ok || row.State != Working || !bool(row.Current) || t.run.State != Running {
		return nil
	}
	switch {
	case c.run.GivingUp == TimedOut && step.Timeout.Set() && row.WakeAt.IsZero(): // by the step (see blockOver), not by one of its own
		err = t.asEngine(func() error { return t.fail(row, TimedOut) })
	case c.run.Outcome == Failed, c.run.Outcome == TimedOut:
		err = t.asEngine(func() error { return t.fail(row, Failed) })
	case c.run.Outcome != Succeeded: // unknown or cancelled: a person decides
		err = t.asEngine(func() error { return t.putBefore(row, c.run.Outcome) })
	case step.Kind == playbooks.Call:
		err = t.returned(row, step, c)
	default:
		err = t.passed(row, step, c)
	}
	if err != nil || t.tree.moving {
		return err
	}
	return t.advance()
}

// succeed finishes a call or a loop; advance goes on from there.
func (t *turn) succeed(row *StepRun, step *playbooks.Step) error {
	row.Outcome = Succeeded
	if err := t.sets(row, Finished); err != nil {
		return err
	}
	row.State, row.WakeAt, t.again = Finished, 0, true
	t.close(row, player)
	if err := t.save(row); err != nil {
		return err
	}
	return t.recordOwn("step.done", row)
}

// asEngine does what no person does, though it follows from what a person did.
func (t *turn) asEngine(f func() error) error {
	was := t.by
	t.by = player
	defer func() { t.by = was }()
	return f()
}

// last gives the newest child of a step, without its steps; false when there is none.
func (t *turn) last(row *StepRun) (r Run, ok bool, err error) {
	err = t.tx.Get(t.ctx, &r, `SELECT `+runColumns+` FROM run WHERE parent_id = ? AND parent_id <> '' AND parent_step = ? ORDER BY id DESC LIMIT 1`, t.run.ID, row.ID)
	if fault.Is(err, fault.NotFound) {
		return r, false, nil
	} else if err != nil {
		return r, false, fmt.Errorf("look for what step %s began: %w", row.StepID, err)
	}
	return r, true, nil
}

// parental reports whether steps of a kind begin runs of their own.
func parental(k playbooks.Kind) bool { return k == playbooks.Call || k == playbooks.Loop }
