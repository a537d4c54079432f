package workflow_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/workflow"
)

// lost checks that an act lost to a colleague and was shown the task as it now is.
func lost(t *testing.T, err error, want workflow.State) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Conflict {
		t.Fatalf("got %v, want a conflict", err)
	}
	if now, ok := f.Current.(workflow.Task); !ok || now.State != want {
		t.Fatalf("was shown %+v", f.Current)
	}
}

func TestTwoPeopleAtOneStep(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a colleague who commits between our read and our write wins": func(t *testing.T, h *house) {
			run := h.start()
			call := h.step(run.ID, "call")
			theirs := workflow.NewStore(h.db, h.opts)
			between := h.opts
			once := sync.Once{}
			between.Facts = func(ctx context.Context, tx *db.Tx, s workflow.Subject) (map[string]any, int64, error) {
				if tx.Dialect == db.Postgres { // SQLite has one writer: nobody can come between
					once.Do(func() {
						if _, err := theirs.Complete(t.Context(), operator, call.ID, call.Rev, workflow.Done{Comment: "theirs"}); err != nil {
							t.Error(err)
						}
					})
				}
				return h.opts.Facts(ctx, tx, s)
			}
			_, err := workflow.NewStore(h.db, between).Complete(t.Context(), operator, call.ID, call.Rev, workflow.Done{Comment: "ours"})
			if err == nil { // SQLite: we were first, and they must now lose
				_, err = theirs.Complete(t.Context(), operator, call.ID, call.Rev, workflow.Done{Comment: "theirs"})
			}
			lost(t, err, workflow.Finished)
			if n := h.count(`SELECT count(*) FROM audit_entry WHERE action = 'task.completed'`); n != 1 {
				t.Fatalf("%d completions", n)
			}
		},
		"a colleague at another step of the run is in nobody's way": func(t *testing.T, h *house) {
			run := h.start()
			h.do(run.ID, "call", "")
			sent, police := h.step(run.ID, "sent"), h.step(run.ID, "police")
			theirs := workflow.NewStore(h.db, h.opts)
			between := h.opts
			once := sync.Once{}
			between.Facts = func(ctx context.Context, tx *db.Tx, s workflow.Subject) (map[string]any, int64, error) {
				if tx.Dialect == db.Postgres {
					once.Do(func() {
						if _, err := theirs.Complete(t.Context(), legal, police.ID, police.Rev, ticked); err != nil {
							t.Error(err)
						}
					})
				}
				return h.opts.Facts(ctx, tx, s)
			}
			if _, err := workflow.NewStore(h.db, between).Complete(t.Context(), funds, sent.ID, sent.Rev, workflow.Done{Outcome: "no"}); err != nil {
				t.Fatal(err)
			}
			if h.db.Dialect == db.SQLite {
				h.do(run.ID, "police", "")
			}
			h.stands(run.ID, map[string]workflow.State{"sent": workflow.Finished, "police": workflow.Finished, "report": workflow.Ready})
		},
		"a colleague who claims between our read and our write is not overwritten": func(t *testing.T, h *house) {
			run := h.start()
			call := h.step(run.ID, "call")
			theirs := workflow.NewStore(h.db, h.opts)
			between := h.opts
			once := sync.Once{}
			between.Facts = func(ctx context.Context, tx *db.Tx, s workflow.Subject) (map[string]any, int64, error) {
				if tx.Dialect == db.Postgres {
					once.Do(func() {
						if _, err := theirs.Claim(t.Context(), person("op2", actor.Operator), call.ID, call.Rev); err != nil {
							t.Error(err)
						}
					})
				}
				return h.opts.Facts(ctx, tx, s)
			}
			if h.db.Dialect == db.SQLite { // one writer: they came before
				if _, err := theirs.Claim(t.Context(), person("op2", actor.Operator), call.ID, call.Rev); err != nil {
					t.Fatal(err)
				}
			}
			_, err := workflow.NewStore(h.db, between).Complete(t.Context(), operator, call.ID, call.Rev, ticked)
			lost(t, err, workflow.Ready)
			if s := h.step(run.ID, "call"); s.Assignee != "op2" {
				t.Fatalf("it has %q", s.Assignee)
			}
		},
		"of sixteen with the same page one wins": func(t *testing.T, h *house) {
			run := h.start()
			page := h.step(run.ID, "call")
			var wg sync.WaitGroup
			results := make([]error, 16)
			for i := range results {
				wg.Go(func() {
					_, results[i] = h.Complete(context.WithoutCancel(t.Context()), operator, page.ID, page.Rev, ticked)
				})
			}
			wg.Wait()
			won := 0
			for _, err := range results {
				if err == nil {
					won++
					continue
				}
				lost(t, err, workflow.Finished)
			}
			if won != 1 {
				t.Fatalf("%d won", won)
			}
		},
		"who claims with an old page does not take the task from the other": func(t *testing.T, h *house) {
			run := h.start()
			page := h.step(run.ID, "call")
			other := person("op2", actor.Operator)
			if _, err := h.Claim(t.Context(), other, page.ID, page.Rev); err != nil {
				t.Fatal(err)
			}
			_, err := h.Claim(t.Context(), operator, page.ID, page.Rev)
			lost(t, err, workflow.Ready)
			if s := h.step(run.ID, "call"); s.Assignee != "op2" {
				t.Fatalf("it has %s", s.Assignee)
			}
		},
		"sixteen nodes that start at once make one run": func(t *testing.T, h *house) {
			var wg sync.WaitGroup
			runs := make([]string, 16)
			for i := range runs {
				wg.Go(func() {
					r, err := h.tryStart("PB-90")
					if err != nil {
						t.Error(err)
					}
					runs[i] = r.ID
				})
			}
			wg.Wait()
			for _, id := range runs {
				if id != runs[0] {
					t.Fatalf("%v", runs)
				}
			}
			if n := h.count(`SELECT count(*) FROM step_run`); n != 7 {
				t.Fatalf("%d steps", n)
			}
		},
		"sixteen nodes that publish at once make one version": func(t *testing.T, h *house) {
			var wg sync.WaitGroup
			text := bank + "# another text\n"
			for range 16 {
				wg.Go(func() { h.publish(text) })
			}
			wg.Wait()
			if n := h.count(`SELECT count(*) FROM playbook_version`); n != 2 {
				t.Fatalf("%d versions", n)
			}
		},
		"who cancels with an old page loses": func(t *testing.T, h *house) {
			run := h.start()
			h.do(run.ID, "call", "")
			if _, err := h.Cancel(t.Context(), responder, run.ID, run.Rev, "誤検知"); !fault.Is(err, fault.Conflict) {
				t.Fatal(err)
			}
		},
	})
}
