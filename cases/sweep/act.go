package sweep

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// told are the lines of the incident's story. They name the sweep and counts, no customer.
var told = map[Event]string{
	IndicatorsAdded: "sweep.told.indicators_added", RoundStarted: "sweep.told.round_started", RoundRetried: "sweep.told.round_started",
	RoundAnswered: "sweep.told.round_answered", RoundFailed: "sweep.told.round_failed", CoverageSigned: "sweep.told.coverage_signed",
	WorkConcluded: "sweep.told.work_concluded", WorkReopened: "sweep.told.work_reopened", WorkDropped: "sweep.told.work_dropped",
}

// needs are the permissions of what people do to a sweep as a whole.
var needs = map[Event]actor.Permission{
	RoundRetried: actor.SweepWrite, WorkDropped: actor.SweepWrite,
	CoverageSigned: actor.SweepConclude, WorkConcluded: actor.SweepConclude, WorkReopened: actor.SweepConclude,
}

// Cause is a move that somebody wants of the sweep as they saw it.
type Cause struct {
	ID     string
	Rev    int64
	Event  Event
	Reason string
}

// Move does what needs no more than a reason: try a failed round again, sign the coverage, conclude,
// reopen, drop. It fails with fault.Conflict and the sweep as it now is when somebody was faster, and
// as Moves say.
func (s *Store) Move(ctx context.Context, by actor.Actor, c Cause) (w Sweep, err error) {
	need, ok := needs[c.Event]
	if !ok {
		return Sweep{}, fault.New(fault.Refused, "case.move.unknown", map[string]any{"State": "", "Event": string(c.Event)})
	}
	if err := by.Need(need); err != nil {
		return Sweep{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		w, err = s.act(ctx, tx, by, c)
		return err
	})
	return w, err
}

// act does all that belongs to one move.
func (s *Store) act(ctx context.Context, tx *db.Tx, by actor.Actor, c Cause) (Sweep, error) {
	w, r, err := s.decide(ctx, tx, by, c)
	if err != nil {
		return Sweep{}, err
	}
	if slices.Contains(open, r.To) {
		if err := s.opts.Enter(ctx, tx, w.IncidentID); err != nil {
			return Sweep{}, err
		}
	}
	switch c.Event {
	case RoundRetried:
		err = s.retry(ctx, tx, w)
	case CoverageSigned:
		err = s.sign(ctx, tx, by, w, strings.TrimSpace(c.Reason))
	case WorkConcluded:
		w.ConcludedBy, w.ConcludedName, w.ConcludedAt = by.ID, by.Name, tx.Now
		err = s.opts.Emit(ctx, tx, w.IncidentID, "sweep.concluded", w.ID)
	case WorkReopened:
		w.ConcludedBy, w.ConcludedName, w.ConcludedAt = "", "", 0
	}
	if err != nil {
		return Sweep{}, err
	}
	if err := s.move(ctx, tx, by, &w, r, Line{Comment: strings.TrimSpace(c.Reason)}); err != nil {
		return Sweep{}, err
	}
	return w, s.record(ctx, tx, by, w, "sweep.moved", map[string]string{"Event": string(c.Event), "From": string(r.From), "To": string(r.To)})
}

// decide reads the sweep and asks the table.
func (s *Store) decide(ctx context.Context, tx *db.Tx, by actor.Actor, c Cause) (w Sweep, r row, err error) {
	if w, err = s.held(ctx, tx, c.ID); err != nil {
		return w, r, err
	}
	if w.Rev != c.Rev {
		return w, r, fault.Stale(w)
	}
	f, err := facts(ctx, tx, w)
	if err != nil {
		return w, r, err
	}
	if r, err = Moves.Next(w.State, c.Event, by, f); err != nil {
		return w, r, err
	}
	return w, r, reasoned(r.Reason, c.Reason)
}

// machine is the row by which the product itself moves a sweep on.
func machine(from State, e Event) (row, error) {
	for _, r := range Moves {
		if r.From == from && r.Event == e && len(r.Roles) == 0 {
			return r, nil
		}
	}
	return row{}, fault.New(fault.Refused, "case.move.unknown", map[string]any{"State": string(from), "Event": string(e)})
}

// move writes the sweep in its new state, its history and the incident's story.
func (s *Store) move(ctx context.Context, tx *db.Tx, by actor.Actor, w *Sweep, r row, l Line) error {
	if w.State != r.To {
		w.State, w.StateSince = r.To, tx.Now
	}
	if err := s.write(ctx, tx, w); err != nil {
		return err
	}
	l.Event, l.From, l.To = string(r.Event), string(r.From), string(r.To)
	if err := s.line(ctx, tx, by, *w, l); err != nil {
		return err
	}
	tx.Announce("sweeps")
	tx.Announce("sweep:" + w.ID)
	key, ok := told[r.Event]
	if !ok {
		return nil
	}
	args := map[string]string{"No": w.No, "Round": strconv.FormatInt(w.Round, 10)}
	for k, v := range l.Args {
		args[k] = v
	}
	return s.opts.Tell(ctx, tx, by, w.IncidentID, key, args)
}

// lastOfCustomer holds of hit h of round r when no later round found the customer: what was said of it
// stands, also when the indicator that found it is asked for no more.
const lastOfCustomer = `NOT EXISTS (SELECT 1 FROM sweep_hit l JOIN sweep_round lr ON lr.id = l.round_id
	WHERE l.sweep_id = h.sweep_id AND l.customer_ref = h.customer_ref AND lr.n > r.n)`

// facts reads what the guards of a sweep look at.
func facts(ctx context.Context, tx *db.Tx, w Sweep) (f Facts, err error) {
	var n struct {
		Active  int `db:"active"`
		Unswept int `db:"unswept"`
		Due     int `db:"due"`
		Uncased int `db:"uncased"`
		Signed  int `db:"signed"`
	}
	err = tx.Get(ctx, &n, `SELECT
		(SELECT count(*) FROM sweep_indicator WHERE sweep_id = ? AND status = 'active' AND (valid_until = 0 OR valid_until > ?)) AS active,
		(SELECT count(*) FROM sweep_indicator i WHERE i.sweep_id = ? AND i.status = 'active' AND (valid_until = 0 OR valid_until > ?) AND NOT EXISTS (
			SELECT 1 FROM sweep_input p JOIN sweep_round r ON r.id = p.round_id WHERE p.indicator_id = i.id AND r.sweep_id = ? AND r.n = ?)) AS unswept,
		(SELECT count(*) FROM sweep_hit h JOIN sweep_round r ON r.id = h.round_id WHERE r.sweep_id = ? AND r.n = ? AND h.due = 1 AND h.verdict = 'open') AS due,
		(SELECT count(*) FROM sweep_hit h JOIN sweep_round r ON r.id = h.round_id WHERE r.sweep_id = ? AND h.verdict = 'confirmed' AND h.customer_id <> ''
			AND `+lastOfCustomer+`
			AND NOT EXISTS (SELECT 1 FROM sweep_case c WHERE c.sweep_id = h.sweep_id AND c.customer_id = h.customer_id)) AS uncased,
		(SELECT count(*) FROM sweep_round WHERE sweep_id = ? AND n = ? AND signed_at > 0) AS signed`,
		w.ID, tx.Now, w.ID, tx.Now, w.ID, w.Answered, w.ID, w.Answered, w.ID, w.ID, w.Answered)
	return Facts{Active: n.Active, Unswept: n.Unswept, Due: n.Due, Uncased: n.Uncased, Signed: n.Signed > 0, Answered: w.Answered > 0}, err
}

// Open counts the unfinished sweeps of an incident, 0 or 1: it holds back the close.
func (s *Store) Open(ctx context.Context, tx *db.Tx, incidentID string) (n int, err error) {
	states := make([]string, len(open))
	for i, st := range open {
		states[i] = string(st)
	}
	var list []int
	if err := tx.SelectIn(ctx, &list, `SELECT 1 FROM sweep WHERE incident_id = ? AND state IN (?)`, incidentID, states); err != nil {
		return 0, err
	}
	return len(list), nil
}
