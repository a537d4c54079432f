package reminder

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Options are what cmd hands in.
type Options struct {
	// Fired is called in the transaction that fires a rung, before the row itself is taken: mail
	// to the role, a line of the story. What it does is undone when another node was first.
	Fired func(ctx context.Context, tx *db.Tx, r Reminder) error
	// People says, in that transaction too, whom a rung reaches, and puts their mail down with it; loud
	// is a rung that no quiet hours silence. nil reaches those who look at the screen.
	People func(ctx context.Context, tx *db.Tx, r Reminder, loud bool) ([]Told, error)
	// Ladders are those that items may name; nil is Standard.
	Ladders []Ladder
}

// Store keeps what people are reminded of.
type Store struct {
	db      *db.DB
	fired   func(context.Context, *db.Tx, Reminder) error
	people  func(context.Context, *db.Tx, Reminder, bool) ([]Told, error)
	ladders map[string]Ladder
}

// NewStore returns a store on an opened, migrated database.
func NewStore(d *db.DB, o Options) *Store {
	s := &Store{db: d, fired: o.Fired, people: o.People, ladders: map[string]Ladder{}}
	if s.fired == nil {
		s.fired = func(context.Context, *db.Tx, Reminder) error { return nil }
	}
	if s.people == nil {
		s.people = func(context.Context, *db.Tx, Reminder, bool) ([]Told, error) { return nil, nil }
	}
	if o.Ladders == nil {
		o.Ladders = Standard()
	}
	for _, l := range o.Ladders {
		s.ladders[l.Name] = l
	}
	return s
}

// ladder finds a ladder by its name; one that is not there is a fault of the wiring.
func (s *Store) ladder(name string) (Ladder, error) {
	l, ok := s.ladders[name]
	if !ok {
		return Ladder{}, fmt.Errorf("there is no ladder %q", name)
	}
	return l, nil
}

const columns = `id, item_id, round, subject_kind, subject_id, ref, ladder, rung, n, role, person_id, until_at, args, due_at,
	fired_at, late, cancelled_at, order_at, seen_at, seen_by, seen_by_name`

// waiting is what has not been said and not been cancelled; its words match the partial indexes.
const waiting = `fired_at = 0 AND cancelled_at = 0`

// insert writes a rung that waits for its moment.
func insert(ctx context.Context, tx *db.Tx, it row, m moment, to Level) error {
	_, err := tx.Exec(ctx, `INSERT INTO reminder (id, item_id, round, subject_kind, subject_id, ref, ladder, rung, n, role, person_id, until_at, args, due_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.NewID(), it.ID, it.Round, it.Kind, it.Subject.ID, it.Ref, it.Ladder, m.rung, m.n, to.role(actor.Role(it.Role)), to.person(it.Taken), it.Due, it.Args, m.at)
	if err != nil {
		return fmt.Errorf("write rung %s of ladder %s: %w", m.rung, it.Ladder, err)
	}
	return nil
}
