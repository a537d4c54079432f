package inquiry

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/number"
)

const maxKey = 100

// Start opens the record of a contact and draws its receipt number, which is durable before it
// is told to the caller. key is the client's own name for this contact: the same person with
// the same key gets the same inquiry, however often the request arrives.
func (s *Store) Start(ctx context.Context, by actor.Actor, c Channel, key string) (Inquiry, error) {
	var q Inquiry
	err := s.once(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.start(ctx, tx, by, c, key)
		if err != nil {
			return err
		}
		q = r.Inquiry
		db.Crash("inquiry.start")
		return nil
	})
	return q, err
}

// once runs a use case again after it lost a race for a client key: on PostgreSQL two requests
// with one key may both find nothing, and the second is refused by the unique key.
func (s *Store) once(ctx context.Context, fn func(context.Context, *db.Tx) error) error {
	err := s.db.Update(ctx, fn)
	if fault.Is(err, fault.Conflict) && keyOf(err) == "row.exists" {
		err = s.db.Update(ctx, fn)
	}
	return err
}

func (s *Store) start(ctx context.Context, tx *db.Tx, by actor.Actor, c Channel, key string) (*row, error) {
	if err := by.Need(actor.InquiryWrite); err != nil {
		return nil, err
	}
	switch {
	case !slices.Contains(Channels, c):
		return nil, fault.Field("channel", "form.choice")
	case key == "" || len(key) > maxKey || !utf8.ValidString(key) || strings.ContainsRune(key, 0):
		return nil, fault.Field("key", "inquiry.key.missing")
	}
	var id string
	err := tx.Get(ctx, &id, `SELECT id FROM inquiry WHERE operator_id = ? AND client_key = ?`, by.ID, key)
	switch {
	case err == nil:
		return s.load(ctx, tx, id, true)
	case !fault.Is(err, fault.NotFound):
		return nil, err
	}
	return s.insert(ctx, tx, by, c, key)
}

func (s *Store) insert(ctx context.Context, tx *db.Tx, by actor.Actor, c Channel, key string) (*row, error) {
	r := &row{Inquiry: Inquiry{
		ID: tx.NewID(), Channel: c, State: Draft, ReceivedAt: tx.Now, TouchedAt: tx.Now,
		OperatorID: by.ID, OperatorName: by.Name, SavedBy: by.ID,
	}}
	var err error
	if r.No, err = number.Next(ctx, tx, "INQ", tx.Now); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO inquiry (id, no, client_key, channel, state, received_at, touched_at,
		operator_id, operator_name, saved_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, r.No, key, c, r.State, r.ReceivedAt, r.TouchedAt, by.ID, by.Name, by.ID); err != nil {
		return nil, err
	}
	tx.Announce("inquiries")
	return r, record(ctx, tx, by, audit.Main, "inquiry.started", r.ID, struct {
		No      string  `json:"no"`
		Channel Channel `json:"channel"`
	}{r.No, c})
}
