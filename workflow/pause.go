package workflow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// errPaused is why an action is not done now.
var errPaused = errors.New("the run is paused")

// lookAgain is how long an effect of a paused run waits at most when the run is resumed at the very
// moment in which it is put off; resuming hurries all others.
const lookAgain = time.Minute

// paused reports whether nothing of the run may move.
func (t *turn) paused() bool { return !t.run.PausedAt.IsZero() }

// moves refuses people's acts on a run that is paused.
func (t *turn) moves() error {
	if t.paused() {
		return fault.New(fault.Refused, "workflow.paused", nil)
	}
	return nil
}

// Pausing is one time that a run was paused or resumed, by whose word and why.
type Pausing struct {
	ID      string     `db:"id"`
	Resumed bit        `db:"resumed"` // false: paused
	ByID    string     `db:"by_id"`
	ByName  string     `db:"by_name"`
	At      db.Instant `db:"at"`
	Reason  string     `db:"-"`
	Sealed  []byte     `db:"reason"`
}

// Pause stops a run and all that is below it, with a reason, on the word of somebody who leads it:
// nothing gets its turn, no time is over, and what is queued does not begin. What is under way ends
// and is written, and nothing follows. It fails as Cancel does, and with fault.Refused
// "workflow.paused" when it is paused already.
func (s *Store) Pause(ctx context.Context, by actor.Actor, runID string, rev int64, reason string) (Run, error) {
	return s.lead(ctx, by, runID, rev, reason, func(t *turn, why string) error {
		if err := t.moves(); err != nil {
			return err
		}
		if err := t.begin(); err != nil {
			return err
		}
		t.run.PausedAt, t.run.PausedBy = t.tx.Now, t.by.ID
		if err := t.saveRun(); err != nil {
			return err
		}
		below, err := t.below(0)
		if err != nil {
			return err
		}
		for _, id := range below {
			if _, err := t.tx.Exec(t.ctx, `UPDATE run SET paused_at = ?, paused_by = ?, rev = rev + 1 WHERE id = ?`, t.run.PausedAt, t.run.PausedBy, id); err != nil {
				return fmt.Errorf("pause what is below a run: %w", err)
			}
		}
		if err := t.pausing(false, why); err != nil {
			return err
		}
		db.Crash("run.paused")
		return nil
	})
}

// Resume lets a paused run go on, with all that was paused with it: what came meanwhile is taken up
// at once, and times that were over meanwhile are over now, each once. Actions that were held back go
// on under their keys. It fails as Cancel does, with fault.Refused "workflow.paused.not" for a run
// that is not paused, and "workflow.paused.above" when the run it is part of is.
func (s *Store) Resume(ctx context.Context, by actor.Actor, runID string, rev int64, reason string) (Run, error) {
	return s.lead(ctx, by, runID, rev, reason, func(t *turn, why string) error {
		if !t.paused() {
			return fault.New(fault.Refused, "workflow.paused.not", nil)
		}
		if err := t.begin(); err != nil { // what is above is locked from here on
			return err
		}
		if err := t.freeAbove(); err != nil {
			return err
		}
		since := t.run.PausedAt
		below, err := t.below(since)
		if err != nil {
			return err
		}
		t.run.PausedAt, t.run.PausedBy = 0, ""
		if err := t.saveRun(); err != nil {
			return err
		}
		for _, id := range below {
			if _, err := t.tx.Exec(t.ctx, `UPDATE run SET paused_at = 0, paused_by = '', rev = rev + 1 WHERE id = ?`, id); err != nil {
				return fmt.Errorf("resume what is below a run: %w", err)
			}
		}
		if err := t.pausing(true, why); err != nil {
			return err
		}
		if err := t.takeUp(append([]string{t.run.ID}, below...), since); err != nil {
			return err
		}
		t.tree.told = true // each of them has told of its end itself
		db.Crash("run.resumed")
		return nil
	})
}

// freeAbove refuses while the run this one is part of is paused.
func (t *turn) freeAbove() error {
	if t.run.ParentID == "" {
		return nil
	}
	up, err := t.parent()
	if err != nil {
		return err
	}
	if up.paused() {
		return fault.New(fault.Refused, "workflow.paused.above", nil)
	}
	return nil
}

// below lists the running runs below this one that were paused at a moment, those above first; 0 is
// those that are not paused.
func (t *turn) below(pausedAt db.Instant) (out []string, err error) {
	var runs []Run
	if err := t.tx.Select(t.ctx, &runs, `SELECT `+runColumns+` FROM run WHERE top_id = ? AND parent_id <> '' AND state = 'running' AND paused_at = ? ORDER BY id`, t.run.TopID, pausedAt); err != nil {
		return nil, fmt.Errorf("look for what is below a run: %w", err)
	}
	in := map[string]bool{t.run.ID: true}
	for _, r := range runs { // a child is always younger than its parent
		if in[r.ParentID] {
			in[r.ID] = true
			out = append(out, r.ID)
		}
	}
	return out, nil
}

// pausing keeps who paused or resumed the run, and why.
func (t *turn) pausing(resumed bool, why string) error {
	id := t.tx.NewID()
	sealed, err := t.s.opts.Sealer.Seal(t.ctx, t.tx, sealSubject(t.run.ID), place("run_pause", "reason", id), why)
	if err != nil {
		return fmt.Errorf("seal a reason: %w", err)
	}
	if _, err := t.tx.Exec(t.ctx, `INSERT INTO run_pause (id, run_id, resumed, by_id, by_name, at, reason) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		id, t.run.ID, bit(resumed), t.by.ID, t.by.Name, t.tx.Now, sealed); err != nil {
		return fmt.Errorf("keep a pause: %w", err)
	}
	action := "run.paused"
	if resumed {
		action = "run.resumed"
	}
	return t.record(action, audit.Ref{Kind: "run", ID: t.run.ID}, runDetail{Slug: t.run.Slug, Subject: t.run.Subject.Topic()})
}

// pauses reads every time the run was paused or resumed, the oldest first.
func (t *turn) pauses() (list []Pausing, err error) {
	if err := t.tx.Select(t.ctx, &list, `SELECT id, resumed, by_id, by_name, at, reason FROM run_pause WHERE run_id = ? ORDER BY id`, t.run.ID); err != nil {
		return nil, fmt.Errorf("read the pauses of a run: %w", err)
	}
	for i := range list {
		if list[i].Reason, err = t.unseal(place("run_pause", "reason", list[i].ID), list[i].Sealed); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// takeUp lets runs go on that were paused since a moment. Each is read anew: the one before may have
// changed it.
func (t *turn) takeUp(runs []string, since db.Instant) error {
	for _, id := range runs {
		c, err := t.s.turn(t.ctx, t.tx, player, id)
		if err != nil {
			return err
		}
		if c.run.State != Running || c.paused() {
			continue
		}
		c.told, c.facts, c.rev = true, t.facts, t.rev
		if err := c.goOn(since); err != nil {
			return err
		}
		if id == t.run.ID {
			t.run = c.run
		}
	}
	return nil
}

// goOn takes up what came while the run was paused, and moves what could not move.
func (t *turn) goOn(since db.Instant) error {
	if err := t.begin(); err != nil {
		return err
	}
	for i := range t.def.Steps {
		step := &t.def.Steps[i]
		if t.run.State != Running {
			return nil
		}
		if err := t.takeUpStep(step, t.steps[step.ID], since); err != nil {
			return err
		}
	}
	return t.advance()
}

func (t *turn) takeUpStep(step *playbooks.Step, row *StepRun, since db.Instant) error {
	switch {
	case row.State == Held && row.Outcome != Unknown && begun(row) && row.OrderAt >= since: // held because of the pause
		if way, err := t.route(row, row.Outcome, false); err != nil || way != WayException {
			return err
		}
		return t.fail(row, row.Outcome)
	case row.EffectID != "" && (row.State == Working || row.State == Ready):
		return t.s.opts.Effects.Hurry(t.ctx, t.tx, row.EffectID)
	case row.State == Working && step.Event != "":
		came, err := t.came(row, step)
		if err != nil || !came {
			return err
		}
		row.Outcome = Succeeded
		return t.finish(row, Finished, "", "step.waited")
	case row.State == Working && parental(row.Kind):
		if last, any, err := t.last(row); err != nil || any && last.State == Running {
			return err
		}
		t.tree.queue = append(t.tree.queue, row)
	}
	return nil
}
