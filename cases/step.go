package cases

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Standing is what the conditions of a playbook ask of this room.
type Standing struct {
	Open      int64 `db:"open"` // cases whose work goes on
	Victims   int64 `db:"victims"`
	Claimed   int64 `db:"claimed"`
	Suspected int64 `db:"suspected"`
	Uncalled  int64 `db:"uncalled"`
	Excluded  int64 `db:"excluded"` // cases found to be without harm
}

// uncalled is the condition of a case whose customer nobody has spoken with: who did not come by
// themselves, and has no talk in the contact log.
const uncalled = `state NOT IN ('closed', 'not_victim') AND claim_source <> 'customer' AND NOT EXISTS (SELECT 1 FROM case_note n
	WHERE n.case_id = victim_case.id AND n.counterparty IN ('customer', 'proxy') AND n.medium IN ('phone', 'visit') AND n.result = 'talked')`

// Standing reads all of it in one query, in the caller's transaction: persons confirmed, cases put
// forward, cases not decided, and customers who are still to be called.
func (s *Store) Standing(ctx context.Context, tx *db.Tx, incidentID string) (out Standing, err error) {
	if err := tx.Get(ctx, &out, `SELECT count(CASE WHEN state NOT IN ('closed', 'not_victim') THEN 1 END) AS open,
		count(DISTINCT CASE WHEN `+of[StageConfirmed]+` THEN customer_id END) AS victims, count(*) AS claimed,
		count(CASE WHEN `+of[StageSuspected]+` THEN 1 END) AS suspected, count(CASE WHEN `+uncalled+` THEN 1 END) AS uncalled,
		count(CASE WHEN `+of[StageExcluded]+` THEN 1 END) AS excluded
		FROM victim_case WHERE incident_id = ?`, incidentID); err != nil {
		return out, fmt.Errorf("read how the cases of %s stand: %w", incidentID, err)
	}
	return out, nil
}

// ClaimedYen is what is claimed in the cases of an incident that were not excluded.
func (s *Store) ClaimedYen(ctx context.Context, tx *db.Tx, incidentID string) (yen int64, err error) {
	err = tx.Get(ctx, &yen, `SELECT CAST(COALESCE(sum(loss_claimed_yen), 0) AS BIGINT) FROM victim_case WHERE incident_id = ? AND NOT `+of[StageExcluded], incidentID)
	return yen, err
}

// Contained counts the cases of an incident for which a stop was ever asked.
func (s *Store) Contained(ctx context.Context, tx *db.Tx, incidentID string) (n int64, err error) {
	err = tx.Get(ctx, &n, `SELECT count(*) FROM victim_case c WHERE c.incident_id = ? AND EXISTS (SELECT 1 FROM containment k WHERE k.case_id = c.id)`, incidentID)
	return n, err
}

// StopScopes are the scopes a playbook may ask for, and the stops they mean. A stop of the account
// holds its login on every channel and everything behind it.
var StopScopes = map[string]Stop{
	"all":   {Scope: Account},
	"login": {Scope: Account},
	"trade": {Scope: Function, Target: "trade"},
}

// Held is what came of asking for stops.
type Held struct {
	Cases     int // cases in work
	Requested int // of them, those that were asked for now
}

// ContainAll asks for a stop in every case of an incident that is in work and never had one of this
// scope, on every channel, each in a transaction of its own: done again it goes on where it stopped.
// A case whose account somebody gave back is left alone. It needs case.write.
func (s *Store) ContainAll(ctx context.Context, by actor.Actor, incidentID string, stop Stop) (out Held, err error) {
	if err := by.Need(actor.CaseWrite); err != nil {
		return out, err
	}
	stop = stop.filled()
	var rows []struct {
		ID   string `db:"id"`
		Held bool   `db:"held"`
	}
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &rows, `SELECT id, CASE WHEN EXISTS (SELECT 1 FROM containment k WHERE k.case_id = victim_case.id
			AND (k.scope = ? AND k.target = ? OR k.scope = 'account')) THEN 1 ELSE 0 END AS held
			FROM victim_case WHERE incident_id = ? AND state NOT IN ('closed', 'not_victim') ORDER BY id`, stop.Scope, stop.Target, incidentID)
	}); err != nil {
		return out, err
	}
	for _, r := range rows {
		out.Cases++
		if r.Held {
			continue
		}
		if err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
			c, err := s.load(ctx, tx, r.ID)
			if err != nil || c.Over() {
				return err
			}
			_, err = s.Contain(ctx, tx, by, r.ID, stop)
			return err
		}); err != nil {
			return out, fmt.Errorf("ask for the stop of case %s: %w", r.ID, err)
		}
		out.Requested++
	}
	return out, nil
}

// Callee is a case whose customer somebody has to speak with.
type Callee struct {
	ID         string `db:"id"`
	No         string `db:"no"`
	CustomerID string `db:"customer_id"`
	Score      int64  `db:"-"`
}

// CallList lists whom to call, in the caller's transaction: the highest score first, then the oldest
// case. scores are the sweep's, by customer.
func (s *Store) CallList(ctx context.Context, tx *db.Tx, incidentID string, scores map[string]int64) (list []Callee, err error) {
	if err := tx.Select(ctx, &list, `SELECT id, no, customer_id FROM victim_case WHERE incident_id = ? AND no IS NOT NULL AND `+uncalled+` ORDER BY id`, incidentID); err != nil {
		return nil, fmt.Errorf("list whom to call: %w", err)
	}
	for i := range list {
		list[i].Score = scores[list[i].CustomerID]
	}
	slices.SortStableFunc(list, func(a, b Callee) int { return cmp.Compare(b.Score, a.Score) })
	return list, nil
}

// CallText writes a call list as text: a line for each case, no customer.
func CallText(list []Callee) string {
	var b strings.Builder
	for i, c := range list {
		fmt.Fprintf(&b, "%d. %s (score %d)\n", i+1, c.No, c.Score)
	}
	return b.String()
}

// Affected is a customer of an incident whose damage was not excluded.
type Affected struct {
	CaseID     string `db:"id"`
	No         string `db:"no"`
	CustomerID string `db:"customer_id"`
}

// Affected lists them, the oldest case first, in the caller's transaction.
func (s *Store) Affected(ctx context.Context, tx *db.Tx, incidentID string) (list []Affected, err error) {
	err = tx.Select(ctx, &list, `SELECT id, no, customer_id FROM victim_case WHERE incident_id = ? AND no IS NOT NULL AND NOT `+of[StageExcluded]+` ORDER BY id`, incidentID)
	return list, err
}

// MonthCounts counts the cases whose damage is confirmed and that were reported within [from, until),
// over all incidents: 不正アクセス件数 of the monthly figures.
func (s *Store) MonthCounts(ctx context.Context, tx *db.Tx, from, until db.Instant) (n int64, err error) {
	err = tx.Get(ctx, &n, `SELECT count(*) FROM victim_case WHERE reported_at >= ? AND reported_at < ? AND `+of[StageConfirmed], from, until)
	return n, err
}
