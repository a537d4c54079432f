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
}

// Targets has people reminded of what they have to do: Set when a step of theirs has become ready
// and has a target, Clear when it is over or no longer its turn. Both run in the transaction of the
// change; saying the same again changes nothing.
type Targets struct {
	Set   func(ctx context.Context, tx *db.Tx, t Target) error
	Clear func(ctx context.Context, tx *db.Tx, stepRunID string) error
}

// target says what a step that was written means for whoever is reminded of it.
func (t *turn) target(row *StepRun) error {
	to := t.s.opts.Targets
	if to.Set == nil || !row.Kind.ByHand() {
		return nil
	}
	step, _ := t.def.Step(row.StepID)
	var err error
	switch {
	case row.State == Ready && !row.DueAt.IsZero():
		err = to.Set(t.ctx, t.tx, Target{Subject: t.run.Subject, StepRunID: row.ID, Role: actor.Role(row.Role), Assignee: row.Assignee, Title: step.Title, From: row.ReadyAt, Due: row.DueAt})
	case row.State == Waiting, row.State.Over() && !row.DueAt.IsZero():
		err = to.Clear(t.ctx, t.tx, row.ID)
	}
	if err != nil {
		return fmt.Errorf("the reminder of step %s: %w", row.StepID, err)
	}
	return nil
}
