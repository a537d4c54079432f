package filing

import (
	"context"
	"strings"

	"tasuke/cases/deadline"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/paging"
)

// Cursor names the last row of a page of the list.
type Cursor = paging.Cursor

// Page asks for at most Limit rows behind After. A limit outside 1 to 200 is 50.
type Page = paging.Page

// ParseCursor reads a cursor as it stands in an address. Anything else is fault.Invalid.
func ParseCursor(s string) (Cursor, error) { return paging.Parse(s) }

// Filter narrows the list; empty fields do not.
type Filter struct {
	State      State
	IncidentID string
	Open       bool // only what somebody has to act on
}

// Entry is one row of the list, without what is sealed.
type Entry struct {
	Filing
	DueKey db.Instant `db:"due_key"`
	// Force says what the limit rests on, in both languages.
	Force deadline.DateForce `db:"-"`
}

// List reads a page of filings: what is due first, then what has no limit or is handed in. It
// needs filing.read.
func (s *Store) List(ctx context.Context, by actor.Actor, f Filter, p Page) (list []Entry, next Cursor, err error) {
	if err := by.Need(actor.FilingRead); err != nil {
		return nil, Cursor{}, err
	}
	where, args := f.where()
	if !p.After.IsZero() {
		where, args = append(where, "(due_key, id) > (?, ?)"), append(args, p.After.At, p.After.ID)
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Select(ctx, &list, `SELECT `+columns+`, due_key FROM filing WHERE `+strings.Join(where, " AND ")+`
			ORDER BY due_key, id LIMIT ?`, append(args, p.Size()+1)...); err != nil {
			return err
		}
		if n := p.Size(); len(list) > n {
			list = list[:n]
			next = Cursor{At: list[n-1].DueKey, ID: list[n-1].ID}
		}
		return s.forces(ctx, tx, list)
	})
	return list, next, err
}

func (s *Store) forces(ctx context.Context, tx *db.Tx, list []Entry) error {
	for i, e := range list {
		if e.Due() == 0 {
			continue
		}
		clock, err := s.opts.Clock(ctx, tx, e.IncidentID, e.Regime.Duty())
		if err != nil {
			return err
		}
		list[i].Force = clock.Force
	}
	return nil
}

func (f Filter) where() (where []string, args []any) {
	where = []string{"1 = 1"}
	if f.State != "" {
		where, args = append(where, "state = ?"), append(args, f.State)
	}
	if f.IncidentID != "" {
		where, args = append(where, "incident_id = ?"), append(args, f.IncidentID)
	}
	if f.Open {
		where = append(where, "state IN (?"+strings.Repeat(", ?", len(openStates)-1)+")")
		for _, st := range openStates {
			args = append(args, st)
		}
	}
	return where, args
}
