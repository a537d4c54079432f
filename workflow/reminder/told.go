package reminder

import (
	"context"
	"errors"
	"fmt"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Told is somebody who was told of a rung: how, when and why this person. Nobody is told twice of one.
type Told struct {
	ReminderID string     `db:"reminder_id"`
	PersonID   string     `db:"person_id"`
	Name       string     `db:"person_name"`
	Way        Way        `db:"way"`
	Why        string     `db:"why"`     // a reason of whoever chose the people
	MailID     string     `db:"mail_id"` // of the letter in the outbox
	At         db.Instant `db:"at"`
}

// Way is how somebody is told.
type Way string

// The ways. Every rung is on the screen of its role too.
const (
	OnScreen Way = "screen"
	ByMail   Way = "mail"
)

// Ways lists them; the database repeats the list in a CHECK.
var Ways = []Way{OnScreen, ByMail}

// tell notes whom a rung reaches, in the transaction that fires it. Where another node was first, its
// letters and rows are in the way of ours, and ours are undone.
func (s *Store) tell(ctx context.Context, tx *db.Tx, r Reminder) error {
	l, err := s.ladder(r.Ladder)
	if err != nil {
		return err
	}
	people, err := s.people(ctx, tx, r, l.Loud)
	if err == nil {
		for _, p := range people {
			if p.Way = OnScreen; p.MailID != "" {
				p.Way = ByMail
			}
			if _, err = tx.Exec(ctx, `INSERT INTO reminder_told (id, reminder_id, person_id, person_name, way, why, mail_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
				tx.NewID(), r.ID, p.PersonID, p.Name, p.Way, p.Why, p.MailID, tx.Now); err != nil {
				break
			}
		}
	}
	var f *fault.Error
	switch {
	case errors.As(err, &f) && f.Key == "row.exists":
		return errors.Join(errLost, err)
	case err != nil:
		return fmt.Errorf("tell people of it: %w", err)
	}
	return nil
}

// toldOf reads who was told of some rungs, by rung.
func toldOf(ctx context.Context, tx *db.Tx, list []Reminder) (map[string][]Told, error) {
	if len(list) == 0 {
		return nil, nil
	}
	ids := make([]string, len(list))
	for i, r := range list {
		ids[i] = r.ID
	}
	var rows []Told
	if err := tx.SelectIn(ctx, &rows, `SELECT reminder_id, person_id, person_name, way, why, mail_id, at FROM reminder_told
		WHERE reminder_id IN (?) ORDER BY reminder_id, person_name, person_id`, ids); err != nil {
		return nil, fmt.Errorf("read who was told: %w", err)
	}
	out := map[string][]Told{}
	for _, t := range rows {
		out[t.ReminderID] = append(out[t.ReminderID], t)
	}
	return out, nil
}
