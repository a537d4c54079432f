package effect_test

import (
	"context"
	"errors"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
)

func TestAPersonDecidesWhatNobodyKnows(t *testing.T) {
	unknown := effect.Handler{Do: sends(nil, errBad)}
	stuck := func(w *world) effect.Effect {
		w.handle(unknown)
		e := w.perform(w.put(effect.Spec{Ref: "mail:1"}))
		w.wasTold(effect.Unknown)
		return e
	}
	each(t, map[string]func(*testing.T, *world){
		"without a reason nothing is decided": func(t *testing.T, w *world) {
			e := stuck(w)
			_, err := w.resolve(legal, e.ID, e.Rev, effect.Again, " \t")
			kind(t, err, fault.Invalid, "form.invalid")
		},
		"the product does not decide, and a token does not": func(t *testing.T, w *world) {
			e := stuck(w)
			for _, by := range []actor.Actor{actor.System("playbook"), {ID: "t", Kind: actor.Token, Scopes: []actor.Permission{actor.MailManage}}, {}} {
				_, err := w.resolve(by, e.ID, e.Rev, effect.HappenedByHand, "電話で確認")
				kind(t, err, fault.Forbidden, "effect.resolve.person")
			}
			w.is(w.get(e.ID), effect.Unknown, 1, "effect.problem.uncertain")
		},
		"an old page is told how it stands now": func(t *testing.T, w *world) {
			e := stuck(w)
			_, err := w.resolve(legal, e.ID, e.Rev-1, effect.Again, "届いていない")
			kind(t, err, fault.Conflict, "row.stale")
			var f *fault.Error
			if errors.As(err, &f); f.Current.(effect.Effect).Rev != e.Rev {
				t.Error(f.Current)
			}
		},
		"a colleague who decided in the meantime wins": func(t *testing.T, w *world) {
			e := stuck(w)
			_, err := w.resolve(legal, e.ID, e.Rev, effect.HappenedByHand, "相手が受領")
			w.must(err)
			_, err = w.resolve(legal, e.ID, e.Rev, effect.Again, "届いていない")
			kind(t, err, fault.Conflict, "row.stale")
			w.wasTold(effect.Unknown, effect.Done)
		},
		"an effect nobody knows is not found": func(t *testing.T, w *world) {
			_, err := w.resolve(legal, "x", 1, effect.Again, "なし")
			kind(t, err, fault.NotFound, "")
		},
		"a word that is no decision is refused": func(t *testing.T, w *world) {
			e := stuck(w)
			_, err := w.resolve(legal, e.ID, e.Rev, "perhaps", "なし")
			kind(t, err, fault.Refused, "effect.move.unknown")
		},
		"what is done, waits or was cancelled is nobody's to decide": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: sends(nil, nil)})
			done, waits, cancelled := w.put(effect.Spec{Key: "1"}), w.put(effect.Spec{Key: "2"}), w.put(effect.Spec{Key: "3"})
			w.perform(done)
			w.cancel(cancelled)
			for _, id := range []string{done, waits, cancelled} {
				for _, how := range []effect.How{effect.HappenedByHand, effect.Again, effect.GiveUp} {
					_, err := w.resolve(legal, id, w.get(id).Rev, how, "なし")
					kind(t, err, fault.Refused, "effect.move.unknown")
				}
			}
		},
		"a room that refuses keeps everything as it was": func(t *testing.T, w *world) {
			refuses := false
			h := unknown
			h.Ended = func(context.Context, *db.Tx, effect.Effect) error {
				if refuses {
					return errBad
				}
				return nil
			}
			w.handle(h)
			e := w.perform(w.put(effect.Spec{}))
			refuses = true
			if _, err := w.resolve(legal, e.ID, e.Rev, effect.GiveUp, "なし"); !errors.Is(err, errBad) {
				t.Fatal(err)
			}
			w.is(w.get(e.ID), effect.Unknown, 1, "effect.problem.uncertain")
			if w.count(`SELECT count(*) FROM audit_entry`) != 0 {
				t.Error("it stands in the audit trail")
			}
		},
		"it did happen: done, told and in the audit trail": func(t *testing.T, w *world) {
			e := stuck(w)
			now, err := w.resolve(legal, e.ID, e.Rev, effect.HappenedByHand, "相手が受領")
			w.must(err)
			if now.State != effect.Done || now.Rev != e.Rev+1 || now.EndedAt == 0 {
				t.Errorf("%+v", now)
			}
			w.wasTold(effect.Unknown, effect.Done)
			if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'effect.resolved' AND object_id = ? AND actor_id = 'l1'`, e.ID); n != 1 {
				t.Error(n, "audit entries")
			}
			if n := w.count(`SELECT count(*) FROM audit_entry WHERE detail LIKE '%受領%'`); n != 0 {
				t.Error("the reason stands there in plain words")
			}
		},
		"it will not be done: failed": func(t *testing.T, w *world) {
			e := stuck(w)
			now, err := w.resolve(legal, e.ID, e.Rev, effect.GiveUp, "不要になった")
			w.must(err)
			w.is(now, effect.Failed, 1, "effect.problem.uncertain")
			w.wasTold(effect.Unknown, effect.Failed)
		},
		"it did not happen: again under the same key, attempts counted anew": func(t *testing.T, w *world) {
			e := stuck(w)
			now, err := w.resolve(legal, e.ID, e.Rev, effect.Again, "届いていない")
			w.must(err)
			w.is(now, effect.Queued, 0, "")
			if now.LeavingAt != 0 || now.Key != e.Key {
				t.Errorf("%+v", now)
			}
			w.wasTold(effect.Unknown)
			w.is(w.perform(e.ID), effect.Unknown, 1, "effect.problem.uncertain")
			w.wasTold(effect.Unknown, effect.Unknown)
		},
		"what has failed or was timed out can be done again, or was done by hand": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, errBad)})
			w.handle(effect.Handler{Kind: "slow", Do: dawdles(false), Timeout: 1})
			failed, late := w.perform(w.put(effect.Spec{})), w.perform(w.put(effect.Spec{Kind: "slow", Key: "2"}))
			w.wasTold(effect.Failed, effect.TimedOut)
			_, err := w.resolve(legal, failed.ID, failed.Rev, effect.HappenedByHand, "FAXで送った")
			w.must(err)
			_, err = w.resolve(legal, late.ID, late.Rev, effect.Again, "もう一度")
			w.must(err)
			w.is(w.get(failed.ID), effect.Done, 1, "effect.problem.error")
			w.is(w.get(late.ID), effect.Queued, 0, "")
		},
	})
}

func TestCancellingIsInTimeOrTooLate(t *testing.T) {
	each(t, map[string]func(*testing.T, *world){
		"what is under way goes on": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: func(_ context.Context, e effect.Effect, _ func(context.Context) error) (any, error) {
				if w.cancel(e.ID) {
					t.Error("cancelled")
				}
				return nil, nil
			}})
			w.is(w.perform(w.put(effect.Spec{})), effect.Done, 1, "")
			w.wasTold(effect.Done)
		},
		"what is over stays what it is": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: sends(nil, nil)})
			id := w.put(effect.Spec{})
			w.perform(id)
			if w.cancel(id) {
				t.Error("cancelled")
			}
			w.wasTold(effect.Done)
		},
		"an effect nobody knows is not found": func(t *testing.T, w *world) {
			kind(t, w.update(func(ctx context.Context, tx *db.Tx) error {
				_, err := w.Cancel(ctx, tx, "x")
				return err
			}), fault.NotFound, "")
		},
		"a room that refuses keeps the effect": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: sends(nil, nil), Ended: func(context.Context, *db.Tx, effect.Effect) error { return errBad }})
			id := w.put(effect.Spec{})
			if err := w.update(func(ctx context.Context, tx *db.Tx) error {
				_, err := w.Cancel(ctx, tx, id)
				return err
			}); !errors.Is(err, errBad) {
				t.Error(err)
			}
			w.is(w.get(id), effect.Queued, 0, "")
		},
		"what waits is taken back, told once, and never done": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: func(context.Context, effect.Effect, func(context.Context) error) (any, error) {
				t.Error("done")
				return nil, nil
			}})
			id := w.put(effect.Spec{})
			if !w.cancel(id) || w.cancel(id) {
				t.Error("not once")
			}
			w.must(w.Tick(t.Context()))
			w.is(w.perform(id), effect.Cancelled, 0, "")
			w.wasTold(effect.Cancelled)
		},
		"what waits for its next attempt is taken back, too": func(t *testing.T, w *world) {
			w.handle(effect.Handler{Do: stays(nil, errBad), Backoff: after(2)})
			id := w.put(effect.Spec{})
			w.perform(id)
			if !w.cancel(id) {
				t.Error("not cancelled")
			}
			w.is(w.get(id), effect.Cancelled, 1, "effect.problem.error")
		},
	})
}
