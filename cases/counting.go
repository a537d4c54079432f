package cases

import (
	"context"
	"fmt"

	"tasuke/internal/db"
)

// Stage is how sure a case is as a count (operations.md 3.1). Every case is claimed, and exactly one
// of the other three: suspected + confirmed + excluded = claimed, whenever they are counted together.
type Stage string

// The stages.
const (
	StageClaimed   Stage = "claimed"   // 申出: put forward by whomever, whatever became of it
	StageSuspected Stage = "suspected" // 疑い: not decided yet, or decided and reopened
	StageConfirmed Stage = "confirmed" // 確認済み: damage confirmed, also where the work has ended since
	StageExcluded  Stage = "excluded"  // 被害なしと確認: also where the work has ended since
)

// Stages lists all of them.
var Stages = []Stage{StageClaimed, StageSuspected, StageConfirmed, StageExcluded}

// of is the condition of a stage. A closed case is what it was closed as.
var of = map[Stage]string{
	StageClaimed:   `1 = 1`,
	StageSuspected: `(state IN ('received', 'contained', 'verifying', 'suspected_wait', 'reopened') OR state = 'closed' AND closed_as = '')`,
	StageConfirmed: `(state = 'confirmed' OR state = 'closed' AND closed_as = 'confirmed')`,
	StageExcluded:  `(state = 'not_victim' OR state = 'closed' AND closed_as = 'not_victim')`,
}

// Accounts counts the cases of an incident at a stage, in the caller's transaction: one account each.
func (s *Store) Accounts(ctx context.Context, tx *db.Tx, incidentID string, at Stage) (int64, error) {
	return s.counted(ctx, tx, `count(*)`, incidentID, at)
}

// Persons counts the customers behind those cases, each once.
func (s *Store) Persons(ctx context.Context, tx *db.Tx, incidentID string, at Stage) (int64, error) {
	return s.counted(ctx, tx, `count(DISTINCT customer_id)`, incidentID, at)
}

func (s *Store) counted(ctx context.Context, tx *db.Tx, what, incidentID string, at Stage) (n int64, err error) {
	if err := tx.Get(ctx, &n, `SELECT `+what+` FROM victim_case WHERE incident_id = ? AND `+of[at], incidentID); err != nil {
		return 0, fmt.Errorf("count the %s cases of an incident: %w", at, err)
	}
	return n, nil
}
