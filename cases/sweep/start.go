package sweep

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
)

// Plan is what the next round is asked beside the indicators.
type Plan struct {
	SweepID string
	Rev     int64
	// AttackAt is when the attack began: how common a value is, is counted before.
	AttackAt db.Instant
	// LookbackDays puts the begin so many days back (operations.md 8.4): 0 to 400.
	LookbackDays int64
}

const maxLookback = 400 // days

func (p Plan) check(now db.Instant) error {
	bad := map[string]string{}
	switch {
	case p.AttackAt == 0:
		bad["attack_at"] = "form.required"
	case p.AttackAt > now:
		bad["attack_at"] = "form.future"
	}
	if p.LookbackDays < 0 || p.LookbackDays > maxLookback {
		bad["lookback_days"] = "form.range"
	}
	if len(bad) > 0 {
		return fault.Form(bad)
	}
	return nil
}

// Start freezes the indicators that are active now and has the logs asked, outside of this
// transaction: the page shows the round running. It needs sweep.write.
func (s *Store) Start(ctx context.Context, by actor.Actor, p Plan) (w Sweep, err error) {
	if err := by.Need(actor.SweepWrite); err != nil {
		return Sweep{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := p.check(tx.Now); err != nil {
			return err
		}
		w, err = s.start(ctx, tx, by, p)
		return err
	})
	return w, err
}

func (s *Store) start(ctx context.Context, tx *db.Tx, by actor.Actor, p Plan) (Sweep, error) {
	w, r, err := s.decide(ctx, tx, by, Cause{ID: p.SweepID, Rev: p.Rev, Event: RoundStarted})
	if err != nil {
		return Sweep{}, err
	}
	return s.begun(ctx, tx, by, w, r, p)
}

// begun starts a round of a sweep that is held and may go on.
func (s *Store) begun(ctx context.Context, tx *db.Tx, by actor.Actor, w Sweep, r row, p Plan) (Sweep, error) {
	if err := s.opts.Enter(ctx, tx, w.IncidentID); err != nil {
		return Sweep{}, err
	}
	if err := s.lapse(ctx, tx, w); err != nil {
		return Sweep{}, err
	}
	w.Round++
	d := Round{ID: tx.NewID(), SweepID: w.ID, N: w.Round, Stage: RoundRunning, AttackAt: p.AttackAt, LookbackDays: p.LookbackDays,
		Since: p.AttackAt.Add(-time.Duration(p.LookbackDays) * 24 * time.Hour), Model: s.opts.Model.Version,
		StartedBy: by.ID, StartedName: by.Name, StartedAt: tx.Now}
	if _, err := tx.NamedExec(ctx, `INSERT INTO sweep_round (`+roundColumns+`) VALUES (:id, :sweep_id, :n, :stage, :attack_at, :lookback_days, :since, :model,
		:attempt, :effect_id, :problem, :started_by, :started_name, :started_at, :answered_at, :coverage, :manifest, :segments, :rows_held,
		:signed_by, :signed_name, :signed_at, :signed_digest)`, d); err != nil {
		return Sweep{}, fmt.Errorf("start a round: %w", err)
	}
	count, err := s.freeze(ctx, tx, w, d)
	if err != nil {
		return Sweep{}, err
	}
	if err := s.enqueue(ctx, tx, w, d, 1); err != nil {
		return Sweep{}, err
	}
	if err := s.move(ctx, tx, by, &w, r, Line{Args: db.Args{"Count": strconv.Itoa(count)}}); err != nil {
		return Sweep{}, err
	}
	return w, s.record(ctx, tx, by, w, "sweep.round_started", db.Args{"Round": strconv.FormatInt(w.Round, 10), "Indicators": strconv.Itoa(count), "Model": d.Model})
}

// freeze writes down which indicators the round asks for.
func (s *Store) freeze(ctx context.Context, tx *db.Tx, w Sweep, d Round) (int, error) {
	var list []Indicator
	if err := tx.Select(ctx, &list, `SELECT `+indicatorColumns+` FROM sweep_indicator WHERE sweep_id = ? AND status = 'active' ORDER BY added_at, id`, w.ID); err != nil {
		return 0, err
	}
	for i, x := range list {
		if _, err := tx.Exec(ctx, `INSERT INTO sweep_input (id, round_id, pos, indicator_id, vouched, overridden) VALUES (?, ?, ?, ?, ?, ?)`,
			tx.NewID(), d.ID, i, x.ID, bit(x.Source.vouches()), bit(x.Overridden)); err != nil {
			return 0, fmt.Errorf("freeze an indicator: %w", err)
		}
	}
	return len(list), nil
}

// lapse ends the indicators whose last day has passed.
func (s *Store) lapse(ctx context.Context, tx *db.Tx, w Sweep) error {
	var ids []string
	if err := tx.Select(ctx, &ids, `SELECT id FROM sweep_indicator WHERE sweep_id = ? AND status = 'active' AND valid_until > 0 AND valid_until <= ?`, w.ID, tx.Now); err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := tx.Exec(ctx, `UPDATE sweep_indicator SET status = 'expired', rev = rev + 1 WHERE id = ?`, id); err != nil {
			return err
		}
		l := Line{IndicatorID: id, Event: string(Lapsed), From: string(Active), To: string(Expired)}
		if err := s.line(ctx, tx, actor.System("sweep"), w, l); err != nil {
			return err
		}
	}
	return nil
}

// enqueue has the round asked once the transaction is kept; the attempt is in the key because a
// round that failed is asked again by hand.
func (s *Store) enqueue(ctx context.Context, tx *db.Tx, w Sweep, d Round, attempt int64) error {
	id, _, err := s.effects.Enqueue(ctx, tx, effect.Spec{Kind: EffectKind, Key: fmt.Sprintf("sweep:%s:%d:%d", w.ID, d.N, attempt),
		Ref: "sweep_round:" + d.ID, Input: asks{w.ID, d.N}, At: tx.Now})
	if err != nil {
		return fmt.Errorf("enqueue round %d of %s: %w", d.N, w.No, err)
	}
	_, err = tx.Exec(ctx, `UPDATE sweep_round SET effect_id = ?, attempt = ?, stage = 'running', problem = '' WHERE id = ?`, id, attempt, d.ID)
	return err
}

// retry asks a failed round again, with what was frozen.
func (s *Store) retry(ctx context.Context, tx *db.Tx, w Sweep) error {
	d, err := s.roundOf(ctx, tx, w.ID, w.Round)
	if err != nil {
		return err
	}
	return s.enqueue(ctx, tx, w, d, d.Attempt+1)
}

// Override has the next round ask for a value although it is too common, and starts that round with
// the begin of the last one. It needs sweep.write and a reason.
func (s *Store) Override(ctx context.Context, by actor.Actor, c Cause, indicatorID string) (w Sweep, err error) {
	if err := by.Need(actor.SweepWrite); err != nil {
		return Sweep{}, err
	}
	if err := reasoned(true, c.Reason); err != nil {
		return Sweep{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if w, err = s.held(ctx, tx, c.ID); err != nil {
			return err
		}
		if w.Answered == 0 {
			return fault.New(fault.Refused, "sweep.guard.no_answer", nil)
		}
		d, err := s.roundOf(ctx, tx, w.ID, w.Answered)
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `UPDATE sweep_indicator SET overridden = 1, rev = rev + 1 WHERE id = ? AND sweep_id = ? AND status = 'active'
			AND EXISTS (SELECT 1 FROM sweep_measure m WHERE m.indicator_id = sweep_indicator.id AND m.round_id = ? AND m.suppressed = 1)`, indicatorID, w.ID, d.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Refused, "sweep.guard.not_suppressed", nil)
		}
		l := Line{IndicatorID: indicatorID, Event: string(Overrode), From: string(Active), To: string(Active), Comment: strings.TrimSpace(c.Reason)}
		if err := s.line(ctx, tx, by, w, l); err != nil {
			return err
		}
		w, err = s.start(ctx, tx, by, Plan{SweepID: c.ID, Rev: c.Rev, AttackAt: d.AttackAt, LookbackDays: d.LookbackDays})
		return err
	})
	return w, err
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
