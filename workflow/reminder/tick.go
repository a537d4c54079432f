package reminder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

const (
	// grace is how long after its moment a reminder still counts as in time.
	grace = time.Minute
	// batch is how many due rungs are read at a time.
	batch = 200
	// beat is how often Run looks. No moment hangs on it: what is due is a row.
	beat = 5 * time.Second
	// unseen puts what nobody has seen in front of what was: a thousand years.
	unseen = 1000 * 365 * 24 * 60 * 60 * 1_000_000
)

// system is who fires.
var system = actor.System("reminder")

// errLost means that another node fired the rung, or that it was cancelled, between our read and
// our write.
var errLost = errors.New("the reminder was fired or cancelled by another")

// Tick fires every rung that is due, each in a transaction of its own: once, whatever was missed
// and however many nodes tick. It gives how many it fired itself. One that fails stays due and
// keeps no other from being fired; the faults come back together.
func (s *Store) Tick(ctx context.Context) (fired int, err error) {
	for { // an open end that was fired late may have its next rung due already
		n, err := s.sweep(ctx)
		if fired += n; n == 0 || err != nil {
			return fired, err
		}
	}
}

// candidate is a rung that was due when it was read.
type candidate struct {
	ID string     `db:"id"`
	At db.Instant `db:"due_at"`
}

// sweep goes once through what is due, the longest due first.
func (s *Store) sweep(ctx context.Context) (fired int, faults error) {
	var last candidate
	for {
		var due []candidate
		err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
			return tx.Select(ctx, &due, `SELECT id, due_at FROM reminder WHERE `+waiting+` AND due_at <= ? AND (due_at, id) > (?, ?)
				ORDER BY due_at, id LIMIT ?`, tx.Now, last.At, last.ID, batch)
		})
		if err != nil {
			return fired, errors.Join(faults, fmt.Errorf("look for due reminders: %w", err))
		}
		for _, c := range due {
			last = c
			switch err := s.fire(ctx, c.ID); {
			case err == nil:
				fired++
			case !errors.Is(err, errLost):
				faults = errors.Join(faults, fmt.Errorf("fire reminder %s: %w", c.ID, err))
			}
		}
		if len(due) < batch {
			return fired, faults
		}
	}
}

// fire says one rung, or loses to whoever said or cancelled it. The matter's row is taken last:
// whoever sets or clears a matter holds rows of its own room first, and so does what Fired does.
func (s *Store) fire(ctx context.Context, id string) error {
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		var r Reminder
		err := tx.Get(ctx, &r, `SELECT `+columns+` FROM reminder WHERE id = ? AND due_at <= ? AND `+waiting, id, tx.Now)
		if fault.Is(err, fault.NotFound) {
			return errLost
		}
		if err != nil {
			return err
		}
		r.FiredAt, r.Late, r.OrderAt = tx.Now, tx.Now.Sub(r.DueAt) > grace, tx.Now+unseen
		if err := s.fired(ctx, tx, r); err != nil {
			return fmt.Errorf("tell of it: %w", err)
		}
		if err := s.tell(ctx, tx, r); err != nil {
			return err
		}
		if err := record(ctx, tx, r); err != nil {
			return err
		}
		if err := s.take(ctx, tx, r); err != nil {
			return err
		}
		tx.Announce(Topic)
		db.Crash("reminder.fired")
		return nil
	})
}

// take marks the rung as fired if it still waits, and writes the next one of an open end.
func (s *Store) take(ctx context.Context, tx *db.Tx, r Reminder) error {
	if err := tx.Lock(ctx, "reminder_item", r.ItemID); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE reminder SET fired_at = ?, late = ?, order_at = ? WHERE id = ? AND `+waiting, r.FiredAt, bit(r.Late), r.OrderAt, r.ID)
	if err != nil {
		return err
	}
	if n == 0 {
		return errLost
	}
	l, err := s.ladder(r.Ladder)
	if err != nil || l.Then == nil || l.Then.Name != r.Rung {
		return err
	}
	var it row
	if err := tx.Get(ctx, &it, `SELECT `+itemColumns+` FROM reminder_item WHERE id = ?`, r.ItemID); err != nil {
		return err
	}
	return insert(ctx, tx, it, moment{r.Rung, r.N + 1, l.Then.Next(r.DueAt)}, ToRole)
}

func record(ctx context.Context, tx *db.Tx, r Reminder) error {
	return audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: system, Action: "reminder.fired", Object: audit.Ref{Kind: "reminder", ID: r.ID},
		Detail: map[string]any{"ref": r.Ref, "ladder": r.Ladder, "rung": r.Rung, "n": r.N, "role": r.Role, "due_at": r.DueAt, "late": r.Late},
	})
}

// Run ticks until ctx ends. Faults go to the log; what they were about stays due.
func (s *Store) Run(ctx context.Context) {
	t := time.NewTicker(beat)
	defer t.Stop()
	for {
		if _, err := s.Tick(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "reminders could not be fired", "cause", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
