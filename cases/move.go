package cases

import (
	"context"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Cause is one event that a person wants to happen to a case as they saw it.
type Cause struct {
	ID     string
	Rev    int64 // of the case as it was on the person's screen
	Event  Event
	Reason string // sealed; required where the table says so
}

// tries bounds how often a decision is taken anew because what its guard read has changed.
const tries = 5

// Move applies one event: state, timeline line and audit entry, or nothing. It fails with
// fault.Conflict and the current case when Rev is stale, with fault.Refused or fault.Forbidden
// when the table or a guard says no, and with fault.Invalid when a reason is missing.
func (s *Store) Move(ctx context.Context, by actor.Actor, cause Cause) (c Case, err error) {
	if err := by.Need(actor.CaseWrite); err != nil {
		return Case{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		from, m, err := s.decide(ctx, tx, by, cause)
		if err != nil {
			return err
		}
		if c, err = s.load(ctx, tx, cause.ID); err != nil {
			return err
		}
		if err := s.incidents.Enter(ctx, tx, c.IncidentID); err != nil {
			return err
		}
		args := map[string]string{"From": string(from), "To": string(m.To), "Event": string(m.Event)}
		err = s.happened(ctx, tx, by, c, "case.moved", args, strings.TrimSpace(cause.Reason))
		db.Crash("case.move")
		return err
	})
	return c, err
}

// decide takes the decision and writes the state, unless somebody changed the case (conflict) or
// what the guard read (decide again on what is now so).
func (s *Store) decide(ctx context.Context, tx *db.Tx, by actor.Actor, cause Cause) (State, Move, error) {
	for range tries {
		c, err := s.current(ctx, tx, cause.ID, cause.Rev)
		if err != nil {
			return "", Move{}, err
		}
		f, err := s.factsFor(ctx, tx, by, c, cause.Event)
		if err != nil {
			return "", Move{}, err
		}
		m, err := Moves.Next(c.State, cause.Event, by, f)
		if err != nil {
			return "", Move{}, err
		}
		if err := reason(m.Reason, cause.Reason); err != nil {
			return "", Move{}, err
		}
		n, err := tx.Exec(ctx, `UPDATE victim_case SET state = ?, state_since = ?, closed_as = ?, rev = rev + 1
			WHERE id = ? AND rev = ? AND guard_rev = ?`, m.To, tx.Now, closedAs(c.State, m), c.ID, c.Rev, c.GuardRev)
		if err != nil || n == 1 {
			return c.State, m, err
		}
	}
	return "", Move{}, s.stale(ctx, tx, cause.ID)
}

// closedAs is what a closed case stays in the counts: confirmed, or no victim.
func closedAs(from State, m Move) State {
	if m.To == Closed {
		return from
	}
	return ""
}

func reason(required bool, text string) error {
	bad := map[string]string{}
	if checkText(bad, "reason", text, bit(required), maxReason); len(bad) > 0 {
		return fault.Form(bad)
	}
	return nil
}

// factsFor reads what the guard of an event looks at.
func (s *Store) factsFor(ctx context.Context, tx *db.Tx, by actor.Actor, c Case, e Event) (f Facts, err error) {
	if s.facts == nil {
		return Facts{}, errNoFacts
	}
	stops, err := s.containments(ctx, tx, c.ID)
	if err != nil {
		return Facts{}, err
	}
	f.stopped(stops)
	var agreed int
	if err := tx.Get(ctx, &agreed, `SELECT count(*) FROM case_agreement WHERE case_id = ? AND event = ? AND rev = ? AND by_id <> ?`,
		c.ID, e, c.Rev, by.ID); err != nil {
		return Facts{}, err
	}
	w, err := s.facts(ctx, tx, c)
	f.SecondPerson, f.OpenTasks, f.OpenRemedies = agreed > 0, w.OpenTasks, w.OpenRemedies
	return f, err
}

// stopped counts what of the containments the guards look at.
func (f *Facts) stopped(stops []Containment) {
	for _, s := range stops {
		if s.State == Released {
			continue
		}
		f.Held++
		if s.Scope == Account {
			f.Locks++
		}
		for _, ch := range s.Channels {
			if ch.Required && ch.State != ChannelVerified {
				f.ChannelsOpen++
			}
		}
	}
}

// Agree is a second person's word for an event, before another person causes it (4-eyes). It is
// good for this revision of the case: any edit makes it void.
func (s *Store) Agree(ctx context.Context, by actor.Actor, cause Cause) error {
	if err := by.Need(actor.CaseWrite); err != nil {
		return err
	}
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.Touch(ctx, tx, cause.ID); err != nil {
			return err
		}
		c, err := s.current(ctx, tx, cause.ID, cause.Rev)
		if err != nil {
			return err
		}
		// Who agrees must be one who could cause it, were there the second person.
		if _, err := Moves.Next(c.State, cause.Event, by, Facts{Locks: 1, SecondPerson: true}); err != nil {
			return err
		}
		if err := reason(false, cause.Reason); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `INSERT INTO case_agreement (id, case_id, event, rev, by_id, by_name, at)
			VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`, tx.NewID(), c.ID, cause.Event, c.Rev, by.ID, by.Name, tx.Now)
		if err != nil || n == 0 { // said before: once is enough
			return err
		}
		err = s.happened(ctx, tx, by, c, "case.agreed", map[string]string{"Event": string(cause.Event)}, strings.TrimSpace(cause.Reason))
		db.Crash("case.agree")
		return err
	})
}
