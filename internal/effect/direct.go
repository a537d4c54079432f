package effect

import (
	"context"
	"fmt"
	"sync"

	"tasuke/internal/db"
)

// directly bounds the effects that this process performs at once right behind the commit that asked
// for them.
const directly = 32

// direct performs what this process itself has put down, as soon as it is committed and under the
// rules of every other taker: the row decides. It spares the way through the queue, which costs a
// job, a look at the table of jobs and a mark on the job, each a commit of its own. What does not
// come through here (the process ends right behind its commit, or all places are taken) the sweep of
// some node finds.
type direct struct {
	places chan struct{}
	sync.Mutex
	open  bool
	under sync.WaitGroup
	work  context.Context //nolint:containedctx // of Run; those who commit have contexts of their own
}

// begin opens the way until end is called, which returns when nothing is under way any more.
func (w *direct) begin(work context.Context) (end func()) {
	w.Lock()
	defer w.Unlock()
	w.open, w.work = cap(w.places) > 0, work
	return func() {
		w.Lock()
		w.open = false
		w.Unlock()
		w.under.Wait()
	}
}

// free reports whether there is a place at this moment.
func (w *direct) free() bool {
	w.Lock()
	defer w.Unlock()
	return w.open && len(w.places) < cap(w.places)
}

// take has perform called if there still is a place.
func (w *direct) take(perform func(context.Context)) bool {
	w.Lock()
	defer w.Unlock()
	if !w.open {
		return false
	}
	select {
	case w.places <- struct{}{}:
	default:
		return false
	}
	work := w.work
	w.under.Go(func() {
		defer func() { <-w.places }()
		perform(work)
	})
	return true
}

// wake has an effect that is due performed soon: by this process itself when it performs effects and
// is not at too many already, otherwise by way of the queue. What is due later is left to the sweep:
// the queue's own scheduler looks every five seconds only, and a job that waits for months is one
// row more.
func (s *Store) wake(ctx context.Context, tx *db.Tx, r row) error {
	if r.NotBefore > tx.Now {
		return nil
	}
	if s.queue != nil && !s.direct.free() {
		if err := s.queue.Wake(ctx, tx, r.ID); err != nil {
			return fmt.Errorf("wake %s: %w", r.Kind, err)
		}
		return nil
	}
	tx.AfterCommit(func() {
		if !s.direct.take(func(work context.Context) { s.report(work, "perform", s.Perform(work, r.ID)) }) {
			s.nudge()
		}
	})
	return nil
}
