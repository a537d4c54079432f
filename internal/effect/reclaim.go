package effect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"tasuke/internal/db"
)

// forever is later than the end of any lease.
const forever db.Instant = 1<<63 - 1

// Recover takes back the effects of a process that is gone. On SQLite the process is alone under
// its file lock, so every lease is of a predecessor and ends at once; on PostgreSQL those that
// have ended. Run calls it first.
func (s *Store) Recover(ctx context.Context) error {
	if s.db.Dialect == db.SQLite {
		return s.reclaim(ctx, forever)
	}
	return s.reclaim(ctx, s.db.Now())
}

// reclaim ends the leases that ended before a moment, one by one: one effect whose room refuses
// must not hold up the others.
func (s *Store) reclaim(ctx context.Context, before db.Instant) error {
	var ids []string
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &ids, `SELECT id FROM effect WHERE state = 'leased' AND lease_until < ? ORDER BY lease_until`, before)
	}); err != nil {
		return fmt.Errorf("look for lost leases: %w", err)
	}
	s.tried("reclaim")
	var all []error
	for _, id := range ids {
		if err := s.collide(ctx, func(ctx context.Context, tx *db.Tx) error { return s.reclaimOne(ctx, tx, id, before) }); err != nil {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// reclaimOne queues again what may be repeated or certainly did not leave; of the rest nobody can
// say whether it left, so a person has to look.
func (s *Store) reclaimOne(ctx context.Context, tx *db.Tx, id string, before db.Instant) error {
	if err := tx.Lock(ctx, "effect", id); err != nil {
		return err
	}
	r, err := load(ctx, tx, id)
	h := s.handlers[r.Kind]
	if err != nil || h == nil || r.State != Leased || r.LeaseUntil >= before { // renewed or ended meanwhile, or not ours to judge
		return err
	}
	e := vanished
	if h.Repeatable || r.LeavingAt == 0 {
		e = lost
	}
	next, err := r.move(e, tx.Now)
	if err != nil {
		return err
	}
	next.Problem = problemLost
	if next.State == Queued {
		next.NotBefore, next.LeavingAt = tx.Now, 0
	}
	if ok, err := save(ctx, tx, r, &next); err != nil || !ok {
		return err
	}
	tx.AfterCommit(func() {
		db.Crash("effect.reclaimed")
		slog.WarnContext(ctx, "effect: a lost lease was taken back", "kind", r.Kind, "id", r.ID, "came_to", string(next.State))
	})
	if next.State == Queued {
		return s.wake(ctx, tx, next)
	}
	return s.ended(ctx, tx, next)
}
