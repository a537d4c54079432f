// Package handover keeps what one shift tells the next (引継ぎ): short notes, addressed to a role or to
// everybody. What has happened meanwhile is read from the runs themselves; a note says what no row
// says.
package handover

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/workflow"
)

// Note is what somebody left for those who come after.
type Note struct {
	ID     string     `db:"id"`
	At     db.Instant `db:"at"`
	ByID   string     `db:"by_id"`
	ByName string     `db:"by_name"`
	Role   actor.Role `db:"role"` // whom it is for; "" for everybody
	Text   string     `db:"-"`
	Sealed []byte     `db:"body"`
}

// Topic is announced when a note was left.
const Topic = "handover"

const (
	maxText  = 4000 // characters
	maxNotes = 100  // of one reading
)

// Store keeps notes.
type Store struct {
	db     *db.DB
	sealer workflow.Sealer
}

// NewStore returns a store on an opened, migrated database.
func NewStore(d *db.DB, sealer workflow.Sealer) *Store { return &Store{db: d, sealer: sealer} }

// Leave keeps a note for a role, or for everybody when role is empty. It needs task.work. It fails
// with fault.Invalid for a role there is not and for a text that is empty, too long or not text.
func (s *Store) Leave(ctx context.Context, by actor.Actor, role actor.Role, text string) error {
	if err := by.Need(actor.TaskWork); err != nil {
		return err
	}
	text = strings.TrimSpace(text)
	wrong := map[string]string{}
	if role != "" && !slices.Contains(actor.Roles, role) {
		wrong["role"] = "form.choice"
	}
	switch {
	case text == "":
		wrong["note"] = "form.required"
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		wrong["note"] = "form.not_text"
	case utf8.RuneCountInString(text) > maxText:
		wrong["note"] = "form.too_long"
	}
	if len(wrong) > 0 {
		return fault.Form(wrong)
	}
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error { return s.leave(ctx, tx, by, role, text) })
}

func (s *Store) leave(ctx context.Context, tx *db.Tx, by actor.Actor, role actor.Role, text string) error {
	id := tx.NewID()
	sealed, err := s.sealer.Seal(ctx, tx, "handover:"+by.ID, place(id), text)
	if err != nil {
		return fmt.Errorf("seal a note: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO handover_note (id, at, by_id, by_name, role, body) VALUES (?, ?, ?, ?, ?, ?)`, id, tx.Now, by.ID, by.Name, role, sealed); err != nil {
		return fmt.Errorf("write a note: %w", err)
	}
	tx.Announce(Topic)
	return audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: "handover.left", Object: audit.Ref{Kind: "handover_note", ID: id},
		Detail: struct {
			Role actor.Role `json:"role,omitempty"`
		}{role},
	})
}

func place(id string) vault.Place {
	return vault.Place{Table: "handover_note", Column: "body", Row: id}
}

// Since gives the notes for the reader's roles that were left after a moment, the newest first. It
// needs task.read.
func (s *Store) Since(ctx context.Context, by actor.Actor, from db.Instant) (list []Note, err error) {
	if err := by.Need(actor.TaskRead); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.SelectIn(ctx, &list, `SELECT id, at, by_id, by_name, role, body FROM handover_note WHERE at > ? AND role IN (?) ORDER BY at DESC, id DESC LIMIT ?`,
			from, append([]actor.Role{""}, by.Roles...), maxNotes); err != nil {
			return fmt.Errorf("read the notes of a shift: %w", err)
		}
		for i := range list {
			if list[i].Text, err = s.sealer.Open(ctx, tx, place(list[i].ID), list[i].Sealed); err != nil && !fault.Is(err, fault.NotFound) {
				return fmt.Errorf("open a note: %w", err)
			}
		}
		return nil
	})
	return list, err
}
