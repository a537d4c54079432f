package inquiry

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/vault"
)

// Promise is what a caller was told will happen, with the moment by which.
type Promise struct {
	ID        string     `db:"id"`
	InquiryID string     `db:"inquiry_id"`
	InquiryNo string     `db:"no"`
	Urgency   Urgency    `db:"urgency"`
	CaseID    string     `db:"case_id"`
	CaseNo    string     `db:"case_no"`
	DueAt     db.Instant `db:"due_at"`
	MadeBy    string     `db:"made_by"`
	MadeName  string     `db:"made_name"`
	MadeAt    db.Instant `db:"made_at"`
	KeptBy    string     `db:"kept_by"`
	KeptAt    db.Instant `db:"kept_at"`
	// Text is filled in an opened record only; lists do without it.
	Text   string `db:"-"`
	Sealed []byte `db:"body"`
}

// Overdue says that an open promise is past its moment.
func (p Promise) Overdue(now db.Instant) bool { return p.KeptAt.IsZero() && p.DueAt <= now }

const promiseColumns = `p.id, p.inquiry_id, i.no, i.urgency, i.case_id, i.case_no, p.due_at, p.made_by, p.made_name,
	p.made_at, p.kept_by, p.kept_at`

func promisePlace(id string) vault.Place {
	return vault.Place{Table: "inquiry_promise", Column: "body", Row: id}
}

// promiseOf keeps the promise of a form as a row of its own, with its moment.
func (s *Store) promiseOf(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, f Form, out *Result) error {
	if f.NextContactDue.IsZero() {
		return nil
	}
	out.PromiseID, out.PromiseDue = tx.NewID(), f.NextContactDue
	sealed, err := s.vault.SealText(ctx, tx, subject(r.ID), promisePlace(out.PromiseID), f.Promise)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO inquiry_promise (id, inquiry_id, body, due_at, made_by, made_name, made_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`, out.PromiseID, r.ID, sealed, out.PromiseDue, by.ID, by.Name, tx.Now); err != nil {
		return err
	}
	tx.Announce("promises")
	return s.addLine(ctx, tx, by, Line{InquiryID: r.ID, Kind: LinePromised, Ref: out.PromiseID}, nil)
}

// Promises lists the open promises due before a moment, the most urgent first.
func (s *Store) Promises(ctx context.Context, by actor.Actor, before db.Instant) (out []Promise, err error) {
	if err := by.Need(actor.InquiryRead); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &out, `SELECT `+promiseColumns+` FROM inquiry_promise p JOIN inquiry i ON i.id = p.inquiry_id
			WHERE p.kept_at = 0 AND p.due_at < ? ORDER BY p.due_at, p.id LIMIT 500`, before)
	})
	return out, err
}

func (s *Store) promisesOf(ctx context.Context, tx *db.Tx, id string) (out []Promise, err error) {
	if err := tx.Select(ctx, &out, `SELECT `+promiseColumns+`, p.body FROM inquiry_promise p JOIN inquiry i ON i.id = p.inquiry_id
		WHERE p.inquiry_id = ? ORDER BY p.due_at, p.id`, id); err != nil {
		return nil, err
	}
	for i := range out {
		if out[i].Text, err = s.vault.OpenText(ctx, tx, promisePlace(out[i].ID), out[i].Sealed); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// KeepPromise says that a promise was kept. An inquiry that waited for nothing but its
// call-back is open again. Keeping it twice is once.
func (s *Store) KeepPromise(ctx context.Context, by actor.Actor, promiseID string) error {
	if err := by.Need(actor.InquiryWrite); err != nil {
		return err
	}
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		var id string
		if err := tx.Get(ctx, &id, `SELECT inquiry_id FROM inquiry_promise WHERE id = ?`, promiseID); err != nil {
			return err
		}
		r, err := s.load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE inquiry_promise SET kept_by = ?, kept_at = ? WHERE id = ? AND kept_at = 0`, by.ID, tx.Now, promiseID)
		if err != nil || n == 0 {
			return err
		}
		return s.kept(ctx, tx, by, r, promiseID)
	})
}

func (s *Store) kept(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, promiseID string) error {
	if err := s.addLine(ctx, tx, by, Line{InquiryID: r.ID, Kind: LineKept, Ref: promiseID}, nil); err != nil {
		return err
	}
	f, err := s.facts(ctx, tx, r)
	if err != nil {
		return err
	}
	if r.State == CallbackWait && f.OpenPromises == 0 {
		if err := s.move(ctx, tx, by, r, CalledBack, ""); err != nil {
			return err
		}
	}
	r.TouchedAt = tx.Now
	if err := s.save(ctx, tx, r, false); err != nil {
		return err
	}
	tx.Announce("promises")
	return record(ctx, tx, by, audit.Main, "inquiry.promise_kept", r.ID, struct {
		Promise string `json:"promise"`
	}{promiseID})
}

// WakeCallbacks opens every inquiry whose call-back is due and says how many. The promise stays
// open until somebody keeps it.
func (s *Store) WakeCallbacks(ctx context.Context) (n int, err error) {
	var ids []string
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &ids, `SELECT DISTINCT p.inquiry_id FROM inquiry_promise p JOIN inquiry i ON i.id = p.inquiry_id
			WHERE i.state = 'callback_wait' AND p.kept_at = 0 AND p.due_at <= ? LIMIT 1000`, tx.Now)
	}); err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error { return s.wake(ctx, tx, id, &n) }); err != nil {
			return n, err
		}
	}
	return n, nil
}

func (s *Store) wake(ctx context.Context, tx *db.Tx, id string, n *int) error {
	r, err := s.load(ctx, tx, id, true)
	if err != nil || r.State != CallbackWait {
		return err
	}
	timer := actor.System("inquiry.callback")
	if err := s.move(ctx, tx, timer, r, CallbackDue, ""); err != nil {
		return err
	}
	if err := s.save(ctx, tx, r, false); err != nil {
		return err
	}
	tx.AfterCommit(func() { *n++ })
	tx.Announce("promises")
	return record(ctx, tx, timer, audit.Main, "inquiry.callback_due", id, nil)
}
