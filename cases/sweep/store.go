package sweep

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/number"
	"tasuke/internal/vault"
)

const columns = `id, no, incident_id, state, state_since, round, answered, concluded_by, concluded_name, concluded_at,
	opened_by, opened_name, opened_at, rev, guard_rev`

const roundColumns = `id, sweep_id, n, stage, attack_at, lookback_days, since, model, attempt, effect_id, problem, started_by, started_name, started_at,
	answered_at, coverage, manifest, segments, rows_held, signed_by, signed_name, signed_at, signed_digest`

func subject(incidentID string) string { return "incident:" + incidentID }

func place(table, column, id string) vault.Place {
	return vault.Place{Table: table, Column: column, Row: id}
}

func load(ctx context.Context, tx *db.Tx, id string) (s Sweep, err error) {
	err = tx.Get(ctx, &s, `SELECT `+columns+` FROM sweep WHERE id = ?`, id)
	return s, err
}

// held reads a sweep after taking the rows of its incident and of itself: everything that a guard
// of the close or of the sweep reads is changed under them.
func (s *Store) held(ctx context.Context, tx *db.Tx, id string) (Sweep, error) {
	var incidentID string
	if err := tx.Get(ctx, &incidentID, `SELECT incident_id FROM sweep WHERE id = ?`, id); err != nil {
		return Sweep{}, err
	}
	if err := s.opts.Touch(ctx, tx, incidentID); err != nil {
		return Sweep{}, err
	}
	return touched(ctx, tx, id)
}

// touched takes the row of a sweep and reads it. What its guards count changes under this row only;
// a verdict does not take the incident, where everybody would meet.
func touched(ctx context.Context, tx *db.Tx, id string) (Sweep, error) {
	n, err := tx.Exec(ctx, `UPDATE sweep SET guard_rev = guard_rev + 1 WHERE id = ?`, id)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "row.none", nil)
	}
	if err != nil {
		return Sweep{}, err
	}
	return load(ctx, tx, id)
}

// ofIncident gives the sweep of an incident, which it takes, and begins one when there is none.
func (s *Store) ofIncident(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) (Sweep, error) {
	if err := s.opts.Enter(ctx, tx, incidentID); err != nil {
		return Sweep{}, err
	}
	var id string
	switch err := tx.Get(ctx, &id, `SELECT id FROM sweep WHERE incident_id = ?`, incidentID); {
	case err == nil:
		return touched(ctx, tx, id)
	case !fault.Is(err, fault.NotFound):
		return Sweep{}, err
	}
	w := Sweep{ID: tx.NewID(), IncidentID: incidentID, State: Planned, StateSince: tx.Now,
		OpenedBy: by.ID, OpenedName: by.Name, OpenedAt: tx.Now, Rev: 1, GuardRev: 1}
	no, err := number.Next(ctx, tx, "SWP", tx.Now)
	if err != nil {
		return Sweep{}, err
	}
	w.No = no
	if _, err := tx.NamedExec(ctx, `INSERT INTO sweep (`+columns+`) VALUES (:id, :no, :incident_id, :state, :state_since, :round, :answered,
		:concluded_by, :concluded_name, :concluded_at, :opened_by, :opened_name, :opened_at, :rev, :guard_rev)`, w); err != nil {
		return Sweep{}, fmt.Errorf("begin a sweep: %w", err)
	}
	return w, s.record(ctx, tx, by, w, "sweep.opened", nil)
}

// write keeps the sweep if nobody changed it since it was read.
func (s *Store) write(ctx context.Context, tx *db.Tx, w *Sweep) error {
	n, err := tx.NamedExec(ctx, `UPDATE sweep SET state = :state, state_since = :state_since, round = :round, answered = :answered,
		concluded_by = :concluded_by, concluded_name = :concluded_name, concluded_at = :concluded_at, rev = rev + 1 WHERE id = :id AND rev = :rev`, w)
	if err != nil {
		return fmt.Errorf("write sweep %s: %w", w.ID, err)
	}
	if n == 0 { // another node committed between our read and our write
		now, err := load(ctx, tx, w.ID)
		if err != nil {
			return err
		}
		return fault.Stale(now)
	}
	w.Rev++
	return nil
}

func (s *Store) roundOf(ctx context.Context, tx *db.Tx, sweepID string, n int64) (r Round, err error) {
	var row struct {
		Round
		Sealed []byte `db:"remark"`
	}
	if err := tx.Get(ctx, &row, `SELECT `+roundColumns+`, remark FROM sweep_round WHERE sweep_id = ? AND n = ?`, sweepID, n); err != nil {
		return Round{}, err
	}
	row.Remark, _, err = s.open(ctx, tx, place("sweep_round", "remark", row.ID), row.Sealed)
	return row.Round, err
}

// record writes the audit entry of an act and tells the screens. It holds ids, states and counts.
func (s *Store) record(ctx context.Context, tx *db.Tx, by actor.Actor, w Sweep, action string, detail map[string]string) error {
	tx.Announce("sweeps")
	tx.Announce("sweep:" + w.ID)
	out := map[string]string{"No": w.No, "IncidentID": w.IncidentID}
	for k, v := range detail {
		out[k] = v
	}
	return audit.Append(ctx, tx, audit.Entry{Tree: audit.Main, Actor: by, Action: action, Object: audit.Ref{Kind: "sweep", ID: w.ID}, Detail: out})
}

// line adds to the history of a sweep; the comment is sealed.
func (s *Store) line(ctx context.Context, tx *db.Tx, by actor.Actor, w Sweep, l Line) error {
	id := tx.NewID()
	sealed, err := s.seal(ctx, tx, subject(w.IncidentID), place("sweep_line", "comment", id), l.Comment)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO sweep_line (id, sweep_id, indicator_id, round, at, actor_id, actor_name, event, from_state, to_state, args, comment)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, id, w.ID, l.IndicatorID, w.Round, tx.Now, by.ID, by.Name, l.Event, l.From, l.To, l.Args, sealed)
	return err
}

// seal keeps nothing for empty text, so that an empty column stays empty.
func (s *Store) seal(ctx context.Context, tx *db.Tx, subject string, p vault.Place, plain string) ([]byte, error) {
	if plain == "" {
		return nil, nil //nolint:nilnil // no bytes is the stored form of no text
	}
	b, err := s.vault.SealText(ctx, tx, subject, p, plain)
	if err != nil {
		return nil, fmt.Errorf("seal %s.%s: %w", p.Table, p.Column, err)
	}
	return b, nil
}

// open gives the text, or says that its key was destroyed.
func (s *Store) open(ctx context.Context, tx *db.Tx, p vault.Place, sealed []byte) (plain string, erased bool, err error) {
	plain, err = s.vault.OpenText(ctx, tx, p, sealed)
	if fault.Is(err, fault.NotFound) {
		return "", true, nil
	}
	return plain, false, err
}

const maxComment = 1000 // characters

// reasoned checks what somebody says about an act.
func reasoned(required bool, text string) error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(text)); {
	case required && n == 0:
		return fault.Field("reason", "form.required")
	case n > maxComment:
		return fault.Field("reason", "form.too_long")
	}
	return nil
}
