package mail

import (
	"context"
	"fmt"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Record is one message with its course: everything but what is in the letter.
type Record struct {
	Entry
	FileList  []File
	Attempts  []Attempt // the newest first
	Decisions []Decided // the newest first
	// NextAt is when the next attempt is made; zero when none is planned.
	NextAt db.Instant
}

// Allows says whether by may ask for an event now; the page draws its buttons from it.
func (r Record) Allows(by actor.Actor, e Event) bool { return slices.Contains(Allowed(r.State, by), e) }

// Open is a letter in plain text, as it was revealed for a purpose.
type Open struct {
	To   []string
	Text string
}

// Purposes lists why a letter may be read; the sentence of each is mail.purpose.<it>. They are a
// choice and not free text, because the audit trail keeps them for ever.
var Purposes = []string{
	"delivery",      // 送達の確認
	"investigation", // 調査
	"report",        // 届出・照会への回答
	"audit",         // 監査
}

// Get reads one message, masked. That somebody opened it is an entry of the access trail. It needs
// mail.read; fault.NotFound "row.none" when there is none.
func (s *Store) Get(ctx context.Context, by actor.Actor, id string) (rec Record, err error) {
	if err := by.Need(actor.MailRead); err != nil {
		return Record{}, err
	}
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		rec, err = s.read(ctx, tx, id)
		return err
	}); err != nil {
		return Record{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		return record(ctx, tx, by, audit.Access, "mail.read", id, nil)
	})
	return rec, err
}

func (s *Store) read(ctx context.Context, tx *db.Tx, id string) (rec Record, err error) {
	r, err := s.load(ctx, tx, id, false)
	if err != nil {
		return rec, err
	}
	if rec.Entry, err = s.entry(ctx, tx, r); err != nil {
		return rec, err
	}
	if err := tx.Select(ctx, &rec.Attempts, `SELECT no, started_at, ended_at, result, stage, code, enhanced, problem
		FROM mail_attempt WHERE mail_id = ? ORDER BY no DESC`, id); err != nil {
		return rec, fmt.Errorf("read the attempts of mail %s: %w", id, err)
	}
	if (r.State == Queued || r.State == Deferred) && r.EffectID != "" {
		e, err := s.effects.Get(ctx, tx, r.EffectID)
		if err != nil {
			return rec, fmt.Errorf("read the delivery of mail %s: %w", id, err)
		}
		rec.NextAt = e.NotBefore
	}
	if rec.Erased {
		return rec, nil
	}
	if rec.FileList, err = s.files(ctx, tx, id); err != nil {
		return rec, err
	}
	rec.Decisions, err = s.decisions(ctx, tx, id)
	return rec, err
}

func (s *Store) decisions(ctx context.Context, tx *db.Tx, id string) (out []Decided, err error) {
	var rows []struct {
		ID        string     `db:"id"`
		At        db.Instant `db:"at"`
		ActorName string     `db:"actor_name"`
		Event     Event      `db:"event"`
		Reason    []byte     `db:"reason"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, at, actor_name, event, reason FROM mail_decision WHERE mail_id = ? ORDER BY at DESC, id DESC`, id); err != nil {
		return nil, fmt.Errorf("read the decisions on mail %s: %w", id, err)
	}
	for _, d := range rows {
		reason, err := s.vault.OpenText(ctx, tx, place("mail_decision", "reason", d.ID), d.Reason)
		if err != nil {
			return nil, err
		}
		out = append(out, Decided{d.At, d.ActorName, d.Event, reason})
	}
	return out, nil
}

// Reveal gives the text and the addresses of a letter and puts on record, in the access tree of
// the audit log, who saw them and why. A letter may be full of personal data: it needs mail.read and
// customer.reveal. It fails with a field fault when purpose is none of Purposes.
func (s *Store) Reveal(ctx context.Context, by actor.Actor, id, purpose string) (o Open, err error) {
	err = s.reveal(ctx, by, id, purpose, "mail.revealed", nil, func(ctx context.Context, tx *db.Tx, r *row) (err error) {
		if o.Text, err = s.text(ctx, tx, r); err != nil {
			return err
		}
		to, err := s.recipients(ctx, tx, id)
		for _, t := range to {
			o.To = append(o.To, t.Address)
		}
		return err
	})
	if err != nil {
		return Open{}, err
	}
	return o, nil
}

// Download gives one attachment; it is on record like Reveal. fault.NotFound "row.none" when there
// is none at that place.
func (s *Store) Download(ctx context.Context, by actor.Actor, id string, pos int64, purpose string) (a Attachment, err error) {
	detail := map[string]int64{"file": pos}
	err = s.reveal(ctx, by, id, purpose, "mail.file_revealed", detail, func(ctx context.Context, tx *db.Tx, _ *row) error {
		all, err := s.attachments(ctx, tx, id)
		if err != nil {
			return err
		}
		if pos < 0 || pos >= int64(len(all)) {
			return fault.New(fault.NotFound, "row.none", nil)
		}
		a = all[pos]
		return nil
	})
	if err != nil {
		return Attachment{}, err
	}
	return a, nil
}

func (s *Store) reveal(ctx context.Context, by actor.Actor, id, purpose, action string, more map[string]int64, read func(context.Context, *db.Tx, *row) error) error {
	for _, p := range []actor.Permission{actor.MailRead, actor.CustomerReveal} {
		if err := by.Need(p); err != nil {
			return err
		}
	}
	if !slices.Contains(Purposes, purpose) {
		return fault.Field("purpose", "mail.purpose.missing")
	}
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id, false)
		if err != nil {
			return err
		}
		if err := read(ctx, tx, r); err != nil {
			return err
		}
		detail := map[string]any{"purpose": purpose}
		for k, n := range more {
			detail[k] = n
		}
		return record(ctx, tx, by, audit.Access, action, id, detail)
	})
}
