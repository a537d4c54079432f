package incident

import (
	"context"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Agree is a second person's word for an event, before another person causes it (4-eyes). It is
// good for this revision of the incident: any edit makes it void.
func (s *Store) Agree(ctx context.Context, by actor.Actor, c Cause) error {
	if err := by.Need(actor.IncidentWrite); err != nil {
		return err
	}
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.Touch(ctx, tx, c.ID); err != nil {
			return err
		}
		i, err := s.current(ctx, tx, c.ID, c.Rev)
		if err != nil {
			return err
		}
		if err := agreeable(i.State, c.Event); err != nil {
			return err
		}
		if err := reason(false, c.Reason); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `INSERT INTO incident_agreement (id, incident_id, event, rev, by_id, by_name, supervisor, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			tx.NewID(), i.ID, c.Event, i.Rev, by.ID, by.Name, bit(by.Has(actor.Supervisor)), tx.Now)
		if err != nil || n == 0 { // said before: once is enough
			return err
		}
		err = s.happened(ctx, tx, by, i, "incident.agreed", map[string]string{"Event": string(c.Event)}, strings.TrimSpace(c.Reason))
		db.Crash("incident.agree")
		return err
	})
}

// agreeable refuses agreement to what nobody could do next.
func agreeable(s State, e Event) error {
	for _, m := range Moves {
		if m.From == s && m.Event == e && m.Guard != nil {
			return nil
		}
	}
	return fault.New(fault.Refused, "incident.move.unknown", map[string]any{"State": string(s), "Event": string(e)})
}
