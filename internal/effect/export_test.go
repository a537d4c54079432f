package effect

import (
	"context"
	"time"
)

// Doors for the tests.

// Paced sets how often the table is asked, and how long a stopping process and a late handler have.
func (s *Store) Paced(sweep, grace, last time.Duration) *Store {
	s.sweepEvery, s.grace, s.lastWords = sweep, grace, last
	return s
}

// Blind takes the sweep and the direct way away: only the queue is left.
func (s *Store) Blind() *Store {
	s.slots = make(chan struct{})
	return s.Slow()
}

// Slow takes the direct way away.
func (s *Store) Slow() *Store {
	s.direct.places = nil
	return s
}

// Hasty takes the sweep away: the direct way and the queue are left.
func (s *Store) Hasty() *Store {
	s.slots = make(chan struct{})
	return s
}

// Reclaim is what Run does at every sweep.
func (s *Store) Reclaim(ctx context.Context) error {
	return s.reclaim(ctx, s.leaseNow(s.db.Now()), false)
}

// Renew is what Run does in between.
func (s *Store) Renew(ctx context.Context) error { return s.renew(ctx) }

// Compare is what Run does with the clocks.
func (s *Store) Compare(ctx context.Context) error { return s.compare(ctx) }

// Tried has f called between a read and the write that rests on it.
func (s *Store) Tried(f func(where string)) { s.tried = f }
