package cases

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/states"
)

// Sheet is everything the page of one case shows, read from one snapshot.
type Sheet struct {
	Case         Case
	Customer     Masked
	Containments []Containment
	Notes        []Note // the newest first
	OlderNotes   Cursor
	Timeline     []Line // the newest first
	Older        Cursor
	Choices      []states.Choice[State, Event]
	Agreements   []Agreement
}

// Agreement is a second person's word for an event at the present revision.
type Agreement struct {
	Event  Event      `db:"event"`
	ByID   string     `db:"by_id"`
	ByName string     `db:"by_name"`
	At     db.Instant `db:"at"`
}

// Sheet reads one case. That somebody opened it is an entry of the access trail. It needs
// case.read; fault.NotFound "row.none" when there is none.
func (s *Store) Sheet(ctx context.Context, by actor.Actor, id string) (sh Sheet, err error) {
	if err := by.Need(actor.CaseRead); err != nil {
		return Sheet{}, err
	}
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		sh, err = s.read(ctx, tx, by, id)
		return err
	}); err != nil {
		return Sheet{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		return audit.Append(ctx, tx, audit.Entry{
			Tree: audit.Access, Actor: by, Action: "case.read", Object: audit.Ref{Kind: "case", ID: id},
		})
	})
	return sh, err
}

func (s *Store) read(ctx context.Context, tx *db.Tx, by actor.Actor, id string) (sh Sheet, err error) {
	if sh.Case, err = s.load(ctx, tx, id); err != nil {
		return Sheet{}, err
	}
	masked, err := s.customers.Masked(ctx, tx, []string{sh.Case.CustomerID})
	if err != nil {
		return Sheet{}, err
	}
	sh.Customer = masked[sh.Case.CustomerID]
	if sh.Containments, err = s.containments(ctx, tx, id); err != nil {
		return Sheet{}, err
	}
	if sh.Notes, sh.OlderNotes, err = s.notes(ctx, tx, id, Page{}); err != nil {
		return Sheet{}, err
	}
	if sh.Timeline, sh.Older, err = s.incidents.Lines(ctx, tx, id, Page{}); err != nil {
		return Sheet{}, err
	}
	if err := tx.Select(ctx, &sh.Agreements, `SELECT event, by_id, by_name, at FROM case_agreement
		WHERE case_id = ? AND rev = ? ORDER BY at, id`, id, sh.Case.Rev); err != nil {
		return Sheet{}, err
	}
	sh.Choices, err = s.choices(ctx, tx, by, sh.Case)
	return sh, err
}

// choices reads the facts of each event once, because an agreement is about one event.
func (s *Store) choices(ctx context.Context, tx *db.Tx, by actor.Actor, c Case) ([]states.Choice[State, Event], error) {
	facts := map[Event]Facts{}
	for _, m := range Moves {
		if m.From != c.State {
			continue
		}
		f, err := s.factsFor(ctx, tx, by, c, m.Event)
		if err != nil {
			return nil, err
		}
		facts[m.Event] = f
	}
	return Moves.Choices(c.State, by, func(e Event) Facts { return facts[e] }), nil
}

// Timeline reads a page of a case's story in a snapshot of its own. It needs case.read.
func (s *Store) Timeline(ctx context.Context, by actor.Actor, id string, p Page) (lines []Line, next Cursor, err error) {
	if err := by.Need(actor.CaseRead); err != nil {
		return nil, Cursor{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		lines, next, err = s.incidents.Lines(ctx, tx, id, p)
		return err
	})
	return lines, next, err
}
