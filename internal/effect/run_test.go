package effect_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
)

// lively is a world with a clock that goes, and a room that says when an effect ends.
type lively struct {
	*world
	told chan effect.Effect
}

func newLively(t *testing.T, d *db.DB, q effect.Queue) *lively {
	t.Helper()
	return &lively{world: &world{Store: effect.NewStore(d, q), t: t, d: d}, told: make(chan effect.Effect, 64)}
}

func (l *lively) tells(h effect.Handler) effect.Handler {
	h.Ended = func(_ context.Context, tx *db.Tx, e effect.Effect) error {
		tx.AfterCommit(func() { l.told <- e })
		return nil
	}
	return h
}

// run runs a node until the test is over, or until the function that comes back is called.
func (l *lively) run(s *effect.Store) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(l.t.Context()))
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	l.t.Cleanup(stop)
	return stop
}

func (l *lively) ends(id string, want effect.State) effect.Effect {
	l.t.Helper()
	e := <-l.told
	if e.ID != id || e.State != want {
		l.t.Fatalf("%+v", e)
	}
	return e
}

func river(t *testing.T, d *db.DB) effect.Queue {
	t.Helper()
	q, err := effect.NewRiver(d)
	if err == nil {
		err = q.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// deaf is a queue that loses every wake-up.
type deaf struct{}

func (deaf) Migrate(context.Context) error              { return nil }
func (deaf) Wake(context.Context, *db.Tx, string) error { return nil }
func (deaf) Run(ctx context.Context, _ func(context.Context, string) error) error {
	<-ctx.Done()
	return nil
}

// broken is a queue that does not start.
type broken struct{ deaf }

func (broken) Run(context.Context, func(context.Context, string) error) error { return errBad }

// eager is a queue that is faster than anybody: it performs right behind the commit.
type eager struct {
	deaf
	perform func(id string)
}

func (q *eager) Wake(_ context.Context, tx *db.Tx, id string) error {
	tx.AfterCommit(func() { q.perform(id) })
	return nil
}

func TestAWakeUpIsNotLostAtTheEndOfAnAttempt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		q := &eager{}
		w := &world{Store: effect.NewStore(d, q), t: t, d: d, clock: dbtest.Clock(d, opening)}
		q.perform = func(id string) { w.must(w.Perform(context.WithoutCancel(t.Context()), id)) }
		w.handle(effect.Handler{Backoff: func(int64) (time.Duration, bool) { return 0, true },
			Do: func(_ context.Context, e effect.Effect, _ func(context.Context) error) (any, error) {
				if e.Attempt < 4 {
					return nil, errBad
				}
				return nil, nil
			}})
		w.is(w.get(w.put(effect.Spec{})), effect.Done, 4, "")
	})
}

func TestEffectsAreDoneWithoutBeingAskedFor(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*testing.T, *db.DB){
		"the queue wakes an effect that the sweep does not see": func(t *testing.T, d *db.DB) {
			l := newLively(t, d, river(t, d))
			l.Blind().Handle(l.tells(effect.Handler{Kind: "letter", Do: sends(nil, nil)}))
			l.run(l.Store)
			for n := range 20 {
				l.ends(l.put(effect.Spec{Key: fmt.Sprint(n)}), effect.Done)
			}
		},
		"what was rolled back wakes nobody": func(t *testing.T, d *db.DB) {
			l := newLively(t, d, river(t, d))
			l.Blind().Handle(l.tells(effect.Handler{Kind: "letter", Do: sends(nil, nil)}))
			if err := l.update(func(ctx context.Context, tx *db.Tx) error {
				_, _, err := l.Enqueue(ctx, tx, effect.Spec{Kind: "letter", Key: "never"})
				l.must(err)
				return errBad
			}); err == nil {
				t.Fatal("kept")
			}
			if n := l.count(`SELECT count(*) FROM river_job`); n != 0 {
				t.Fatal(n, "jobs")
			}
			id := l.put(effect.Spec{})
			if n := l.count(`SELECT count(*) FROM river_job`); n != 1 {
				t.Fatal(n, "jobs")
			}
			l.run(l.Store)
			l.ends(id, effect.Done)
		},
		"what waits for later leaves no job, and is found by the sweep": func(t *testing.T, d *db.DB) {
			l := newLively(t, d, river(t, d))
			l.Paced(time.Millisecond, time.Second, time.Second).Handle(l.tells(effect.Handler{Kind: "letter", Do: sends(nil, nil)}))
			id := l.put(effect.Spec{At: d.Now().Add(50 * time.Millisecond)})
			if n := l.count(`SELECT count(*) FROM river_job`); n != 0 {
				t.Fatal(n, "jobs")
			}
			l.run(l.Store)
			if e := l.ends(id, effect.Done); e.StartedAt < e.NotBefore {
				t.Error("too early")
			}
		},
		"a second attempt at once is woken by the queue, too": func(t *testing.T, d *db.DB) {
			l := newLively(t, d, river(t, d))
			l.Blind().Handle(l.tells(effect.Handler{Kind: "letter", Backoff: func(int64) (time.Duration, bool) { return 0, true },
				Do: func(_ context.Context, e effect.Effect, _ func(context.Context) error) (any, error) {
					if e.Attempt == 1 {
						return nil, errBad
					}
					return nil, nil
				}}))
			l.run(l.Store)
			if e := l.ends(l.put(effect.Spec{}), effect.Done); e.Attempt != 2 {
				t.Error(e.Attempt)
			}
		},
		"what this process puts down it takes at once, without a job and without the sweep": func(t *testing.T, d *db.DB) {
			l := newLively(t, d, river(t, d))
			l.Hasty().Handle(l.tells(effect.Handler{Kind: "letter", Do: sends(nil, nil)}))
			l.run(l.Store)
			l.ends(l.put(effect.Spec{Key: "first"}), effect.Done) // Run is under way by now
			before := l.count(`SELECT count(*) FROM river_job`)
			for n := range 100 { // one after the other
				l.ends(l.put(effect.Spec{Key: fmt.Sprint(n)}), effect.Done)
			}
			if n := l.count(`SELECT count(*) FROM river_job`); n != before {
				t.Error(n, "jobs")
			}
		},
		"what is too much for this process at once goes by way of the queue": func(t *testing.T, d *db.DB) {
			l := newLively(t, d, river(t, d))
			on := make(chan struct{})
			l.Hasty().Handle(l.tells(effect.Handler{Kind: "letter", Do: func(context.Context, effect.Effect, func(context.Context) error) (any, error) {
				<-on
				return nil, nil
			}}))
			l.run(l.Store)
			for n := range 100 {
				l.put(effect.Spec{Key: fmt.Sprint(n)})
			}
			if n := l.count(`SELECT count(*) FROM river_job`); n < 60 {
				t.Error(n, "jobs")
			}
			close(on)
			for range 100 {
				if e := <-l.told; e.State != effect.Done {
					t.Error(e)
				}
			}
		},
		"the sweep finds what the queue has lost": func(t *testing.T, d *db.DB) {
			l := newLively(t, d, deaf{})
			l.Paced(time.Millisecond, time.Second, time.Second).Handle(l.tells(effect.Handler{Kind: "letter", Do: sends(nil, nil)}))
			l.run(l.Store)
			l.ends(l.put(effect.Spec{}), effect.Done)
		},
		"a queue that does not start stops nothing": func(t *testing.T, d *db.DB) {
			l := newLively(t, d, broken{})
			l.Paced(time.Millisecond, time.Second, time.Second).Handle(l.tells(effect.Handler{Kind: "letter", Do: sends(nil, nil)}))
			l.run(l.Store)
			l.ends(l.put(effect.Spec{}), effect.Done)
		},
		"without a queue this process wakes itself": func(t *testing.T, d *db.DB) {
			l := newLively(t, d, nil)
			l.Paced(time.Hour, time.Second, time.Second).Handle(l.tells(effect.Handler{Kind: "letter", Do: sends(nil, nil)}))
			l.run(l.Store)
			for n := range 40 { // more than are done at once
				l.put(effect.Spec{Key: fmt.Sprint(n)})
			}
			for range 40 {
				if e := <-l.told; e.State != effect.Done {
					t.Error(e)
				}
			}
		},
		"a queue that brings its tables twice has them once": func(t *testing.T, d *db.DB) {
			q := river(t, d)
			if err := q.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, test)
		})
	}
}

func TestOneNodeDoesWhatAnotherPutDown(t *testing.T) {
	t.Parallel()
	d := dbtest.Postgres(t)
	l := newLively(t, d, river(t, d))
	h := l.tells(effect.Handler{Kind: "letter", Do: sends(nil, nil)})
	l.Handle(h)
	other := effect.NewStore(d, river(t, d)).Blind()
	other.Handle(h)
	l.run(other)
	l.ends(l.put(effect.Spec{}), effect.Done)
}

func TestStoppingFinishesOrHandsBack(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*testing.T, *lively){
		"work under way is finished": func(t *testing.T, l *lively) {
			begun, on := make(chan struct{}), make(chan struct{})
			l.Handle(l.tells(effect.Handler{Kind: "letter", Do: func(ctx context.Context, _ effect.Effect, _ func(context.Context) error) (any, error) {
				close(begun)
				<-on
				return nil, ctx.Err()
			}}))
			l.Paced(time.Hour, time.Hour, time.Hour)
			stop := l.run(l.Store)
			id := l.put(effect.Spec{})
			<-begun
			stopped := make(chan struct{})
			go func() { stop(); close(stopped) }()
			close(on)
			l.ends(id, effect.Done)
			<-stopped
		},
		"work that does not end in time is handed back, and the attempt does not count": func(t *testing.T, l *lively) {
			begun := make(chan struct{})
			l.Handle(l.tells(effect.Handler{Kind: "letter", Do: func(ctx context.Context, _ effect.Effect, _ func(context.Context) error) (any, error) {
				close(begun)
				<-ctx.Done()
				return nil, fmt.Errorf("the connection is closed: %w", errBad)
			}}))
			l.Paced(time.Hour, time.Hour, time.Millisecond)
			stop := l.run(l.Store)
			id := l.put(effect.Spec{})
			<-begun
			stop()
			l.is(l.get(id), effect.Queued, 0, "")
		},
		"work that may have left is unknown, not handed back": func(t *testing.T, l *lively) {
			begun := make(chan struct{})
			l.Handle(l.tells(effect.Handler{Kind: "letter", Do: func(ctx context.Context, _ effect.Effect, leaving func(context.Context) error) (any, error) {
				err := leaving(ctx)
				close(begun)
				<-ctx.Done()
				return nil, fmt.Errorf("the connection is closed: %w", err)
			}}))
			l.Paced(time.Hour, time.Hour, time.Millisecond)
			stop := l.run(l.Store)
			id := l.put(effect.Spec{})
			<-begun
			stop()
			l.ends(id, effect.Unknown)
		},
		"work that ignores the stop does not hold it up": func(t *testing.T, l *lively) {
			begun, never := make(chan struct{}), make(chan struct{})
			t.Cleanup(func() { close(never) })
			l.Handle(l.tells(effect.Handler{Kind: "letter", Do: func(context.Context, effect.Effect, func(context.Context) error) (any, error) {
				close(begun)
				<-never
				return nil, nil
			}}))
			l.Paced(time.Hour, time.Millisecond, time.Millisecond)
			stop := l.run(l.Store)
			id := l.put(effect.Spec{})
			<-begun
			stop()
			l.is(l.get(id), effect.Queued, 0, "")
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				test(t, newLively(t, d, river(t, d)))
			})
		})
	}
}

func TestBadRowsHoldNobodyUp(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"more of them than are done at once": func(t *testing.T, w *world) {
			tries := 0
			w.handle(effect.Handler{Kind: "bad", Tx: inTx(nil, nil), Ended: func(context.Context, *db.Tx, effect.Effect) error {
				w.mu.Lock()
				defer w.mu.Unlock()
				tries++
				return errBad
			}})
			w.handle(effect.Handler{Do: sends(nil, nil)})
			for n := range 40 {
				w.put(effect.Spec{Kind: "bad", Key: fmt.Sprint(n)})
			}
			w.clock.Add(time.Second)
			good := w.put(effect.Spec{Key: "good"})
			for range 4 {
				if err := w.Tick(t.Context()); err == nil {
					break
				}
			}
			w.is(w.get(good), effect.Done, 1, "")
			if n := w.count(`SELECT count(*) FROM effect WHERE state = 'queued' AND attempt = 0`); n != 40 || tries != 80 {
				t.Errorf("%d wait, tried %d times: each once, and once more to say that it failed", n, tries)
			}
		},
		"they are tried again after a while": func(t *testing.T, w *world) {
			bad := true
			w.handle(effect.Handler{Tx: inTx(nil, nil), Ended: func(context.Context, *db.Tx, effect.Effect) error {
				if bad {
					return errBad
				}
				return nil
			}})
			id := w.put(effect.Spec{})
			if err := w.Tick(t.Context()); err == nil {
				t.Error("nobody hears of it")
			}
			bad = false
			w.must(w.Tick(t.Context()))
			w.is(w.get(id), effect.Queued, 0, "")
			w.clock.Add(time.Minute)
			w.must(w.Tick(t.Context()))
			w.is(w.get(id), effect.Done, 1, "")
		},
	})
}
