package effect_test

import (
	"context"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/effect"
)

func TestAnEffectIsAskedForOnce(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"a kind that nobody performs is refused": func(t *testing.T, w *world) {
			if _, _, err := w.enqueue(effect.Spec{Kind: "nonsense"}); err == nil || w.count(`SELECT count(*) FROM effect`) != 0 {
				t.Fatal(err)
			}
		},
		"an effect without a key is refused": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, nil)})
			if err := w.update(func(ctx context.Context, tx *db.Tx) error {
				_, _, err := w.Enqueue(ctx, tx, effect.Spec{Kind: "letter"})
				return err
			}); err == nil {
				t.Fatal("accepted")
			}
		},
		"a key that belongs to another record is a mistake, not the same effect": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, nil)})
			w.put(effect.Spec{Ref: "mail:1"})
			if _, _, err := w.enqueue(effect.Spec{Ref: "mail:2"}); err == nil {
				t.Fatal("accepted")
			}
		},
		"an input that cannot be written down is refused": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, nil)})
			if _, _, err := w.enqueue(effect.Spec{Input: func() {}}); err == nil {
				t.Fatal("accepted")
			}
		},
		"what is rolled back was never asked for": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, nil)})
			if err := w.update(func(ctx context.Context, tx *db.Tx) error {
				_, _, err := w.Enqueue(ctx, tx, effect.Spec{Kind: "letter", Key: "k"})
				w.must(err)
				return errBad
			}); err == nil || w.count(`SELECT count(*) FROM effect`) != 0 {
				t.Fatal(err)
			}
		},
		"the same key twice is one effect, done once, also after it is over": func(t *testing.T, w *world) {
			times := 0
			w.handle(effect.Handler{Do: func(context.Context, effect.Effect, func(context.Context) error) (any, error) {
				times++
				return nil, nil
			}})
			id := w.put(effect.Spec{Ref: "mail:1"})
			w.perform(id)
			same, created, err := w.enqueue(effect.Spec{Ref: "mail:1"})
			if same != id || created || err != nil {
				t.Fatal(same, created, err)
			}
			w.is(w.perform(id), effect.Done, 1, "")
			if times != 1 {
				t.Fatal(times)
			}
		},
		"two who ask at the same moment get one effect": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, nil)})
			ids := make(chan string, 8)
			for range cap(ids) {
				go func() {
					id, _, err := w.enqueue(effect.Spec{})
					if err != nil {
						id = err.Error()
					}
					ids <- id
				}()
			}
			first := <-ids
			for range cap(ids) - 1 {
				if id := <-ids; id != first {
					t.Error(id)
				}
			}
		},
		"nothing is done before its moment": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, nil)})
			id := w.put(effect.Spec{At: db.At(opening.Add(time.Hour))})
			w.must(w.Tick(t.Context()))
			w.is(w.perform(id), effect.Queued, 0, "")
			w.clock.Add(time.Hour)
			w.must(w.Tick(t.Context()))
			w.is(w.get(id), effect.Done, 1, "")
		},
		"a moment that is over is now": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, nil)})
			id := w.put(effect.Spec{At: db.At(opening.Add(-time.Hour))})
			if e := w.get(id); e.NotBefore != db.At(opening) {
				t.Fatal(e.NotBefore)
			}
		},
		"the effects of a record are listed in their order": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, nil)})
			a, b := w.put(effect.Spec{Key: "1", Ref: "mail:1"}), w.put(effect.Spec{Key: "2", Ref: "mail:1"})
			w.put(effect.Spec{Key: "3", Ref: "mail:2"})
			w.must(w.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				list, err := w.ByRef(ctx, tx, "mail:1")
				if len(list) != 2 || list[0].ID != a || list[1].ID != b || string(list[0].Input) != "{}" {
					t.Error(list)
				}
				return err
			}))
		},
	})
}

func TestAHandlerThatCannotWorkIsAMistakeOfTheProgram(t *testing.T) {
	t.Parallel()
	inside := func(context.Context, *db.Tx, effect.Effect) (any, error) { return nil, nil }
	tests := map[string]effect.Handler{
		"without a kind":                    {Do: stays(nil, nil)},
		"that does nothing":                 {Kind: "a"},
		"that acts both inside and outside": {Kind: "a", Do: stays(nil, nil), Tx: inside},
		"for a kind that has one":           {Kind: "taken", Tx: inside},
	}
	for name, h := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := effect.NewStore(nil, nil)
			s.Handle(effect.Handler{Kind: "taken", Tx: inside})
			defer func() {
				if recover() == nil {
					t.Error("accepted")
				}
			}()
			s.Handle(h)
		})
	}
}
