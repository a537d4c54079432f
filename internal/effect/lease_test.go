package effect_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
)

// gone is longer than any lease.
const gone = 6 * time.Second

// inTheMiddle is a Do that, in the middle of its work, has the test act; it may leave before.
func inTheMiddle(leaves bool, act func(ctx context.Context, leaving func(context.Context) error) error) effect.Act {
	first := true
	return func(ctx context.Context, _ effect.Effect, leaving func(context.Context) error) (any, error) {
		if !first {
			return "second", nil
		}
		first = false
		if leaves {
			if err := leaving(ctx); err != nil {
				return nil, err
			}
		}
		return "first", act(ctx, leaving)
	}
}

func TestALeaseHasOneOwner(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"two nodes at one effect: one does it": func(t *testing.T, w *world) {
			begun, on := make(chan struct{}), make(chan struct{})
			slow := func(context.Context, effect.Effect, func(context.Context) error) (any, error) {
				close(begun) // panics the second time
				<-on
				return nil, nil
			}
			w.handle(effect.Handler{Do: slow})
			other := w.node(effect.Handler{Do: slow})
			id := w.put(effect.Spec{})
			done := make(chan error)
			go func() { done <- w.Perform(t.Context(), id) }()
			<-begun
			w.must(other.Perform(t.Context(), id), w.Perform(t.Context(), id))
			close(on)
			w.must(<-done)
			w.is(w.get(id), effect.Done, 1, "")
			w.wasTold(effect.Done)
		},
		"who lost the lease cannot write the result": func(t *testing.T, w *world) {
			var other *effect.Store
			do := inTheMiddle(false, func(ctx context.Context, _ func(context.Context) error) error {
				w.clock.Add(gone)
				return errors.Join(other.Recover(ctx), other.Perform(ctx, w.theOne()))
			})
			w.handle(effect.Handler{Do: do})
			other = w.node(effect.Handler{Do: do})
			e := w.perform(w.put(effect.Spec{}))
			w.is(e, effect.Done, 2, "")
			if string(e.Output) != `"second"` {
				t.Error("the loser wrote", string(e.Output))
			}
			w.wasTold(effect.Done)
		},
		"who lost the lease lets nothing leave any more": func(t *testing.T, w *world) {
			var other *effect.Store
			var refused error
			do := inTheMiddle(false, func(ctx context.Context, leaving func(context.Context) error) error {
				w.clock.Add(gone)
				w.must(other.Recover(ctx))
				refused = leaving(ctx)
				return refused
			})
			w.handle(effect.Handler{Do: do})
			other = w.node(effect.Handler{Do: do})
			e := w.perform(w.put(effect.Spec{}))
			if refused == nil {
				t.Fatal("it left")
			}
			w.is(e, effect.Queued, 1, "effect.problem.lost")
		},
		"who lost the lease is told to stop": func(t *testing.T, w *world) {
			var other *effect.Store
			do := inTheMiddle(false, func(ctx context.Context, _ func(context.Context) error) error {
				w.clock.Add(gone)
				w.must(other.Recover(ctx), w.Renew(ctx))
				return ctx.Err()
			})
			w.handle(effect.Handler{Do: do})
			other = w.node(effect.Handler{Do: do})
			w.is(w.perform(w.put(effect.Spec{})), effect.Queued, 1, "effect.problem.lost")
		},
		"a lease that is renewed is nobody else's": func(t *testing.T, w *world) {
			var other *effect.Store
			do := inTheMiddle(true, func(ctx context.Context, _ func(context.Context) error) error {
				for range 3 {
					w.clock.Add(4 * time.Second)
					w.must(w.Renew(ctx), other.Reclaim(ctx))
				}
				return ctx.Err()
			})
			w.handle(effect.Handler{Do: do})
			other = w.node(effect.Handler{Do: do})
			w.is(w.perform(w.put(effect.Spec{})), effect.Done, 1, "")
		},
		"a lease that is renewed between the look and the taking back stays": func(t *testing.T, w *world) {
			var other *effect.Store
			do := inTheMiddle(true, func(ctx context.Context, _ func(context.Context) error) error {
				w.clock.Add(gone)
				other.Tried(func(string) { w.must(w.Renew(ctx)) })
				w.must(other.Reclaim(ctx))
				return ctx.Err()
			})
			w.handle(effect.Handler{Do: do})
			other = w.node(effect.Handler{Do: do})
			w.is(w.perform(w.put(effect.Spec{})), effect.Done, 1, "")
		},
		"a process that stood still does not take its own work away": func(t *testing.T, w *world) {
			do := inTheMiddle(true, func(ctx context.Context, _ func(context.Context) error) error {
				w.clock.Add(time.Hour)
				w.must(w.Reclaim(ctx), w.Renew(ctx))
				return ctx.Err()
			})
			w.handle(effect.Handler{Do: do})
			w.is(w.perform(w.put(effect.Spec{})), effect.Done, 1, "")
		},
		"two who take back at one moment do it once": func(t *testing.T, w *world) {
			var other, third *effect.Store
			do := inTheMiddle(true, func(ctx context.Context, _ func(context.Context) error) error {
				w.clock.Add(gone)
				other.Tried(func(string) { w.must(third.Reclaim(ctx)) })
				return other.Reclaim(ctx)
			})
			w.handle(effect.Handler{Do: do})
			other, third = w.node(effect.Handler{Do: do}), w.node(effect.Handler{Do: do})
			w.is(w.perform(w.put(effect.Spec{})), effect.Unknown, 1, "effect.problem.lost")
			w.wasTold(effect.Unknown)
		},
		"a handler that ignores the end of its time is left behind, and lets nothing leave": func(t *testing.T, w *world) {
			on, late := make(chan struct{}), make(chan error)
			w.Paced(time.Hour, time.Millisecond, 0)
			w.handle(effect.Handler{Timeout: time.Millisecond, Backoff: after(2), Do: func(_ context.Context, _ effect.Effect, leaving func(context.Context) error) (any, error) {
				<-on
				late <- leaving(context.WithoutCancel(t.Context()))
				return nil, nil
			}})
			id := w.put(effect.Spec{})
			w.is(w.perform(id), effect.Queued, 1, "effect.problem.timeout")
			close(on)
			if err := <-late; err == nil {
				t.Error("it left")
			}
			w.is(w.get(id), effect.Queued, 1, "effect.problem.timeout")
		},
		"a handler that ends while it is just about to leave is not tried again by itself": func(t *testing.T, w *world) {
			over, on, refused := make(chan struct{}), make(chan struct{}), make(chan error)
			w.handle(effect.Handler{Backoff: after(9),
				Leaving: func(_ context.Context, tx *db.Tx, _ effect.Effect) error {
					tx.AfterCommit(func() { close(on); <-over }) // durable, and the handler does not know it yet
					return nil
				},
				Do: func(_ context.Context, _ effect.Effect, leaving func(context.Context) error) (any, error) {
					go func() { refused <- leaving(context.WithoutCancel(t.Context())) }()
					<-on
					return nil, errBad
				}})
			e := w.perform(w.put(effect.Spec{}))
			close(over)
			if err := <-refused; err == nil {
				t.Error("it left")
			}
			w.clock.Add(gone)
			w.must(w.Tick(t.Context()))
			w.is(w.get(e.ID), effect.Unknown, 1, "effect.problem.lost")
		},
		"a handler that hangs behind the point of no return is unknown": func(t *testing.T, w *world) {
			on := make(chan struct{})
			defer close(on)
			w.Paced(time.Hour, time.Millisecond, 0)
			w.handle(effect.Handler{Timeout: time.Second, Do: func(ctx context.Context, _ effect.Effect, leaving func(context.Context) error) (any, error) {
				err := leaving(context.WithoutCancel(ctx))
				<-on
				return nil, err
			}})
			w.is(w.perform(w.put(effect.Spec{})), effect.Unknown, 1, "effect.problem.uncertain")
		},
	})
}

// theOne is the id of the only effect.
func (w *world) theOne() (id string) {
	w.t.Helper()
	w.must(w.d.View(w.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &id, `SELECT id FROM effect`) }))
	return id
}

// abandon leaves an effect as a killed process does: leased, perhaps leaving, and nobody at it.
func (w *world) abandon(id string, leaving bool) {
	w.t.Helper()
	w.must(w.update(func(ctx context.Context, tx *db.Tx) error {
		at := db.Instant(0)
		if leaving {
			at = tx.Now
		}
		_, err := tx.Exec(ctx, `UPDATE effect SET state = 'leased', owner = 'the dead', lease_until = ?, leaving_at = ?, attempt = attempt + 1, rev = rev + 1 WHERE id = ?`,
			tx.Now.Add(5*time.Second), at, id)
		return err
	}))
}

func TestWhatAKilledProcessLeftBehind(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"before it left: queued again, done at the next attempt": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: sends(nil, nil)})
			id := w.put(effect.Spec{})
			w.abandon(id, false)
			w.clock.Add(gone)
			w.must(w.Recover(t.Context()))
			w.is(w.get(id), effect.Queued, 1, "effect.problem.lost")
			w.wasTold()
			w.is(w.perform(id), effect.Done, 2, "")
		},
		"after it may have left: unknown, and not done again": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: sends(nil, nil), Backoff: after(9)})
			id := w.put(effect.Spec{})
			w.abandon(id, true)
			w.clock.Add(gone)
			w.must(w.Tick(t.Context()), w.Tick(t.Context()))
			w.is(w.get(id), effect.Unknown, 1, "effect.problem.lost")
			w.wasTold(effect.Unknown)
		},
		"after it may have left, and may twice: queued again, and remembered": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, errBad), Repeatable: true})
			id := w.put(effect.Spec{})
			w.abandon(id, true)
			w.clock.Add(gone)
			w.must(w.Recover(t.Context()))
			if e := w.get(id); e.State != effect.Queued || e.LeavingAt != db.At(opening) {
				t.Fatalf("%+v", e)
			}
			w.is(w.perform(id), effect.Unknown, 2, "effect.problem.uncertain")
		},
		"before the lease is over: SQLite has no other process, PostgreSQL waits": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: sends(nil, nil)})
			id := w.put(effect.Spec{})
			w.abandon(id, false)
			w.must(w.Recover(t.Context()))
			if want := map[db.Dialect]effect.State{db.SQLite: effect.Queued, db.Postgres: effect.Leased}[w.d.Dialect]; w.get(id).State != want {
				t.Fatal(w.get(id).State)
			}
			w.clock.Add(gone)
			w.must(w.Tick(t.Context()))
			w.is(w.get(id), effect.Done, 2, "")
		},
		"an effect that ends its process every time waits longer and longer": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: sends(nil, nil)})
			id := w.put(effect.Spec{})
			var waits []time.Duration
			for range 13 {
				w.abandon(id, false)
				w.clock.Add(gone)
				w.must(w.Recover(t.Context()))
				e := w.get(id)
				waits = append(waits, e.NotBefore.Sub(w.d.Now()))
			}
			if got := fmt.Sprint(waits); got != "[0s 0s 0s 0s 0s 2s 4s 8s 16s 32s 1m0s 1m0s 1m0s]" {
				t.Error(got)
			}
		},
		"a kind nobody here knows stays as it is, and is named in the log once": func(t *testing.T, w *world) {
			newer := "of another version, " + string(w.d.Dialect)
			w.handle(effect.Handler{Kind: newer, Do: sends(nil, nil)})
			one, two := w.put(effect.Spec{Kind: newer, Key: "1"}), w.put(effect.Spec{Kind: newer, Key: "2"})
			w.abandon(two, true)
			w.clock.Add(gone)
			old := w.node(effect.Handler{Do: sends(nil, nil)})
			w.must(old.Recover(t.Context()), old.Tick(t.Context()), old.Perform(t.Context(), one))
			w.is(w.get(one), effect.Queued, 0, "")
			w.is(w.get(two), effect.Leased, 1, "")
			if n := logbook.lines(newer); n != 1 {
				t.Errorf("the log names it %d times", n)
			}
			w.must(w.Tick(t.Context()))
			w.is(w.get(one), effect.Done, 1, "")
			w.is(w.get(two), effect.Unknown, 1, "effect.problem.lost")
		},
		"a room that refuses to hear of one does not hold up the others": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Kind: "bad", Do: sends(nil, nil), Ended: func(context.Context, *db.Tx, effect.Effect) error { panic("no such record") }})
			w.handle(effect.Handler{Do: sends(nil, nil)})
			bad, good := w.put(effect.Spec{Kind: "bad", Key: "1"}), w.put(effect.Spec{Key: "2"})
			w.abandon(bad, true)
			w.abandon(good, true)
			w.clock.Add(gone)
			if err := w.Recover(t.Context()); err == nil {
				t.Error("nobody hears of it")
			}
			w.is(w.get(bad), effect.Leased, 1, "")
			w.is(w.get(good), effect.Unknown, 1, "effect.problem.lost")
			w.must(w.Reclaim(t.Context())) // it rests
			w.clock.Add(time.Minute)
			if err := w.Reclaim(t.Context()); err == nil {
				t.Error("it is never tried again")
			}
		},
	})
}

func TestNodesThatShareADatabase(t *testing.T) {
	onPostgres(t, map[string]func(*testing.T, *world){
		"a node whose clock is fast leaves the leases of others alone": func(t *testing.T, w *world) {
			fast, err := db.Open(t.Context(), w.dsn())
			w.must(err)
			defer func() { w.must(fast.Close()) }()
			dbtest.Clock(fast, opening.Add(time.Hour))
			other := effect.NewStore(fast, nil)
			do := inTheMiddle(true, func(ctx context.Context, _ func(context.Context) error) error { return other.Reclaim(ctx) })
			w.on(other, effect.Handler{Do: do})
			w.handle(effect.Handler{Do: do})
			w.must(w.Compare(t.Context()), other.Compare(t.Context()))
			w.is(w.perform(w.put(effect.Spec{})), effect.Done, 1, "")
		},
		"a node whose clock is slow takes over from a dead one all the same": func(t *testing.T, w *world) {
			slow, err := db.Open(t.Context(), w.dsn())
			w.must(err)
			defer func() { w.must(slow.Close()) }()
			clock := dbtest.Clock(slow, opening.Add(-time.Hour))
			other := effect.NewStore(slow, nil)
			w.on(other, effect.Handler{Do: sends(nil, nil)})
			w.must(w.Compare(t.Context()), other.Compare(t.Context()))
			var then effect.State
			do := inTheMiddle(true, func(ctx context.Context, _ func(context.Context) error) error {
				clock.Add(gone)
				err := other.Reclaim(ctx)
				then = w.get(w.theOne()).State
				return err
			})
			w.handle(effect.Handler{Do: do})
			w.perform(w.put(effect.Spec{}))
			if then != effect.Unknown {
				t.Fatal(then)
			}
		},
		"a result that waits for a colleague does not cost the other leases": func(t *testing.T, w *world) {
			begun, on, done := make(chan struct{}), make(chan struct{}), make(chan error)
			w.handle(effect.Handler{Do: func(ctx context.Context, _ effect.Effect, _ func(context.Context) error) (any, error) {
				begun <- struct{}{}
				<-on
				return nil, ctx.Err()
			}})
			other := w.node(effect.Handler{Do: stays("stolen", nil)})
			ids := []string{w.put(effect.Spec{Key: "1"}), w.put(effect.Spec{Key: "2"})}
			for _, id := range ids {
				go func() { done <- w.Perform(t.Context(), id) }()
				<-begun
			}
			w.must(w.update(func(ctx context.Context, tx *db.Tx) error { // as the first result would hold its row
				w.must(tx.Lock(ctx, "effect", ids[0]))
				for range 3 {
					w.clock.Add(4 * time.Second)
					w.must(w.Renew(t.Context()), other.Reclaim(t.Context()))
				}
				return nil
			}))
			close(on)
			w.must(<-done, <-done)
			for _, id := range ids {
				if e := w.get(id); e.State != effect.Done || string(e.Output) != "{}" {
					t.Errorf("%+v", e)
				}
			}
		},
		"who cancels holds what the work waits for, and neither waits for ever": func(t *testing.T, w *world) {
			waiting, done := make(chan struct{}), make(chan error)
			w.handle(effect.Handler{Tx: func(ctx context.Context, tx *db.Tx, _ effect.Effect) (any, error) {
				close(waiting)
				_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(1)`)
				return nil, err
			}})
			id := w.put(effect.Spec{})
			w.must(w.update(func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(1)`)
				w.must(err)
				go func() { done <- w.Perform(t.Context(), id) }()
				<-waiting
				ok, err := w.Cancel(ctx, tx, id)
				if ok {
					t.Error("cancelled in mid-work")
				}
				_, resolved := w.Resolve(ctx, tx, legal, id, 1, effect.GiveUp, "なし")
				kind(t, resolved, "conflict", "row.stale")
				return err
			}))
			w.must(<-done)
			w.is(w.get(id), effect.Done, 1, "")
		},
	})
}

// dsn is the address of the world's own database.
func (w *world) dsn() string {
	w.t.Helper()
	u, err := url.Parse(os.Getenv(dbtest.ServerEnv))
	w.must(err)
	w.must(w.d.View(w.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &u.Path, `SELECT current_database()`) }))
	return u.String() + "&pool_max_conns=4"
}
