package signin

import (
	"context"
	"fmt"

	"tasuke/internal/db"
)

// Staff lists, in the caller's transaction, the accounts that may be used, by login name.
func Staff(ctx context.Context, tx *db.Tx) (list []Account, err error) {
	if err := tx.Select(ctx, &list, `SELECT `+columns+` FROM account WHERE state = ? ORDER BY login_name`, Active); err != nil {
		return nil, fmt.Errorf("list the staff: %w", err)
	}
	return list, nil
}
