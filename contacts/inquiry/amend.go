package inquiry

import (
	"context"
	"encoding/json"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Amend replaces the form of a submitted inquiry: a lock is asked for in the first two minutes,
// the rest of the script follows. The former form stays, sealed, in the timeline. A lock newly
// asked for, and a new promise, are acted on. It fails like Submit.
func (s *Store) Amend(ctx context.Context, by actor.Actor, id string, rev int64, f Form) (int64, error) {
	if err := by.Need(actor.InquiryWrite); err != nil {
		return 0, err
	}
	var now int64
	err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		if r.Rev != rev {
			return fault.Stale(nil)
		}
		if !r.State.Amendable() {
			return fault.New(fault.Refused, "inquiry.amend.state", map[string]any{"State": string(r.State)})
		}
		out, err := s.amend(ctx, tx, by, r, f)
		if err != nil {
			return err
		}
		now = r.Rev
		return record(ctx, tx, by, audit.Main, "inquiry.amended", id, out)
	})
	return now, s.withCurrent(ctx, by, id, err)
}

func (s *Store) amend(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, f Form) (out Result, err error) {
	old, err := s.open(ctx, tx, r)
	if err != nil {
		return out, err
	}
	if f.NextContactDue == old.NextContactDue && f.Promise == old.Promise {
		f.NextContactDue, f.Promise = 0, "" // an old promise may be past due by now
	}
	if bad := r.checkAmend(f, tx.Now); len(bad) > 0 {
		return out, fault.Form(bad)
	}
	if err := s.registered(ctx, tx, f); err != nil {
		return out, err
	}
	if err := s.addLine(ctx, tx, by, Line{InquiryID: r.ID, Kind: LineAmended, Ref: fmt.Sprintf("rev %d", r.Rev)}, old); err != nil {
		return out, err
	}
	if err := s.promiseOf(ctx, tx, by, r, f, &out); err != nil {
		return out, err
	}
	if err := s.warned(ctx, tx, by, r, f, &out); err != nil {
		return out, err
	}
	if f.LockAsked && !old.LockAsked {
		if err := s.askLock(ctx, tx, by, r, f); err != nil {
			return out, err
		}
		out.LockAsked = true
	}
	if out.PromiseID == "" {
		f.NextContactDue, f.Promise = old.NextContactDue, old.Promise // a promise is not taken back by a form
	}
	if err := s.put(ctx, tx, r, by, f); err != nil {
		return out, err
	}
	out.InquiryID, out.InquiryNo, out.State = r.ID, r.No, r.State
	return out, s.save(ctx, tx, r, true)
}

func (r *row) checkAmend(f Form, now db.Instant) map[string]string {
	bad := Check(f, now)
	if r.CaseID != "" && f.CustomerID != r.CustomerID {
		bad["customer_id"] = "inquiry.customer.fixed"
	}
	return bad
}

// Snapshots gives the former forms of an inquiry, oldest first; this is an entry in the access log.
func (s *Store) Snapshots(ctx context.Context, by actor.Actor, id string) (out []Form, err error) {
	if err := by.Need(actor.InquiryRead); err != nil {
		return nil, err
	}
	if err := by.Need(actor.InquiryWrite); err != nil {
		return nil, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		var sealed []struct {
			ID   string `db:"id"`
			Body []byte `db:"body"`
		}
		if err := tx.Select(ctx, &sealed, `SELECT id, body FROM inquiry_line WHERE inquiry_id = ? AND kind = ? ORDER BY at, id`, id, LineAmended); err != nil {
			return err
		}
		for _, l := range sealed {
			plain, err := s.vault.Open(ctx, tx, linePlace(l.ID), l.Body)
			if err != nil {
				return err
			}
			var f Form
			if err := json.Unmarshal(plain, &f); err != nil {
				return fmt.Errorf("read a former form of inquiry %s: %w", id, err)
			}
			out = append(out, f)
		}
		return record(ctx, tx, by, audit.Access, "inquiry.history_opened", id, nil)
	})
	return out, err
}
