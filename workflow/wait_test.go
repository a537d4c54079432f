package workflow_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/event"
	"tasuke/workflow"
)

// toAnswer brings a run to where it waits for the bank.
func (w *world) toAnswer() (run string) {
	w.t.Helper()
	run = w.toSend()
	w.settle()
	w.stands(run, map[string]workflow.State{"answer": workflow.Working, "pause": workflow.Working})
	return run
}

func TestWaits(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"a moment is not over before it is, and what is late is caught up": func(t *testing.T, w *world) {
			run := w.toAnswer()
			if got := w.step(run, "pause").WakeAt; got != db.At(monday.Add(time.Hour)) {
				t.Errorf("over at %s", got.Time())
			}
			w.clock.Add(time.Hour - time.Microsecond)
			w.settle()
			w.stands(run, map[string]workflow.State{"pause": workflow.Working})
			w.clock.Add(48 * time.Hour)
			w.reopen()
			w.settle()
			if s := w.step(run, "pause"); s.State != workflow.Finished || s.DoneBy != "system:playbook" {
				t.Errorf("%+v", s.StepRun)
			}
		},
		"an event that does not come is timed out and a person decides": func(t *testing.T, w *world) {
			run := w.toAnswer()
			w.clock.Add(2 * time.Hour)
			w.settle()
			s := w.step(run, "answer")
			if s.State != workflow.Held || s.Outcome != workflow.TimedOut {
				t.Fatalf("%s %s", s.State, s.Outcome)
			}
			if _, err := w.Resolve(t.Context(), funds, s.ID, s.Rev, workflow.Accept, "電話で確認"); err != nil {
				t.Fatal(err)
			}
			if v := w.through(run); v.Run.Outcome != workflow.TimedOut {
				t.Fatalf("%+v", v.Run)
			}
		},
		"the event after the time is over changes nothing, until the wait is done again": func(t *testing.T, w *world) {
			run := w.toAnswer()
			w.clock.Add(2 * time.Hour)
			w.settle()
			w.happened("bank.answered")
			w.settle()
			s := w.step(run, "answer")
			if s.State != workflow.Held {
				t.Fatalf("%s", s.State)
			}
			if _, err := w.Resolve(t.Context(), funds, s.ID, s.Rev, workflow.Again, "回答が届いた"); err != nil {
				t.Fatal(err)
			}
			if s = w.step(run, "answer"); s.State != workflow.Finished || s.Outcome != workflow.Succeeded || s.Iteration != 2 {
				t.Fatalf("%+v", s.StepRun)
			}
		},
		"an event ends the wait once, whoever else waits later needs another": func(t *testing.T, w *world) {
			run := w.toAnswer()
			w.happened("bank.answered")
			w.settle()
			s := w.step(run, "answer")
			if s.State != workflow.Finished || s.Outcome != workflow.Succeeded {
				t.Fatalf("%s %s", s.State, s.Outcome)
			}
			if _, err := w.Redo(t.Context(), funds, s.ID, s.Rev, "別の行"); err != nil {
				t.Fatal(err)
			}
			w.settle()
			w.stands(run, map[string]workflow.State{"answer": workflow.Working})
			w.happened("bank.answered")
			w.settle()
			w.stands(run, map[string]workflow.State{"answer": workflow.Finished})
			if n := w.count(`SELECT count(*) FROM event_taken`); n != 2 {
				t.Errorf("%d taken", n)
			}
		},
		"an event that came before the wait was ready ends it at once": func(t *testing.T, w *world) {
			run := w.begin()
			w.happened("bank.answered")
			w.settle()
			w.draft(run)
			if err := w.approval(run, workflow.Approved); err != nil {
				t.Fatal(err)
			}
			w.settle()
			w.stands(run, map[string]workflow.State{"answer": workflow.Finished})
		},
		"an event from before the run, of another name or of another subject ends nothing": func(t *testing.T, w *world) {
			w.happened("bank.answered")
			w.clock.Add(time.Minute)
			run := w.toAnswer()
			w.happened("bank.sent")
			if err := w.db.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return event.Emit(ctx, tx, event.Subject{Kind: "incident", ID: "another"}, "bank.answered", "ref")
			}); err != nil {
				t.Fatal(err)
			}
			w.settle()
			w.stands(run, map[string]workflow.State{"answer": workflow.Working})
		},
		"the event and the end of the time at once: the event, and once": func(t *testing.T, w *world) {
			run := w.toAnswer()
			w.happened("bank.answered")
			w.clock.Add(2 * time.Hour)
			if err := w.WakeDue(t.Context()); err != nil { // the timer is first to look
				t.Fatal(err)
			}
			w.settle()
			s := w.step(run, "answer")
			if s.State != workflow.Finished || s.Outcome != workflow.Succeeded || w.count(`SELECT count(*) FROM event_taken`) != 1 {
				t.Fatalf("%s %s", s.State, s.Outcome)
			}
		},
		"who leads the run leaves a wait out while it lasts": func(t *testing.T, w *world) {
			run := w.toAnswer()
			s := w.step(run, "answer")
			if _, err := w.Skip(t.Context(), responder, s.ID, s.Rev, "回答は不要"); err != nil {
				t.Fatal(err)
			}
			w.clock.Add(3 * time.Hour)
			w.settle()
			w.stands(run, map[string]workflow.State{"answer": workflow.Skipped, "pause": workflow.Finished, "met": workflow.Finished})
		},
		"the join waits for all of its ways": func(t *testing.T, w *world) {
			run := w.toAnswer()
			w.clock.Add(time.Hour)
			w.settle()
			w.stands(run, map[string]workflow.State{"fork": workflow.Finished, "pause": workflow.Finished, "met": workflow.Waiting, "report": workflow.Waiting})
		},
	})
}

// nodes are several programs on one database.
func TestNodesThatTickTogether(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"wake each wait once and deliver each event once": func(t *testing.T, w *world) {
			const n = 12
			for i := range n {
				subject := workflow.Subject{Kind: "incident", ID: strings.Repeat("x", i+1)}
				if err := w.db.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					_, err := w.Start(ctx, tx, operator, "PB-92", subject, tx.Now)
					if err != nil {
						return err
					}
					return event.Emit(ctx, tx, event.Subject(subject), "bank.answered", "ref")
				}); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 { // first the events, an hour later the moments
				var wg sync.WaitGroup
				for range 4 {
					node := w.node()
					wg.Go(func() {
						if err := node.Tick(t.Context()); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				w.clock.Add(time.Hour)
			}
			if got := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'step.waited'`); got != 2*n {
				t.Errorf("%d waits were over, want %d", got, 2*n)
			}
			if got := w.count(`SELECT count(*) FROM run WHERE state = 'ended' AND outcome = 'done'`); got != n {
				t.Errorf("%d runs ended", got)
			}
			if got := w.count(`SELECT count(*) FROM event_taken`); got != n {
				t.Errorf("%d taken", got)
			}
		},
	})
}

// atOnce is a playbook whose first step waits; the business day lets a test look in after the
// wait has asked for events and before it is written.
const atOnce = `playbook: PB-92
title: {ja: 試し, en: Trial}
steps:
  - {id: wait, kind: wait, title: {ja: あ, en: a}, role: funds, event: bank.answered, timeout: 1bd}
  - {id: pause, kind: wait, after: [wait], title: {ja: あ, en: a}, role: funds, for: 1h}
  - {id: finished, kind: end, after: [pause], title: {ja: あ, en: a}}
`

// TestAnEventThatCommitsWhileTheWaitBecomesReady writes the interleaving on PostgreSQL: the wait
// has looked for events, the event commits, its delivery begins, and only then the wait commits.
// Without the locks of deliver the event would be delivered to nobody.
func TestAnEventThatCommitsWhileTheWaitBecomesReady(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"while the run goes on": func(t *testing.T, w *world) {
			if w.db.Dialect == db.SQLite {
				t.Skip("one writer: nobody can come between")
			}
			w.publish(strings.Replace(letters, "timeout: 2h", "timeout: 1bd", 1))
			run := w.toSend()
			between(t, w, func() { w.settle() })
			w.stands(run, map[string]workflow.State{"answer": workflow.Finished})
		},
		"while the run begins": func(t *testing.T, w *world) {
			if w.db.Dialect == db.SQLite {
				t.Skip("one writer: nobody can come between")
			}
			var run workflow.Run
			between(t, w, func() {
				var err error
				if run, err = w.tryStart("PB-92"); err != nil {
					t.Error(err)
				}
			})
			w.stands(run.ID, map[string]workflow.State{"wait": workflow.Finished})
		},
	})
}

// between lets act make a wait ready, and has the event committed and its delivery begun in the
// middle of that transaction.
func between(t *testing.T, w *world, act func()) {
	t.Helper()
	other := w.node()
	var pid int
	facts, openDay := w.opts.Facts, w.opts.OpenDay
	w.opts.Facts = func(ctx context.Context, tx *db.Tx, s workflow.Subject) (map[string]any, int64, error) {
		if err := tx.Get(ctx, &pid, `SELECT pg_backend_pid()`); err != nil {
			return nil, 0, err
		}
		return facts(ctx, tx, s)
	}
	var once sync.Once
	delivered := make(chan error, 1)
	w.opts.OpenDay = func(day time.Time) bool {
		once.Do(func() {
			w.happened("bank.answered")
			go func() { delivered <- other.Tick(context.WithoutCancel(t.Context())) }()
			w.untilBlocked(pid, delivered)
		})
		return openDay(day)
	}
	w.reopen()
	act()
	select {
	case err := <-delivered:
		if err != nil {
			t.Fatal(err)
		}
	case <-t.Context().Done():
		t.Fatal("never delivered")
	}
	if n := w.count(`SELECT count(*) FROM event_taken`); n != 1 {
		t.Errorf("the event was taken %d times", n)
	}
}

// untilBlocked returns when somebody waits for the connection pid, or is through without waiting.
func (w *world) untilBlocked(pid int, through chan error) {
	for w.t.Context().Err() == nil {
		if w.count(`SELECT count(*) FROM pg_stat_activity WHERE CAST(? AS INTEGER) = ANY(pg_blocking_pids(pid))`, pid) > 0 {
			return
		}
		select {
		case err := <-through:
			through <- err
			return
		default:
		}
	}
}

func TestForksAndJoinsFollowWhatIsDoneAgain(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"a join whose way is open again waits again": func(t *testing.T, w *world) {
			run := w.toAnswer()
			w.happened("bank.answered")
			w.clock.Add(time.Hour)
			w.settle()
			w.stands(run, map[string]workflow.State{"met": workflow.Finished, "report": workflow.Finished, "judge": workflow.Ready})
			s := w.step(run, "answer")
			if _, err := w.Redo(t.Context(), funds, s.ID, s.Rev, "別の行"); err != nil {
				t.Fatal(err)
			}
			w.stands(run, map[string]workflow.State{"met": workflow.Waiting, "report": workflow.Finished, "judge": workflow.Ready})
			if v := w.view(run); v.Run.State != workflow.Running {
				t.Fatalf("%+v", v.Run)
			}
		},
		"the end waits for every way, also when the last step before it is done": func(t *testing.T, w *world) {
			run := w.toAnswer()
			w.happened("bank.answered")
			w.clock.Add(time.Hour)
			w.settle()
			s := w.step(run, "pause")
			if _, err := w.Redo(t.Context(), legal, s.ID, s.Rev, "もう一時間"); err != nil {
				t.Fatal(err)
			}
			w.do(run, "judge", "yes")
			if v := w.view(run); v.Run.State != workflow.Running {
				t.Fatalf("%+v", v.Run)
			}
			w.clock.Add(time.Hour)
			w.settle()
			if v := w.view(run); v.Run.State != workflow.Ended || v.Run.Outcome != workflow.Succeeded {
				t.Fatalf("%+v", v.Run)
			}
		},
	})
}
