package inquiry

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Close ends the work on an inquiry. as is asked for only when nothing was decided before: a
// false positive or a transfer.
func (s *Store) Close(ctx context.Context, by actor.Actor, id string, rev int64, as Disposition) error {
	if err := by.Need(actor.InquiryWrite); err != nil {
		return err
	}
	err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		if r.Rev != rev {
			return fault.Stale(nil)
		}
		switch as {
		case NoDisposition:
		case ByFalsePositive, ByTransfer:
			if r.Disposition == NoDisposition || r.Disposition == ByInformation {
				r.Disposition = as
			}
		default:
			return fault.Field("disposition", "form.choice")
		}
		if err := s.move(ctx, tx, by, r, WasClosed, string(r.Disposition)); err != nil {
			return err
		}
		r.ClosedAt = tx.Now
		if err := s.save(ctx, tx, r, true); err != nil {
			return err
		}
		return record(ctx, tx, by, audit.Main, "inquiry.closed", id, struct {
			Disposition Disposition `json:"disposition"`
		}{r.Disposition})
	})
	return s.withCurrent(ctx, by, id, err)
}

// Reopen takes a closed inquiry up again without a contact to write down.
func (s *Store) Reopen(ctx context.Context, by actor.Actor, id string, rev int64) error {
	if err := by.Need(actor.InquiryWrite); err != nil {
		return err
	}
	err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		if r.Rev != rev {
			return fault.Stale(nil)
		}
		if err := s.reopen(ctx, tx, by, r); err != nil {
			return err
		}
		return s.save(ctx, tx, r, true)
	})
	return s.withCurrent(ctx, by, id, err)
}

func (s *Store) reopen(ctx context.Context, tx *db.Tx, by actor.Actor, r *row) error {
	if err := s.move(ctx, tx, by, r, ContactedAgain, ""); err != nil {
		return err
	}
	r.ClosedAt = 0
	return record(ctx, tx, by, audit.Main, "inquiry.reopened", r.ID, nil)
}
