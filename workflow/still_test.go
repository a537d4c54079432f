package workflow_test

import (
	"context"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/workflow"
)

// told lets the room answer whether what an event told of still is so.
func (w *world) told(answer func(name string) (bool, error)) {
	w.opts.Still = func(_ context.Context, _ *db.Tx, s workflow.Subject, name string) (bool, error) {
		if s != incident || name != "bank.answered" {
			w.t.Errorf("asked of %v whether %s", s, name)
		}
		return answer(name)
	}
	w.reopen()
}

func TestAnEventThatNoLongerHoldsIsNotTaken(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"when it is delivered; the next one is": func(t *testing.T, w *world) {
			holds := false
			w.told(func(string) (bool, error) { return holds, nil })
			run := w.toAnswer()
			w.happened("bank.answered")
			w.settle()
			w.stands(run, map[string]workflow.State{"answer": workflow.Working})
			if n := w.count(`SELECT count(*) FROM event WHERE delivered_at = 0`); n != 0 {
				t.Errorf("%d events are stuck", n)
			}
			holds = true
			w.happened("bank.answered")
			w.settle()
			w.stands(run, map[string]workflow.State{"answer": workflow.Finished})
		},
		"when the wait begins and it is there already": func(_ *testing.T, w *world) {
			holds := false
			w.told(func(string) (bool, error) { return holds, nil })
			run := w.begin()
			w.happened("bank.answered")
			w.settle()
			w.draft(run)
			if err := w.approval(run, workflow.Approved); err != nil {
				w.t.Fatal(err)
			}
			w.settle()
			w.stands(run, map[string]workflow.State{"answer": workflow.Working})
			holds = true
			w.happened("bank.answered")
			w.settle()
			w.stands(run, map[string]workflow.State{"answer": workflow.Finished})
		},
		"when the time is over: a person decides": func(t *testing.T, w *world) {
			w.told(func(string) (bool, error) { return false, nil })
			run := w.toAnswer()
			w.happened("bank.answered")
			w.clock.Add(2 * time.Hour)
			if err := w.WakeDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			if s := w.step(run, "answer"); s.State != workflow.Held || s.Outcome != workflow.TimedOut {
				t.Fatalf("%s %s", s.State, s.Outcome)
			}
		},
		"done again it is over at once while what it waited for is still so, and else waits": func(t *testing.T, w *world) {
			holds := true
			w.told(func(string) (bool, error) { return holds, nil })
			run := w.toAnswer()
			w.happened("bank.answered")
			w.settle()
			for _, c := range []struct {
				holds bool
				want  workflow.State
			}{{true, workflow.Finished}, {false, workflow.Working}} {
				holds = c.holds
				s := w.step(run, "answer")
				if _, err := w.Redo(t.Context(), funds, s.ID, s.Rev, "差戻しの後"); err != nil {
					t.Fatal(err)
				}
				w.settle()
				if got := w.step(run, "answer"); got.State != c.want || got.Iteration == s.Iteration {
					t.Errorf("while it holds is %v: %s", c.holds, got.State)
				}
			}
		},
		"a room that cannot say keeps the event for later": func(t *testing.T, w *world) {
			run := w.toAnswer()
			w.told(func(string) (bool, error) { return false, errBroken })
			w.happened("bank.answered")
			if err := w.Tick(t.Context()); err == nil {
				t.Fatal("no fault")
			}
			w.stands(run, map[string]workflow.State{"answer": workflow.Working})
			w.told(func(string) (bool, error) { return true, nil })
			w.settle()
			w.stands(run, map[string]workflow.State{"answer": workflow.Finished})
		},
	})
}

func TestARunThatHadEndedGoesOnOnlyWhereWorkMayBegin(t *testing.T) {
	over := fault.New(fault.Refused, "incident.over", nil)
	each(t, map[string]func(*testing.T, *house){
		"not on a subject whose work has ended": func(t *testing.T, h *house) {
			h.opts.Enter = func(context.Context, *db.Tx, workflow.Subject) error { return over }
			h.restart()
			run := h.start()
			h.do(run.ID, "call", "")
			first := h.step(run.ID, "call")
			if _, err := h.Redo(t.Context(), operator, first.ID, first.Rev, "まだ終わっていない"); err != nil {
				t.Fatalf("while the run goes on: %v", err)
			}
			for _, id := range []string{"call", "sent", "police", "report"} {
				h.do(run.ID, id, map[string]string{"sent": "no"}[id])
			}
			last := h.step(run.ID, "report")
			if _, err := h.Redo(t.Context(), legal, last.ID, last.Rev, "追記"); key(err) != "incident.over" {
				t.Fatal(err)
			}
			if v := h.view(run.ID); v.Run.State != workflow.Ended || h.step(run.ID, "report").State != workflow.Finished {
				t.Errorf("%+v", v.Run)
			}
		},
		"on one that is open": func(t *testing.T, h *house) {
			asked := 0
			h.opts.Enter = func(_ context.Context, _ *db.Tx, s workflow.Subject) error {
				if asked++; s != incident {
					t.Errorf("asked of %v", s)
				}
				return nil
			}
			h.restart()
			run := h.start()
			for _, id := range []string{"call", "sent", "police", "report"} {
				h.do(run.ID, id, map[string]string{"sent": "no"}[id])
			}
			last := h.step(run.ID, "report")
			if _, err := h.Redo(t.Context(), legal, last.ID, last.Rev, "追記"); err != nil || asked != 1 {
				t.Fatalf("asked %d times: %v", asked, err)
			}
			if v := h.view(run.ID); v.Run.State != workflow.Running {
				t.Errorf("%+v", v.Run)
			}
		},
	})
}
