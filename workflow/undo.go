package workflow

import (
	"fmt"

	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/playbooks"
)

// uncalled leaves out, before the end, the steps that would take back others: the run was not given up.
func uncalled(d *playbooks.Definition, end *playbooks.Step, at map[string]Status) (out []Change) {
	if end.Kind != playbooks.End {
		return nil
	}
	for i := range d.Steps {
		s := &d.Steps[i]
		if s.Compensates == "" || at[s.ID].State != Waiting {
			continue
		}
		out = append(out, Change{Step: s.ID, To: Skipped, Seen: notTakenBack(s, at)})
	}
	return out
}

// notTakenBack is why a step that takes back another is left out.
func notTakenBack(s *playbooks.Step, at map[string]Status) Seen {
	return Seen{Why: WhyNotUndone, Values: map[string]any{"steps." + s.Compensates: string(at[s.Compensates].Outcome)}}
}

// givesUp gives the run up when a step has just failed for which nothing else is said.
func (t *turn) givesUp(row *StepRun) (bool, error) {
	if t.asIs == row.ID || !(Status{State: row.State, Outcome: row.Outcome}).failed() {
		return false, nil
	}
	way, err := t.route(row, row.Outcome, false)
	if err != nil || way != WayException {
		return false, err
	}
	return true, t.giveUp(row.Outcome, "")
}

// giveUp begins the end of a run that is not to be worked through: what is not over is cancelled, and
// what was done and can be taken back is, the last first. Then comes the exception path if a failure
// is why. The run ends with the outcome that caused it.
func (t *turn) giveUp(o Outcome, why string) error {
	if err := t.begin(); err != nil {
		return err
	}
	t.run.Phase, t.run.GivingUp = Undoing, o
	if err := t.saveRun(); err != nil {
		return err
	}
	away, err := t.away()
	if err != nil {
		return err
	}
	was, at := t.tree.moving, t.statuses()
	t.tree.moving = true // what is below may end now: nothing is taken back before all is put away
	for i := range t.def.Steps {
		s := &t.def.Steps[i]
		if away[s.ID] || away[s.Compensates] {
			continue
		}
		if err := t.putAway(s, at, why); err != nil {
			return err
		}
	}
	t.tree.moving = was
	if err := t.record("run.given_up", audit.Ref{Kind: "run", ID: t.run.ID},
		runDetail{Slug: t.run.Slug, Subject: t.run.Subject.Topic(), Outcome: o}); err != nil {
		return err
	}
	db.Crash("run.given_up")
	if t.paused() {
		return nil
	}
	return t.undo()
}

// putAway ends a step of a run that is given up. What takes back what was done waits for its turn.
func (t *turn) putAway(s *playbooks.Step, at map[string]Status, why string) error {
	row := t.steps[s.ID]
	switch {
	case row.State.Over():
		return nil
	case s.Compensates == "" && !parental(s.Kind):
		return t.cancelStep(row, why)
	case s.Compensates == "":
		return t.putAwayChildren(row, why)
	case row.State != Waiting || calledFor(s, at):
		return nil
	}
	row.State, row.Outcome, row.Seen = Skipped, WasSkipped, notTakenBack(s, at)
	t.close(row, player)
	return t.save(row)
}

// calledFor reports whether what a step takes back was done.
func calledFor(s *playbooks.Step, at map[string]Status) bool {
	of := at[s.Compensates]
	return of.State == Finished && of.Outcome == Succeeded
}

// putAwayChildren cancels a call or a loop; what it began is given up in its turn and takes back what
// it did before this run does.
func (t *turn) putAwayChildren(row *StepRun, why string) error {
	if err := t.say(row, why); err != nil {
		return err
	}
	if row.State != Held {
		row.Outcome = WasCanceled
	}
	row.State, row.WakeAt = Cancelled, 0
	t.close(row, t.by)
	if err := t.save(row); err != nil {
		return fmt.Errorf("put away: %w", err)
	}
	return t.giveUpChildren(row, WasCanceled, why)
}

// giveUpChildren gives up what a step began and has not ended.
func (t *turn) giveUpChildren(row *StepRun, o Outcome, why string) error {
	last, any, err := t.last(row)
	if err != nil || !any || last.State != Running {
		return err
	}
	c, err := t.s.turn(t.ctx, t.tx, t.by, last.ID)
	if err != nil {
		return err
	}
	c.told, c.tree.up, c.facts, c.rev, c.tree.passes = true, t, t.facts, t.rev, t.tree.passes
	if c.run.Phase != Stepping { // it is at it already
		return nil
	}
	return c.giveUp(o, why)
}

// undo takes back the next of what was done, one after the other, and ends the run when nothing is left.
func (t *turn) undo() error {
	busy, err := t.undoing()
	if err != nil || busy {
		return err
	}
	next, of := t.lastDone()
	part, step, err := t.lastPart()
	switch {
	case err != nil:
		return err
	case part != nil && (next == nil || part.run.EndedAt > of.DoneAt || part.run.EndedAt == of.DoneAt && t.behind(step, of)):
		return t.takeBackPart(part)
	case next == nil:
		return t.undone()
	}
	to := Ready
	if next.Kind == playbooks.Action {
		to = Working
	}
	if err := t.open(next, to); err != nil {
		return err
	}
	return t.save(next)
}

// undoing reports whether something is being taken back: a step of this run, or a run below it.
func (t *turn) undoing() (bool, error) {
	for i := range t.def.Steps {
		row := t.steps[t.def.Steps[i].ID]
		if row.State == Ready || row.State == Working || row.State == Held {
			return true, nil
		}
	}
	var below int
	if err := t.tx.Get(t.ctx, &below, `SELECT count(*) FROM run WHERE parent_id = ? AND parent_id <> '' AND state = 'running'`, t.run.ID); err != nil {
		return false, fmt.Errorf("look for what is still being taken back: %w", err)
	}
	return below > 0, nil
}

// lastDone is the step that takes back what was done last, of what is not taken back yet, and what it
// takes back.
func (t *turn) lastDone() (next, of *StepRun) {
	at := t.statuses()
	for i := range t.def.Steps {
		s := &t.def.Steps[i]
		if s.Compensates == "" || t.steps[s.ID].State != Waiting || !calledFor(s, at) {
			continue
		}
		if done := t.steps[s.Compensates]; of == nil || done.DoneAt > of.DoneAt || done.DoneAt == of.DoneAt && t.behind(done, of) {
			next, of = t.steps[s.ID], done
		}
	}
	return next, of
}

// behind reports whether a step stands behind another in the definition.
func (t *turn) behind(a, b *StepRun) bool {
	for i := range t.def.Steps {
		switch t.def.Steps[i].ID {
		case a.StepID:
			return false
		case b.StepID:
			return true
		}
	}
	return false
}

// undone goes on when nothing is left to be taken back.
func (t *turn) undone() error {
	if err := t.unneededNow(); err != nil {
		return err
	}
	if t.run.GivingUp != WasCanceled && t.def.Exception != nil {
		return t.except()
	}
	t.run.Phase = Stepping
	if err := t.asEngine(func() error { return t.end(t.run.GivingUp) }); err != nil {
		return err
	}
	return t.report()
}

// mayUndoAgain gives the steps that take back others, and were left out at the end, their chance
// again when the run goes on after all.
func (t *turn) mayUndoAgain() error {
	for i := range t.def.Steps {
		row := t.steps[t.def.Steps[i].ID]
		if t.def.Steps[i].Compensates == "" || !row.bySkipCondition() {
			continue
		}
		if _, err := t.renew(row); err != nil {
			return err
		}
	}
	return nil
}
