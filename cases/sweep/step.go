package sweep

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tasuke/cases/sweep/indicator"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// lent gives the product, which has no role, that of who leads a sweep: a playbook asked for what it
// does, and the table says whether it may be done now. What takes two people still takes two.
func lent(by actor.Actor) actor.Actor {
	if by.Kind == actor.Machine {
		by.Roles = []actor.Role{actor.Responder}
	}
	return by
}

// Of gives the sweep of an incident in the caller's transaction; fault.NotFound when there is none.
func (s *Store) Of(ctx context.Context, tx *db.Tx, incidentID string) (Sweep, error) {
	var id string
	if err := tx.Get(ctx, &id, `SELECT id FROM sweep WHERE incident_id = ?`, incidentID); err != nil {
		return Sweep{}, err
	}
	return load(ctx, tx, id)
}

// Begun is a round that was started, or found.
type Begun struct {
	Sweep
	Indicators int64 // that the round asks for
}

// usualLookback is how many days before the attack the first round of a playbook begins
// (operations.md 8.4).
const usualLookback = 30

// NextRound starts a round with all active indicators in the caller's transaction, from when the last
// one began, or when the damage did. A round that runs is given back, and so is one that has asked for
// all of them and has answered, which is then told of once more: a run that begins the next pass waits
// for it. One that failed is asked again. It needs sweep.write; fault.Refused
// "sweep.guard.no_indicator" when nothing is active.
func (s *Store) NextRound(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) (b Begun, err error) {
	if err := by.Need(actor.SweepWrite); err != nil {
		return b, err
	}
	w, err := s.Of(ctx, tx, incidentID)
	if fault.Is(err, fault.NotFound) {
		return b, fault.New(fault.Refused, "sweep.guard.no_indicator", nil)
	}
	if err != nil {
		return b, err
	}
	if w, err = s.held(ctx, tx, w.ID); err != nil {
		return b, err
	}
	f, err := facts(ctx, tx, w)
	if err != nil {
		return b, err
	}
	switch {
	case w.State == Running: // it answers, and says so, by itself
	case w.Answered > 0 && w.Answered == w.Round && f.Unswept == 0: // it has answered: who waits for that hears it
		err = s.opts.Emit(ctx, tx, w.IncidentID, "sweep.hits_ready", w.ID)
	case w.State == Failed:
		w, err = s.act(ctx, tx, lent(by), Cause{ID: w.ID, Rev: w.Rev, Event: RoundRetried})
	default:
		w, err = s.another(ctx, tx, by, w)
	}
	if err != nil {
		return b, err
	}
	b.Sweep = w
	err = tx.Get(ctx, &b.Indicators, `SELECT count(*) FROM sweep_input p JOIN sweep_round r ON r.id = p.round_id WHERE r.sweep_id = ? AND r.n = ?`, w.ID, w.Round)
	return b, err
}

func (s *Store) another(ctx context.Context, tx *db.Tx, by actor.Actor, w Sweep) (Sweep, error) {
	p := Plan{SweepID: w.ID, Rev: w.Rev, LookbackDays: usualLookback}
	i, err := s.opts.Incident(ctx, tx, w.IncidentID)
	if err != nil {
		return Sweep{}, err
	}
	if p.AttackAt = i.OccurredFrom; p.AttackAt == 0 {
		p.AttackAt = i.DetectedAt
	}
	if w.Round > 0 {
		d, err := s.roundOf(ctx, tx, w.ID, w.Round)
		if err != nil {
			return Sweep{}, err
		}
		p.AttackAt, p.LookbackDays = d.AttackAt, d.LookbackDays
	}
	_, r, err := s.decide(ctx, tx, lent(by), Cause{ID: w.ID, Rev: w.Rev, Event: RoundStarted})
	if err != nil {
		return Sweep{}, err
	}
	return s.begun(ctx, tx, by, w, r, p)
}

// Retired is what stands proposed for retirement among the indicators of an incident.
type Retired struct {
	Expired int64 // whose last day has passed
	Benign  int64 // of which somebody, or the product, says that they are harmless, and nobody agreed yet
}

// Retire ends the indicators whose last day has passed, and asks for those that the last round found
// too common to say anything to be called harmless, in the caller's transaction: a person agrees or
// not. No sweep is nothing to retire. It needs sweep.write; reason stands in the history.
func (s *Store) Retire(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID, reason string) (out Retired, err error) {
	if err := by.Need(actor.SweepWrite); err != nil {
		return out, err
	}
	w, err := s.Of(ctx, tx, incidentID)
	if fault.Is(err, fault.NotFound) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	if w, err = s.held(ctx, tx, w.ID); err != nil {
		return out, err
	}
	if err := s.opts.Enter(ctx, tx, incidentID); err != nil {
		return out, err
	}
	if err := s.lapse(ctx, tx, w); err != nil {
		return out, err
	}
	var common []Indicator
	if err := tx.Select(ctx, &common, `SELECT `+indicatorColumns+` FROM sweep_indicator WHERE sweep_id = ? AND status = 'active' AND benign_by = '' AND overridden = 0
		AND EXISTS (SELECT 1 FROM sweep_measure m JOIN sweep_round r ON r.id = m.round_id WHERE m.indicator_id = sweep_indicator.id AND r.sweep_id = ? AND r.n = ? AND m.suppressed = 1)
		AND NOT EXISTS (SELECT 1 FROM sweep_line l WHERE l.indicator_id = sweep_indicator.id AND l.event = ? AND l.actor_id = ?)
		ORDER BY id`, w.ID, w.ID, w.Answered, BenignAsked, by.ID); err != nil {
		return out, fmt.Errorf("list common indicators: %w", err)
	}
	for _, x := range common {
		if _, err := s.change(ctx, tx, lent(by), w, Changing{SweepID: w.ID, IndicatorID: x.ID, Rev: x.Rev, Event: BenignAsked, Reason: reason}); err != nil {
			return out, err
		}
	}
	err = tx.Get(ctx, &out, `SELECT count(CASE WHEN status = 'expired' THEN 1 END) AS expired,
		count(CASE WHEN status IN ('proposed', 'active') AND benign_by <> '' THEN 1 END) AS benign FROM sweep_indicator WHERE sweep_id = ?`, w.ID)
	return out, err
}

// Collected is what came of collecting addresses of false sites.
type Collected struct {
	URLs int64 // the incident is known by, with those there were
	New  int64
}

// Collect keeps addresses of false sites, as people typed them, as proposed indicators of an incident;
// what is there stays as it is. It needs sweep.write.
func (s *Store) Collect(ctx context.Context, by actor.Actor, incidentID string, urls []string, note string) (out Collected, err error) {
	if err := by.Need(actor.SweepWrite); err != nil {
		return out, err
	}
	known, err := s.urls(ctx, incidentID)
	if err != nil {
		return out, err
	}
	var lines []string
	for _, x := range s.Read(strings.Join(urls, "\n")).Found {
		if x.Kind == indicator.URL && !slices.Contains(known, x.Value) {
			lines = append(lines, x.Value)
		}
	}
	if len(lines) > 0 {
		a, err := s.Add(ctx, by, Paste{IncidentID: incidentID, Text: strings.Join(lines, "\n"), Source: "own", TLP: "amber", Confidence: 50, Note: note})
		if err != nil {
			return out, err
		}
		out.New = int64(a.New)
		if known, err = s.urls(ctx, incidentID); err != nil {
			return out, err
		}
	}
	out.URLs = int64(len(known))
	return out, nil
}

func (s *Store) urls(ctx context.Context, incidentID string) (out []string, err error) {
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &out, `SELECT i.shown FROM sweep_indicator i JOIN sweep w ON w.id = i.sweep_id WHERE w.incident_id = ? AND i.kind = ? ORDER BY i.id`, incidentID, indicator.URL)
	})
	return out, err
}

// Shareable are the active indicators of an incident that are no personal data, in the caller's transaction.
func (s *Store) Shareable(ctx context.Context, tx *db.Tx, incidentID string) (list []Indicator, err error) {
	var all []Indicator
	if err := tx.Select(ctx, &all, `SELECT `+indicatorColumns+` FROM sweep_indicator WHERE status = 'active'
		AND sweep_id IN (SELECT id FROM sweep WHERE incident_id = ?) ORDER BY added_at, id`, incidentID); err != nil {
		return nil, fmt.Errorf("list what may be shared: %w", err)
	}
	return slices.DeleteFunc(all, func(x Indicator) bool { return Personal(x.Kind) }), nil
}

// Destinations are the accounts money went to that an incident is known by, in plain text, in the
// caller's transaction: they are compared with payouts, and nobody is shown them.
func (s *Store) Destinations(ctx context.Context, tx *db.Tx, incidentID string) (out []string, err error) {
	var rows []struct {
		ID     string `db:"id"`
		Sealed []byte `db:"sealed"`
	}
	if err := tx.Select(ctx, &rows, `SELECT i.id, i.sealed FROM sweep_indicator i JOIN sweep w ON w.id = i.sweep_id
		WHERE w.incident_id = ? AND i.kind = ? AND i.status IN ('proposed', 'active') ORDER BY i.id`, incidentID, indicator.Destination); err != nil {
		return nil, fmt.Errorf("list destinations: %w", err)
	}
	for _, r := range rows {
		plain, erased, err := s.open(ctx, tx, place("sweep_indicator", "sealed", r.ID), r.Sealed)
		if err != nil {
			return nil, err
		}
		if !erased && plain != "" {
			out = append(out, plain)
		}
	}
	return out, nil
}

// Seen is what the sweep says of a customer.
type Seen struct {
	CustomerID string     `db:"customer_id"`
	Ref        string     `db:"customer_ref"`
	First      db.Instant `db:"first_at"` // the first trace
	Score      int64      `db:"score"`
}

// Seen lists the registered customers whom a round found and nobody cleared, in the caller's transaction.
func (s *Store) Seen(ctx context.Context, tx *db.Tx, incidentID string) (list []Seen, err error) {
	err = tx.Select(ctx, &list, `SELECT h.customer_id, h.customer_ref, min(h.first_at) AS first_at, max(h.score) AS score FROM sweep_hit h JOIN sweep w ON w.id = h.sweep_id
		WHERE w.incident_id = ? AND h.customer_id <> '' AND h.verdict <> 'cleared' GROUP BY h.customer_id, h.customer_ref ORDER BY h.customer_id`, incidentID)
	return list, err
}

// Standing is what the conditions of a playbook ask of this room.
type Standing struct {
	OpenHits  int64 `db:"open_hits"` // of the last answered round, that somebody has to look at
	Concluded int64 `db:"concluded"`
}

// Standing reads all of it in one query, in the caller's transaction.
func (s *Store) Standing(ctx context.Context, tx *db.Tx, incidentID string) (out Standing, err error) {
	err = tx.Get(ctx, &out, `SELECT (SELECT count(*) FROM sweep w JOIN sweep_round r ON r.sweep_id = w.id AND r.n = w.answered JOIN sweep_hit h ON h.round_id = r.id
		WHERE w.incident_id = ? AND h.due = 1 AND h.verdict = 'open') AS open_hits,
		(SELECT count(*) FROM sweep WHERE incident_id = ? AND state = 'concluded') AS concluded`, incidentID, incidentID)
	return out, err
}
