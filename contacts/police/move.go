package police

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Cause is one event that a person wants to happen to a consultation as they saw it.
type Cause struct {
	ID     string
	Rev    int64 // of the consultation as it was on the person's screen
	Event  Event
	Reason string // sealed; required where the table says so
}

// Move applies one event that brings no more than a reason. It fails with fault.Conflict and the
// current Report when Rev is stale, with fault.Refused or fault.Forbidden when the table or a guard
// says no, and with fault.Invalid when a reason is missing. It needs police.write.
func (s *Store) Move(ctx context.Context, by actor.Actor, c Cause) (out Report, err error) {
	if err := by.Need(actor.PoliceWrite); err != nil {
		return Report{}, err
	}
	if slices.ContainsFunc(Moves, func(m Move) bool { return m.Event == c.Event && m.Form }) {
		return Report{}, fault.New(fault.Invalid, "form.malformed", nil)
	}
	return s.done(ctx, by, act{id: c.ID, rev: c.Rev, event: c.Event, comment: c.Reason})
}

// done applies one act in a transaction of its own.
func (s *Store) done(ctx context.Context, by actor.Actor, a act) (out Report, err error) {
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.act(ctx, tx, by, a)
		return err
	})
	return out, err
}

// Held is what a person states about a consultation that took place.
type Held struct {
	ID      string
	Rev     int64
	At      db.Instant
	Officer string // who was spoken with; empty: as on file
	Note    string // what was said; sealed
}

// Hold records that the police were consulted, and emits police.consulted. It needs police.write.
// It fails like Move, and with fault.Invalid for a moment that is missing or lies in the future.
func (s *Store) Hold(ctx context.Context, by actor.Actor, h Held) (Report, error) {
	if err := by.Need(actor.PoliceWrite); err != nil {
		return Report{}, err
	}
	officer := strings.TrimSpace(h.Officer)
	if utf8.RuneCountInString(officer) > maxLine {
		return Report{}, fault.Field("officer", "form.too_long")
	}
	return s.done(ctx, by, act{id: h.ID, rev: h.Rev, event: ConsultationHeld, comment: h.Note, do: func(ctx context.Context, tx *db.Tx, r *record) error {
		if err := happened("at", h.At, 0, tx.Now); err != nil {
			return err
		}
		r.ConsultedAt = h.At
		if officer == "" || officer == r.content.Officer {
			return nil
		}
		c := r.content
		c.Officer = officer
		return s.setContent(ctx, tx, r, c)
	}})
}

// Taken is what a person states about a report that the police accepted.
type Taken struct {
	ID     string
	Rev    int64
	At     db.Instant
	Number string // 受理番号; may come later
}

// Accept records that the police accepted the report, and emits police.accepted. It needs
// police.write and fails like Hold.
func (s *Store) Accept(ctx context.Context, by actor.Actor, a Taken) (Report, error) {
	if err := by.Need(actor.PoliceWrite); err != nil {
		return Report{}, err
	}
	no := strings.TrimSpace(a.Number)
	if utf8.RuneCountInString(no) > maxNumber {
		return Report{}, fault.Field("number", "form.too_long")
	}
	return s.done(ctx, by, act{id: a.ID, rev: a.Rev, event: Acceptance, do: func(ctx context.Context, tx *db.Tx, r *record) error {
		if err := happened("at", a.At, r.ConsultedAt, tx.Now); err != nil {
			return err
		}
		r.AcceptedAt = a.At
		if no == "" {
			return nil
		}
		return s.addNumber(ctx, tx, by, r.ID, no)
	}})
}

// happened checks a moment that people state to the minute: not before another, not in the future.
func happened(field string, at, after, now db.Instant) error {
	switch {
	case at <= 0:
		return fault.Field(field, "form.required")
	case at > now:
		return fault.Field(field, "form.future")
	case at < after-after%minute:
		return fault.Field(field, "police.before_consultation")
	}
	return nil
}

const minute db.Instant = 60_000_000 // microseconds

const maxNumber = 40 // characters, operations.md 3.8

// Number records the number that the police gave; another one recorded later counts instead of it.
// It fails like Move, and with fault.Invalid for no number. It needs police.write.
func (s *Store) Number(ctx context.Context, by actor.Actor, id string, rev int64, no string) (Report, error) {
	if err := by.Need(actor.PoliceWrite); err != nil {
		return Report{}, err
	}
	no = strings.TrimSpace(no)
	switch n := utf8.RuneCountInString(no); {
	case n == 0:
		return Report{}, fault.Field("number", "form.required")
	case n > maxNumber:
		return Report{}, fault.Field("number", "form.too_long")
	}
	return s.done(ctx, by, act{id: id, rev: rev, event: ReceiptNoted, do: func(ctx context.Context, tx *db.Tx, r *record) error {
		return s.addNumber(ctx, tx, by, r.ID, no)
	}})
}

func (s *Store) addNumber(ctx context.Context, tx *db.Tx, by actor.Actor, reportID, no string) error {
	_, err := tx.Exec(ctx, `INSERT INTO police_receipt (id, report_id, number, at, by_id, by_name) VALUES (?, ?, ?, ?, ?, ?)`,
		tx.NewID(), reportID, no, tx.Now, by.ID, by.Name)
	return err
}

// Agreed is what a person states about a victim's consent.
type Agreed struct {
	ID     string
	Rev    int64
	CaseID string
	Given  bool       // false: it was taken back
	At     db.Instant // when
	How    string     // by telephone, in writing
}

// RecordConsent writes down whether a victim agreed that the police are told who they are. A
// summary that was drawn before is then outdated. It needs police.write; it fails like Hold, and
// with fault.Invalid for a case that the consultation does not concern.
func (s *Store) RecordConsent(ctx context.Context, by actor.Actor, a Agreed) (Report, error) {
	if err := by.Need(actor.PoliceWrite); err != nil {
		return Report{}, err
	}
	a.How = strings.TrimSpace(a.How)
	switch n := utf8.RuneCountInString(a.How); {
	case n == 0:
		return Report{}, fault.Field("how", "form.required")
	case n > maxLine:
		return Report{}, fault.Field("how", "form.too_long")
	}
	return s.done(ctx, by, act{id: a.ID, rev: a.Rev, event: ConsentNoted, do: func(ctx context.Context, tx *db.Tx, r *record) error {
		if !known(r.content.Cases, a.CaseID) {
			return fault.Field("case", "form.choice")
		}
		if err := happened("at", a.At, 0, tx.Now); err != nil {
			return err
		}
		return s.addConsent(ctx, tx, by, r, a)
	}})
}

func (s *Store) addConsent(ctx context.Context, tx *db.Tx, by actor.Actor, r *record, a Agreed) (err error) {
	id, given := tx.NewID(), 0
	if a.Given {
		given = 1
	}
	sealed, err := s.seal(ctx, tx, r.IncidentID, place("police_consent", "how", id), []byte(a.How))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO police_consent (id, report_id, case_id, given, at, how, by_id, by_name, written_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, r.ID, a.CaseID, given, a.At, sealed, by.ID, by.Name, tx.Now); err != nil {
		return err
	}
	if r.consents, err = s.consents(ctx, tx, r.ID); err != nil {
		return err
	}
	r.Digest = r.content.digest(r.named())
	return nil
}
