// Package event keeps what happened in a room and concerns a playbook's run: a row, written in the
// transaction in which it happened, and handed on once.
package event

import (
	"context"
	"fmt"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Topic is announced by every transaction that emits an event.
const Topic = "events"

// Subject is what a run is about, e.g. {"incident", id}.
type Subject struct {
	Kind string `db:"subject_kind"`
	ID   string `db:"subject_id"`
}

// Event says that something has happened, e.g. "bank.answered". Ref is the id of the object it
// happened to; an event holds no personal data.
type Event struct {
	ID string `db:"id"`
	Subject
	Name string     `db:"name"`
	Ref  string     `db:"ref"`
	At   db.Instant `db:"at"`
}

const columns = `id, subject_kind, subject_id, name, ref, at`

// Emit writes an event in the caller's transaction: it exists exactly when what it tells of does.
func Emit(ctx context.Context, tx *db.Tx, s Subject, name, ref string) error {
	e := Event{ID: tx.NewID(), Subject: s, Name: name, Ref: ref, At: tx.Now}
	if _, err := tx.NamedExec(ctx, `INSERT INTO event (`+columns+`, delivered_at)
		VALUES (:id, :subject_kind, :subject_id, :name, :ref, :at, 0)`, e); err != nil {
		return fmt.Errorf("emit the event %s: %w", name, err)
	}
	tx.Announce(Topic)
	return nil
}

// Pending lists at most n events that were not handed on yet, oldest first.
func Pending(ctx context.Context, tx *db.Tx, n int) ([]Event, error) {
	var list []Event
	if err := tx.Select(ctx, &list, `SELECT `+columns+` FROM event WHERE delivered_at = 0 ORDER BY at, id LIMIT ?`, n); err != nil {
		return nil, fmt.Errorf("list pending events: %w", err)
	}
	return list, nil
}

// Delivered marks an event as handed on, in the transaction of whoever took it. When another node
// was faster, or the event does not exist, it fails with fault.Conflict, so that nothing is done twice.
func Delivered(ctx context.Context, tx *db.Tx, id string) error {
	n, err := tx.Exec(ctx, `UPDATE event SET delivered_at = ? WHERE id = ? AND delivered_at = 0`, tx.Now, id)
	if err != nil {
		return fmt.Errorf("mark the event %s: %w", id, err)
	}
	if n != 1 {
		return fault.New(fault.Conflict, "event.taken", nil)
	}
	return nil
}

// Of lists the events of one name about a subject at or after since, oldest first, handed on or
// not: a wait that begins later than the event finds it here.
func Of(ctx context.Context, tx *db.Tx, s Subject, name string, since db.Instant) ([]Event, error) {
	var list []Event
	if err := tx.Select(ctx, &list, `SELECT `+columns+` FROM event
		WHERE subject_kind = ? AND subject_id = ? AND name = ? AND at >= ? ORDER BY at, id`, s.Kind, s.ID, name, since); err != nil {
		return nil, fmt.Errorf("list the events %s: %w", name, err)
	}
	return list, nil
}
