package workflow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/workflow"
)

func TestWhatThisProgramCannotDoIsRefused(t *testing.T) {
	refused := func(t *testing.T, w *world, want string) {
		t.Helper()
		d, _ := playbooks.Parse([]byte(letters))
		if _, err := w.Publish(t.Context(), product, d); key(err) != want || !fault.Is(err, fault.Refused) {
			t.Errorf("published: %v", err)
		}
		if _, err := w.tryStart("PB-91"); key(err) != want { // published by another program before
			t.Errorf("started: %v", err)
		}
		if n := w.count(`SELECT count(*) FROM run`); n != 0 {
			t.Errorf("%d runs", n)
		}
	}
	eachWorld(t, map[string]func(*testing.T, *world){
		"an action whose name nobody knows": func(t *testing.T, w *world) {
			delete(w.opts.Rules.Actions, "report.file")
			w.restart()
			refused(t, w, "workflow.playbook.faults")
		},
		"an event nobody tells of": func(t *testing.T, w *world) {
			w.opts.Rules.Events = nil
			w.restart()
			refused(t, w, "workflow.playbook.faults")
		},
		"an action with a name and no hand": func(t *testing.T, w *world) {
			w.opts.Kinds = w.opts.Kinds[1:]
			w.restart()
			refused(t, w, "workflow.playbook.kind")
		},
		"an approval of what cannot be shown": func(t *testing.T, w *world) {
			w.opts.Approvables = nil
			w.restart()
			refused(t, w, "workflow.playbook.kind")
		},
		"actions without anybody to carry them out": func(t *testing.T, w *world) {
			w.opts.Effects = nil
			w.restart()
			refused(t, w, "workflow.playbook.kind")
		},
		"a kind that is gone when its turn comes is put before a person": func(t *testing.T, w *world) {
			run := w.toSend()
			w.opts.Kinds = w.opts.Kinds[:1]
			w.reopen()
			w.settle()
			s := w.step(run, "send")
			if s.State != workflow.Held || s.Outcome != workflow.Failed || s.Work.Problem != "workflow.kind.unknown" {
				t.Fatalf("%s %s %+v", s.State, s.Outcome, s.Work)
			}
		},
	})
}

func TestActions(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"an action that a rule refuses is held as failed, with the rule": func(t *testing.T, w *world) {
			w.onFreeze = func(context.Context, workflow.Call) error { return fault.New(fault.Refused, "facts.none", nil) }
			run := w.begin()
			w.draft(run)
			w.settle()
			s := w.step(run, "freeze")
			if s.State != workflow.Held || s.Outcome != workflow.Failed || s.Work == nil || s.Work.Problem != "facts.none" {
				t.Fatalf("%s %s %+v", s.State, s.Outcome, s.Work)
			}
			w.stands(run, map[string]workflow.State{"pause": workflow.Waiting})
			if got := w.tasks(auditor, workflow.Filter{}); len(got) != 2 {
				t.Errorf("what waits for a person: %v", got)
			}
		},
		"an action that fails for a while is tried again and then is held": func(t *testing.T, w *world) {
			w.onFreeze = func(context.Context, workflow.Call) error { return errors.New("no paper") }
			run := w.begin()
			w.draft(run)
			for range 10 {
				w.settle()
				w.clock.Add(20 * time.Minute)
			}
			s := w.step(run, "freeze")
			if s.State != workflow.Held || s.Outcome != workflow.Failed || s.Work.Attempt < 3 {
				t.Fatalf("%s %s %+v", s.State, s.Outcome, s.Work)
			}
		},
		"letters that may have left are unknown, never done and never sent again": func(t *testing.T, w *world) {
			w.onLeft = func(context.Context, workflow.Call) error { return errors.New("the line broke") }
			run := w.toSend()
			for range 5 {
				w.settle()
				w.clock.Add(20 * time.Minute)
			}
			s := w.step(run, "send")
			if s.State != workflow.Held || s.Outcome != workflow.Unknown || w.done("send") != 1 {
				t.Fatalf("%s %s, sent %d times", s.State, s.Outcome, w.done("send"))
			}
			w.stands(run, map[string]workflow.State{"answer": workflow.Waiting})
		},
		"an action that gives something else than it promised is unknown": func(t *testing.T, w *world) {
			w.gives = map[string]any{"sent": "two"}
			run := w.toSend()
			w.settle()
			if s := w.step(run, "send"); s.State != workflow.Held || s.Outcome != workflow.Unknown || s.Work.Problem != "workflow.output.wrong" {
				t.Fatalf("%s %s %+v", s.State, s.Outcome, s.Work)
			}
		},
		"an action without its input is held": func(t *testing.T, w *world) {
			run := w.begin()
			s := w.step(run, "draft")
			if _, err := w.Complete(t.Context(), funds, s.ID, s.Rev, workflow.Done{Outcome: "failed", Comment: "様式がない"}); err != nil {
				t.Fatal(err)
			}
			if err := w.approval(run, workflow.Approved); err != nil {
				t.Fatal(err)
			}
			w.settle()
			if s := w.step(run, "send"); s.State != workflow.Held || s.Outcome != workflow.Failed || s.Work.Problem != "workflow.input.missing" {
				t.Fatalf("%s %s %+v", s.State, s.Outcome, s.Work)
			}
		},
		"an action is given its input in its types, acts for the run and leaves what it gave": func(t *testing.T, w *world) {
			run := w.toSend()
			w.settle()
			var c workflow.Call
			for _, one := range w.calls {
				if strings.Contains(one.Key, ":send:") {
					c = one
				}
			}
			if c.Input["amount"] != int64(1200) || c.Input["urgent"] != true || c.Input["text"] != "至急" || len(c.Input) != 3 {
				t.Errorf("%#v", c.Input)
			}
			if c.Subject != incident || c.By.ID != "system:playbook" || c.Approver != legal.ID || c.Key != "step:"+run+":send:1" {
				t.Errorf("%+v", c)
			}
			s := w.step(run, "send")
			if s.State != workflow.Finished || s.Outcome != workflow.Succeeded || s.Output["sent"] != int64(2) || s.DoneBy != "system:playbook" || s.Work.State != effect.Done {
				t.Errorf("%+v", s.StepRun)
			}
			if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'step.done' AND actor_id = 'system:playbook'`); n != 2 {
				t.Errorf("%d entries", n)
			}
		},
		"nobody completes, claims or leaves out what the engine is at": func(t *testing.T, w *world) {
			run := w.toSend()
			s := w.step(run, "send")
			_, done := w.Complete(t.Context(), funds, s.ID, s.Rev, workflow.Done{})
			_, left := w.Skip(t.Context(), responder, s.ID, s.Rev, "急ぎ")
			_, claimed := w.Claim(t.Context(), funds, s.ID, s.Rev)
			for _, err := range []error{done, left, claimed} {
				if key(err) != "workflow.not_ready" {
					t.Error(err)
				}
			}
		},
		"whatever is open counts, also what the engine is at and what is held": func(t *testing.T, w *world) {
			run := w.toSend()
			w.onSend = func(context.Context, workflow.Call) error { return fault.New(fault.Refused, "x", nil) }
			w.settle()
			w.stands(run, map[string]workflow.State{"send": workflow.Held, "pause": workflow.Working})
			var n int
			if err := w.db.View(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
				n, err = w.OpenTasks(ctx, tx, incident)
				return err
			}); err != nil || n != 6 { // pause, send, answer, met, report, judge
				t.Fatalf("%d open, %v", n, err)
			}
		},
		"a whole run with every kind of step": func(t *testing.T, w *world) {
			v := w.through(w.begin())
			if v.Run.Outcome != workflow.Succeeded || w.done("send") != 1 || w.done("freeze") != 1 || w.done("file") != 1 {
				t.Fatalf("%+v: sent %d", v.Run, w.done("send"))
			}
			for _, s := range v.Steps {
				if s.State != workflow.Finished || s.Iteration != 1 {
					t.Errorf("%s is %s", s.StepID, s.State)
				}
			}
		},
	})
}

// heldSend brings a run to letters of which nobody knows whether they left.
func heldSend(w *world) (run string, s workflow.StepView) {
	w.t.Helper()
	w.onLeft = func(context.Context, workflow.Call) error { return errors.New("the line broke") }
	run = w.toSend()
	w.settle()
	w.onLeft = nil
	return run, w.step(run, "send")
}

func TestResolvingWhatIsHeld(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"needs the role or somebody who leads, a reason, a way that exists and a step that is held": func(t *testing.T, w *world) {
			run, s := heldSend(w)
			_, role := w.Resolve(t.Context(), operator, s.ID, s.Rev, workflow.Again, "x")
			_, reason := w.Resolve(t.Context(), funds, s.ID, s.Rev, workflow.Again, " ")
			_, how := w.Resolve(t.Context(), funds, s.ID, s.Rev, "perhaps", "x")
			freeze := w.step(run, "freeze")
			_, state := w.Resolve(t.Context(), responder, freeze.ID, freeze.Rev, workflow.Again, "x")
			for want, err := range map[string]error{"workflow.lead": role, "workflow.comment.needed": reason, "workflow.how.unknown": how, "workflow.not_held": state} {
				if key(err) != want {
					t.Errorf("%s: %v", want, err)
				}
			}
			w.stands(run, map[string]workflow.State{"send": workflow.Held})
			_, stale := w.Resolve(t.Context(), funds, s.ID, s.Rev-1, workflow.Again, "x")
			lost(t, stale, workflow.Held)
		},
		"again: the same key, and the run goes on when it works": func(t *testing.T, w *world) {
			run, s := heldSend(w)
			task, err := w.Resolve(t.Context(), funds, s.ID, s.Rev, workflow.Again, "銀行に確認、届いていない")
			if err != nil || task.State != workflow.Working || task.Iteration != 1 {
				t.Fatalf("%v %+v", err, task.StepRun)
			}
			w.settle()
			w.stands(run, map[string]workflow.State{"send": workflow.Finished, "answer": workflow.Working})
			if n := w.count(`SELECT count(DISTINCT key) FROM done WHERE what = 'send'`); n != 1 || w.done("send") != 2 {
				t.Errorf("%d keys, sent %d times", n, w.done("send"))
			}
		},
		"happened: done by the person who says so, nothing is sent": func(t *testing.T, w *world) {
			run, s := heldSend(w)
			if _, err := w.Resolve(t.Context(), funds, s.ID, s.Rev, workflow.Happened, "受領の電話あり"); err != nil {
				t.Fatal(err)
			}
			w.settle()
			now := w.step(run, "send")
			if now.State != workflow.Finished || now.Outcome != workflow.Succeeded || now.DoneBy != funds.ID || now.Comment != "受領の電話あり" {
				t.Errorf("%+v", now.StepRun)
			}
			if now.Work.State != effect.Done || w.done("send") != 1 {
				t.Errorf("the effect is %s, sent %d times", now.Work.State, w.done("send"))
			}
			w.stands(run, map[string]workflow.State{"answer": workflow.Working})
		},
		"accept: the run goes on and ends as what was accepted": func(t *testing.T, w *world) {
			run, s := heldSend(w)
			if _, err := w.Resolve(t.Context(), responder, s.ID, s.Rev, workflow.Accept, "記録を残し進む"); err != nil {
				t.Fatal(err)
			}
			if v := w.through(run); v.Run.Outcome != workflow.Unknown || w.done("send") != 1 {
				t.Errorf("%+v", v.Run)
			}
		},
	})
}

func TestAnActionIsDoneAgainUnderANewKey(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"not while it is under way": func(t *testing.T, w *world) {
			s := w.step(w.toSend(), "send")
			if _, err := w.Redo(t.Context(), funds, s.ID, s.Rev, "x"); key(err) != "workflow.redo" {
				t.Fatal(err)
			}
		},
		"when it is over": func(t *testing.T, w *world) {
			run := w.toSend()
			w.settle()
			s := w.step(run, "send")
			if _, err := w.Redo(t.Context(), funds, s.ID, s.Rev, "別の支店にも"); err != nil {
				t.Fatal(err)
			}
			w.stands(run, map[string]workflow.State{"send": workflow.Working, "answer": workflow.Waiting})
			w.settle()
			if n := w.count(`SELECT count(DISTINCT key) FROM done WHERE what = 'send'`); n != 2 {
				t.Fatalf("%d keys", n)
			}
		},
		"when it is held: the earlier one keeps its outcome": func(t *testing.T, w *world) {
			run, s := heldSend(w)
			if _, err := w.Redo(t.Context(), funds, s.ID, s.Rev, "新しい番号で"); err != nil {
				t.Fatal(err)
			}
			w.settle()
			now := w.step(run, "send")
			if now.State != workflow.Finished || now.Iteration != 2 || now.Earlier[0].Outcome != workflow.Unknown {
				t.Fatalf("%+v", now)
			}
		},
	})
}

func TestCancellingARunInMidFlight(t *testing.T) {
	cancel := func(w *world, run string) {
		w.t.Helper()
		if _, err := w.Cancel(w.t.Context(), responder, run, w.view(run).Run.Rev, "誤検知"); err != nil {
			w.t.Fatal(err)
		}
	}
	eachWorld(t, map[string]func(*testing.T, *world){
		"what nobody has taken up is not done": func(t *testing.T, w *world) {
			run := w.toSend()
			cancel(w, run)
			w.settle()
			if w.done("send") != 0 || w.done("freeze") != 0 || w.count(`SELECT count(*) FROM effect WHERE state <> 'cancelled'`) != 0 {
				t.Fatal("it was done after all")
			}
			if w.step(run, "send").Outcome != workflow.WasCanceled || w.view(run).Run.Outcome != workflow.WasCanceled {
				t.Fatal("it was not cancelled")
			}
		},
		"what has left ends as it ends, and is kept on the row": func(t *testing.T, w *world) {
			run := w.toSend()
			w.onLeft = func(context.Context, workflow.Call) error { cancel(w, run); return nil }
			w.settle()
			s := w.step(run, "send")
			if s.State != workflow.Cancelled || s.Outcome != workflow.WasCanceled || s.Output["sent"] != int64(2) || s.Work.State != effect.Done {
				t.Fatalf("%+v %+v", s.StepRun, s.Work)
			}
			w.stands(run, map[string]workflow.State{"answer": workflow.Cancelled})
		},
		"what was taken up and has not left does not leave": func(t *testing.T, w *world) {
			run := w.toSend()
			w.onSend = func(context.Context, workflow.Call) error { cancel(w, run); return nil }
			w.settle()
			if w.done("send") != 0 {
				t.Fatal("it left")
			}
		},
	})
}

func TestAnotherRoleSeesNothingOfWhatWasFilledIn(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"and who may sees it in one spelling": func(t *testing.T, w *world) {
			run := w.begin()
			w.draft(run)
			got := w.step(run, "draft").Fields
			for id, want := range map[string]string{"amount": "1200", "urgent": "yes", "day": "2021-07-20", "at": "2021-07-20T09:30:00+09:00", "way": "fax", "note": "山田様宛"} {
				if got[id] != want {
					t.Errorf("%s: %q, want %q", id, got[id], want)
				}
			}
			if _, err := w.RunView(t.Context(), person("so", actor.SystemOperations), run); !fault.Is(err, fault.NotFound) {
				t.Error(err)
			}
			if n := w.count(`SELECT count(*) FROM audit_entry WHERE detail LIKE '%山田%' OR detail LIKE '%1200%'`); n != 0 {
				t.Errorf("%d audit entries tell it", n)
			}
		},
	})
}

func TestFieldsThatAreWrong(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"come back all at once and nothing is kept": func(t *testing.T, w *world) {
			s := w.step(w.begin(), "draft")
			tests := []struct {
				field, value, want string
			}{
				{"amount", "", "workflow.field.needed"}, {"amount", "abc", "workflow.field.number"}, {"amount", "-1", "workflow.field.yen"},
				{"amount", "99999999999999999999", "workflow.field.number"}, {"amount", "1.5", "workflow.field.number"},
				{"urgent", "perhaps", "workflow.field.choice"}, {"day", "2021-02-30", "workflow.field.date"}, {"at", "noon", "workflow.field.datetime"},
				{"way", "post", "workflow.field.choice"}, {"note", strings.Repeat("長", 1001), "workflow.field.long"}, {"note", "a\xff", "workflow.field.text"},
				{"colour", "red", "workflow.field.unknown"}, {"pieces", "three", "workflow.field.number"},
			}
			for _, test := range tests {
				fields := map[string]string{"amount": "1", "urgent": "no"}
				fields[test.field] = test.value
				_, err := w.Complete(t.Context(), funds, s.ID, s.Rev, workflow.Done{Fields: fields})
				var f *fault.Error
				if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Fields["field."+test.field] != test.want || len(f.Fields) != 1 {
					t.Errorf("%s %q: %v", test.field, test.value, err)
				}
			}
			_, err := w.Complete(t.Context(), funds, s.ID, s.Rev, workflow.Done{})
			var f *fault.Error
			if !errors.As(err, &f) || len(f.Fields) != 2 {
				t.Errorf("nothing filled in: %v", err)
			}
			w.stands(s.RunID, map[string]workflow.State{"draft": workflow.Ready})
		},
		"a task that failed needs none": func(t *testing.T, w *world) {
			s := w.step(w.begin(), "draft")
			if _, err := w.Complete(t.Context(), funds, s.ID, s.Rev, workflow.Done{Outcome: "failed", Comment: "様式がない"}); err != nil {
				t.Fatal(err)
			}
		},
	})
}
