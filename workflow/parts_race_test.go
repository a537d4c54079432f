package workflow_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/workflow"
)

// wide is a part whose n tasks can all be done at once.
func wide(n int) string {
	var b strings.Builder
	b.WriteString("part: true\nsteps:\n  - {id: fork, kind: parallel, ~t}\n")
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprint("t", i))
		fmt.Fprintf(&b, "  - {id: t%d, kind: task, after: [fork], ~w}\n", i)
	}
	fmt.Fprintf(&b, "  - {id: closed, kind: end, after: [%s], ~t}\n", strings.Join(ids, ", "))
	return book("PB-W", b.String())
}

const callsWide = `steps:
  - {id: begin, kind: task, ~w}
  - {id: part, kind: playbook, after: [begin], ~t, role: operator, playbook: PB-W}
  - {id: last, kind: task, after: [part], ~w}
  - {id: finished, kind: end, after: [last], ~t}
`

func TestManyAtOnePartOfARun(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"of two who finish its last two steps at the same moment both are heard, and it ends once": func(t *testing.T, h *house) {
			h.publish(wide(2))
			run := h.opens(book("PB-80", callsWide))
			h.does(run, "begin", "")
			ours, theirs := h.deep(run, "t0"), h.deep(run, "t1")
			other := h.node()
			between := h.opts
			once := sync.Once{}
			between.Facts = func(ctx context.Context, tx *db.Tx, s workflow.Subject) (map[string]any, int64, error) {
				if tx.Dialect == db.Postgres { // SQLite has one writer: nobody can come between
					once.Do(func() {
						if _, err := other.Complete(t.Context(), operator, theirs.ID, theirs.Rev, ticked); err != nil {
							t.Error(err)
						}
					})
				}
				return h.opts.Facts(ctx, tx, s)
			}
			if _, err := workflow.NewStore(h.db, between).Complete(t.Context(), operator, ours.ID, ours.Rev, ticked); err != nil {
				t.Fatal(err)
			}
			if h.db.Dialect == db.SQLite {
				h.does(run, "t1", "")
			}
			h.reads(run, "begin done, part done, (fork done, t0 done, t1 done, closed done), last ready, finished waiting")
			h.endedOnce(1)
		},
		"sixteen who finish its sixteen steps": func(t *testing.T, h *house) {
			h.publish(wide(16))
			run := h.opens(book("PB-80", callsWide))
			h.does(run, "begin", "")
			var wg sync.WaitGroup
			for i := range 16 {
				step := h.deep(run, fmt.Sprint("t", i))
				wg.Go(func() {
					if _, err := h.Complete(context.WithoutCancel(t.Context()), operator, step.ID, step.Rev, ticked); err != nil {
						t.Errorf("t%d: %v", i, err)
					}
				})
			}
			wg.Wait()
			h.stands(run, map[string]workflow.State{"part": workflow.Finished, "last": workflow.Ready})
			h.endedOnce(1)
		},
		"somebody who cancels the run while another finishes the last step of its part": func(t *testing.T, h *house) {
			h.publish(wide(2))
			run := h.opens(book("PB-80", callsWide))
			h.does(run, "begin", "")
			h.does(run, "t0", "")
			last, top := h.deep(run, "t1"), h.view(run).Run
			var wg sync.WaitGroup
			var cancelled, done error
			wg.Go(func() {
				_, cancelled = h.Cancel(context.WithoutCancel(t.Context()), responder, run, top.Rev, "誤報")
			})
			wg.Go(func() {
				_, done = h.Complete(context.WithoutCancel(t.Context()), operator, last.ID, last.Rev, ticked)
			})
			wg.Wait()
			v := h.view(run)
			switch {
			case cancelled == nil && done != nil && v.Run.Outcome == workflow.WasCanceled:
			case done == nil && cancelled != nil && v.Run.State == workflow.Running: // their page was old
			default:
				t.Errorf("cancelled %v, done %v: %s", cancelled, done, strings.Join(all(v), ", "))
			}
			if n := h.count(`SELECT count(*) FROM run c JOIN run p ON p.id = c.parent_id WHERE c.state = 'running' AND p.state <> 'running'`); n != 0 {
				t.Errorf("%d runs go on below a run that has ended", n)
			}
		},
	})
}

// endedOnce checks that so many runs have ended, each told of once.
func (h *house) endedOnce(n int) {
	h.t.Helper()
	if got := h.count(`SELECT count(*) FROM audit_entry WHERE action = 'run.ended'`); got != n {
		h.t.Errorf("%d ends on record, want %d", got, n)
	}
	if got := h.count(`SELECT count(*) FROM audit_entry WHERE action = 'step.done'`); got != n {
		h.t.Errorf("%d calls done on record, want %d", got, n)
	}
}

// answers waits for an event in a part, and in each of its passes.
const answers = `part: true
variables: [{id: n, ~l, type: number, default: 0}]
steps:
  - id: again
    kind: loop
    title: {ja: あ, en: a}
    role: operator
    until_true: vars.n >= 2
    max: 5
    steps:
      - {id: note, kind: task, ~w, set: {n: "${vars.pass}"}}
      - {id: heard, kind: wait, after: [note], ~t, role: operator, event: bank.answered}
      - {id: turned, kind: end, after: [heard], ~t}
  - {id: closed, kind: end, after: [again], ~t}
`

const hears = `steps:
  - {id: begin, kind: task, ~w}
  - {id: part, kind: playbook, after: [begin], ~t, role: operator, playbook: PB-E}
  - {id: finished, kind: end, after: [part], ~t}
`

func TestEventsReachThePartsOfARun(t *testing.T) {
	opens := func(w *world) string {
		w.publish(book("PB-E", answers))
		return w.opens(book("PB-80", hears))
	}
	eachWorld(t, map[string]func(*testing.T, *world){
		"an event ends the wait of a pass, and the same event no other": func(t *testing.T, w *world) {
			run := opens(w)
			w.does(run, "begin", "")
			w.does(run, "note", "")
			w.happened("bank.answered")
			w.tick()
			w.does(run, "note", "")
			w.tick()
			if s := w.deep(run, "heard"); s.State != workflow.Working {
				t.Fatalf("the second pass is %s", s.State)
			}
			w.happened("bank.answered")
			w.tick()
			w.outcome(run, workflow.Succeeded)
			if n := w.count(`SELECT count(*) FROM event_taken`); n != 2 {
				t.Errorf("%d taken", n)
			}
		},
		"one that came before the part began is not lost, nor one between two passes": func(t *testing.T, w *world) {
			run := opens(w)
			w.happened("bank.answered")
			w.tick()
			w.does(run, "begin", "")
			w.happened("bank.answered")
			w.tick()
			w.does(run, "note", "")
			w.does(run, "note", "")
			w.outcome(run, workflow.Succeeded)
		},
		"one that is delivered while the wait begins is taken once": func(t *testing.T, w *world) {
			run := opens(w)
			w.does(run, "begin", "")
			note := w.deep(run, "note")
			between, other := w.opts, w.node()
			between.Effects = effect.NewStore(w.db, nil)
			once := sync.Once{}
			between.Facts = func(ctx context.Context, tx *db.Tx, s workflow.Subject) (map[string]any, int64, error) {
				if tx.Dialect == db.Postgres {
					once.Do(func() {
						w.happened("bank.answered")
						if err := other.Tick(t.Context()); err != nil {
							t.Error(err)
						}
					})
				}
				return w.opts.Facts(ctx, tx, s)
			}
			if _, err := workflow.NewStore(w.db, between).Complete(t.Context(), operator, note.ID, note.Rev, ticked); err != nil {
				t.Fatal(err)
			}
			if w.db.Dialect == db.SQLite {
				w.happened("bank.answered")
				w.tick()
			}
			if n := w.count(`SELECT count(*) FROM event_taken`); n != 1 {
				t.Errorf("%d taken", n)
			}
			if s := w.step(run, "part").Children[0].Steps[0]; len(s.Runs) != 2 {
				t.Errorf("%d passes", len(s.Runs))
			}
		},
	})
}
