package signin

import (
	"context"
	"fmt"

	"tasuke/internal/db"
)

// LeftAt is when somebody last signed out, as far back as sessions are kept; zero when they did not.
func (s *Service) LeftAt(ctx context.Context, accountID string) (at db.Instant, err error) {
	err = s.d.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &at, `SELECT COALESCE(max(ended_at), 0) FROM session WHERE account_id = ?`, accountID)
	})
	if err != nil {
		return 0, fmt.Errorf("read when somebody left: %w", err)
	}
	return at, nil
}
