package incident

import (
	"context"

	"tasuke/internal/db"
)

// ByNo reads the incident with a number in the caller's transaction, which has asked for the
// permission; fault.NotFound "row.none" when there is none.
func (s *Store) ByNo(ctx context.Context, tx *db.Tx, no string) (Incident, error) {
	var id string
	if err := tx.Get(ctx, &id, `SELECT id FROM incident WHERE no = ?`, no); err != nil {
		return Incident{}, err
	}
	return s.load(ctx, tx, id)
}
