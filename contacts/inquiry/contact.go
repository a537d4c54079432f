package inquiry

import (
	"context"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

type (
	// Direction is who called whom.
	Direction string
	// ContactResult is how a contact ended (operations.md 3.2, contact_log).
	ContactResult string
)

// The directions.
const (
	Incoming Direction = "in"
	Outgoing Direction = "out"
)

// The choices of a contact.
var (
	Directions     = []Direction{Incoming, Outgoing}
	ContactResults = []ContactResult{"talked", "no_answer", "voicemail", "returned_mail", "refused"}
)

// Contact is one more contact about an inquiry: a repeat call, a call-back.
type Contact struct {
	Direction Direction     `json:"direction"`
	Medium    Channel       `json:"medium"`
	Result    ContactResult `json:"result,omitempty"`
	Note      string        `json:"note,omitempty"`
	// Promise and Due make a further promise.
	Promise string     `json:"promise,omitempty"`
	Due     db.Instant `json:"due,omitempty"`
}

// Check gives field → message key for what is wrong with a contact at the moment now.
func (c Contact) Check(now db.Instant) map[string]string {
	f := faults{}
	f.text("note", c.Note, maxNote)
	if strings.TrimSpace(c.Note) == "" {
		f.add("note", "inquiry.contact.note")
	}
	if c.Direction == "" || c.Medium == "" {
		f.add("medium", "inquiry.contact.medium")
	}
	oneOf(f, "direction", c.Direction, Directions)
	oneOf(f, "medium", c.Medium, Channels)
	oneOf(f, "result", c.Result, ContactResults)
	f.text("promise_text", c.Promise, maxNote)
	f.times(Form{Promise: c.Promise, NextContactDue: c.Due}, now)
	return f
}

// AddContact writes down one more contact. A new contact takes a closed inquiry up again, and
// one that had ended in information alone. key makes a repeated request one contact. Nobody
// changes what was written; an error is corrected by a further contact.
func (s *Store) AddContact(ctx context.Context, by actor.Actor, id, key string, c Contact) (q Inquiry, err error) {
	if err := by.Need(actor.InquiryWrite); err != nil {
		return q, err
	}
	if key == "" || len(key) > maxKey {
		return q, fault.Field("key", "inquiry.key.missing")
	}
	err = s.once(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.load(ctx, tx, id, true)
		if err != nil {
			return err
		}
		var n int
		if err := tx.Get(ctx, &n, `SELECT count(*) FROM inquiry_line WHERE inquiry_id = ? AND client_key = ?`, id, key); err != nil {
			return err
		}
		if n == 0 {
			err = s.addContact(ctx, tx, by, r, key, c)
		}
		q = r.Inquiry
		return err
	})
	return q, err
}

func (s *Store) addContact(ctx context.Context, tx *db.Tx, by actor.Actor, r *row, key string, c Contact) error {
	if bad := c.Check(tx.Now); len(bad) > 0 {
		return fault.Form(bad)
	}
	if r.State.Typing() {
		return fault.New(fault.Refused, "inquiry.contact.draft", map[string]any{"No": r.No})
	}
	if r.State.Ended() && c.Direction == Incoming {
		if err := s.reopen(ctx, tx, by, r); err != nil {
			return err
		}
	}
	if err := s.addLine(ctx, tx, by, Line{InquiryID: r.ID, Kind: LineContact, ClientKey: key, Ref: string(c.Medium)}, c); err != nil {
		return err
	}
	out, f := Result{}, Form{Promise: c.Promise, NextContactDue: c.Due, Contact: ContactPref{Note: c.Note}}
	if err := s.promiseOf(ctx, tx, by, r, f, &out); err != nil {
		return err
	}
	if err := s.warned(ctx, tx, by, r, f, &out); err != nil {
		return err
	}
	r.TouchedAt = tx.Now
	if err := s.save(ctx, tx, r, false); err != nil {
		return err
	}
	return record(ctx, tx, by, audit.Main, "inquiry.contact_added", r.ID, struct {
		Direction  Direction     `json:"direction"`
		Medium     Channel       `json:"medium"`
		Result     ContactResult `json:"result,omitempty"`
		Due        db.Instant    `json:"due,omitempty"`
		Overridden []string      `json:"overridden,omitempty"`
	}{c.Direction, c.Medium, c.Result, c.Due, out.Overridden})
}
