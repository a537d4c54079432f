package effect

import (
	"context"
	"fmt"
	"time"

	"tasuke/internal/db"
)

// farthest is the longest answer of the database from which its clock is still believed.
const farthest = time.Second

// leaseNow is a moment of this node's clock on the clock that all nodes share for leases, which is
// the database's. A node whose own clock is fast would end the leases of all others.
func (s *Store) leaseNow(now db.Instant) db.Instant { return now + db.Instant(s.ahead.Load()) }

// compare asks how far the database's clock is ahead of ours. SQLite has one process and one clock.
func (s *Store) compare(ctx context.Context) error {
	if s.db.Dialect == db.SQLite {
		return nil
	}
	var theirs, asked, answered db.Instant
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		asked = s.db.Now()
		err := tx.Get(ctx, &theirs, `SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint`)
		answered = s.db.Now()
		return err
	}); err != nil {
		return fmt.Errorf("ask the database for the time: %w", err)
	}
	if took := answered.Sub(asked); took >= 0 && took < farthest {
		s.ahead.Store(int64(theirs.Sub(asked.Add(took / 2)).Microseconds()))
	}
	return nil
}
