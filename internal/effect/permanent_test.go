package effect_test

import (
	"context"
	"testing"
	"time"

	"tasuke/internal/effect"
)

func TestWhatMayHaveLeftBeforeIsNotFailedByWhatDidNotLeave(t *testing.T) {
	own := effect.Permanent(errBad, "mail.problem.uncertain")
	second := func(then effect.Handler) effect.Handler {
		n := 0
		return effect.Handler{Repeatable: true, Backoff: after(9), Do: func(ctx context.Context, e effect.Effect, leaving func(context.Context) error) (any, error) {
			if n++; n == 1 {
				return sends(nil, errBad)(ctx, e, leaving)
			}
			return then.Do(ctx, e, leaving)
		}}
	}
	each(t, map[string]func(*testing.T, *world){
		"refused before it leaves again: nobody knows of the first time": func(_ *testing.T, w *world) {
			w.handle(second(effect.Handler{Do: stays(nil, own)}))
			id := w.put(effect.Spec{})
			w.is(w.perform(id), effect.Queued, 1, "effect.problem.error")
			w.clock.Add(time.Minute)
			w.is(w.perform(id), effect.Unknown, 2, "effect.problem.uncertain")
		},
		"refused by the other side, which knows the key: failed": func(_ *testing.T, w *world) {
			w.handle(second(effect.Handler{Do: sends(nil, own)}))
			id := w.put(effect.Spec{})
			w.perform(id)
			w.clock.Add(time.Minute)
			w.is(w.perform(id), effect.Failed, 2, "mail.problem.uncertain")
		},
	})
}
