package incident

import (
	"context"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Sheet is everything the page of one incident shows, read from one snapshot.
type Sheet struct {
	Incident   Incident
	Clocks     []Clock
	Events     []ClockEvent
	Recomputes []Recompute
	Timeline   []Line // the incident's own lines, the newest first
	Older      Cursor // of the next page of the timeline
	Choices    []Choice
	Agreements []Agreement
}

// Agreement is a second person's word for an event at the present revision.
type Agreement struct {
	Event  Event      `db:"event"`
	ByID   string     `db:"by_id"`
	ByName string     `db:"by_name"`
	At     db.Instant `db:"at"`
}

// Sheet reads one incident. It needs incident.read; fault.NotFound "row.none" when there is none.
func (s *Store) Sheet(ctx context.Context, by actor.Actor, id string) (sh Sheet, err error) {
	if err := by.Need(actor.IncidentRead); err != nil {
		return Sheet{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if sh.Incident, err = s.load(ctx, tx, id); err != nil {
			return err
		}
		if sh.Events, err = s.events(ctx, tx, id); err != nil {
			return err
		}
		if sh.Clocks, err = s.clocks(ctx, tx, sh.Incident, sh.Events); err != nil {
			return err
		}
		if sh.Recomputes, err = s.recomputes(ctx, tx, id); err != nil {
			return err
		}
		if sh.Timeline, sh.Older, err = s.Lines(ctx, tx, Story{IncidentID: id}, Page{}); err != nil {
			return err
		}
		if err := tx.Select(ctx, &sh.Agreements, `SELECT event, by_id, by_name, at FROM incident_agreement
			WHERE incident_id = ? AND rev = ? ORDER BY at, id`, id, sh.Incident.Rev); err != nil {
			return err
		}
		sh.Choices, err = s.choices(ctx, tx, by, sh.Incident)
		return err
	})
	return sh, err
}

// choices reads the facts of each event once, because an agreement is about one event.
func (s *Store) choices(ctx context.Context, tx *db.Tx, by actor.Actor, i Incident) ([]Choice, error) {
	facts := map[Event]Facts{}
	for _, m := range Moves {
		if m.From != i.State {
			continue
		}
		f, err := s.facts(ctx, tx, by, i, m.Event)
		if err != nil {
			return nil, err
		}
		facts[m.Event] = f
	}
	return Choices(i.State, by, func(e Event) Facts { return facts[e] }), nil
}

// Filter narrows the list; empty fields do not.
type Filter struct {
	State State
	Kinds []Kind
	Open  bool // leave out what is closed or no incident
}

// Entry is one row of the list, without what is sealed.
type Entry struct {
	Incident
	// DueAt is the earliest limit among the incident's clocks; zero when there is none.
	DueAt db.Instant `db:"due_at"`
}

// List reads a page of incidents, the newest first. It needs incident.read.
func (s *Store) List(ctx context.Context, by actor.Actor, f Filter, p Page) (list []Entry, next Cursor, err error) {
	if err := by.Need(actor.IncidentRead); err != nil {
		return nil, Cursor{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		list, next, err = s.list(ctx, tx, f, p)
		return err
	})
	return list, next, err
}

// OpenIncidents lists, in the caller's transaction, the incidents in work that a caller's case
// could join, the newest first; without kinds, of every kind.
func (s *Store) OpenIncidents(ctx context.Context, tx *db.Tx, kinds []Kind, limit int) ([]Entry, error) {
	list, _, err := s.list(ctx, tx, Filter{Kinds: kinds, Open: true}, Page{Limit: limit})
	return list, err
}

func (s *Store) list(ctx context.Context, tx *db.Tx, f Filter, p Page) ([]Entry, Cursor, error) {
	where, args := f.where()
	where, args = p.Behind(where, args, "opened_at")
	var list []Entry
	err := tx.Select(ctx, &list, `SELECT id, COALESCE(no, '') AS no, title, kind, severity, state, detected_at, detected_by, occurred_from,
		occurred_to, vectors, system_breach, commander, opened_by, opened_at, state_since, closed_at, rev, guard_rev,
		COALESCE((SELECT min(due_at) FROM clock_due d WHERE d.incident_id = incident.id AND d.answered = 0
			AND incident.state NOT IN ('closed', 'not_incident')), 0) AS due_at
		FROM incident WHERE `+strings.Join(where, " AND ")+` ORDER BY opened_at DESC, id DESC LIMIT ?`, append(args, p.Size()+1)...)
	if err != nil {
		return nil, Cursor{}, err
	}
	n := p.Size()
	if len(list) <= n {
		return list, Cursor{}, nil
	}
	list = list[:n]
	return list, Cursor{At: list[n-1].OpenedAt, ID: list[n-1].ID}, nil
}

func (f Filter) where() (where []string, args []any) {
	where = []string{"1 = 1"}
	if f.State != "" {
		where, args = append(where, "state = ?"), append(args, f.State)
	}
	if len(f.Kinds) > 0 {
		where = append(where, "kind IN (?"+strings.Repeat(", ?", len(f.Kinds)-1)+")")
		for _, k := range f.Kinds {
			args = append(args, k)
		}
	}
	if f.Open {
		where = append(where, "state NOT IN ('closed', 'not_incident')")
	}
	return where, args
}
