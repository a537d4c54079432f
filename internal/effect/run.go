package effect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"tasuke/internal/db"
)

// lastWords is how long work that is under way may go on when Run is told to stop; then its
// context ends, and what did not leave is handed back.
const lastWords = 5 * time.Second

// Run recovers, then performs effects until ctx ends, and returns when none is under way here.
// What fails is logged and tried again: the rows stay.
func (s *Store) Run(ctx context.Context) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(lastWords, cancel) })
	defer stop()
	s.report(ctx, "recover", s.Recover(ctx))
	var under, renewer sync.WaitGroup
	if s.queue != nil {
		under.Go(func() {
			s.report(ctx, "queue", s.queue.Run(ctx, func(_ context.Context, id string) error { return s.Perform(work, id) }))
		})
	}
	ended := make(chan struct{})
	renewer.Go(func() { s.renewing(work, ended) })
	s.sweeping(ctx, work, &under)
	under.Wait()
	close(ended)
	renewer.Wait()
}

// renewing goes on while anything is performed, also when Run has been told to stop.
func (s *Store) renewing(ctx context.Context, done <-chan struct{}) {
	tick := time.NewTicker(renewal)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			s.report(ctx, "renew", s.renew(ctx))
		}
	}
}

// sweeping looks for what nobody woke and for leases that ended.
func (s *Store) sweeping(ctx, work context.Context, under *sync.WaitGroup) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	perform := func(id string) { s.report(work, "perform", s.Perform(work, id)) }
	for {
		_, err := s.sweep(ctx, under, perform)
		s.report(ctx, "sweep", err)
		select {
		case <-ctx.Done():
			return
		case <-s.nudges:
		case <-tick.C:
			s.report(ctx, "reclaim", s.reclaim(ctx, s.db.Now()))
		}
	}
}

// sweep begins the effects that are due, oldest first, as far as there are free slots.
func (s *Store) sweep(ctx context.Context, under *sync.WaitGroup, perform func(id string)) (int, error) {
	free := cap(s.slots) - len(s.slots)
	if free == 0 || len(s.handlers) == 0 {
		return 0, nil
	}
	var ids []string
	err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.SelectIn(ctx, &ids, `SELECT id FROM effect WHERE state = 'queued' AND not_before <= ? AND kind IN (?)
			ORDER BY not_before, id LIMIT ?`, tx.Now, slices.Collect(maps.Keys(s.handlers)), free)
	})
	if err != nil {
		return 0, fmt.Errorf("look for effects that are due: %w", err)
	}
	for _, id := range ids {
		s.slots <- struct{}{} // free, since one sweep at a time takes them
		under.Go(func() {
			perform(id)
			if <-s.slots; len(ids) == free {
				s.nudge() // there was more than there were slots
			}
		})
	}
	return len(ids), nil
}

// Tick ends the leases that are over and performs everything that is due, as Run does, and comes
// back when nothing is left or the database fails. It is for tests and for programs that end;
// never beside Run.
func (s *Store) Tick(ctx context.Context) error {
	if err := s.reclaim(ctx, s.db.Now()); err != nil {
		return err
	}
	for {
		var under sync.WaitGroup
		var mu sync.Mutex
		var failed error
		n, err := s.sweep(ctx, &under, func(id string) {
			if err := s.Perform(ctx, id); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = errors.Join(failed, err)
			}
		})
		under.Wait()
		if err = errors.Join(err, failed); n == 0 || err != nil {
			return err
		}
	}
}

func (s *Store) report(ctx context.Context, what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		slog.ErrorContext(ctx, "effect", "doing", what, "cause", err)
	}
}
