package incident

import (
	"context"
	"errors"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Cause is one event that a person wants to happen to an incident as they saw it.
type Cause struct {
	ID     string
	Rev    int64 // of the incident as it was on the person's screen
	Event  Event
	Reason string // sealed; required where the table says so
}

// errNoWork is a fault of the wiring: what nobody can read must not count as nothing open.
var errNoWork = errors.New("the incident store was made without Options.Work")

// tries bounds how often a decision is taken anew because what its guard read has changed.
const tries = 5

// Move applies one event. It fails with fault.Conflict and the current incident when Rev is
// stale, with fault.Refused or fault.Forbidden when the table or a guard says no, and with
// fault.Invalid when a reason is missing. Who may do what stands in the table.
func (s *Store) Move(ctx context.Context, by actor.Actor, c Cause) (i Incident, err error) {
	if err := by.Need(actor.IncidentRead); err != nil {
		return Incident{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		from, m, err := s.decide(ctx, tx, by, c)
		if err != nil {
			return err
		}
		if i, err = s.load(ctx, tx, c.ID); err != nil {
			return err
		}
		args := map[string]string{"From": string(from), "To": string(m.To), "Event": string(m.Event)}
		err = s.happened(ctx, tx, by, i, "incident.moved", args, strings.TrimSpace(c.Reason))
		db.Crash("incident.move")
		return err
	})
	return i, err
}

// decide takes the decision and writes the state, unless somebody changed the incident (conflict)
// or what the guard read (decide again on what is now so).
func (s *Store) decide(ctx context.Context, tx *db.Tx, by actor.Actor, c Cause) (State, Move, error) {
	for range tries {
		i, err := s.current(ctx, tx, c.ID, c.Rev)
		if err != nil {
			return "", Move{}, err
		}
		f, err := s.facts(ctx, tx, by, i, c.Event)
		if err != nil {
			return "", Move{}, err
		}
		m, err := Next(i.State, c.Event, by, f)
		if err != nil {
			return "", Move{}, err
		}
		if err := reason(m.Reason, c.Reason); err != nil {
			return "", Move{}, err
		}
		done, err := write(ctx, tx, by, i, m)
		if err != nil || done {
			return i.State, m, err
		}
	}
	i, err := s.load(ctx, tx, c.ID)
	if err != nil {
		return "", Move{}, err
	}
	return "", Move{}, fault.Stale(i)
}

// current loads the incident if it still is what the person saw.
func (s *Store) current(ctx context.Context, tx *db.Tx, id string, rev int64) (Incident, error) {
	i, err := s.load(ctx, tx, id)
	if err == nil && i.Rev != rev {
		err = fault.Stale(i)
	}
	return i, err
}

// write sets the state if neither people nor a guard's ground have moved since i was read. Who
// takes the triage commands until somebody else is named.
func write(ctx context.Context, tx *db.Tx, by actor.Actor, i Incident, m Move) (bool, error) {
	commander, closed := i.Commander, db.Instant(0)
	if m.Event == TriageTaken && commander == "" {
		commander = by.ID
	}
	if m.To == Closed {
		closed = tx.Now
	}
	n, err := tx.Exec(ctx, `UPDATE incident SET state = ?, state_since = ?, closed_at = ?, commander = ?, rev = rev + 1
		WHERE id = ? AND rev = ? AND guard_rev = ?`, m.To, tx.Now, closed, commander, i.ID, i.Rev, i.GuardRev)
	return n == 1, err
}

func reason(required bool, text string) error {
	bad := map[string]string{}
	least := 0
	if required {
		least = 1
	}
	if checkText(bad, "reason", text, least, maxReason); len(bad) > 0 {
		return fault.Form(bad)
	}
	return nil
}

// facts reads what the guard of an event looks at.
func (s *Store) facts(ctx context.Context, tx *db.Tx, by actor.Actor, i Incident, e Event) (Facts, error) {
	if s.opts.Work == nil {
		return Facts{}, errNoWork
	}
	var second struct {
		People      int `db:"people"`
		Supervisors int `db:"supervisors"`
	}
	if err := tx.Get(ctx, &second, `SELECT count(*) AS people, COALESCE(sum(supervisor), 0) AS supervisors
		FROM incident_agreement WHERE incident_id = ? AND event = ? AND rev = ? AND by_id <> ?`, i.ID, e, i.Rev, by.ID); err != nil {
		return Facts{}, err
	}
	events, err := s.events(ctx, tx, i.ID)
	if err != nil {
		return Facts{}, err
	}
	w, err := s.opts.Work(ctx, tx, i.ID)
	return Facts{
		ActorCommands: i.Commander == by.ID, SecondPerson: second.People > 0, SecondSupervisor: second.Supervisors > 0,
		OpenCases: w.OpenCases, OpenTasks: w.OpenTasks, OpenFilings: w.OpenFilings, OpenClocks: w.OpenClocks, OpenRequests: w.OpenRequests,
		OpenSweeps: w.OpenSweeps, OpenOutside: w.OpenOutside, OpenNotices: w.OpenNotices, OpenRemedies: w.OpenRemedies, Unconfirmed: unconfirmed(events),
	}, err
}
