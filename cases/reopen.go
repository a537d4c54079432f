package cases

import (
	"context"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
)

// contactCame is the line that tells why a case is in work again, in the place of a person's
// reason: nobody decided it.
const contactCame = "case.reopened_by_contact"

// again gives the case that a customer has in an incident. One whose work has ended is reopened,
// as a consequence and whatever the actor's role: a new contact must not disappear into a case
// that nobody looks at. A case in work stays as it is.
func (s *Store) again(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, customerID string) (Case, error) {
	c, err := s.ofPair(ctx, tx, incidentID, customerID)
	if err != nil || !c.Over() {
		return c, err
	}
	m, err := Moves.Row(c.State, ReopenedForCause)
	if err != nil {
		return Case{}, err
	}
	if _, err := tx.Exec(ctx, `UPDATE victim_case SET state = ?, state_since = ?, rev = rev + 1 WHERE id = ?`, m.To, tx.Now, c.ID); err != nil {
		return Case{}, err
	}
	if err := s.incidents.Enter(ctx, tx, c.IncidentID); err != nil {
		return Case{}, err
	}
	args := map[string]string{"From": string(c.State), "To": string(m.To), "Event": string(m.Event)}
	if err := s.tell(ctx, tx, by, c, contactCame, args, ""); err != nil {
		return Case{}, err
	}
	if err := audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: "case.moved", Object: audit.Ref{Kind: "case", ID: c.ID},
		Detail: map[string]string{"From": args["From"], "To": args["To"], "Event": args["Event"], "Reason": contactCame},
	}); err != nil {
		return Case{}, err
	}
	return s.load(ctx, tx, c.ID)
}

// ofPair takes the row of the case that a customer has in an incident, so that somebody who is
// closing it comes before or after, and reads it.
func (s *Store) ofPair(ctx context.Context, tx *db.Tx, incidentID, customerID string) (Case, error) {
	var id string
	if err := tx.Get(ctx, &id, `UPDATE victim_case SET guard_rev = guard_rev + 1 WHERE incident_id = ? AND customer_id = ? RETURNING id`,
		incidentID, customerID); err != nil {
		return Case{}, err
	}
	return s.load(ctx, tx, id)
}
