package workflow

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/playbooks"
)

// Target is a house target (社内目標) that somebody has to keep.
type Target struct {
	Subject   Subject
	StepRunID string
	Role      actor.Role
	Assignee  string // who has taken the step on; empty when nobody has
	Title     playbooks.Text
	From, Due db.Instant
	// Held is a step that the engine could not finish: a person decides, from this moment on.
	Held bool
}

// Targets has people reminded of what they have to do: Set when a step of theirs has become ready
// and has a target, or is held, Clear when it is over or no longer its turn. Both run in the transaction of the
// change; saying the same again changes nothing.
type Targets struct {
	Set   func(ctx context.Context, tx *db.Tx, t Target) error
	Clear func(ctx context.Context, tx *db.Tx, stepRunID string) error
}

// target says what a step that was written means for whoever is reminded of it.
func (t *turn) target(row *StepRun, before State) error {
	to := t.s.opts.Targets
	if to.Set == nil || !row.Kind.ByHand() && row.State != Held && before != Held {
		return nil
	}
	step, _ := t.def.Step(row.StepID)
	is := Target{Subject: t.run.Subject, StepRunID: row.ID, Role: actor.Role(row.Role), Assignee: row.Assignee, Title: step.Title, From: row.ReadyAt, Due: row.DueAt}
	var err error
	if before == Held && row.State != Held {
		err = to.Clear(t.ctx, t.tx, row.ID)
	}
	switch {
	case err != nil:
	case row.State == Held && before != Held:
		if err = to.Clear(t.ctx, t.tx, row.ID); err == nil {
			is.Held, is.From, is.Due = true, t.tx.Now, t.tx.Now
			err = to.Set(t.ctx, t.tx, is)
		}
	case row.Kind.ByHand() && row.State == Ready && !row.DueAt.IsZero():
		err = to.Set(t.ctx, t.tx, is)
	case row.Kind.ByHand() && (row.State == Waiting || row.State.Over() && !row.DueAt.IsZero()):
		err = to.Clear(t.ctx, t.tx, row.ID)
	}
	if err != nil {
		return fmt.Errorf("the reminder of step %s: %w", row.StepID, err)
	}
	return nil
}
