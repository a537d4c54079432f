package incident

import (
	"context"
	"fmt"

	"tasuke/internal/db"
)

// FactsVersion is the number of the newest version of an incident's fact sheet, 0 before the
// first, without opening what is sealed.
func (s *Store) FactsVersion(ctx context.Context, tx *db.Tx, incidentID string) (n int64, err error) {
	if err = tx.Get(ctx, &n, `SELECT COALESCE(max(version), 0) FROM fact_sheet WHERE incident_id = ?`, incidentID); err != nil {
		return 0, fmt.Errorf("read the version of the fact sheet: %w", err)
	}
	return n, nil
}
