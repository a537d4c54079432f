package inquiry

import (
	"context"
	"encoding/json"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/vault"
)

// LineKind is what a line of the timeline tells.
type LineKind string

// The kinds of line.
const (
	LineMoved    LineKind = "moved"
	LineContact  LineKind = "contact"
	LineAmended  LineKind = "amended"
	LinePromised LineKind = "promised"
	LineKept     LineKind = "kept"
	LineWarned   LineKind = "warned"
	LineLock     LineKind = "lock"
)

// Line is one line of an inquiry's timeline. Lines are only ever added.
type Line struct {
	ID        string     `db:"id"`
	InquiryID string     `db:"inquiry_id"`
	ClientKey string     `db:"client_key"`
	At        db.Instant `db:"at"`
	ActorID   string     `db:"actor_id"`
	ActorName string     `db:"actor_name"`
	Kind      LineKind   `db:"kind"`
	Event     Event      `db:"event"`
	From      State      `db:"from_state"`
	To        State      `db:"to_state"`
	// Ref holds numbers, ids and rule names; never personal data.
	Ref    string `db:"ref"`
	Sealed []byte `db:"body"`
	// Contact is what was said, on a line of kind contact, once opened.
	Contact *Contact `db:"-"`
}

// addLine writes a line; body is sealed as JSON when it is not nil.
func (s *Store) addLine(ctx context.Context, tx *db.Tx, by actor.Actor, l Line, body any) error {
	l.ID, l.At, l.ActorID, l.ActorName = tx.NewID(), tx.Now, by.ID, by.Name
	if body != nil {
		plain, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("write a line of inquiry %s: %w", l.InquiryID, err)
		}
		if l.Sealed, err = s.vault.Seal(ctx, tx, subject(l.InquiryID), linePlace(l.ID), plain); err != nil {
			return err
		}
	}
	_, err := tx.NamedExec(ctx, `INSERT INTO inquiry_line (id, inquiry_id, client_key, at, actor_id, actor_name,
		kind, event, from_state, to_state, ref, body) VALUES (:id, :inquiry_id, :client_key, :at, :actor_id,
		:actor_name, :kind, :event, :from_state, :to_state, :ref, :body)`, l)
	return err
}

func linePlace(id string) vault.Place {
	return vault.Place{Table: "inquiry_line", Column: "body", Row: id}
}

// lines reads the timeline, oldest first, with contacts opened.
func (s *Store) lines(ctx context.Context, tx *db.Tx, id string) (out []Line, err error) {
	if err := tx.Select(ctx, &out, `SELECT id, inquiry_id, client_key, at, actor_id, actor_name, kind, event,
		from_state, to_state, ref, body FROM inquiry_line WHERE inquiry_id = ? ORDER BY at, id`, id); err != nil {
		return nil, err
	}
	for i := range out {
		l := &out[i]
		if l.Kind != LineContact {
			continue
		}
		plain, err := s.vault.Open(ctx, tx, linePlace(l.ID), l.Sealed)
		if err != nil {
			return nil, err
		}
		l.Contact = &Contact{}
		if err := json.Unmarshal(plain, l.Contact); err != nil {
			return nil, fmt.Errorf("read a line of inquiry %s: %w", id, err)
		}
	}
	return out, nil
}
