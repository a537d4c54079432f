package effect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"tasuke/internal/db"
)

// forever is later than the end of any lease.
const forever db.Instant = 1<<63 - 1

// Recover takes back the effects of a process that is gone. On SQLite the process is alone under
// its file lock, so every lease is of a predecessor and ends at once; on PostgreSQL those that
// have ended. Run calls it first.
func (s *Store) Recover(ctx context.Context) error {
	if s.db.Dialect == db.SQLite {
		return s.reclaim(ctx, forever, true)
	}
	return s.reclaim(ctx, s.leaseNow(s.db.Now()), true)
}

// reclaim ends the leases that ended before a moment, one by one: one effect whose room refuses
// must not hold up the others. What this very process is at is not touched: its lease is renewed
// as soon as the process comes to it, however long it stood still.
func (s *Store) reclaim(ctx context.Context, before db.Instant, patient bool) error {
	var ends []struct{ ID, Kind string }
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &ends, `SELECT id, kind FROM effect WHERE state = 'leased' AND lease_until < ? ORDER BY lease_until`, before)
	}); err != nil {
		return fmt.Errorf("look for lost leases: %w", err)
	}
	s.tried("reclaim")
	apart := s.pace.apart(s.db.Now())
	var all []error
	for _, e := range ends {
		switch {
		case s.handlers[e.Kind] == nil:
			s.strange.tell(ctx, e.Kind)
			continue
		case apart[e.ID] || !s.pace.begin(e.ID):
			continue
		}
		err := s.collide(ctx, func(ctx context.Context, tx *db.Tx) error { return s.reclaimOne(ctx, tx, e.ID, before, patient) })
		if s.pace.end(e.ID, s.db.Now(), err) {
			s.nudge()
		}
		if err != nil {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}

// reclaimOne queues again what may be repeated or certainly did not leave; of the rest nobody can
// say whether it left, so a person has to look. Who is not patient passes over a row in which
// something is just being written.
func (s *Store) reclaimOne(ctx context.Context, tx *db.Tx, id string, before db.Instant, patient bool) error {
	if patient { // the transactions of a killed process hold their rows for a moment
		if err := tx.Lock(ctx, "effect", id); err != nil {
			return err
		}
	}
	r, ours, err := free(ctx, tx, id)
	if err != nil || !ours || r.State != Leased || r.LeaseUntil >= before { // renewed or ended meanwhile
		return err
	}
	e, h := vanished, s.handlers[r.Kind]
	if h.Repeatable || r.LeavingAt == 0 {
		e = lost
	}
	next, err := r.move(e, tx.Now)
	if err != nil {
		return err
	}
	next.Problem = problemLost
	if next.State == Queued {
		next.NotBefore = tx.Now.Add(afterLoss(r.Attempt))
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

// lostAtOnce is up to which attempt a lost one is made again at once. Later ones wait, longer each
// time and at most a minute: an effect that ends the process must leave the others room.
const lostAtOnce = 5

func afterLoss(attempt int64) time.Duration {
	if attempt <= lostAtOnce {
		return 0
	}
	return min(time.Second<<min(attempt-lostAtOnce, 6), longestRest)
}

// strangers names the kinds of waiting effects that nobody here performs.
func (s *Store) strangers(ctx context.Context) error {
	var kinds []string
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &kinds, `SELECT kind FROM effect WHERE state = 'queued' UNION SELECT kind FROM effect WHERE state = 'leased'`)
	}); err != nil {
		return fmt.Errorf("look for kinds of effects: %w", err)
	}
	for _, kind := range kinds {
		if s.handlers[kind] == nil {
			s.strange.tell(ctx, kind)
		}
	}
	return nil
}
