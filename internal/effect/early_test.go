package effect_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/effect"
)

// hurry has an effect that was put off performed now.
func (w *world) hurry(id string) effect.Effect {
	w.t.Helper()
	w.must(w.update(func(ctx context.Context, tx *db.Tx) error { return w.Hurry(ctx, tx, id) }))
	return w.get(id)
}

func TestWhatComesTooEarlyWaits(t *testing.T) {
	early := effect.Early(errBad, time.Minute)
	each(t, map[string]func(*testing.T, *world){
		"however often, and the attempt does not count": func(_ *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, early)})
			id := w.put(effect.Spec{})
			for range 30 {
				w.is(w.perform(id), effect.Queued, 0, "")
				w.clock.Add(time.Minute)
			}
			w.wasTold()
		},
		"work inside is undone": func(_ *testing.T, w *world) {
			w.handle(effect.Handler{Tx: inTx(nil, early)})
			w.is(w.perform(w.put(effect.Spec{})), effect.Queued, 0, "")
		},
		"the check before leaving says so: nothing leaves": func(_ *testing.T, w *world) {
			w.handle(effect.Handler{Do: sends(nil, nil), Leaving: func(context.Context, *db.Tx, effect.Effect) error { return early }})
			e := w.perform(w.put(effect.Spec{}))
			w.is(e, effect.Queued, 0, "")
			if e.LeavingAt != 0 {
				w.t.Error("it is said to have left")
			}
		},
		"who says so after it has left does not know": func(_ *testing.T, w *world) {
			w.handle(effect.Handler{Do: sends(nil, early)})
			w.is(w.perform(w.put(effect.Spec{})), effect.Unknown, 1, "effect.problem.uncertain")
		},
		"what may leave twice is queued again and keeps that it may have left": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: sends(nil, early), Repeatable: true})
			if e := w.perform(w.put(effect.Spec{})); e.State != effect.Queued || e.LeavingAt == 0 {
				t.Errorf("%+v", e)
			}
		},
		"until it is hurried; then it is done under its key": func(_ *testing.T, w *world) {
			yes := false
			w.handle(effect.Handler{Do: func(context.Context, effect.Effect, func(context.Context) error) (any, error) {
				if yes {
					return nil, nil
				}
				return nil, early
			}})
			id := w.put(effect.Spec{})
			w.is(w.perform(id), effect.Queued, 0, "")
			w.is(w.perform(id), effect.Queued, 0, "")
			yes = true
			w.is(w.perform(id), effect.Queued, 0, "") // its minute is not over
			w.hurry(id)
			w.is(w.perform(id), effect.Done, 1, "")
			w.is(w.hurry(id), effect.Done, 1, "")
		},
		"what rests between two attempts is not hurried": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, errBad), Backoff: after(3)})
			e := w.perform(w.put(effect.Spec{}))
			if now := w.hurry(e.ID); now.NotBefore != e.NotBefore || now.Rev != e.Rev {
				t.Errorf("%+v", now)
			}
		},
	})
}

// own gives an effect the pauses its input names.
func own(e effect.Effect) func(int64) (time.Duration, bool) {
	var seconds []int
	if json.Unmarshal(e.Input, &seconds) != nil {
		return nil
	}
	return func(n int64) (time.Duration, bool) {
		if n > int64(len(seconds)) {
			return 0, false
		}
		return time.Duration(seconds[n-1]) * time.Second, true
	}
}

func TestAnEffectMayHavePausesOfItsOwn(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"those beside it keep the usual ones": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, errBad), Backoff: after(9), Own: own})
			mine, usual := w.put(effect.Spec{Key: "mine", Input: []int{5, 50}}), w.put(effect.Spec{Key: "usual"})
			for n, want := range []time.Duration{5 * time.Second, 50 * time.Second} {
				e := w.perform(mine)
				if w.is(e, effect.Queued, int64(n+1), "effect.problem.error"); e.NotBefore != w.d.Now().Add(want) {
					t.Errorf("after attempt %d it waits until %s", n+1, e.NotBefore.Time())
				}
				w.clock.Add(want)
			}
			w.is(w.perform(mine), effect.Failed, 3, "effect.problem.error")
			if e := w.perform(usual); e.NotBefore != w.d.Now().Add(time.Minute) {
				t.Errorf("the other waits until %s", e.NotBefore.Time())
			}
		},
		"none at all is one attempt": func(_ *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, errBad), Backoff: after(9), Own: own})
			w.is(w.perform(w.put(effect.Spec{Input: []int{}})), effect.Failed, 1, "effect.problem.error")
		},
		"what may have left is not tried again, however many are left": func(_ *testing.T, w *world) {
			w.handle(effect.Handler{Do: sends(nil, errBad), Own: own})
			w.is(w.perform(w.put(effect.Spec{Input: []int{5, 5, 5}})), effect.Unknown, 1, "effect.problem.uncertain")
		},
		"who lost the lease writes no result and takes no attempt of it": func(t *testing.T, w *world) {
			var other *effect.Store
			do := inTheMiddle(false, func(ctx context.Context, _ func(context.Context) error) error {
				w.clock.Add(gone)
				return errors.Join(other.Recover(ctx), other.Perform(ctx, w.theOne()), errBad)
			})
			w.handle(effect.Handler{Do: do, Own: own})
			other = w.node(effect.Handler{Do: do, Own: own})
			e := w.perform(w.put(effect.Spec{Input: []int{5}}))
			w.is(e, effect.Done, 2, "")
			if string(e.Output) != `"second"` {
				t.Error("the loser wrote", string(e.Output))
			}
		},
	})
}
