package filing

import (
	"context"
	"fmt"
	"strings"

	"tasuke/cases/deadline"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/number"
)

// Derive identifies the reports that the clocks of an incident ask for, in the caller's
// transaction, and says how many are new. Those there are already stay as they are. It needs
// filing.write; fault.Refused "incident.over" when the work on the incident has ended.
func (s *Store) Derive(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) (created int, err error) {
	if err := by.Need(actor.FilingWrite); err != nil {
		return 0, err
	}
	// Entering takes the incident's row: of two that derive at once, one sees the other's filing.
	if err := s.opts.Enter(ctx, tx, incidentID); err != nil {
		return 0, err
	}
	for _, regime := range Regimes {
		fresh, err := s.identify(ctx, tx, by, incidentID, regime)
		if err != nil {
			return 0, err
		}
		if fresh {
			created++
		}
	}
	db.Crash("filing.derive")
	return created, nil
}

// identify is true for a filing that is new.
func (s *Store) identify(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string, regime Regime) (bool, error) {
	var known int
	if err := tx.Get(ctx, &known, `SELECT count(*) FROM filing WHERE incident_id = ? AND regime = ?`, incidentID, regime); err != nil || known > 0 {
		return false, err
	}
	clock, err := s.opts.Clock(ctx, tx, incidentID, regime.Duty())
	if err != nil || clock.State != deadline.Running {
		return false, err
	}
	r := record{Filing: Filing{
		ID: tx.NewID(), IncidentID: incidentID, Regime: regime, State: Identified, StateSince: tx.Now,
		DueAt: clock.DueAt(), OpenedAt: tx.Now, Rev: 1,
	}}
	r.DueKey = dueKey(r.DueAt)
	if r.No, err = number.Next(ctx, tx, "FIL", tx.Now); err != nil {
		return false, err
	}
	if _, err := tx.NamedExec(ctx, `INSERT INTO filing (`+columns+`, due_key) VALUES (:`+
		strings.Join(strings.FieldsFunc(columns, func(r rune) bool { return strings.ContainsRune(", \n\t", r) }), ", :")+`, :due_key)`, r); err != nil {
		return false, fmt.Errorf("identify %s of incident %s: %w", regime, incidentID, err)
	}
	if err := s.remind(ctx, tx, r, db.At(clock.Start.At)); err != nil {
		return false, err
	}
	if err := s.opts.Tell(ctx, tx, by, incidentID, "filing.identified", map[string]string{"No": r.No}); err != nil {
		return false, err
	}
	return true, s.record(ctx, tx, by, &r, "filing.identified", map[string]string{"Regime": string(regime)})
}

func dueKey(due db.Instant) db.Instant {
	if due == 0 {
		return never
	}
	return due
}

func (s *Store) remind(ctx context.Context, tx *db.Tx, r record, from db.Instant) error {
	if r.DueAt == 0 || s.opts.Remind == nil {
		return nil
	}
	return s.opts.Remind(ctx, tx, Reminder{
		IncidentID: r.IncidentID, Ref: "filing:" + r.ID, Ladder: "filing", Role: actor.Legal, From: from, Due: r.DueAt,
		Args: map[string]string{"No": r.No},
	})
}

func (s *Store) clear(ctx context.Context, tx *db.Tx, r *record) error {
	if s.opts.Clear == nil {
		return nil
	}
	return s.opts.Clear(ctx, tx, "filing:"+r.ID)
}

// Draft begins the first report of an incident in the caller's transaction: every item is copied
// from the fact sheet, and what nobody has established is marked as under investigation. A draft
// that was begun before is left as it is. It needs filing.write; fault.Refused "filing.no_duty"
// when the incident's clocks ask for no report, and "filing.waived" when people have said, or ask to
// say, that none is required.
func (s *Store) Draft(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) (id string, err error) {
	if _, err := s.Derive(ctx, tx, by, incidentID); err != nil {
		return "", err
	}
	var f Filing
	err = tx.Get(ctx, &f, `SELECT `+columns+` FROM filing WHERE incident_id = ? AND regime = ?`, incidentID, APPISokuho)
	if fault.Is(err, fault.NotFound) {
		return "", fault.New(fault.Refused, "filing.no_duty", nil)
	}
	switch {
	case err != nil:
		return "", err
	case f.State == NotRequired, f.State == Identified && f.WaiverBy != "":
		return "", fault.New(fault.Refused, "filing.waived", map[string]any{"No": f.No})
	case f.State != Identified:
		return f.ID, nil
	}
	_, err = s.act(ctx, tx, by, act{id: f.ID, rev: f.Rev, event: DraftStarted, duty: by.Kind == actor.Machine, do: s.take})
	return f.ID, err
}
