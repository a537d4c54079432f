package effect_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
)

var (
	opening = time.Date(2026, 11, 4, 1, 0, 0, 0, time.UTC)
	legal   = actor.Actor{ID: "l1", Name: "田中", Kind: actor.Person, Roles: []actor.Role{actor.Legal}}
	errBad  = errors.New("it did not work")
)

// world is a node with a clock that only the test moves. Nothing happens in it by itself.
type world struct {
	*effect.Store
	t     *testing.T
	d     *db.DB
	clock *dbtest.ManualClock

	mu    sync.Mutex
	ended []effect.State // as the room was told, in the transactions that were kept
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	return &world{Store: effect.NewStore(d, nil), t: t, d: d, clock: dbtest.Clock(d, opening)}
}

// each runs tests on both databases.
func each(t *testing.T, tests map[string]func(*testing.T, *world)) {
	t.Helper()
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newWorld(t, d)) })
		})
	}
}

// onPostgres runs tests of what cannot be with one process.
func onPostgres(t *testing.T, tests map[string]func(*testing.T, *world)) {
	t.Helper()
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newWorld(t, dbtest.Postgres(t)))
		})
	}
}

// handle makes the kind "letter" known, unless the handler names another, and notes how effects end.
func (w *world) handle(h effect.Handler) *world {
	w.t.Helper()
	w.on(w.Store, h)
	return w
}

// node is another node over the same database.
func (w *world) node(h effect.Handler) *effect.Store {
	w.t.Helper()
	s := effect.NewStore(w.d, nil)
	w.on(s, h)
	return s
}

func (w *world) on(s *effect.Store, h effect.Handler) {
	if h.Kind == "" {
		h.Kind = "letter"
	}
	if h.Ended == nil {
		h.Ended = func(_ context.Context, tx *db.Tx, e effect.Effect) error {
			tx.AfterCommit(func() { w.note(e.State) })
			return nil
		}
	}
	s.Handle(h)
}

func (w *world) note(s effect.State) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = append(w.ended, s)
}

func (w *world) must(errs ...error) {
	w.t.Helper()
	if err := errors.Join(errs...); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) update(fn func(ctx context.Context, tx *db.Tx) error) error {
	return w.d.Update(w.t.Context(), fn)
}

// put enqueues an effect; the key is the first letter's unless the test says otherwise.
func (w *world) put(spec effect.Spec) string {
	w.t.Helper()
	id, _, err := w.enqueue(spec)
	w.must(err)
	return id
}

func (w *world) enqueue(spec effect.Spec) (id string, created bool, err error) {
	if spec.Kind == "" {
		spec.Kind = "letter"
	}
	if spec.Key == "" {
		spec.Key = "k1"
	}
	err = w.update(func(ctx context.Context, tx *db.Tx) (err error) {
		id, created, err = w.Enqueue(ctx, tx, spec)
		return err
	})
	return id, created, err
}

func (w *world) get(id string) (e effect.Effect) {
	w.t.Helper()
	w.must(w.d.View(context.WithoutCancel(w.t.Context()), func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = w.Get(ctx, tx, id)
		return err
	}))
	return e
}

func (w *world) perform(id string) effect.Effect {
	w.t.Helper()
	w.must(w.Perform(w.t.Context(), id))
	return w.get(id)
}

func (w *world) resolve(by actor.Actor, id string, rev int64, how effect.How, reason string) (e effect.Effect, err error) {
	err = w.update(func(ctx context.Context, tx *db.Tx) (err error) {
		e, err = w.Resolve(ctx, tx, by, id, rev, how, reason)
		return err
	})
	return e, err
}

func (w *world) cancel(id string) (ok bool) {
	w.t.Helper()
	w.must(w.update(func(ctx context.Context, tx *db.Tx) (err error) {
		ok, err = w.Cancel(ctx, tx, id)
		return err
	}))
	return ok
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	w.must(w.d.View(w.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query, args...) }))
	return n
}

// is fails unless an effect stands so.
func (w *world) is(e effect.Effect, s effect.State, attempt int64, problem string) {
	w.t.Helper()
	if e.State != s || e.Attempt != attempt || e.Problem != problem {
		w.t.Fatalf("%s, attempt %d, %q; want %s, %d, %q", e.State, e.Attempt, e.Problem, s, attempt, problem)
	}
	if over := e.EndedAt != 0; over != s.Over() {
		w.t.Fatalf("%s ended at %d", s, e.EndedAt)
	}
}

// wasTold fails unless the room was told of these ends and no others.
func (w *world) wasTold(want ...effect.State) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.ended) != len(want) {
		w.t.Fatalf("told of %v, want %v", w.ended, want)
	}
	for i, s := range want {
		if w.ended[i] != s {
			w.t.Fatalf("told of %v, want %v", w.ended, want)
		}
	}
}

func kind(t *testing.T, err error, want fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != want || key != "" && f.Key != key {
		t.Fatalf("got %v, want %s %s", err, want, key)
	}
}

// sends is a Do that leaves and then answers.
func sends(out any, err error) effect.Act {
	return func(ctx context.Context, _ effect.Effect, leaving func(context.Context) error) (any, error) {
		if err := leaving(ctx); err != nil {
			return nil, err
		}
		return out, err
	}
}

// stays is a Do that answers before anything leaves.
func stays(out any, err error) effect.Act {
	return func(context.Context, effect.Effect, func(context.Context) error) (any, error) { return out, err }
}

// dawdles is a Do that does not answer before its time is over; it may leave first.
func dawdles(leaves bool) effect.Act {
	return func(ctx context.Context, _ effect.Effect, leaving func(context.Context) error) (any, error) {
		if leaves {
			if err := leaving(context.WithoutCancel(ctx)); err != nil {
				return nil, err
			}
		}
		<-ctx.Done()
		return nil, ctx.Err()
	}
}

// after allows so many attempts, a minute apart.
func after(attempts int64) func(int64) (time.Duration, bool) {
	return func(n int64) (time.Duration, bool) { return time.Minute, n < attempts }
}
