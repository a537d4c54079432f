package cases

import (
	"context"
	"fmt"

	"tasuke/internal/db"
)

// Numbered is a case by its number only: it holds nothing about the customer.
type Numbered struct {
	ID string `db:"id"`
	No string `db:"no"` // CASE-2026-000123
}

// Numbers lists the cases of an incident by number, the oldest first, in the caller's transaction,
// which has asked for the permission.
func (s *Store) Numbers(ctx context.Context, tx *db.Tx, incidentID string) (all []Numbered, err error) {
	if err = tx.Select(ctx, &all, `SELECT id, no FROM victim_case WHERE incident_id = ? AND no IS NOT NULL ORDER BY id`, incidentID); err != nil {
		return nil, fmt.Errorf("list the numbers of an incident's cases: %w", err)
	}
	return all, nil
}
