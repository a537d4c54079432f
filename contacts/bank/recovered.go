package bank

import (
	"context"
	"math/bits"

	"tasuke/internal/db"
)

// RecoveredOf is what has come back from banks for a case, in yen, in the caller's transaction, which
// has asked for the permission. Money that is frozen has not come back. What came back for a request
// about several cases is divided by what left each of them, a fraction of a yen dropped.
func (s *Store) RecoveredOf(ctx context.Context, tx *db.Tx, caseID string) (sum int64, err error) {
	var rows []struct {
		Back  int64 `db:"back"`
		Mine  int64 `db:"mine"`
		Total int64 `db:"total"`
	}
	if err := tx.Select(ctx, &rows, `SELECT r.recovered_yen AS back, CAST(sum(CASE WHEN t.case_id = ? THEN t.yen ELSE 0 END) AS BIGINT) AS mine,
		CAST(sum(t.yen) AS BIGINT) AS total FROM bank_request r JOIN bank_transfer t ON t.request_id = r.id
		WHERE r.recovered_yen > 0 AND r.id IN (SELECT request_id FROM bank_transfer WHERE case_id = ?) GROUP BY r.id, r.recovered_yen`, caseID, caseID); err != nil {
		return 0, err
	}
	for _, r := range rows {
		hi, lo := bits.Mul64(uint64(r.Back), uint64(r.Mine)) // neither is negative, and mine is at most the total
		part, _ := bits.Div64(hi, lo, uint64(r.Total))
		sum += int64(part)
	}
	return sum, nil
}
