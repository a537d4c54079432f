package disclosure

import (
	"context"
	"slices"
	"strings"

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

// List reads a page of notices, the newest first. It needs disclosure.read.
func (s *Store) List(ctx context.Context, by actor.Actor, f Filter, p Page) (list []Disclosure, next Cursor, err error) {
	if err := by.Need(actor.DisclosureRead); err != nil {
		return nil, Cursor{}, err
	}
	where, args := p.Behind([]string{"1 = 1"}, nil, "opened_at")
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
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &list, `SELECT `+columns+` FROM disclosure WHERE `+strings.Join(where, " AND ")+` ORDER BY opened_at DESC, id DESC LIMIT ?`, append(args, p.Size()+1)...)
	})
	if n := p.Size(); len(list) > n {
		list = list[:n]
		next = Cursor{At: list[n-1].OpenedAt, ID: list[n-1].ID}
	}
	return list, next, err
}

// Correctable are the notices of an incident that can be corrected, the newest first. It needs
// disclosure.read.
func (s *Store) Correctable(ctx context.Context, by actor.Actor, incidentID string) (out []Disclosure, err error) {
	if err := by.Need(actor.DisclosureRead); err != nil {
		return nil, err
	}
	var all []Disclosure
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err = s.ofIncident(ctx, tx, incidentID)
		return err
	})
	for _, d := range slices.Backward(all) {
		if d.State == Published || d.State == Superseded {
			out = append(out, d)
		}
	}
	return out, err
}
