package workflow_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tasuke/internal/fault"
	"tasuke/workflow"
)

func (w *world) pause(run string) {
	w.t.Helper()
	if _, err := w.Pause(w.t.Context(), responder, run, w.view(run).Run.Rev, "警察の指示待ち"); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) resume(run string) {
	w.t.Helper()
	if _, err := w.Resume(w.t.Context(), chief, run, w.view(run).Run.Rev, "指示が届いた"); err != nil {
		w.t.Fatal(err)
	}
}

func TestAPausedRunDoesNotMove(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"people are told so, and their lists say it": func(t *testing.T, w *world) {
			run := w.toAnswer()
			w.happened("bank.answered")
			w.past(time.Hour)
			s := w.step(run, "judge")
			w.pause(run)
			_, done := w.Complete(t.Context(), responder, s.ID, s.Rev, workflow.Done{Outcome: "yes"})
			_, left := w.Skip(t.Context(), responder, s.ID, s.Rev, "x")
			draft := w.step(run, "draft")
			_, again := w.Redo(t.Context(), funds, draft.ID, draft.Rev, "x")
			rev := w.view(run).Run.Rev
			_, twice := w.Pause(t.Context(), responder, run, rev, "x")
			_, undo := w.CancelUndoing(t.Context(), responder, run, rev, "x")
			for _, err := range []error{done, left, again, twice, undo} {
				if key(err) != "workflow.paused" || !fault.Is(err, fault.Refused) {
					t.Error(err)
				}
			}
			list, _, err := w.Tasks(t.Context(), auditor, workflow.Filter{}, workflow.Page{})
			if err != nil || len(list) != 1 || !list[0].Paused || !w.step(run, "judge").Paused {
				t.Errorf("%+v %v", list, err)
			}
			if err := w.Comment(t.Context(), responder, s.ID, "連絡待ち"); err != nil {
				t.Error(err)
			}
			w.resume(run)
			w.do(run, "judge", "yes")
			w.ends(run, workflow.Succeeded)
		},
		"only who leads, with a reason, on the newest page, and only what is paused goes on": func(t *testing.T, w *world) {
			run := w.begin()
			rev := w.view(run).Run.Rev
			_, role := w.Pause(t.Context(), funds, run, rev, "x")
			_, reason := w.Pause(t.Context(), responder, run, rev, "")
			_, stale := w.Pause(t.Context(), responder, run, rev-1, "x")
			_, not := w.Resume(t.Context(), responder, run, rev, "x")
			if key(role) != "workflow.lead" || key(reason) != "workflow.comment.needed" || !fault.Is(stale, fault.Conflict) || key(not) != "workflow.paused.not" {
				t.Errorf("%v, %v, %v, %v", role, reason, stale, not)
			}
			w.pause(run)
			v := w.view(run)
			if v.Run.PausedBy != responder.ID || v.Run.PausedAt.IsZero() || len(v.Pauses) != 1 || v.Pauses[0].Reason != "警察の指示待ち" || bool(v.Pauses[0].Resumed) {
				t.Fatalf("%+v %+v", v.Run, v.Pauses)
			}
			w.resume(run)
			v = w.view(run)
			if !v.Run.PausedAt.IsZero() || len(v.Pauses) != 2 || v.Pauses[1].ByID != chief.ID || !bool(v.Pauses[1].Resumed) {
				t.Fatalf("%+v %+v", v.Run, v.Pauses)
			}
			for _, action := range []string{"run.paused", "run.resumed"} {
				if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = ?`, action); n != 1 {
					t.Errorf("%d entries %s", n, action)
				}
			}
		},
		"what is queued is held back, and goes on at once under its key": func(t *testing.T, w *world) {
			run := w.toSend()
			w.pause(run)
			for range 5 {
				w.past(10 * time.Minute)
			}
			if w.done("send") != 0 || w.done("freeze") != 0 || len(w.calls) != 0 {
				t.Fatal("it was done")
			}
			s := w.step(run, "send")
			if s.State != workflow.Working || s.Work.State != "queued" || s.Work.Attempt != 0 {
				t.Fatalf("%+v %+v", s.StepRun, s.Work)
			}
			w.resume(run)
			w.settle()
			if w.done("send") != 1 || w.count(`SELECT count(*) FROM done WHERE key = ?`, "step:"+run+":send:1") != 1 {
				t.Errorf("sent %d times", w.done("send"))
			}
			w.stands(run, map[string]workflow.State{"send": workflow.Finished, "answer": workflow.Working})
		},
		"what prepares to leave does not leave, and leaves later, once": func(t *testing.T, w *world) {
			run := w.toSend()
			w.onSend = func(context.Context, workflow.Call) error {
				w.onSend = nil
				w.pause(run)
				return nil
			}
			w.settle()
			if w.done("send") != 0 {
				t.Fatal("it left")
			}
			w.resume(run)
			w.settle()
			if w.done("send") != 1 {
				t.Fatalf("it left %d times", w.done("send"))
			}
		},
		"it is resumed before what was held back is put off: it goes on within a minute": func(t *testing.T, w *world) {
			run := w.toSend()
			w.onSend = func(context.Context, workflow.Call) error {
				w.onSend = nil
				w.pause(run)
				return nil
			}
			w.onRefused = func() { w.resume(run) }
			w.settle()
			if w.done("send") != 0 {
				t.Fatal("it left though it was told not to")
			}
			w.past(time.Minute)
			if w.done("send") != 1 {
				t.Fatalf("it left %d times", w.done("send"))
			}
		},
		"what is outside ends and is written, and nothing follows": func(t *testing.T, w *world) {
			run := w.toSend()
			w.onLeft = func(context.Context, workflow.Call) error {
				w.pause(run)
				return nil
			}
			w.settle()
			w.stands(run, map[string]workflow.State{"send": workflow.Finished, "answer": workflow.Waiting})
			w.happened("bank.answered")
			w.settle()
			w.resume(run)
			w.stands(run, map[string]workflow.State{"answer": workflow.Finished}) // it came meanwhile
		},
		"events and times that came meanwhile come once, after it is resumed": func(t *testing.T, w *world) {
			run := w.toAnswer()
			w.pause(run)
			w.happened("bank.answered")
			w.past(90 * time.Minute)
			w.stands(run, map[string]workflow.State{"answer": workflow.Working, "pause": workflow.Working})
			w.resume(run)
			w.stands(run, map[string]workflow.State{"answer": workflow.Finished, "pause": workflow.Working})
			w.settle()
			w.stands(run, map[string]workflow.State{"pause": workflow.Finished})
			if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'step.waited'`); n != 2 || w.count(`SELECT count(*) FROM event_taken`) != 1 {
				t.Errorf("%d waits were over", n)
			}
		},
		"a time that was over meanwhile is over once": func(t *testing.T, w *world) {
			run := w.toAnswer()
			w.pause(run)
			w.past(3 * time.Hour)
			w.stands(run, map[string]workflow.State{"answer": workflow.Working})
			w.resume(run)
			w.settle()
			w.settle()
			w.isHeld(run, "answer", workflow.TimedOut)
			if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'step.held'`); n != 1 {
				t.Errorf("held %d times", n)
			}
		},
		"a failure meanwhile gives the run up only when it is resumed": func(t *testing.T, w *world) {
			run := w.toRead(undone)
			w.onFreeze = func(_ context.Context, c workflow.Call) error {
				if !strings.Contains(c.Key, ":read:") {
					return nil
				}
				w.pause(run)
				return refusal
			}
			w.settle()
			w.isHeld(run, "read", workflow.Failed)
			if v := w.view(run).Run; v.GivingUp != "" {
				t.Fatalf("%+v", v)
			}
			w.onFreeze = nil
			w.resume(run)
			w.stands(run, map[string]workflow.State{"read": workflow.Finished, "unlock": workflow.Ready})
		},
		"while it takes back, it stops taking back": func(t *testing.T, w *world) {
			run := w.toRead(undone)
			if _, err := w.CancelUndoing(t.Context(), responder, run, w.view(run).Run.Rev, "x"); err != nil {
				t.Fatal(err)
			}
			s := w.step(run, "unlock")
			w.pause(run)
			if _, err := w.Complete(t.Context(), funds, s.ID, s.Rev, workflow.Done{}); key(err) != "workflow.paused" {
				t.Fatal(err)
			}
			w.resume(run)
			w.do(run, "unlock", "")
			w.settle()
			w.ends(run, workflow.WasCanceled)
		},
		"with all that is below it": func(t *testing.T, w *world) {
			run := w.of(nested)
			w.do(run, "begin", "")
			pass := w.step(run, "round").Children[0].Run.ID
			w.do(pass, "lock", "")
			w.pause(run)
			w.past(time.Hour)
			if len(w.calls) != 0 {
				t.Fatal("it was done")
			}
			if _, err := w.Resume(t.Context(), responder, pass, w.view(pass).Run.Rev, "x"); key(err) != "workflow.paused.above" {
				t.Fatal(err)
			}
			w.resume(run)
			w.settle()
			w.ends(run, workflow.Succeeded)
		},
		"what is below ends while it is paused: its parent goes on when it is resumed": func(t *testing.T, w *world) {
			run := w.of(strings.Replace(nested, "facts.victims == 3", "facts.victims > 9", 1))
			w.do(run, "begin", "")
			w.onFreeze = func(context.Context, workflow.Call) error {
				w.onFreeze = nil
				w.pause(run)
				return nil
			}
			w.do(w.step(run, "round").Children[0].Run.ID, "lock", "")
			w.settle()
			if n := len(w.step(run, "round").Children); n != 1 {
				t.Fatalf("%d passes", n)
			}
			w.resume(run)
			w.settle()
			s := w.step(run, "round")
			if len(s.Children) != 2 || s.Children[0].Run.State != workflow.Ended || s.Children[1].Run.Pass != 2 {
				t.Fatalf("%+v", s)
			}
		},
		"a part that was paused by itself stays so": func(t *testing.T, w *world) {
			run := w.of(nested)
			w.do(run, "begin", "")
			pass := w.step(run, "round").Children[0].Run.ID
			w.pause(pass)
			w.clock.Add(time.Minute)
			w.pause(run)
			w.clock.Add(time.Minute)
			w.resume(run)
			if v := w.view(pass).Run; v.PausedAt.IsZero() {
				t.Fatal("it goes on")
			}
			w.resume(pass)
			w.do(pass, "lock", "")
		},
		"it is cancelled all the same": func(t *testing.T, w *world) {
			run := w.toSend()
			w.pause(run)
			if _, err := w.Cancel(t.Context(), responder, run, w.view(run).Run.Rev, "誤検知"); err != nil {
				t.Fatal(err)
			}
			w.past(time.Hour)
			if w.done("send") != 0 {
				t.Error("it left")
			}
			w.ends(run, workflow.WasCanceled)
		},
	})
}
