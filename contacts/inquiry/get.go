package inquiry

import (
	"context"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/text"
)

// Get opens an inquiry with its form and timeline; this is an entry in the access log. Who takes
// calls sees the form as typed, all others see its personal fields masked.
func (s *Store) Get(ctx context.Context, by actor.Actor, id string) (Record, error) {
	if err := by.Need(actor.InquiryRead); err != nil {
		return Record{}, err
	}
	rec, err := s.read(ctx, by, id, "inquiry.opened", "")
	if err == nil && !by.May(actor.InquiryWrite) {
		rec.mask()
	}
	return rec, err
}

// Reveal opens an inquiry unmasked for a stated purpose, which the access log keeps.
func (s *Store) Reveal(ctx context.Context, by actor.Actor, id, purpose string) (Record, error) {
	if err := by.Need(actor.InquiryRead); err != nil {
		return Record{}, err
	}
	if err := by.Need(actor.CustomerReveal); err != nil {
		return Record{}, err
	}
	purpose = strings.TrimSpace(purpose)
	if purpose == "" || utf8.RuneCountInString(purpose) > maxLine {
		return Record{}, fault.Field("purpose", "inquiry.purpose.missing")
	}
	return s.read(ctx, by, id, "inquiry.revealed", purpose)
}

func (s *Store) read(ctx context.Context, by actor.Actor, id, action, purpose string) (rec Record, err error) {
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id, false)
		if err != nil {
			return err
		}
		rec.Inquiry = r.Inquiry
		if rec.Form, err = s.open(ctx, tx, r); err != nil {
			return err
		}
		if rec.Lines, err = s.lines(ctx, tx, id); err != nil {
			return err
		}
		if rec.Promises, err = s.promisesOf(ctx, tx, id); err != nil {
			return err
		}
		return record(ctx, tx, by, audit.Access, action, id, struct {
			Purpose string `json:"purpose,omitempty"`
		}{purpose})
	})
	return rec, err
}

// mask hides what tells who the caller is and what was said in free text.
func (r *Record) mask() {
	f := &r.Form
	r.Masked = true
	f.CallerName, f.CallbackPhone = text.MaskName(f.CallerName), text.MaskPhone(f.CallbackPhone)
	f.AccountNo, f.Contact.Proxy = text.MaskAccount(f.AccountNo), text.MaskName(f.Contact.Proxy)
	for _, s := range []*string{&f.WhatHappened, &f.ActedDetail, &f.Promise, &f.Contact.Note, &f.Contact.Time, &f.RecordingRef} {
		hide(s)
	}
	for i := range r.Promises {
		hide(&r.Promises[i].Text)
	}
	for i := range r.Lines {
		if c := r.Lines[i].Contact; c != nil {
			hide(&c.Note)
		}
	}
}

func hide(s *string) {
	if *s != "" {
		*s = "＊＊"
	}
}

// ByNo finds an inquiry by its receipt number, half or full width, with or without "INQ-".
func (s *Store) ByNo(ctx context.Context, by actor.Actor, no string) (q Inquiry, err error) {
	if err := by.Need(actor.InquiryRead); err != nil {
		return q, err
	}
	no = "INQ-" + strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(text.Fold(no))), "INQ-")
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &q, `SELECT `+shown+` FROM inquiry WHERE no = ?`, no)
	})
	return q, err
}
