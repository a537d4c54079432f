package sweep

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Tally counts the hits of a round. Precision is the share of confirmed ones among those that were
// confirmed or cleared, in hundredths; -1 before there is one.
type Tally struct {
	Matched      int `db:"matched"`
	Due          int `db:"due"`     // to be looked at
	Waiting      int `db:"waiting"` // of these, not judged yet
	Reviewed     int `db:"reviewed"`
	Probable     int `db:"probable"`
	Confirmed    int `db:"confirmed"`
	Cleared      int `db:"cleared"`
	Unregistered int `db:"unregistered"`
	Cased        int `db:"cased"`
	New          int `db:"fresh"`
	Changed      int `db:"changed"`
	Gone         int `db:"gone"`
	Precision    int `db:"-"`
}

// Sheet is everything the page of a sweep shows beside its lists, read from one snapshot.
type Sheet struct {
	Sweep    Sweep
	Incident Incident
	// Round is the one that is shown, Latest the last that was started; nil before the first.
	Round, Latest *Round
	Rounds        []Round // the newest first
	Tally         Tally
	// Indicators are those of the round as it measured them.
	Indicators []Measured
	Gone       []Hit // of the round before, found no more
	Facts      Facts
	Choices    []Choice
	Lines      []Line // the newest first
}

// Get reads a sweep with one of its rounds, 0 for the last with an answer, or the last there is. It needs sweep.read; fault.NotFound
// "row.none" when there is none.
func (s *Store) Get(ctx context.Context, by actor.Actor, id string, n int64) (sh Sheet, err error) {
	if err := by.Need(actor.SweepRead); err != nil {
		return Sheet{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		sh = Sheet{}
		if sh.Sweep, err = load(ctx, tx, id); err != nil {
			return err
		}
		if sh.Incident, err = s.opts.Incident(ctx, tx, sh.Sweep.IncidentID); err != nil {
			return err
		}
		if sh.Facts, err = facts(ctx, tx, sh.Sweep); err != nil {
			return err
		}
		sh.Choices = Moves.Choices(sh.Sweep.State, by, func(Event) Facts { return sh.Facts })
		if err := tx.Select(ctx, &sh.Rounds, `SELECT `+roundColumns+` FROM sweep_round WHERE sweep_id = ? ORDER BY n DESC`, id); err != nil {
			return err
		}
		if sh.Lines, err = s.lines(ctx, tx, id, ""); err != nil {
			return err
		}
		return s.roundSheet(ctx, tx, &sh, n)
	})
	return sh, err
}

func (s *Store) roundSheet(ctx context.Context, tx *db.Tx, sh *Sheet, n int64) error {
	if sh.Sweep.Round == 0 {
		return nil
	}
	if n == 0 {
		n = cmp.Or(sh.Sweep.Answered, sh.Sweep.Round)
	}
	d, err := s.roundOf(ctx, tx, sh.Sweep.ID, n)
	if err != nil {
		return err
	}
	latest, err := s.roundOf(ctx, tx, sh.Sweep.ID, sh.Sweep.Round)
	if err != nil {
		return err
	}
	sh.Round, sh.Latest = &d, &latest
	if sh.Tally, err = tally(ctx, tx, d); err != nil {
		return err
	}
	if err := tx.Select(ctx, &sh.Indicators, `SELECT `+measuredColumns+` FROM `+measuredTables+` WHERE p.round_id = ? ORDER BY p.pos LIMIT ?`, d.ID, mostShown); err != nil {
		return err
	}
	before, err := roundBefore(ctx, tx, d)
	if err != nil {
		return err
	}
	return tx.Select(ctx, &sh.Gone, `SELECT `+hitColumns+` FROM `+hitTables+` WHERE h.round_id = ? AND `+goneWhere+` ORDER BY h.score DESC, h.id LIMIT ?`,
		before, d.ID, mostShown)
}

var measuredColumns = prefixed("i.", indicatorColumns) + `, p.vouched, p.overridden AS asked_over, COALESCE(m.pivot, '') AS pivot,
	COALESCE(m.baseline, 0) AS baseline, COALESCE(m.attack, 0) AS attack, COALESCE(m.cap, 0) AS cap, COALESCE(m.suppressed, 0) AS suppressed,
	COALESCE(m.unheld, 0) AS unheld`

const measuredTables = `sweep_input p JOIN sweep_indicator i ON i.id = p.indicator_id
	LEFT JOIN sweep_measure m ON m.round_id = p.round_id AND m.indicator_id = p.indicator_id`

// mostShown is how many rows stand on the page of a sweep outside its paged lists.
const mostShown = 200

const goneWhere = `NOT EXISTS (SELECT 1 FROM sweep_hit x WHERE x.round_id = ? AND x.customer_ref = h.customer_ref)`

// roundBefore is the id of the answered round before; empty when there is none, or nothing to compare.
func roundBefore(ctx context.Context, tx *db.Tx, d Round) (id string, err error) {
	if d.Stage != RoundComplete {
		return "", nil
	}
	err = tx.Get(ctx, &id, `SELECT id FROM sweep_round WHERE sweep_id = ? AND n < ? AND stage = 'answered' ORDER BY n DESC LIMIT 1`, d.SweepID, d.N)
	return notFound(id, err)
}

func tally(ctx context.Context, tx *db.Tx, d Round) (t Tally, err error) {
	err = tx.Get(ctx, &t, `SELECT count(*) AS matched,
		COALESCE(sum(h.due), 0) AS due,
		COALESCE(sum(CASE WHEN h.due = 1 AND h.verdict = 'open' THEN 1 ELSE 0 END), 0) AS waiting,
		COALESCE(sum(CASE WHEN h.verdict <> 'open' THEN 1 ELSE 0 END), 0) AS reviewed,
		COALESCE(sum(CASE WHEN h.verdict = 'probable' THEN 1 ELSE 0 END), 0) AS probable,
		COALESCE(sum(CASE WHEN h.verdict = 'confirmed' THEN 1 ELSE 0 END), 0) AS confirmed,
		COALESCE(sum(CASE WHEN h.verdict = 'cleared' THEN 1 ELSE 0 END), 0) AS cleared,
		COALESCE(sum(CASE WHEN h.customer_id = '' THEN 1 ELSE 0 END), 0) AS unregistered,
		COALESCE(sum(CASE WHEN c.case_id IS NOT NULL THEN 1 ELSE 0 END), 0) AS cased,
		COALESCE(sum(CASE WHEN h.delta = 'new' THEN 1 ELSE 0 END), 0) AS fresh,
		COALESCE(sum(CASE WHEN h.delta = 'changed' THEN 1 ELSE 0 END), 0) AS changed, 0 AS gone
		FROM `+hitTables+` WHERE h.round_id = ?`, d.ID)
	if err != nil {
		return t, err
	}
	t.Precision = -1
	if n := t.Confirmed + t.Cleared; n > 0 {
		t.Precision = 100 * t.Confirmed / n
	}
	before, err := roundBefore(ctx, tx, d)
	if err != nil {
		return t, err
	}
	return t, tx.Get(ctx, &t.Gone, `SELECT count(*) FROM sweep_hit h WHERE h.round_id = ? AND `+goneWhere, before, d.ID)
}

// Counts gives the figures of the last answered round of an incident's sweep: suspected are those
// somebody has to look at and nobody has judged. All are 0 while there is no answer.
func (s *Store) Counts(ctx context.Context, tx *db.Tx, incidentID string) (suspected, probable, confirmed, cleared int, err error) {
	var d Round
	err = tx.Get(ctx, &d, `SELECT `+prefixed("r.", roundColumns)+` FROM sweep_round r JOIN sweep w ON w.id = r.sweep_id AND r.n = w.answered WHERE w.incident_id = ?`, incidentID)
	if fault.Is(err, fault.NotFound) {
		return 0, 0, 0, 0, nil
	}
	if err != nil {
		return 0, 0, 0, 0, err
	}
	t, err := tally(ctx, tx, d)
	return t.Waiting, t.Probable, t.Confirmed, t.Cleared, err
}

// OfIncident gives the sweep of an incident; false while there is none.
func (s *Store) OfIncident(ctx context.Context, by actor.Actor, incidentID string) (w Sweep, found bool, err error) {
	if err := by.Need(actor.SweepRead); err != nil {
		return Sweep{}, false, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := tx.Get(ctx, &w, `SELECT `+columns+` FROM sweep WHERE incident_id = ?`, incidentID)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		found = err == nil
		return err
	})
	return w, found, err
}

// HitSheet is everything the page of one hit shows.
type HitSheet struct {
	Sweep    Sweep
	Incident Incident
	Round    Round
	Hit      Hit
	Detail   Detail
	Erased   bool // the customer's key was destroyed
	// Values are the indicators of the reasons, by id.
	Values  map[string]Indicator
	Said    []Said // the newest first
	Choices []HitChoice
	// Next is the next hit of the round that somebody has to look at; empty when there is none.
	Next string
}

// GetHit reads one hit with its evidence. It needs sweep.read.
func (s *Store) GetHit(ctx context.Context, by actor.Actor, sweepID, hitID string) (sh HitSheet, err error) {
	if err := by.Need(actor.SweepRead); err != nil {
		return HitSheet{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		sh = HitSheet{Values: map[string]Indicator{}}
		if sh.Hit, err = loadHit(ctx, tx, sweepID, hitID); err != nil {
			return err
		}
		if sh.Sweep, err = load(ctx, tx, sweepID); err != nil {
			return err
		}
		if sh.Incident, err = s.opts.Incident(ctx, tx, sh.Sweep.IncidentID); err != nil {
			return err
		}
		if err := tx.Get(ctx, &sh.Round, `SELECT `+roundColumns+` FROM sweep_round WHERE id = ?`, sh.Hit.RoundID); err != nil {
			return err
		}
		return s.hitSheet(ctx, tx, by, &sh)
	})
	return sh, err
}

func (s *Store) hitSheet(ctx context.Context, tx *db.Tx, by actor.Actor, sh *HitSheet) (err error) {
	if err := s.evidence(ctx, tx, sh); err != nil {
		return err
	}
	if sh.Said, err = s.said(ctx, tx, sh.Hit.ID); err != nil {
		return err
	}
	stack, err := s.stack(ctx, tx, sh.Hit)
	if err != nil {
		return err
	}
	if judgeable(ctx, tx, sh.Sweep, sh.Hit) == nil && by.May(actor.SweepReview) {
		sh.Choices = HitMoves.Choices(sh.Hit.Verdict, by, func(Judgement) HitFacts { return sh.Hit.facts(stack) })
	}
	var next []string
	err = tx.Select(ctx, &next, `SELECT id FROM sweep_hit WHERE round_id = ? AND due = 1 AND verdict = 'open' AND id <> ? ORDER BY
		CASE WHEN (score, id) < (?, ?) THEN 0 ELSE 1 END, score DESC, id DESC LIMIT 1`, sh.Hit.RoundID, sh.Hit.ID, sh.Hit.Score, sh.Hit.ID)
	if len(next) > 0 {
		sh.Next = next[0]
	}
	return err
}

func (s *Store) evidence(ctx context.Context, tx *db.Tx, sh *HitSheet) error {
	var sealed []byte
	if err := tx.Get(ctx, &sealed, `SELECT detail FROM sweep_hit WHERE id = ?`, sh.Hit.ID); err != nil {
		return err
	}
	plain, gone, err := s.open(ctx, tx, place("sweep_hit", "detail", sh.Hit.ID), sealed)
	if err != nil {
		return err
	}
	if sh.Erased = gone || plain == ""; sh.Erased {
		return nil
	}
	if err := json.Unmarshal([]byte(plain), &sh.Detail); err != nil {
		return fmt.Errorf("read why a customer was found: %w", err)
	}
	for _, r := range sh.Detail.Reasons {
		if r.IndicatorID == "" {
			continue
		}
		if sh.Values[r.IndicatorID], err = loadIndicator(ctx, tx, sh.Sweep.ID, r.IndicatorID); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) said(ctx context.Context, tx *db.Tx, hitID string) ([]Said, error) {
	var rows []struct {
		Said
		Sealed []byte `db:"comment"`
	}
	if err := tx.Select(ctx, &rows, `SELECT `+saidColumns+`, comment FROM sweep_verdict WHERE hit_id = ? ORDER BY at DESC, id DESC LIMIT ?`, hitID, mostShown); err != nil {
		return nil, err
	}
	out := make([]Said, len(rows))
	for i, r := range rows {
		var err error
		out[i] = r.Said
		if out[i].Comment, out[i].Erased, err = s.open(ctx, tx, place("sweep_verdict", "comment", r.ID), r.Sealed); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// lines reads the history of a sweep, or of one of its indicators.
func (s *Store) lines(ctx context.Context, tx *db.Tx, sweepID, indicatorID string) ([]Line, error) {
	var rows []struct {
		Line
		Sealed []byte `db:"comment"`
	}
	if err := tx.Select(ctx, &rows, `SELECT id, sweep_id, indicator_id, round, at, actor_id, actor_name, event, from_state, to_state, args, comment
		FROM sweep_line WHERE sweep_id = ? AND indicator_id = ? ORDER BY at DESC, id DESC LIMIT ?`, sweepID, indicatorID, mostShown); err != nil {
		return nil, err
	}
	out := make([]Line, len(rows))
	for i, r := range rows {
		var err error
		out[i] = r.Line
		if out[i].Comment, out[i].Erased, err = s.open(ctx, tx, place("sweep_line", "comment", r.ID), r.Sealed); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// IndicatorSheet is everything the page of one indicator shows.
type IndicatorSheet struct {
	Sweep     Sweep
	Indicator Indicator
	Measured  *Measured // by the last answered round; nil when it was not asked for
	Choices   []IndicatorChoice
	Lines     []Line // the newest first
}

// GetIndicator reads one indicator with its note and what may be done to it. It needs sweep.read.
func (s *Store) GetIndicator(ctx context.Context, by actor.Actor, sweepID, id string) (sh IndicatorSheet, err error) {
	if err := by.Need(actor.SweepRead); err != nil {
		return IndicatorSheet{}, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		sh = IndicatorSheet{}
		if sh.Indicator, err = loadIndicator(ctx, tx, sweepID, id); err != nil {
			return err
		}
		if sh.Sweep, err = load(ctx, tx, sweepID); err != nil {
			return err
		}
		var sealed []byte
		if err := tx.Get(ctx, &sealed, `SELECT note FROM sweep_indicator WHERE id = ?`, id); err != nil {
			return err
		}
		if sh.Indicator.Note, sh.Indicator.Erased, err = s.open(ctx, tx, place("sweep_indicator", "note", id), sealed); err != nil {
			return err
		}
		sh.Choices = sh.Indicator.Choices(by, tx.Now)
		var measured []Measured
		if err := tx.Select(ctx, &measured, `SELECT `+measuredColumns+` FROM `+measuredTables+` JOIN sweep_round r ON r.id = p.round_id
			WHERE p.indicator_id = ? AND r.sweep_id = ? AND r.n = ?`, id, sweepID, sh.Sweep.Answered); err != nil {
			return err
		}
		if len(measured) > 0 {
			sh.Measured = &measured[0]
		}
		sh.Lines, err = s.lines(ctx, tx, sweepID, id)
		return err
	})
	return sh, err
}

// Choices lists what the actor may do to the indicator.
func (x Indicator) Choices(by actor.Actor, now db.Instant) []IndicatorChoice {
	f := x.facts(by, now)
	return IndicatorMoves.Choices(x.Status, by, func(Change) IndicatorFacts { return f })
}
