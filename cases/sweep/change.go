package sweep

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

const indicatorColumns = `id, sweep_id, kind, shown, source, tlp, confidence, valid_until, status, benign_by, benign_name, overridden, added_by, added_name, added_at, rev`

// Changing is what somebody wants of an indicator as they saw it.
type Changing struct {
	SweepID, IndicatorID string
	Rev                  int64
	Event                Change
	Reason               string
}

func loadIndicator(ctx context.Context, tx *db.Tx, sweepID, id string) (x Indicator, err error) {
	err = tx.Get(ctx, &x, `SELECT `+indicatorColumns+` FROM sweep_indicator WHERE id = ? AND sweep_id = ?`, id, sweepID)
	return x, err
}

// Change moves an indicator along its table. That it is harmless is asked by one person and agreed
// to by another. It needs sweep.write.
func (s *Store) Change(ctx context.Context, by actor.Actor, c Changing) (x Indicator, err error) {
	if err := by.Need(actor.SweepWrite); err != nil {
		return Indicator{}, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		w, err := s.held(ctx, tx, c.SweepID)
		if err != nil {
			return err
		}
		if err := s.opts.Enter(ctx, tx, w.IncidentID); err != nil {
			return err
		}
		if x, err = s.change(ctx, tx, by, w, c); err != nil || c.Event != Activated {
			return err
		}
		return s.woken(ctx, tx, by, w, 1)
	})
	return x, err
}

// woken: a sweep that had ended is open again when something is active that it has not asked for.
func (s *Store) woken(ctx context.Context, tx *db.Tx, by actor.Actor, w Sweep, n int) error {
	if n == 0 || slices.Contains(open, w.State) {
		return nil
	}
	r, err := Moves.Next(w.State, IndicatorsAdded, by, Facts{})
	if err != nil {
		return err
	}
	return s.move(ctx, tx, by, &w, r, Line{Args: db.Args{"Count": strconv.Itoa(n)}})
}

func (s *Store) change(ctx context.Context, tx *db.Tx, by actor.Actor, w Sweep, c Changing) (Indicator, error) {
	x, err := loadIndicator(ctx, tx, w.ID, c.IndicatorID)
	if err != nil {
		return Indicator{}, err
	}
	if x.Rev != c.Rev {
		return Indicator{}, fault.Stale(x)
	}
	r, err := IndicatorMoves.Next(x.Status, c.Event, by, x.facts(by, tx.Now))
	if err != nil {
		return Indicator{}, err
	}
	if err := reasoned(r.Reason, c.Reason); err != nil {
		return Indicator{}, err
	}
	x.Status = r.To
	switch c.Event {
	case BenignAsked:
		x.BenignBy, x.BenignName = by.ID, by.Name
	case BenignWithdrawn, Reconsidered:
		x.BenignBy, x.BenignName = "", ""
	}
	if c.Event == Reconsidered {
		x.ValidUntil = 0
	}
	n, err := tx.Exec(ctx, `UPDATE sweep_indicator SET status = ?, benign_by = ?, benign_name = ?, valid_until = ?, rev = rev + 1 WHERE id = ? AND rev = ?`,
		x.Status, x.BenignBy, x.BenignName, x.ValidUntil, x.ID, x.Rev)
	if err != nil {
		return Indicator{}, err
	}
	if n == 0 { // cannot be: the row of the sweep is ours
		return Indicator{}, fault.Stale(x)
	}
	x.Rev++
	l := Line{IndicatorID: x.ID, Event: string(c.Event), From: string(r.From), To: string(r.To), Comment: strings.TrimSpace(c.Reason)}
	if err := s.line(ctx, tx, by, w, l); err != nil {
		return Indicator{}, err
	}
	return x, s.record(ctx, tx, by, w, "sweep.indicator_changed", map[string]string{"IndicatorID": x.ID, "Event": string(c.Event), "From": string(r.From), "To": string(r.To)})
}

func (x Indicator) facts(by actor.Actor, now db.Instant) IndicatorFacts {
	return IndicatorFacts{BenignAsked: x.BenignBy != "", BenignMine: x.BenignBy == by.ID, Over: x.ValidUntil > 0 && x.ValidUntil <= now}
}

// ActivateAll makes every proposed indicator of a sweep active. It needs the role that activates.
func (s *Store) ActivateAll(ctx context.Context, by actor.Actor, sweepID string) (n int, err error) {
	if err := by.Need(actor.SweepWrite); err != nil {
		return 0, err
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		n = 0
		w, err := s.held(ctx, tx, sweepID)
		if err != nil {
			return err
		}
		if err := s.opts.Enter(ctx, tx, w.IncidentID); err != nil {
			return err
		}
		var list []Indicator
		if err := tx.Select(ctx, &list, `SELECT `+indicatorColumns+` FROM sweep_indicator WHERE sweep_id = ? AND status = 'proposed' AND benign_by = ''
			AND (valid_until = 0 OR valid_until > ?) ORDER BY id`, w.ID, tx.Now); err != nil {
			return err
		}
		for _, x := range list {
			if _, err := s.change(ctx, tx, by, w, Changing{SweepID: w.ID, IndicatorID: x.ID, Rev: x.Rev, Event: Activated}); err != nil {
				return err
			}
			n++
		}
		return s.woken(ctx, tx, by, w, n)
	})
	return n, err
}

// Purposes are the reasons for which a value may be shown in plain text.
var Purposes = []string{"containment", "investigation", "report", "audit"}

// Reveal gives the plain value of an indicator and puts on record, in the access tree of the audit
// log, who saw it and why. It needs sweep.read and customer.reveal.
func (s *Store) Reveal(ctx context.Context, by actor.Actor, sweepID, indicatorID, purpose string) (value string, err error) {
	for _, need := range []actor.Permission{actor.SweepRead, actor.CustomerReveal} {
		if err := by.Need(need); err != nil {
			return "", err
		}
	}
	switch {
	case purpose == "":
		return "", fault.Field("purpose", "customer.purpose.required")
	case !slices.Contains(Purposes, purpose):
		return "", fault.Field("purpose", "customer.purpose.unknown")
	}
	err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		x, err := loadIndicator(ctx, tx, sweepID, indicatorID)
		if err != nil {
			return err
		}
		value = x.Shown
		if Personal(x.Kind) {
			var sealed []byte
			if err := tx.Get(ctx, &sealed, `SELECT sealed FROM sweep_indicator WHERE id = ?`, x.ID); err != nil {
				return err
			}
			if value, err = s.vault.OpenText(ctx, tx, place("sweep_indicator", "sealed", x.ID), sealed); err != nil {
				return err
			}
		}
		return audit.Append(ctx, tx, audit.Entry{Tree: audit.Access, Actor: by, Action: "sweep.indicator_revealed",
			Object: audit.Ref{Kind: "sweep_indicator", ID: x.ID}, Detail: map[string]string{"Purpose": purpose}})
	})
	if err != nil {
		return "", err
	}
	return value, nil
}
