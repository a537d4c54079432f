package draft

import (
	"context"
	"fmt"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// Options are what cmd hands in; all are needed.
type Options struct {
	// Check reads a text under the rules of this program.
	Check func(src []byte) (*playbooks.Definition, playbooks.Problems)
	// Publish keeps a text as the newest version, in the transaction of the draft.
	Publish func(ctx context.Context, tx *db.Tx, by actor.Actor, src []byte) (workflow.Version, error)
	// Version gives a published version to begin a draft from.
	Version func(ctx context.Context, by actor.Actor, id string) (workflow.Version, error)
}

// Store keeps drafts.
type Store struct {
	db   *db.DB
	opts Options
}

// NewStore returns a store on an opened, migrated database.
func NewStore(d *db.DB, opts Options) *Store { return &Store{db: d, opts: opts} }

// Topic is announced when a draft was begun or changed.
const Topic = "playbook_drafts"

const columns = `id, slug, title_ja, title_en, body, state, state_since, rev, base_version_id, version_id, made_by, made_by_name, made_at, edited_at`

// maxHistory bounds what a page shows of the history.
const maxHistory = 100

// List gives the drafts that were edited last, of every state. It needs playbook.draft.
func (s *Store) List(ctx context.Context, by actor.Actor, p paging.Page) (list []Draft, next paging.Cursor, err error) {
	if err := by.Need(actor.PlaybookDraft); err != nil {
		return nil, next, err
	}
	where, args := p.Behind([]string{"1 = 1"}, nil, "edited_at")
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &list, `SELECT `+columns+` FROM playbook_draft WHERE `+where[0]+and(where)+` ORDER BY edited_at DESC, id DESC LIMIT ?`, append(args, p.Size()+1)...)
	})
	if err != nil {
		return nil, next, fmt.Errorf("list drafts: %w", err)
	}
	if len(list) > p.Size() {
		list = list[:p.Size()]
		last := list[len(list)-1]
		next = paging.Cursor{At: last.EditedAt, ID: last.ID}
	}
	return list, next, nil
}

func and(where []string) string {
	if len(where) < 2 {
		return ""
	}
	return " AND " + where[1]
}

// Sheet gives one draft with what is wrong with its text; fault.NotFound "draft.none".
func (s *Store) Sheet(ctx context.Context, by actor.Actor, id string) (sh Sheet, err error) {
	if err := by.Need(actor.PlaybookDraft); err != nil {
		return Sheet{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if sh.Draft, err = s.read(ctx, tx, id); err != nil {
			return err
		}
		if sh.Makers, err = s.makers(ctx, tx, id); err != nil {
			return err
		}
		err = tx.Select(ctx, &sh.Lines, `SELECT id, at, by_id, by_name, event, state, rev, step, '' AS body, reason FROM playbook_draft_line WHERE draft_id = ? ORDER BY id DESC LIMIT ?`, id, maxHistory)
		if err != nil {
			return fmt.Errorf("read the history of a draft: %w", err)
		}
		facts, err := s.facts(ctx, tx, by, sh.Draft)
		sh.Choices = Moves.Choices(sh.Draft.State, by, func(Event) Facts { return facts })
		return err
	})
	if err != nil {
		return Sheet{}, err
	}
	sh.Definition, sh.Problems = s.opts.Check([]byte(sh.Draft.Body))
	return sh, nil
}

// read loads a draft; an id that cannot be one is none.
func (s *Store) read(ctx context.Context, tx *db.Tx, id string) (d Draft, err error) {
	if len(id) != 36 || slices.ContainsFunc([]byte(id), func(b byte) bool { return b <= ' ' || b > '~' }) {
		return d, fault.New(fault.NotFound, "draft.none", nil)
	}
	err = tx.Get(ctx, &d, `SELECT `+columns+` FROM playbook_draft WHERE id = ?`, id)
	if fault.Is(err, fault.NotFound) {
		return d, fault.Wrap(fault.NotFound, "draft.none", nil, err)
	} else if err != nil {
		return d, fmt.Errorf("read a draft: %w", err)
	}
	return d, nil
}

// makers are all who wrote any of the text since it was begun.
func (s *Store) makers(ctx context.Context, tx *db.Tx, id string) (who []string, err error) {
	err = tx.Select(ctx, &who, `SELECT DISTINCT by_id FROM playbook_draft_line WHERE draft_id = ? AND event IN ('begun', 'edited') ORDER BY by_id`, id)
	if err != nil {
		return nil, fmt.Errorf("read who wrote a draft: %w", err)
	}
	return who, nil
}

func (s *Store) facts(ctx context.Context, tx *db.Tx, by actor.Actor, d Draft) (f Facts, err error) {
	_, problems := s.opts.Check([]byte(d.Body))
	f.Faults = len(problems) > 0
	who, err := s.makers(ctx, tx, d.ID)
	if err != nil {
		return f, err
	}
	f.Maker = slices.Contains(who, by.ID)
	f.Taken, err = taken(ctx, tx, d.Slug, d.ID)
	return f, err
}

// taken reports whether another open draft has the slug.
func taken(ctx context.Context, tx *db.Tx, slug, but string) (bool, error) {
	var n int
	err := tx.Get(ctx, &n, `SELECT count(*) FROM playbook_draft WHERE slug = ? AND id <> ? AND state IN ('drafting', 'review')`, slug, but)
	if err != nil {
		return false, fmt.Errorf("look for another draft: %w", err)
	}
	return n > 0, nil
}

// save writes a draft by compare-and-set on its rev, with a line of its history and an audit entry.
func (s *Store) save(ctx context.Context, tx *db.Tx, by actor.Actor, d *Draft, l Line) error {
	n, err := tx.NamedExec(ctx, `UPDATE playbook_draft SET slug = :slug, title_ja = :title_ja, title_en = :title_en, body = :body, state = :state,
		state_since = :state_since, version_id = :version_id, edited_at = :edited_at, rev = :rev + 1 WHERE id = :id AND rev = :rev`, d)
	if err != nil {
		return fmt.Errorf("save a draft: %w", err)
	}
	if n == 0 {
		now, err := s.read(ctx, tx, d.ID)
		if err != nil {
			return err
		}
		return fault.Stale(now)
	}
	d.Rev++
	return s.note(ctx, tx, by, *d, l)
}

// note adds a line to the history, and to the audit trail.
func (s *Store) note(ctx context.Context, tx *db.Tx, by actor.Actor, d Draft, l Line) error {
	l.ID, l.At, l.ByID, l.ByName, l.State, l.Rev, l.Body = tx.NewID(), tx.Now, by.ID, by.Name, d.State, d.Rev, d.Body
	if _, err := tx.Exec(ctx, `INSERT INTO playbook_draft_line (id, draft_id, at, by_id, by_name, event, state, rev, step, body, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.ID, d.ID, l.At, l.ByID, l.ByName, l.Event, l.State, l.Rev, l.Step, l.Body, l.Reason); err != nil {
		return fmt.Errorf("write the history of a draft: %w", err)
	}
	tx.Announce(Topic)
	return audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: "playbook.draft." + string(l.Event), Object: audit.Ref{Kind: "playbook_draft", ID: d.ID},
		Detail: detail{d.Slug, d.Rev, d.State, l.Step, d.Version},
	})
}

type detail struct {
	Slug    string `json:"slug"`
	Rev     int64  `json:"rev"`
	State   State  `json:"state"`
	Step    string `json:"step,omitempty"`
	Version string `json:"version,omitempty"`
}
