package isac

import (
	"context"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Cause is one event that a person wants to happen to a share as they saw it.
type Cause struct {
	ID     string
	Rev    int64 // of the share as it was on the person's screen
	Event  Event
	Reason string // sealed; required where the table says so
}

// Move applies one event that brings no more than a reason. It fails with fault.Conflict and the
// current Share when Rev is stale, with fault.Refused or fault.Forbidden when the table or a guard
// says no, and with fault.Invalid when a reason is missing. An approval needs share.approve; who
// may do what else stands in the table.
func (s *Store) Move(ctx context.Context, by actor.Actor, c Cause) (out Share, err error) {
	need := actor.ShareRead
	if c.Event == ApprovalGiven {
		need = actor.ShareApprove
	}
	if err := by.Need(need); err != nil {
		return Share{}, err
	}
	if slices.ContainsFunc(Moves, func(m Move) bool { return m.Event == c.Event && (m.Form || m.Machine) }) {
		return Share{}, fault.New(fault.Invalid, "form.malformed", nil)
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.act(ctx, tx, by, act{id: c.ID, rev: c.Rev, event: c.Event, comment: c.Reason, do: s.doing(by, c.Event)})
		return err
	})
	return out, err
}

// doing is what an event changes beside the state.
func (s *Store) doing(by actor.Actor, e Event) func(context.Context, *db.Tx, *record) error {
	switch e {
	case ApprovalGiven:
		return func(ctx context.Context, tx *db.Tx, r *record) error { return s.approve(ctx, tx, by, r) }
	case SentBack, CorrectionBegun:
		return func(_ context.Context, _ *db.Tx, r *record) error {
			r.unfrozen()
			return nil
		}
	}
	return nil
}

func (s *Store) approve(ctx context.Context, tx *db.Tx, by actor.Actor, r *record) error {
	desk, _, err := s.desk(ctx, tx, *r)
	if err != nil {
		return err
	}
	r.ApprovedBy, r.ApprovedName, r.ApprovedAt = by.ID, by.Name, tx.Now
	r.ApprovalDigest, err = s.standing(ctx, tx, *r, desk.Mail)
	return err
}
