package filing

import (
	"context"
	"slices"
	"strconv"

	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// FactsChanged marks the filings of an incident whose form was taken from a fact sheet that now
// tells some items otherwise, and takes the mark away where it tells them as before. Nothing that
// was handed in changes: it is amended. Call it in the transaction that saves the sheet, which
// holds the incident's row.
func (s *Store) FactsChanged(ctx context.Context, tx *db.Tx, by actor.Actor, sheet incident.FactSheet) error {
	list, err := s.of(ctx, tx, sheet.IncidentID)
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.Version == 0 || r.State == NotRequired || r.erased {
			continue
		}
		if err := s.mark(ctx, tx, by, r, sheet); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) mark(ctx context.Context, tx *db.Tx, by actor.Actor, r record, sheet incident.FactSheet) error {
	items := factItems(incident.FactDiff(r.base, sheet.FactContent))
	version := sheet.Version
	if len(items) == 0 {
		version = 0
	}
	if slices.Equal(items, r.StaleItems) && (version == 0) == (r.StaleVersion == 0) {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE filing SET stale_version = ?, stale_items = ? WHERE id = ?`, version, items, r.ID); err != nil {
		return err
	}
	if version != 0 {
		args := map[string]string{"No": r.No, "Version": strconv.FormatInt(version, 10), "N": strconv.Itoa(len(items))}
		if err := s.opts.Tell(ctx, tx, by, r.IncidentID, "filing.outdated", args); err != nil {
			return err
		}
	}
	return s.record(ctx, tx, by, &r, "filing.compared", map[string]string{"Sheet": strconv.FormatInt(sheet.Version, 10), "Items": joined(items)})
}

func joined(i Items) string {
	v, err := i.Value()
	if err != nil { // words have no way to fail
		panic(err)
	}
	return v.(string)
}

// ClocksMoved brings the limits of an incident's filings in line with its clocks, with their
// reminders. Call it in the transaction that moves them, which holds the incident's row.
func (s *Store) ClocksMoved(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) error {
	list, err := s.of(ctx, tx, incidentID)
	if err != nil {
		return err
	}
	for _, r := range list {
		if !r.Open() || r.Amends() {
			continue
		}
		was := r.DueAt
		if err := s.retime(ctx, tx, &r); err != nil {
			return err
		}
		if was == r.DueAt {
			continue
		}
		if _, err := tx.Exec(ctx, `UPDATE filing SET due_at = ?, due_key = ? WHERE id = ?`, r.DueAt, r.DueKey, r.ID); err != nil {
			return err
		}
		if err := s.record(ctx, tx, by, &r, "filing.retimed", map[string]string{
			"Was": strconv.FormatInt(int64(was), 10), "Due": strconv.FormatInt(int64(r.DueAt), 10)}); err != nil {
			return err
		}
	}
	return nil
}

// regrounded is why the product itself looks at a waived report again.
const regrounded = "認知の記録または該当号が変わったため、報告不要の決定を取り消して再検討する。 / What the duty rests on has changed: the decision that no report is required no longer holds."

// GroundsChanged takes back the decision that no report is required: it was taken on other grounds.
// Call it in the transaction that records them, which holds the incident's row.
func (s *Store) GroundsChanged(ctx context.Context, tx *db.Tx, _ actor.Actor, incidentID string) error {
	list, err := s.of(ctx, tx, incidentID)
	if err != nil {
		return err
	}
	for _, r := range list {
		if r.State != NotRequired {
			continue
		}
		clock, err := s.opts.Clock(ctx, tx, incidentID, r.Regime.Duty())
		if err != nil {
			return err
		}
		if clock.State != deadline.Running {
			continue
		}
		if _, err := s.act(ctx, tx, actor.System("clocks"), act{id: r.ID, rev: r.Rev, event: Reconsidered, comment: regrounded, duty: true, do: s.reconsider}); err != nil {
			return err
		}
	}
	return nil
}

// Unfiled counts, in the caller's transaction, the duties of an incident that run and of which there
// is no filing: nobody has decided on them.
func (s *Store) Unfiled(ctx context.Context, tx *db.Tx, incidentID string) (n int, err error) {
	for _, regime := range Regimes {
		var known int
		if err := tx.Get(ctx, &known, `SELECT count(*) FROM filing WHERE incident_id = ? AND regime = ?`, incidentID, regime); err != nil {
			return 0, err
		}
		clock, err := s.opts.Clock(ctx, tx, incidentID, regime.Duty())
		if err != nil {
			return 0, err
		}
		if known == 0 && clock.State == deadline.Running {
			n++
		}
	}
	return n, nil
}

// retime computes the limit anew and moves the reminders with it. A duty that the facts no longer
// ask for keeps its filing: only people say that a report is not required.
func (s *Store) retime(ctx context.Context, tx *db.Tx, r *record) error {
	clock, err := s.opts.Clock(ctx, tx, r.IncidentID, r.Regime.Duty())
	if err != nil {
		return err
	}
	r.DueAt = 0
	if clock.State == deadline.Running {
		r.DueAt = clock.DueAt()
	}
	r.DueKey = dueKey(r.DueAt)
	if r.DueAt == 0 {
		return s.clear(ctx, tx, r)
	}
	return s.remind(ctx, tx, *r, db.At(clock.Start.At))
}

// of reads every filing of an incident.
func (s *Store) of(ctx context.Context, tx *db.Tx, incidentID string) (list []record, err error) {
	if err := tx.Select(ctx, &list, `SELECT `+columns+`, due_key, payload, base, waiver_reason FROM filing WHERE incident_id = ? ORDER BY id`, incidentID); err != nil {
		return nil, err
	}
	for i := range list {
		if err := s.unseal(ctx, tx, &list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// Open counts, in the caller's transaction, the filings that hold back the close of an incident:
// neither handed in nor ruled out by two people, or under amendment.
func (s *Store) Open(ctx context.Context, tx *db.Tx, incidentID string) (n int, err error) {
	states := make([]string, len(openStates))
	for i, st := range openStates {
		states[i] = string(st)
	}
	var rows []int
	if err := tx.SelectIn(ctx, &rows, `SELECT count(*) FROM filing WHERE incident_id = ? AND state IN (?)`, incidentID, states); err != nil {
		return 0, err
	}
	return rows[0], nil
}
