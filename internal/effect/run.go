package effect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tasuke/internal/db"
)

const (
	// lastWords is how long work that is under way may go on when Run is told to stop; then its
	// context ends, and what did not leave is handed back.
	lastWords = 5 * time.Second
	// queueAgain is the pause before a queue that could not be started is started again.
	queueAgain = 5 * time.Second
)

// Run recovers, then performs effects until ctx ends, and returns when none is under way here:
// after lastWords and graceTime at the latest, unless the database does not answer. What fails is
// logged and tried again: the rows stay.
func (s *Store) Run(ctx context.Context) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(s.lastWords, cancel) })
	defer stop()
	s.report(ctx, "compare clocks", s.compare(ctx))
	s.report(ctx, "recover", s.Recover(ctx))
	s.report(ctx, "look for kinds", s.strangers(ctx))
	var under, renewer sync.WaitGroup
	if s.queue != nil {
		under.Go(func() { s.queueing(ctx, work) })
	}
	end := s.direct.begin(work)
	ended := make(chan struct{})
	renewer.Go(func() { s.renewing(work, ended) })
	s.sweeping(ctx, work, &under)
	end()
	under.Wait()
	close(ended)
	renewer.Wait()
}

// queueing keeps the queue going. Without it the sweep still finds everything.
func (s *Store) queueing(ctx, work context.Context) {
	for ctx.Err() == nil {
		err := s.queue.Run(ctx, func(_ context.Context, id string) error {
			err := s.Perform(work, id)
			s.report(work, "perform", err)
			return err
		})
		s.report(ctx, "queue", err)
		select {
		case <-ctx.Done():
		case <-time.After(queueAgain):
		}
	}
}

// renewing goes on while anything is performed, also when Run has been told to stop.
func (s *Store) renewing(ctx context.Context, done <-chan struct{}) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
			s.keep(context.WithoutCancel(ctx))
		}
	}
}

// keep renews, or gives up in time for the next try.
func (s *Store) keep(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, leaseTime)
	defer cancel()
	s.report(ctx, "compare clocks", s.compare(ctx))
	s.report(ctx, "renew", s.renew(ctx))
}

// sweeping looks for what nobody woke and for leases that ended.
func (s *Store) sweeping(ctx, work context.Context, under *sync.WaitGroup) {
	tick := time.NewTicker(s.sweepEvery)
	defer tick.Stop()
	perform := func(id string) bool {
		did, err := s.perform(work, id)
		s.report(work, "perform", err)
		return did
	}
	for {
		_, err := s.sweep(ctx, under, perform)
		s.report(ctx, "sweep", err)
		select {
		case <-ctx.Done():
			return
		case <-s.nudges:
		case <-tick.C:
			s.report(ctx, "reclaim", s.reclaim(ctx, s.leaseNow(s.db.Now()), false))
		}
	}
}

// sweep begins the effects that are due, oldest first, as far as there are free slots.
func (s *Store) sweep(ctx context.Context, under *sync.WaitGroup, perform func(id string) bool) (int, error) {
	free := cap(s.slots) - len(s.slots)
	if free == 0 || len(s.handlers) == 0 {
		return 0, nil
	}
	ids, err := s.due(ctx, free)
	for _, id := range ids {
		s.slots <- struct{}{} // free, since one sweep at a time takes them
		under.Go(func() {
			did := perform(id)
			if <-s.slots; did && len(ids) == free {
				s.nudge() // there was more than there were slots
			}
		})
	}
	return len(ids), err
}

// due lists at most n effects whose turn it is and that are not to be left alone.
func (s *Store) due(ctx context.Context, n int) (ids []string, err error) {
	apart := s.pace.apart(s.db.Now())
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.SelectIn(ctx, &ids, `SELECT id FROM effect WHERE state = 'queued' AND not_before <= ? AND kind IN (?)
			ORDER BY not_before, id LIMIT ?`, tx.Now, slices.Collect(maps.Keys(s.handlers)), n+len(apart))
	}); err != nil {
		return nil, fmt.Errorf("look for effects that are due: %w", err)
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return apart[id] })
	return ids[:min(n, len(ids))], nil
}

// Tick ends the leases that are over and performs everything that is due, as Run does, and comes
// back when nothing is left that it can do, or the database fails. It is for tests and for
// programs that end; never beside Run.
func (s *Store) Tick(ctx context.Context) error {
	if err := s.reclaim(ctx, s.leaseNow(s.db.Now()), true); err != nil {
		return err
	}
	for {
		var under sync.WaitGroup
		var mu sync.Mutex
		var failed error
		var done atomic.Int64
		_, err := s.sweep(ctx, &under, func(id string) bool {
			did, err := s.perform(ctx, id)
			mu.Lock()
			defer mu.Unlock()
			failed = errors.Join(failed, err)
			if did {
				done.Add(1)
			}
			return did
		})
		under.Wait()
		if err = errors.Join(err, failed); done.Load() == 0 || err != nil {
			return err
		}
	}
}

func (s *Store) report(ctx context.Context, what string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		slog.ErrorContext(ctx, "effect", "doing", what, "cause", err)
	}
}
