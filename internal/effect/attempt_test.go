package effect_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
)

// inTx is a Tx that answers so.
func inTx(out any, err error) effect.Work {
	return func(context.Context, *db.Tx, effect.Effect) (any, error) { return out, err }
}

func panics(context.Context, effect.Effect, func(context.Context) error) (any, error) {
	panic("a nil map")
}

// leavesAndPanics panics behind the point of no return.
func leavesAndPanics(ctx context.Context, e effect.Effect, leaving func(context.Context) error) (any, error) {
	if err := leaving(ctx); err != nil {
		return nil, err
	}
	return panics(ctx, e, leaving)
}

func TestWhatAnAttemptComesTo(t *testing.T) {
	const (
		oops    = "effect.problem.error"
		late    = "effect.problem.timeout"
		unsure  = "effect.problem.uncertain"
		own     = "mail.problem.uncertain"
		instant = time.Millisecond
	)
	tests := map[string]struct {
		h       effect.Handler
		state   effect.State
		attempt int64
		problem string
	}{
		"an error before leaving is tried again":                                      {effect.Handler{Do: stays(nil, errBad), Backoff: after(2)}, effect.Queued, 1, oops},
		"an error before leaving without another attempt has failed":                  {effect.Handler{Do: stays(nil, errBad)}, effect.Failed, 1, oops},
		"an error after leaving of what must not leave twice is unknown":              {effect.Handler{Do: sends(nil, errBad), Backoff: after(2)}, effect.Unknown, 1, unsure},
		"an error after leaving of what may leave twice is tried again":               {effect.Handler{Do: sends(nil, errBad), Repeatable: true, Backoff: after(2)}, effect.Queued, 1, oops},
		"what may leave twice, has left and is not tried again is unknown":            {effect.Handler{Do: sends(nil, errBad), Repeatable: true}, effect.Unknown, 1, unsure},
		"a time that is over before leaving is tried again":                           {effect.Handler{Do: dawdles(false), Timeout: instant, Backoff: after(2)}, effect.Queued, 1, late},
		"a time that is over before leaving without another attempt is timed out":     {effect.Handler{Do: dawdles(false), Timeout: instant}, effect.TimedOut, 1, late},
		"a time that is over after leaving is no refusal":                             {effect.Handler{Do: dawdles(true), Timeout: instant, Backoff: after(2)}, effect.Unknown, 1, unsure},
		"a time-out of the other side is timed out":                                   {effect.Handler{Do: stays(nil, os.ErrDeadlineExceeded)}, effect.TimedOut, 1, late},
		"nothing happened, says the handler after leaving: tried again":               {effect.Handler{Do: sends(nil, effect.Temporary(errBad, own)), Backoff: after(2)}, effect.Queued, 1, own},
		"nothing happened, says the handler for the last time: failed":                {effect.Handler{Do: sends(nil, effect.Temporary(errBad, own))}, effect.Failed, 1, own},
		"refused for good is failed, however many attempts are left":                  {effect.Handler{Do: sends(nil, effect.Permanent(errBad, own)), Repeatable: true, Backoff: after(9)}, effect.Failed, 1, own},
		"the handler cannot say: unknown, also before leaving and if repeatable":      {effect.Handler{Do: stays(nil, effect.Uncertain(errBad, own)), Repeatable: true, Backoff: after(9)}, effect.Unknown, 1, own},
		"a rule that says no has its own sentence":                                    {effect.Handler{Do: stays(nil, fault.New(fault.Refused, "case.guard.no_lock", nil))}, effect.Failed, 1, "case.guard.no_lock"},
		"a class that is wrapped is still the class":                                  {effect.Handler{Do: sends(nil, fmt.Errorf("send: %w", effect.Permanent(errBad, own)))}, effect.Failed, 1, own},
		"a panic before leaving has failed and is not tried again":                    {effect.Handler{Do: panics, Backoff: after(9)}, effect.Failed, 1, oops},
		"a panic after leaving is unknown":                                            {effect.Handler{Do: leavesAndPanics}, effect.Unknown, 1, unsure},
		"a panic after leaving of what may leave twice is unknown, too":               {effect.Handler{Do: leavesAndPanics, Repeatable: true, Backoff: after(9)}, effect.Unknown, 1, unsure},
		"a check before leaving that panics lets nothing leave":                       {effect.Handler{Do: sends(nil, nil), Leaving: func(context.Context, *db.Tx, effect.Effect) error { panic("x") }}, effect.Failed, 1, oops},
		"a check before leaving that refuses lets nothing leave":                      {effect.Handler{Do: sends(nil, nil), Leaving: func(context.Context, *db.Tx, effect.Effect) error { return effect.Permanent(errBad, own) }}, effect.Failed, 1, own},
		"a result nobody can write down of what was done outside is unknown":          {effect.Handler{Do: stays(func() {}, nil), Repeatable: true, Backoff: after(9)}, effect.Unknown, 1, unsure},
		"work inside that fails is tried again":                                       {effect.Handler{Tx: inTx(nil, errBad), Backoff: after(2)}, effect.Queued, 1, oops},
		"work inside that fails for the last time has failed":                         {effect.Handler{Tx: inTx(nil, errBad)}, effect.Failed, 1, oops},
		"work inside whose result nobody can write down has failed: it is undone":     {effect.Handler{Tx: inTx(func() {}, nil), Backoff: after(9)}, effect.Failed, 1, oops},
		"work inside that panics has failed":                                          {effect.Handler{Tx: func(context.Context, *db.Tx, effect.Effect) (any, error) { panic("x") }, Backoff: after(9)}, effect.Failed, 1, oops},
		"work inside that takes too long is timed out":                                {effect.Handler{Tx: func(ctx context.Context, _ *db.Tx, _ effect.Effect) (any, error) { <-ctx.Done(); return nil, ctx.Err() }, Timeout: instant}, effect.TimedOut, 1, late},
		"work inside that says nobody can know is unknown":                            {effect.Handler{Tx: inTx(nil, effect.Uncertain(errBad, own))}, effect.Unknown, 1, own},
		"a conflict with a colleague that does not end is an attempt that failed":     {effect.Handler{Tx: inTx(nil, fault.Stale(nil)), Backoff: after(2)}, effect.Queued, 1, "row.stale"},
		"work inside that takes its own effect back is undone, and not tried forever": {effect.Handler{Tx: cancelsItself}, effect.Failed, 1, oops},
		"done outside":                       {effect.Handler{Do: sends(map[string]int{"n": 1}, nil)}, effect.Done, 1, ""},
		"done outside and nothing left":      {effect.Handler{Do: stays(nil, nil)}, effect.Done, 1, ""},
		"done inside, in one transaction":    {effect.Handler{Tx: inTx(nil, nil)}, effect.Done, 1, ""},
		"a conflict inside is tried at once": {effect.Handler{Tx: conflictOnce()}, effect.Done, 1, ""},
	}
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, c := range tests {
			t.Run(name, func(t *testing.T) {
				w := newWorld(t, d)
				if name == "a conflict inside is tried at once" {
					c.h.Tx = conflictOnce()
				}
				w.handle(c.h)
				e := w.perform(w.put(effect.Spec{Key: name}))
				w.is(e, c.state, c.attempt, c.problem)
				if c.state == effect.Queued {
					w.wasTold()
					if want := db.At(opening.Add(time.Minute)); e.NotBefore != want {
						t.Errorf("next at %v", e.NotBefore.Time())
					}
					return
				}
				w.wasTold(c.state)
				again := w.perform(e.ID) // over is over
				w.wasTold(c.state)
				if again.Rev != e.Rev {
					t.Error("it was done again")
				}
			})
		}
	})
}

// cancelsItself is work that ends up taking its own effect back, e.g. with the whole run.
func cancelsItself(ctx context.Context, tx *db.Tx, e effect.Effect) (any, error) {
	_, err := tx.Exec(ctx, `UPDATE effect SET state = 'cancelled', ended_at = ?, rev = rev + 1 WHERE id = ?`, tx.Now, e.ID)
	return nil, err
}

// conflictOnce loses against somebody else the first time.
func conflictOnce() effect.Work {
	lost := false
	return func(context.Context, *db.Tx, effect.Effect) (any, error) {
		if !lost {
			lost = true
			return nil, fault.Stale(nil)
		}
		return nil, nil
	}
}

func TestAttemptsGoOnUntilTheyAreExhausted(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"a pause between, an end, and the room is told once": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, errBad), Backoff: after(3)})
			id := w.put(effect.Spec{})
			for n := range int64(2) {
				w.is(w.perform(id), effect.Queued, n+1, "effect.problem.error")
				w.is(w.perform(id), effect.Queued, n+1, "effect.problem.error") // too early: nothing
				w.wasTold()
				w.clock.Add(time.Minute)
			}
			w.is(w.perform(id), effect.Failed, 3, "effect.problem.error")
			w.wasTold(effect.Failed)
		},
		"done at the second attempt, with its output": func(t *testing.T, w *world) {
			var seen []effect.Effect
			w.handle(effect.Handler{Backoff: after(3), Do: func(_ context.Context, e effect.Effect, _ func(context.Context) error) (any, error) {
				if seen = append(seen, e); len(seen) == 1 {
					return nil, errBad
				}
				return map[string]int64{"attempt": e.Attempt}, nil
			}})
			id := w.put(effect.Spec{Key: "the key", Ref: "mail:1", Input: map[string]int{"n": 7}})
			w.perform(id)
			w.clock.Add(time.Minute)
			e := w.perform(id)
			w.is(e, effect.Done, 2, "")
			if string(e.Output) != `{"attempt":2}` || e.EndedAt != db.At(opening.Add(time.Minute)) {
				t.Error(string(e.Output), e.EndedAt)
			}
			for n, e := range seen {
				if e.Key != "the key" || e.Ref != "mail:1" || string(e.Input) != `{"n":7}` || e.Attempt != int64(n+1) || e.State != effect.Leased {
					t.Errorf("%+v", e)
				}
			}
		},
		"what may have left in an earlier attempt is not called failed by the last": func(t *testing.T, w *world) {
			attempts := []effect.Act{sends(nil, errBad), stays(nil, effect.Temporary(errBad, "mail.problem.connect"))}
			w.handle(effect.Handler{Repeatable: true, Backoff: after(2), Do: func(ctx context.Context, e effect.Effect, leaving func(context.Context) error) (any, error) {
				return attempts[e.Attempt-1](ctx, e, leaving)
			}})
			id := w.put(effect.Spec{})
			if e := w.perform(id); e.LeavingAt != db.At(opening) {
				t.Error("nobody knows that it may have left")
			}
			w.clock.Add(time.Minute)
			e := w.perform(id)
			w.is(e, effect.Unknown, 2, "mail.problem.connect")
			if e.LeavingAt != db.At(opening) {
				t.Error("nobody knows since when", e.LeavingAt.Time())
			}
		},
		"nothing happened, as the handler says: nothing has left": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: sends(nil, effect.Temporary(errBad, "mail.problem.connect")), Backoff: after(2)})
			id := w.put(effect.Spec{})
			if e := w.perform(id); e.LeavingAt != 0 {
				t.Error(e.LeavingAt)
			}
		},
	})
}

func TestWorkInsideIsWholeOrNotAtAll(t *testing.T) {
	emit := func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO event (id, subject_kind, subject_id, name, ref, at, delivered_at) VALUES (?, 'a', 'b', 'c', '', 0, 0)`, tx.NewID())
		return err
	}
	each(t, map[string]func(*testing.T, *world){
		"an error undoes the work and keeps the attempt": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Backoff: after(2), Tx: func(ctx context.Context, tx *db.Tx, _ effect.Effect) (any, error) {
				return nil, errors.Join(emit(ctx, tx), errBad)
			}})
			w.is(w.perform(w.put(effect.Spec{})), effect.Queued, 1, "effect.problem.error")
			if w.count(`SELECT count(*) FROM event`) != 0 {
				t.Error("half of it stayed")
			}
		},
		"a room that refuses the outcome undoes the work, and hears how it failed": func(t *testing.T, w *world) {
			w.handle(effect.Handler{
				Tx: func(ctx context.Context, tx *db.Tx, _ effect.Effect) (any, error) { return nil, emit(ctx, tx) },
				Ended: func(_ context.Context, tx *db.Tx, e effect.Effect) error {
					if e.State == effect.Done {
						return errBad
					}
					tx.AfterCommit(func() { w.note(e.State) })
					return nil
				},
			})
			w.is(w.perform(w.put(effect.Spec{})), effect.Failed, 1, "effect.problem.error")
			w.wasTold(effect.Failed)
			if w.count(`SELECT count(*) FROM event`) != 0 {
				t.Error("half of it stayed")
			}
		},
		"work, outcome and what the room makes of it are kept together": func(t *testing.T, w *world) {
			w.handle(effect.Handler{
				Tx:    func(ctx context.Context, tx *db.Tx, _ effect.Effect) (any, error) { return nil, emit(ctx, tx) },
				Ended: func(ctx context.Context, tx *db.Tx, _ effect.Effect) error { return emit(ctx, tx) },
			})
			w.is(w.perform(w.put(effect.Spec{})), effect.Done, 1, "")
			if w.count(`SELECT count(*) FROM event`) != 2 {
				t.Error("half of it is missing")
			}
		},
		"work may ask for more work in its own transaction": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Kind: "first", Tx: func(ctx context.Context, tx *db.Tx, e effect.Effect) (any, error) {
				_, _, err := w.Enqueue(ctx, tx, effect.Spec{Kind: "second", Key: "of " + e.Key})
				return nil, err
			}})
			w.handle(effect.Handler{Kind: "second", Do: stays(nil, nil)})
			w.put(effect.Spec{Kind: "first"})
			w.must(w.Tick(t.Context()))
			w.wasTold(effect.Done, effect.Done)
		},
	})
}
