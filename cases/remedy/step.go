package remedy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Assessed is what came of assessing cases.
type Assessed struct {
	Assessments int64 // of the cases, those there were too
	Calculated  int64 // of them, those that have a calculation
	Total       int64 // what these offer, in yen
}

// Assess opens the assessment of each of the cases that has none, and calculates those whose facts
// people have fixed, by the policy's rate and with no factor found; each in a transaction of its own,
// so that done again it goes on where it stopped. What people calculated stays. An amount that cannot
// be calculated yet is left for them. It needs remedy.write.
func (s *Store) Assess(ctx context.Context, by actor.Actor, caseIDs []string) (out Assessed, err error) {
	if err := by.Need(actor.RemedyWrite); err != nil {
		return out, err
	}
	for _, id := range caseIDs {
		var a Assessment
		if err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			a, err = s.assess(ctx, tx, by, id)
			return err
		}); err != nil {
			return out, fmt.Errorf("assess case %s: %w", id, err)
		}
		if a.ID == "" {
			continue
		}
		out.Assessments++
		if a.Version == 0 || a.State == Dropped {
			continue
		}
		out.Calculated++
		if out.Total, err = add(out.Total, a.OfferYen); err != nil {
			return out, err
		}
	}
	return out, nil
}

// assess gives no assessment for a case whose work has ended without one.
func (s *Store) assess(ctx context.Context, tx *db.Tx, by actor.Actor, caseID string) (Assessment, error) {
	a, ok, err := s.of(ctx, tx, caseID)
	if err != nil {
		return Assessment{}, err
	}
	if !ok {
		c, err := s.opts.Case(ctx, tx, caseID)
		if err != nil || c.Over {
			return Assessment{}, err
		}
		if a, err = s.entered(ctx, tx, by, caseID); err != nil {
			return Assessment{}, err
		}
	}
	if a.State != FactsFixed {
		return a, nil
	}
	d := Draft{CaseID: caseID, Rev: a.Rev, RateBP: PolicyRate, Factor: []Factor{{Code: noFactor}}}
	made, err := s.act(ctx, tx, by, act{id: a.ID, rev: a.Rev, event: CalculationMade, do: s.calculation(d), duty: by.Kind == actor.Machine})
	if fault.Is(err, fault.Refused) { // something has to be settled by people first; nothing was written
		return a, nil
	}
	return made, err
}

// ShownAssessment is an amount as who approves it sees it.
type ShownAssessment struct {
	ID, No, CaseNo    string
	State             State
	Version           int64
	OfferYen          int64
	Checked, Approved string // who did so; empty while nobody has
}

// Digest is over every calculation of an incident that was not offered yet. It is empty when there is
// none, or one of them was not calculated a second time by somebody else.
func (s *Store) Digest(ctx context.Context, tx *db.Tx, incidentID string) (digest string, shown []ShownAssessment, err error) {
	var all []Assessment
	if err := tx.Select(ctx, &all, `SELECT `+columns+` FROM remedy WHERE incident_id = ? AND state IN ('calculated', 'checked', 'approved') ORDER BY no`, incidentID); err != nil {
		return "", nil, err
	}
	h, checked := sha256.New(), true
	for _, a := range all {
		checked = checked && a.CheckedBy != ""
		shown = append(shown, ShownAssessment{a.ID, a.No, a.CaseNo, a.State, a.Version, a.OfferYen, a.CheckedName, a.ApprovedName})
		if _, err := fmt.Fprintf(h, "%s|%d|%s\n", a.No, a.Version, a.Digest); err != nil {
			return "", nil, err
		}
	}
	if len(shown) == 0 || !checked {
		return "", shown, nil
	}
	return hex.EncodeToString(h.Sum(nil)), shown, nil
}

// Makers are the accounts that calculated or checked what Digest is over.
func (s *Store) Makers(ctx context.Context, tx *db.Tx, incidentID string) (ids []string, err error) {
	err = tx.Select(ctx, &ids, `SELECT id FROM (SELECT made_by AS id FROM remedy WHERE incident_id = ? AND state IN ('calculated', 'checked', 'approved')
		UNION SELECT checked_by FROM remedy WHERE incident_id = ? AND state IN ('calculated', 'checked', 'approved')) m WHERE id <> '' ORDER BY id`, incidentID, incidentID)
	return ids, err
}

// Standing is what the conditions of a playbook ask of this room.
type Standing struct {
	Open int64 `db:"open"` // assessments that somebody still has to act on
	// Checked counts those whose loss a second person has found as well: Loss says how much.
	Checked int64 `db:"checked"`
}

// Standing reads all of it in one query, in the caller's transaction.
func (s *Store) Standing(ctx context.Context, tx *db.Tx, incidentID string) (out Standing, err error) {
	err = tx.Get(ctx, &out, `SELECT count(CASE WHEN state IN ('open', 'facts_fixed', 'calculated', 'checked', 'approved', 'offered') THEN 1 END) AS open,
		count(CASE WHEN checked_by <> '' AND state <> 'dropped' THEN 1 END) AS checked FROM remedy WHERE incident_id = ?`, incidentID)
	return out, err
}

// Month are the fraudulent executions of a span of time over all incidents, gross, in yen.
type Month struct {
	Trades int64 `db:"trades"`
	Sold   int64 `db:"sold"`
	Bought int64 `db:"bought"`
}

// Month counts the executions within [from, until) that the firm found to be fraud (不正取引件数,
// 売却金額, 買付金額 of the monthly figures: sums of contracts and no loss).
func (s *Store) Month(ctx context.Context, tx *db.Tx, from, until db.Instant) (m Month, err error) {
	err = tx.Get(ctx, &m, `SELECT count(*) AS trades, CAST(COALESCE(sum(CASE WHEN side = 'sell' THEN gross_yen ELSE 0 END), 0) AS BIGINT) AS sold,
		CAST(COALESCE(sum(CASE WHEN side = 'buy' THEN gross_yen ELSE 0 END), 0) AS BIGINT) AS bought
		FROM remedy_txn WHERE kind = 'execution' AND verdict = 'fraud' AND occurred_at >= ? AND occurred_at < ?`, from, until)
	return m, err
}
