package draft

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// Begin keeps a new draft with its first text. base is the version it was copied from, "" for none.
// The text may have faults, but it must name a playbook: fault.Invalid "draft.slug" otherwise. It
// fails with fault.Refused "draft.guard.taken" when another open draft is of the same playbook, and
// with fault.Invalid "draft.body" for a text that is too long or not text.
func (s *Store) Begin(ctx context.Context, by actor.Actor, body, base string) (d Draft, err error) {
	if err := by.Need(actor.PlaybookEdit); err != nil {
		return Draft{}, err
	}
	if base != "" {
		if _, err := s.opts.Version(ctx, by, base); err != nil {
			return Draft{}, err
		}
	}
	def, err := s.named(body)
	if err != nil {
		return Draft{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		d = Draft{
			ID: tx.NewID(), State: Drafting, StateSince: tx.Now, Rev: 1, Base: base,
			MadeBy: by.ID, MadeName: by.Name, MadeAt: tx.Now, EditedAt: tx.Now,
		}
		d.say(body, def)
		n, err := tx.NamedExec(ctx, `INSERT INTO playbook_draft (`+columns+`) VALUES (:id, :slug, :title_ja, :title_en, :body, :state,
			:state_since, :rev, :base_version_id, :version_id, :made_by, :made_by_name, :made_at, :edited_at) ON CONFLICT DO NOTHING`, d)
		if err != nil {
			return fmt.Errorf("write a draft: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Refused, "draft.guard.taken", nil)
		}
		return s.note(ctx, tx, by, d, Line{Event: Begun})
	})
	return d, err
}

// Edit keeps another text. step is the one step that was changed, where that is all. It fails with
// fault.Conflict and the Draft as it now is when rev is stale, with fault.Refused when the draft is
// not being written, and as Begin does.
func (s *Store) Edit(ctx context.Context, by actor.Actor, id string, rev int64, body, step string) (d Draft, err error) {
	if err := by.Need(actor.PlaybookEdit); err != nil {
		return Draft{}, err
	}
	def, err := s.named(body)
	if err != nil {
		return Draft{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if d, err = s.at(ctx, tx, id, rev); err != nil {
			return err
		}
		if _, err := Moves.Next(d.State, Edited, by, Facts{}); err != nil {
			return err
		}
		if other, err := taken(ctx, tx, def.Slug, id); err != nil {
			return err
		} else if other {
			return fault.New(fault.Refused, "draft.guard.taken", nil)
		}
		d.say(body, def)
		d.EditedAt = tx.Now
		return s.save(ctx, tx, by, &d, Line{Event: Edited, Step: step})
	})
	return d, err
}

// at loads a draft that still has rev.
func (s *Store) at(ctx context.Context, tx *db.Tx, id string, rev int64) (Draft, error) {
	d, err := s.read(ctx, tx, id)
	if err == nil && d.Rev != rev {
		return d, fault.Stale(d)
	}
	return d, err
}

// say takes a text with what its head says.
func (d *Draft) say(body string, def *playbooks.Definition) {
	d.Body, d.Slug, d.TitleJA, d.TitleEN = body, def.Slug, def.Title.JA, def.Title.EN
}

// named reads a text that may have faults but says which playbook it is.
func (s *Store) named(body string) (*playbooks.Definition, error) {
	if !utf8.ValidString(body) || strings.ContainsRune(body, 0) || len(body) > playbooks.MaxBytes {
		return nil, fault.Field("body", "draft.body")
	}
	def, _ := s.opts.Check([]byte(body))
	if !playbooks.IsSlug(def.Slug) {
		return nil, fault.Field("body", "draft.slug")
	}
	return def, nil
}

// Text gives the text of a draft as it was after a line of its history, to go back to.
func (s *Store) Text(ctx context.Context, by actor.Actor, id, lineID string) (l Line, err error) {
	if err := by.Need(actor.PlaybookDraft); err != nil {
		return Line{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.read(ctx, tx, id); err != nil {
			return err
		}
		err := tx.Get(ctx, &l, `SELECT id, at, by_id, by_name, event, state, rev, step, body, reason FROM playbook_draft_line WHERE draft_id = ? AND id = ?`, id, lineID)
		if fault.Is(err, fault.NotFound) {
			return fault.Wrap(fault.NotFound, "draft.none", nil, err)
		} else if err != nil {
			return fmt.Errorf("read a line of a draft: %w", err)
		}
		return nil
	})
	return l, err
}
