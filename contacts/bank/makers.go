package bank

import (
	"context"

	"tasuke/internal/db"
)

// makers is who wrote a request down: opened or edited it, in any round, or made or resubmitted the
// letter of its present one (operations.md 2.2, 4-eyes).
const makers = `(l.event IN ('edited', 'opened') OR l.round = r.round AND l.event IN ('letter_made', 'resubmitted'))`

// Makers gives, in the caller's transaction, the accounts that wrote the checked letters of an
// incident: none of them approves that these leave.
func (s *Store) Makers(ctx context.Context, tx *db.Tx, incidentID string) (ids []string, err error) {
	err = tx.Select(ctx, &ids, `SELECT DISTINCT l.actor_id FROM bank_request r JOIN bank_line l ON l.request_id = r.id
		WHERE r.incident_id = ? AND r.state = 'checked' AND `+makers+` ORDER BY l.actor_id`, incidentID)
	return ids, err
}
