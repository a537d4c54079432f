package incident

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/vault"
)

// Due is one row of the index of clocks. It can be derived from the events at any time.
type Due struct {
	IncidentID  string     `db:"incident_id"`
	Duty        string     `db:"duty"`
	DueAt       db.Instant `db:"due_at"` // last second of the limit
	Force       string     `db:"force"`  // statutory, guidance, house
	Proposed    bool       `db:"proposed"`
	Unconfirmed bool       `db:"unconfirmed"`
	Answered    bool       `db:"answered"` // handed in or ruled out: nobody is chased by it
}

// Recompute is one change of a due moment with what caused it (R9). A due of zero means none.
type Recompute struct {
	ID          string     `db:"id"`
	IncidentID  string     `db:"incident_id"`
	Duty        string     `db:"duty"`
	OldDue      db.Instant `db:"old_due"`
	NewDue      db.Instant `db:"new_due"`
	Rule        string     `db:"rule"`
	RuleVersion string     `db:"rule_version"`
	EventID     string     `db:"event_id"` // empty when the kind of the incident was edited
	ByID        string     `db:"by_id"`
	ByName      string     `db:"by_name"`
	At          db.Instant `db:"at"`
	Reason      string     `db:"-"`
}

func reasonPlace(id string) vault.Place {
	return vault.Place{Table: "clock_recompute", Column: "reason", Row: id}
}

// dues is the index as it has to be for these clocks.
func dues(incidentID string, cs []Clock) (out []Due) {
	for _, c := range cs {
		if at := c.DueAt(); at != 0 {
			out = append(out, Due{incidentID, c.Duty, at, string(c.Force), c.Proposed, c.Unconfirmed, c.Answer != nil})
		}
	}
	return out
}

// refresh brings the index in line with the events and writes down every due moment that moved.
// The caller holds the incident's row.
func (s *Store) refresh(ctx context.Context, tx *db.Tx, by actor.Actor, i Incident, eventID, why string) error {
	events, err := s.events(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	cs, err := s.clocks(ctx, tx, i, events)
	if err != nil {
		return err
	}
	var old []Due
	if err := tx.Select(ctx, &old, `SELECT incident_id, duty, due_at, force, proposed, unconfirmed FROM clock_due WHERE incident_id = ?`, i.ID); err != nil {
		return err
	}
	was := map[string]db.Instant{}
	for _, d := range old {
		was[d.Duty] = d.DueAt
	}
	moved := false
	for _, c := range cs {
		if was[c.Duty] == c.DueAt() {
			continue
		}
		moved = true
		if err := s.moved(ctx, tx, by, i.ID, c, was[c.Duty], eventID, why); err != nil {
			return err
		}
	}
	if err := replaceDues(ctx, tx, i.ID, dues(i.ID, cs)); err != nil {
		return err
	}
	if !moved || i.No == "" || s.opts.ClocksMoved == nil {
		return nil
	}
	return s.opts.ClocksMoved(ctx, tx, by, i.ID)
}

func (s *Store) moved(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string, c Clock, was db.Instant, eventID, why string) error {
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, subject(incidentID), reasonPlace(id), why)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO clock_recompute (id, incident_id, duty, old_due, new_due, rule, rule_version, event_id, by_id, by_name, at, reason)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, incidentID, c.Duty, was, c.DueAt(), c.Rule.ID, fmt.Sprint(c.Rule.Version), eventID, by.ID, by.Name, tx.Now, sealed)
	return err
}

func replaceDues(ctx context.Context, tx *db.Tx, incidentID string, ds []Due) error {
	if _, err := tx.Exec(ctx, `DELETE FROM clock_due WHERE incident_id = ?`, incidentID); err != nil {
		return err
	}
	for _, d := range ds {
		if _, err := tx.Exec(ctx, `INSERT INTO clock_due (incident_id, duty, due_at, force, proposed, unconfirmed, answered) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			d.IncidentID, d.Duty, d.DueAt, d.Force, bit(d.Proposed), bit(d.Unconfirmed), bit(d.Answered)); err != nil {
			return err
		}
	}
	return nil
}

// recomputes reads the history of due moments, the oldest first.
func (s *Store) recomputes(ctx context.Context, tx *db.Tx, id string) ([]Recompute, error) {
	var rows []struct {
		Recompute
		Sealed []byte `db:"reason"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, incident_id, duty, old_due, new_due, rule, rule_version, event_id, by_id, by_name, at, reason
		FROM clock_recompute WHERE incident_id = ? ORDER BY at, id`, id); err != nil {
		return nil, err
	}
	out := make([]Recompute, len(rows))
	for i, r := range rows {
		var err error
		out[i] = r.Recompute
		if out[i].Reason, _, err = s.open(ctx, tx, reasonPlace(r.ID), r.Sealed); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// NearDue is a clock near its end, with what a list says of its incident.
type NearDue struct {
	Due
	No       string   `db:"no"`
	Title    string   `db:"title"`
	Severity Severity `db:"severity"`
}

// DueSoon lists the clocks of incidents in work that end at or before until, the earliest first;
// what is late stays in it (R13). It needs incident.read.
func (s *Store) DueSoon(ctx context.Context, by actor.Actor, until db.Instant, limit int) (out []NearDue, err error) {
	if err := by.Need(actor.IncidentRead); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &out, `SELECT d.incident_id, d.duty, d.due_at, d.force, d.proposed, d.unconfirmed, COALESCE(i.no, '') AS no, i.title, i.severity
			FROM clock_due d JOIN incident i ON i.id = d.incident_id
			WHERE d.due_at <= ? AND d.answered = 0 AND i.state NOT IN ('closed', 'not_incident')
			ORDER BY d.due_at, d.incident_id, d.duty LIMIT ?`, until, Page{Limit: limit}.Size())
	})
	return out, err
}
