package remedy

import (
	"context"
	"strings"

	"tasuke/internal/db"
)

// What others count: the guards of a close, and the number ledger. Each counts in the caller's
// transaction, which has asked for the permission.

// Open counts the assessments of an incident that somebody still has to act on; they hold back its
// close.
func (s *Store) Open(ctx context.Context, tx *db.Tx, incidentID string) (n int, err error) {
	return s.count(ctx, tx, "incident_id", incidentID)
}

// OpenOf counts those of a case, of which there is at most one.
func (s *Store) OpenOf(ctx context.Context, tx *db.Tx, caseID string) (n int, err error) {
	return s.count(ctx, tx, "case_id", caseID)
}

// count takes a column that is a constant of the caller.
func (s *Store) count(ctx context.Context, tx *db.Tx, column, id string) (n int, err error) {
	where, args := Filter{Open: true}.where()
	err = tx.Get(ctx, &n, `SELECT count(*) FROM remedy WHERE `+column+` = ? AND `+strings.Join(where, " AND "), append([]any{id}, args...)...)
	return n, err
}

// Sum is a number of assessments and their yen.
type Sum struct {
	N   int   `db:"n"`
	Yen int64 `db:"yen"`
}

// Loss is the confirmed loss of an incident in the named cases, those whose damage is confirmed: what
// calculations say was lost that a second person has found as well and that no change of a transaction
// has made void since, before anything came back from banks.
func (s *Store) Loss(ctx context.Context, tx *db.Tx, incidentID string, confirmed map[string]bool) (sum Sum, err error) {
	var all []struct {
		CaseID string `db:"case_id"`
		Yen    int64  `db:"loss_yen"`
	}
	if err := tx.Select(ctx, &all, `SELECT case_id, loss_yen FROM remedy WHERE incident_id = ? AND checked_by <> '' AND state <> ?`, incidentID, Dropped); err != nil {
		return Sum{}, err
	}
	for _, a := range all {
		if !confirmed[a.CaseID] {
			continue
		}
		sum.N++
		if sum.Yen, err = add(sum.Yen, a.Yen); err != nil {
			return Sum{}, err
		}
	}
	return sum, nil
}

// Compensated is what was agreed in an incident.
func (s *Store) Compensated(ctx context.Context, tx *db.Tx, incidentID string) (sum Sum, err error) {
	err = tx.Get(ctx, &sum, `SELECT count(*) AS n, CAST(COALESCE(sum(agreed_yen), 0) AS BIGINT) AS yen FROM remedy
		WHERE incident_id = ? AND state = 'agreed'`, incidentID)
	return sum, err
}

// Counts are transactions by the stage of what is known of them. One that the customer claims may
// be in another stage too.
type Counts struct {
	Claimed     int `db:"claimed"`     // the customer says: not mine
	Suspected   int `db:"suspected"`   // without a verdict
	Confirmed   int `db:"confirmed"`   // fraud
	Excluded    int `db:"excluded"`    // the customer's own
	Compensated int `db:"compensated"` // fraud, in a case whose compensation was agreed
}

// Transactions counts the transactions of an incident in the named cases, of some kinds or, without
// any, of all.
func (s *Store) Transactions(ctx context.Context, tx *db.Tx, incidentID string, in map[string]bool, kinds ...Kind) (c Counts, err error) {
	where, args := "t.incident_id = ?", []any{incidentID}
	if len(kinds) > 0 {
		where += " AND t.kind IN (?" + strings.Repeat(", ?", len(kinds)-1) + ")"
		for _, k := range kinds {
			args = append(args, k)
		}
	}
	var all []struct {
		CaseID string `db:"case_id"`
		Counts
	}
	if err := tx.Select(ctx, &all, `SELECT t.case_id, count(CASE WHEN t.claim = 'not_mine' THEN 1 END) AS claimed, count(CASE WHEN t.verdict = 'undetermined' THEN 1 END) AS suspected,
		count(CASE WHEN t.verdict = 'fraud' THEN 1 END) AS confirmed, count(CASE WHEN t.verdict = 'own' THEN 1 END) AS excluded,
		count(CASE WHEN t.verdict = 'fraud' AND r.state = 'agreed' THEN 1 END) AS compensated
		FROM remedy_txn t JOIN remedy r ON r.case_id = t.case_id WHERE `+where+` GROUP BY t.case_id`, args...); err != nil {
		return Counts{}, err
	}
	for _, x := range all {
		if in[x.CaseID] {
			c.Claimed, c.Suspected, c.Confirmed = c.Claimed+x.Claimed, c.Suspected+x.Suspected, c.Confirmed+x.Confirmed
			c.Excluded, c.Compensated = c.Excluded+x.Excluded, c.Compensated+x.Compensated
		}
	}
	return c, nil
}
