package savedfilter

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

// Store keeps saved filters.
type Store struct {
	db    *db.DB
	vault *vault.Vault
}

// NewStore returns a store on an opened, migrated database.
func NewStore(d *db.DB, v *vault.Vault) *Store { return &Store{d, v} }

const columns = `id, list, owner_id, owner_name, role, saved_at, removed_at, rev`

type row struct {
	Filter
	Sealed []byte `db:"content"`
}

func subject(ownerID string) string { return "account:" + ownerID }

func place(id string) vault.Place {
	return vault.Place{Table: "saved_filter", Column: "content", Row: id}
}

func (s *Store) seal(ctx context.Context, tx *db.Tx, f Filter) ([]byte, error) {
	b, err := json.Marshal(f.Content)
	if err != nil {
		return nil, fmt.Errorf("write a filter: %w", err)
	}
	return s.vault.Seal(ctx, tx, subject(f.OwnerID), place(f.ID), b)
}

func (s *Store) open(ctx context.Context, tx *db.Tx, rows []row) ([]Filter, error) {
	out := make([]Filter, len(rows))
	for i, r := range rows {
		b, err := s.vault.Open(ctx, tx, place(r.ID), r.Sealed)
		if err != nil {
			return nil, err
		}
		out[i] = r.Filter
		if err := json.Unmarshal(b, &out[i].Content); err != nil {
			return nil, fmt.Errorf("read filter %s: %w", r.ID, err)
		}
	}
	return out, nil
}

// need asks for the right to see a list; a list nobody has is not found.
func need(by actor.Actor, list string) error {
	p, ok := lists[list]
	if !ok {
		return fault.New(fault.NotFound, "row.none", nil)
	}
	return by.Need(p)
}

// Save keeps a list as it is narrowed now. It needs the right to see the list. It fails with
// fault.Invalid and the fields that are wrong, a filter with a typed word that is to be shared
// among them, and with fault.Refused "filter.too_many".
func (s *Store) Save(ctx context.Context, by actor.Actor, f Filter) (Filter, error) {
	if err := need(by, f.List); err != nil {
		return Filter{}, err
	}
	f.Name = strings.TrimSpace(f.Name)
	if bad := f.problems(); len(bad) > 0 {
		return Filter{}, fault.Form(bad)
	}
	err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		f.ID, f.OwnerID, f.OwnerName, f.SavedAt, f.RemovedAt, f.Rev = tx.NewID(), by.ID, by.Name, tx.Now, 0, 1
		var n int
		if err := tx.Get(ctx, &n, `SELECT count(*) FROM saved_filter WHERE owner_id = ? AND list = ? AND removed_at = 0`, by.ID, f.List); err != nil {
			return err
		}
		if n >= most {
			return fault.New(fault.Refused, "filter.too_many", map[string]any{"N": most})
		}
		sealed, err := s.seal(ctx, tx, f)
		if err != nil {
			return err
		}
		if _, err := tx.NamedExec(ctx, `INSERT INTO saved_filter (`+columns+`, content) VALUES (:id, :list, :owner_id, :owner_name, :role, :saved_at, :removed_at, :rev, :content)`, row{f, sealed}); err != nil {
			return err
		}
		return record(ctx, tx, by, "filter.saved", f)
	})
	return f, err
}

// For lists what a person may use on a list: their own and those shared with their roles, by name.
func (s *Store) For(ctx context.Context, by actor.Actor, list string) (out []Filter, err error) {
	if err := need(by, list); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		roles := append([]actor.Role{"-"}, by.Roles...) // no role is "-", and no list is empty
		out, err = s.read(ctx, tx, by, `list = ? AND removed_at = 0 AND (owner_id = ? OR role IN (?))`, list, by.ID, roles)
		return err
	})
	return out, err
}

// Own lists every filter a person keeps, on lists they may still see, and those they removed.
func (s *Store) Own(ctx context.Context, by actor.Actor) (out []Filter, err error) {
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.read(ctx, tx, by, `owner_id = ?`, by.ID)
		out = slices.DeleteFunc(out, func(f Filter) bool { return need(by, f.List) != nil })
		return err
	})
	return out, err
}

func (s *Store) read(ctx context.Context, tx *db.Tx, by actor.Actor, where string, args ...any) ([]Filter, error) {
	var rows []row
	if err := tx.SelectIn(ctx, &rows, `SELECT `+columns+`, content FROM saved_filter WHERE `+where, args...); err != nil {
		return nil, fmt.Errorf("read saved filters: %w", err)
	}
	var chosen []string
	if err := tx.Select(ctx, &chosen, `SELECT filter_id FROM saved_filter_default WHERE account_id = ?`, by.ID); err != nil {
		return nil, fmt.Errorf("read the default of lists: %w", err)
	}
	out, err := s.open(ctx, tx, rows)
	for i := range out {
		out[i].Default = slices.Contains(chosen, out[i].ID)
	}
	slices.SortFunc(out, func(a, b Filter) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out, err
}

// Use gives a filter a person may use; one that is removed, or another's, is not found.
func (s *Store) Use(ctx context.Context, by actor.Actor, list, id string) (Filter, error) {
	all, err := s.For(ctx, by, list)
	if err != nil {
		return Filter{}, err
	}
	for _, f := range all {
		if f.ID == id {
			return f, nil
		}
	}
	return Filter{}, fault.New(fault.NotFound, "row.none", nil)
}

// Default gives the id of the filter a person opens a list with; empty for none, or for one that
// they may not use any more.
func (s *Store) Default(ctx context.Context, by actor.Actor, list string) (string, error) {
	all, err := s.For(ctx, by, list)
	for _, f := range all {
		if f.Default {
			return f.ID, err
		}
	}
	return "", err
}

// SetDefault opens a list with a filter from now on, or with none when id is empty.
func (s *Store) SetDefault(ctx context.Context, by actor.Actor, list, id string) error {
	if id != "" {
		if _, err := s.Use(ctx, by, list, id); err != nil {
			return err
		}
	} else if err := need(by, list); err != nil {
		return err
	}
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM saved_filter_default WHERE account_id = ? AND list = ?`, by.ID, list); err != nil || id == "" {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO saved_filter_default (account_id, list, filter_id) VALUES (?, ?, ?)
			ON CONFLICT (account_id, list) DO UPDATE SET filter_id = excluded.filter_id`, by.ID, list, id)
		return err
	})
}

// Change gives a filter another name or other people. It is the owner's; to others it is not found.
// It fails with fault.Conflict and the filter as it is when rev is stale.
func (s *Store) Change(ctx context.Context, by actor.Actor, id string, rev int64, name string, role actor.Role) (Filter, error) {
	return s.change(ctx, by, id, rev, "filter.changed", func(f *Filter, _ db.Instant) {
		f.Name, f.Role = strings.TrimSpace(name), role
	})
}

// Remove takes a filter from every list; its owner can bring it back. It fails like Change.
func (s *Store) Remove(ctx context.Context, by actor.Actor, id string, rev int64) (Filter, error) {
	return s.change(ctx, by, id, rev, "filter.removed", func(f *Filter, now db.Instant) { f.RemovedAt = now })
}

// Restore brings a removed filter back. It fails like Change.
func (s *Store) Restore(ctx context.Context, by actor.Actor, id string, rev int64) (Filter, error) {
	return s.change(ctx, by, id, rev, "filter.restored", func(f *Filter, _ db.Instant) { f.RemovedAt = 0 })
}

func (s *Store) change(ctx context.Context, by actor.Actor, id string, rev int64, action string, make func(*Filter, db.Instant)) (f Filter, err error) {
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := s.read(ctx, tx, by, `id = ? AND owner_id = ?`, id, by.ID)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fault.New(fault.NotFound, "row.none", nil)
		}
		if f = found[0]; f.Rev != rev {
			return fault.Stale(f)
		}
		if err := need(by, f.List); err != nil {
			return err
		}
		if make(&f, tx.Now); len(f.problems()) > 0 {
			return fault.Form(f.problems())
		}
		sealed, err := s.seal(ctx, tx, f)
		if err != nil {
			return err
		}
		n, err := tx.NamedExec(ctx, `UPDATE saved_filter SET role = :role, removed_at = :removed_at, content = :content, rev = rev + 1
			WHERE id = :id AND rev = :rev`, row{f, sealed})
		if err == nil && n == 0 {
			err = fault.Stale(f)
		}
		if err != nil {
			return err
		}
		f.Rev++
		return record(ctx, tx, by, action, f)
	})
	return f, err
}

func record(ctx context.Context, tx *db.Tx, by actor.Actor, action string, f Filter) error {
	return audit.Append(ctx, tx, audit.Entry{Tree: audit.Main, Actor: by, Action: action, Object: audit.Ref{Kind: "saved_filter", ID: f.ID},
		Detail: map[string]string{"List": f.List, "Role": string(f.Role)}})
}
