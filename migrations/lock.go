package migrations

import (
	"context"
	"database/sql"
	"fmt"
)

// sessionLock makes nodes that start together take turns: PostgreSQL's advisory lock on the
// schema, which waits instead of asking again and again.
type sessionLock struct{}

const lockKey = `hashtext('tasuke migrations ' || current_schema())`

// SessionLock waits for the lock.
func (sessionLock) SessionLock(ctx context.Context, c *sql.Conn) error {
	if _, err := c.ExecContext(ctx, `SELECT pg_advisory_lock(7231, `+lockKey+`)`); err != nil {
		return fmt.Errorf("take the migration lock: %w", err)
	}
	return nil
}

// SessionUnlock gives the lock back.
func (sessionLock) SessionUnlock(ctx context.Context, c *sql.Conn) error {
	if _, err := c.ExecContext(ctx, `SELECT pg_advisory_unlock(7231, `+lockKey+`)`); err != nil {
		return fmt.Errorf("give the migration lock back: %w", err)
	}
	return nil
}
