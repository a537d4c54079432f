package workflow

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// every is how often the store looks by itself for timers; events announce themselves.
const every = time.Second

// Tick delivers what happened in the rooms and wakes waits that are over. Everything it looks
// for is a row behind an index, so it catches up after any stop and costs the same however many
// runs wait. Any number of nodes may tick at once.
func (s *Store) Tick(ctx context.Context) error {
	return errors.Join(s.deliverPending(ctx), s.wakeDue(ctx))
}

// Run ticks until ctx ends: once a second, and when an event is announced.
func (s *Store) Run(ctx context.Context) {
	topics, stop := s.db.Subscribe()
	defer stop()
	clock := time.NewTicker(every)
	defer clock.Stop()
	for {
		if err := s.Tick(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "playbooks could not go on everywhere", "cause", err)
		}
		if !called(ctx, clock.C, topics) {
			return
		}
	}
}

// called waits until there is a reason to tick; false when ctx ended.
func called(ctx context.Context, clock <-chan time.Time, topics <-chan string) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case <-clock:
			return true
		case topic := <-topics:
			if topic == "events" || topic == "*" {
				return true
			}
		}
	}
}
