package workflow

import (
	"fmt"

	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/playbooks"
)

// lastPart is the part of the run, a called playbook or a pass, that ended last and in which something
// can still be taken back, and the step it belongs to; nil when there is none. What the playbook takes
// back with a step of its own (compensates the call or the loop) is not looked into.
func (t *turn) lastPart() (last *turn, of *StepRun, err error) {
	for i := range t.def.Steps {
		s := &t.def.Steps[i]
		if !parental(s.Kind) || t.ownWayBack(s.ID) {
			continue
		}
		row := t.steps[s.ID]
		c, err := t.undoablePart(row)
		if err != nil {
			return nil, nil, err
		}
		if c != nil && (last == nil || c.run.EndedAt > last.run.EndedAt || c.run.EndedAt == last.run.EndedAt && t.behind(row, of)) {
			last, of = c, row
		}
	}
	return last, of, nil
}

// ownWayBack reports whether a step takes back another as a whole.
func (t *turn) ownWayBack(id string) bool {
	for i := range t.def.Steps {
		if t.def.Steps[i].Compensates == id {
			return true
		}
	}
	return false
}

// undoablePart is the newest part of a step in which something can be taken back; nil for none. What was
// given up has taken back its own work.
func (t *turn) undoablePart(row *StepRun) (*turn, error) {
	var ids []string
	err := t.tx.Select(t.ctx, &ids, `SELECT id FROM run WHERE parent_id = ? AND parent_id <> '' AND parent_step = ?
		AND state = 'ended' AND giving_up = '' ORDER BY id DESC`, t.run.ID, row.ID)
	if err != nil {
		return nil, fmt.Errorf("look for what step %s has done: %w", row.StepID, err)
	}
	for _, id := range ids {
		c, err := t.s.turn(t.ctx, t.tx, t.by, id)
		if err != nil {
			return nil, err
		}
		c.told, c.tree.up, c.facts, c.rev, c.tree.passes = true, t, t.facts, t.rev, t.tree.passes
		if any, err := c.undoable(); any || err != nil {
			return c, err
		}
	}
	return nil, nil
}

// undoable reports whether something of a run that has ended can be taken back, there or below it.
func (t *turn) undoable() (bool, error) {
	at := t.statuses()
	for i := range t.def.Steps {
		if s := &t.def.Steps[i]; t.leftOut(s) && calledFor(s, at) {
			return true, nil
		}
	}
	part, _, err := t.lastPart()
	return part != nil, err
}

// leftOut reports whether a step takes back another and was not needed when its run ended.
func (t *turn) leftOut(s *playbooks.Step) bool {
	row := t.steps[s.ID]
	return s.Compensates != "" && (row.bySkipCondition() || row.State == Cancelled)
}

// takeBackPart gives a part up that had ended: what was done in it is taken back, the last first. It ends
// as cancelled then, without its exception path: nothing in it failed.
func (t *turn) takeBackPart(c *turn) error {
	if err := c.begin(); err != nil {
		return err
	}
	c.run.State, c.run.Outcome, c.run.EndedAt, c.run.Phase, c.run.GivingUp = Running, "", 0, Undoing, WasCanceled
	if err := c.saveRun(); err != nil {
		return err
	}
	at := c.statuses()
	for i := range c.def.Steps {
		s := &c.def.Steps[i]
		if c.leftOut(s) && calledFor(s, at) {
			if _, err := c.renew(c.steps[s.ID]); err != nil {
				return err
			}
		}
	}
	if err := c.record("run.given_up", audit.Ref{Kind: "run", ID: c.run.ID},
		runDetail{Slug: c.run.Slug, Subject: c.run.Subject.Topic(), Outcome: WasCanceled}); err != nil {
		return err
	}
	db.Crash("run.given_up")
	return c.undo()
}

// away are the steps of a run that is given up of which nobody can say yet whether they were done, and
// that could be taken back: an action that has left the house is waited for, and what is unknown is for
// a person to decide. What rests between two attempts is not tried again and is unknown.
func (t *turn) away() (map[string]bool, error) {
	out := map[string]bool{}
	for i := range t.def.Steps {
		id := t.def.Steps[i].Compensates
		row, ok := t.steps[id]
		if !ok || row.State != Working {
			out[id] = ok && row.State == Held && row.Outcome == Unknown
			continue
		}
		left, rests, err := t.left(row)
		if err == nil && left && rests {
			err = t.unclear(row)
		}
		if err != nil {
			return nil, err
		}
		out[id] = left
	}
	return out, nil
}

// unclear puts an action before a person that may have left and is not tried again.
func (t *turn) unclear(row *StepRun) error {
	if err := t.putBefore(row, Unknown); err != nil {
		return err
	}
	if err := t.s.opts.Effects.Expire(t.ctx, t.tx, row.EffectID, "effect.problem.uncertain"); err != nil {
		return fmt.Errorf("end the effect of step %s: %w", row.StepID, err)
	}
	return nil
}

// unneededNow leaves out what was to take back work that was not done after all.
func (t *turn) unneededNow() error {
	at := t.statuses()
	for i := range t.def.Steps {
		s := &t.def.Steps[i]
		row := t.steps[s.ID]
		if s.Compensates == "" || row.State != Waiting {
			continue
		}
		row.State, row.Outcome, row.Seen = Skipped, WasSkipped, notTakenBack(s, at)
		t.close(row, player)
		if err := t.save(row); err != nil {
			return err
		}
	}
	return nil
}
