package workflow_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/workflow"
)

// short writes a playbook: TITLE and SAY stand for what every step has.
func short(slug, steps string) string {
	steps = strings.NewReplacer(
		"TITLE", "title: {ja: あ, en: a}",
		"SAY", "title: {ja: あ, en: a}, instructions: {ja: あ, en: a}",
		"ASK", "title: {ja: あ, en: a}, question: {ja: あ, en: a}",
	).Replace(steps)
	return "playbook: " + slug + "\ntitle: {ja: 試し, en: Trial}\n" + strings.TrimLeft(steps, "\n")
}

// of publishes a playbook and begins it.
func (w *world) of(steps string) (run string) {
	w.t.Helper()
	w.publish(short("PB-93", steps))
	r, err := w.tryStart("PB-93")
	if err != nil {
		w.t.Fatal(err)
	}
	return r.ID
}

// freezing is a playbook whose action may fail and names what follows.
const freezing = `
steps:
  - {id: begin, kind: task, SAY, role: funds}
  - {id: freeze, kind: action, after: [begin], TITLE, role: legal, do: facts.freeze, on_failure: byhand}
  - {id: byhand, kind: task, after: [freeze], SAY, role: legal}
  - {id: next, kind: task, after: [freeze, byhand], SAY, role: legal}
  - {id: finished, kind: end, after: [next], TITLE}
`

// helping is a playbook whose task names what follows when it fails.
const helping = `
steps:
  - {id: begin, kind: task, SAY, role: funds, timeout: 5m, on_failure: byhand}
  - {id: byhand, kind: task, after: [begin], SAY, role: legal}
  - {id: next, kind: task, after: [begin, byhand], SAY, role: legal}
  - {id: finished, kind: end, after: [next], TITLE}
`

var refusal = fault.New(fault.Refused, "facts.none", nil)

// cannot lets the frozen facts fail for good.
func (w *world) cannot() {
	w.onFreeze = func(context.Context, workflow.Call) error { return refusal }
}

// says finishes a task with an outcome that needs a word.
func (w *world) says(run, id string, o workflow.Outcome) {
	w.t.Helper()
	s := w.step(run, id)
	by := person("of-"+id, actor.Role(s.Role))
	if _, err := w.Complete(w.t.Context(), by, s.ID, s.Rev, workflow.Done{Outcome: string(o), Comment: "できなかった"}); err != nil {
		w.t.Fatalf("%s: %v", id, err)
	}
}

// ends fails unless a run has ended so.
func (w *world) ends(run string, o workflow.Outcome) {
	w.t.Helper()
	if v := w.view(run); v.Run.State != workflow.Ended || v.Run.Outcome != o {
		w.t.Errorf("the run is %s %q, want %s", v.Run.State, v.Run.Outcome, o)
	}
}

func TestAFailureGoesTheWayItsPlaybookSays(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"to the step that is named for it, and the run is none the worse": func(t *testing.T, w *world) {
			w.cannot()
			run := w.of(freezing)
			w.do(run, "begin", "")
			w.settle()
			f := w.step(run, "freeze")
			if f.State != workflow.Finished || f.Outcome != workflow.Failed || f.DoneBy != "system:playbook" || f.Work.Problem != "facts.none" {
				t.Fatalf("%+v", f.StepRun)
			}
			w.stands(run, map[string]workflow.State{"byhand": workflow.Ready, "next": workflow.Waiting})
			if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'step.failed'`); n != 1 {
				t.Errorf("%d entries", n)
			}
			w.do(run, "byhand", "")
			w.do(run, "next", "")
			w.ends(run, workflow.Succeeded)
		},
		"the named step that fails in its turn makes the run fail": func(_ *testing.T, w *world) {
			w.cannot()
			run := w.of(freezing)
			w.do(run, "begin", "")
			w.settle()
			w.says(run, "byhand", workflow.Failed)
			w.do(run, "next", "")
			w.ends(run, workflow.Failed)
		},
		"a named step that is left out takes nothing over": func(t *testing.T, w *world) {
			w.cannot()
			run := w.of(freezing)
			w.do(run, "begin", "")
			w.settle()
			s := w.step(run, "byhand")
			if _, err := w.Skip(t.Context(), responder, s.ID, s.Rev, "不要"); err != nil {
				t.Fatal(err)
			}
			w.do(run, "next", "")
			w.ends(run, workflow.Failed)
		},
		"the named step is left out when nothing failed, and says why": func(t *testing.T, w *world) {
			run := w.of(freezing)
			w.do(run, "begin", "")
			w.settle()
			s := w.step(run, "byhand")
			if s.State != workflow.Skipped || s.Seen.When != `steps.freeze in ["failed", "timed_out"]` || s.Seen.Values["steps.freeze"] != "done" {
				t.Fatalf("%s %+v", s.State, s.Seen)
			}
			w.stands(run, map[string]workflow.State{"next": workflow.Ready})
		},
		"done again and failed this time, the named step gets its turn after all": func(t *testing.T, w *world) {
			run := w.of(freezing)
			w.do(run, "begin", "")
			w.settle()
			w.cannot()
			s := w.step(run, "freeze")
			if _, err := w.Redo(t.Context(), legal, s.ID, s.Rev, "版が違う"); err != nil {
				t.Fatal(err)
			}
			w.settle()
			w.stands(run, map[string]workflow.State{"byhand": workflow.Ready, "next": workflow.Waiting})
		},
		"what is unknown is held, whatever is named; accepted, it is not taken for failed": func(t *testing.T, w *world) {
			w.onFreeze = func(context.Context, workflow.Call) error { return uncertain }
			run := w.of(freezing)
			w.do(run, "begin", "")
			w.settle()
			s := w.step(run, "freeze")
			if s.State != workflow.Held || s.Outcome != workflow.Unknown {
				t.Fatalf("%s %s", s.State, s.Outcome)
			}
			w.stands(run, map[string]workflow.State{"byhand": workflow.Waiting})
			if _, err := w.Resolve(t.Context(), legal, s.ID, s.Rev, workflow.Accept, "確認できない"); err != nil {
				t.Fatal(err)
			}
			w.stands(run, map[string]workflow.State{"byhand": workflow.Skipped, "next": workflow.Ready})
			w.do(run, "next", "")
			w.ends(run, workflow.Unknown)
		},
		"on, when the playbook says so: on record, and the run is none the worse": func(t *testing.T, w *world) {
			w.cannot()
			run := w.of(strings.Replace(strings.Replace(freezing, "on_failure: byhand", "on_failure: continue", 1), "on_failure: byhand", "", 1))
			w.do(run, "begin", "")
			w.settle()
			if f := w.step(run, "freeze"); f.State != workflow.Finished || f.Outcome != workflow.Failed {
				t.Fatalf("%+v", f.StepRun)
			}
			w.do(run, "byhand", "")
			w.do(run, "next", "")
			w.ends(run, workflow.Succeeded)
		},
		"nowhere, when nothing is said: a person decides": func(t *testing.T, w *world) {
			w.cannot()
			run := w.of(strings.Replace(freezing, ", on_failure: byhand", "", 1))
			w.do(run, "begin", "")
			w.settle()
			w.stands(run, map[string]workflow.State{"freeze": workflow.Held, "byhand": workflow.Waiting})
		},
		"a task that somebody completes as failed": func(_ *testing.T, w *world) {
			run := w.of(helping)
			w.says(run, "begin", workflow.Failed)
			w.stands(run, map[string]workflow.State{"byhand": workflow.Ready, "next": workflow.Waiting})
			w.do(run, "byhand", "")
			w.do(run, "next", "")
			w.ends(run, workflow.Succeeded)
		},
	})
}

// limited is a playbook with a time limit on a step of each kind.
const limited = `
steps:
  - {id: begin, kind: task, SAY, role: funds, timeout: 30m}
  - {id: choose, kind: decision, after: [begin], ASK, role: legal, timeout: 30m, outcomes: [{id: "yes", text: {ja: あ, en: a}, goes_on: true}, {id: "no", text: {ja: あ, en: a}, goes_on: true}]}
  - {id: approve, kind: approval, after: [choose], not_by: [begin], SAY, role: legal, of: letters, back_to: begin, timeout: 1h}
  - {id: send, kind: action, after: [approve], TITLE, role: funds, do: letters.send, approved_by: approve, timeout: 10m, retry: {times: 9, pause: 3m}, with: {amount: 1, urgent: true, text: あ}}
  - {id: next, kind: task, after: [send], SAY, role: legal}
  - {id: finished, kind: end, after: [next], TITLE}
`

// past lets time go by and the engine look.
func (w *world) past(d time.Duration) {
	w.t.Helper()
	w.clock.Add(d)
	w.settle()
}

// isHeld fails unless a step waits for a person's decision with an outcome.
func (w *world) isHeld(run, id string, o workflow.Outcome) workflow.StepView {
	w.t.Helper()
	s := w.step(run, id)
	if s.State != workflow.Held || s.Outcome != o {
		w.t.Fatalf("%s is %s %q, want held %s", id, s.State, s.Outcome, o)
	}
	return s
}

func (w *world) resolved(s workflow.StepView, how workflow.How) error {
	w.t.Helper()
	_, err := w.Resolve(w.t.Context(), responder, s.ID, s.Rev, how, "確認した")
	return err
}

// toAction brings the playbook with limits to its action.
func (w *world) toAction() (run string) {
	w.t.Helper()
	run = w.of(limited)
	w.do(run, "begin", "")
	w.do(run, "choose", "yes")
	s := w.step(run, "approve")
	if _, err := w.Complete(w.t.Context(), legal, s.ID, s.Rev, workflow.Done{Outcome: workflow.Approved, Digest: s.Now}); err != nil {
		w.t.Fatal(err)
	}
	w.stands(run, map[string]workflow.State{"send": workflow.Working})
	return run
}

func TestTheTimeOfAStepIsOver(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"of a person's: held, and done again it has its time anew": func(t *testing.T, w *world) {
			run := w.of(limited)
			w.past(30*time.Minute - time.Microsecond)
			w.stands(run, map[string]workflow.State{"begin": workflow.Ready})
			w.past(time.Microsecond)
			s := w.isHeld(run, "begin", workflow.TimedOut)
			if err := w.resolved(s, workflow.Again); err != nil {
				t.Fatal(err)
			}
			if s = w.step(run, "begin"); s.State != workflow.Ready || s.Iteration != 2 || s.Earlier[0].Outcome != workflow.TimedOut {
				t.Fatalf("%+v", s.StepRun)
			}
			w.past(29 * time.Minute)
			w.stands(run, map[string]workflow.State{"begin": workflow.Ready})
			w.past(time.Minute)
			w.isHeld(run, "begin", workflow.TimedOut)
		},
		"whoever was in time is not overtaken": func(_ *testing.T, w *world) {
			run := w.of(limited)
			w.do(run, "begin", "")
			w.past(10 * time.Minute)
			w.do(run, "choose", "yes")
			w.past(25 * time.Minute)
			w.stands(run, map[string]workflow.State{"begin": workflow.Finished, "choose": workflow.Finished, "approve": workflow.Ready})
		},
		"of a decision or an approval: nobody says afterwards that it was made": func(t *testing.T, w *world) {
			run := w.of(limited)
			w.do(run, "begin", "")
			w.past(time.Hour)
			s := w.isHeld(run, "choose", workflow.TimedOut)
			if err := w.resolved(s, workflow.Happened); key(err) != "workflow.how.open" {
				t.Fatal(err)
			}
			if err := w.resolved(s, workflow.Accept); err != nil {
				t.Fatal(err)
			}
			w.past(time.Hour)
			s = w.isHeld(run, "approve", workflow.TimedOut)
			if err := w.resolved(s, workflow.Happened); key(err) != "workflow.how.open" {
				t.Fatal(err)
			}
			if err := w.resolved(s, workflow.Accept); err != nil { // without it nothing is sent
				t.Fatal(err)
			}
			w.stands(run, map[string]workflow.State{"send": workflow.Skipped, "next": workflow.Ready})
			w.settle()
			w.do(run, "next", "")
			w.ends(run, workflow.TimedOut)
			if w.done("send") != 0 {
				t.Error("it was sent")
			}
		},
		"of an action between two attempts: it is not tried any more": func(t *testing.T, w *world) {
			w.onSend = func(context.Context, workflow.Call) error { return errBroken }
			run := w.toAction()
			w.settle()
			w.past(3 * time.Minute)
			if s := w.step(run, "send"); s.Work.Attempt != 2 {
				t.Fatalf("%+v", s.Work)
			}
			w.past(7 * time.Minute)
			s := w.isHeld(run, "send", workflow.TimedOut)
			if s.Work.State != "timed_out" || s.Work.Problem != "workflow.timeout" {
				t.Fatalf("%+v", s.Work)
			}
			calls := len(w.calls)
			w.past(time.Hour)
			if len(w.calls) != calls {
				t.Fatal("it was tried again")
			}
			w.onSend = nil
			if err := w.resolved(s, workflow.Again); err != nil {
				t.Fatal(err)
			}
			w.settle()
			w.stands(run, map[string]workflow.State{"send": workflow.Finished, "next": workflow.Ready})
			if w.calls[0].Key != w.calls[len(w.calls)-1].Key {
				t.Error("under another key")
			}
		},
		"while it prepares: it does not leave any more": func(t *testing.T, w *world) {
			run := w.toAction()
			w.onSend = func(context.Context, workflow.Call) error {
				w.clock.Add(10 * time.Minute)
				w.tick()
				return nil
			}
			w.settle()
			w.isHeld(run, "send", workflow.TimedOut)
			if w.done("send") != 0 {
				t.Fatal("it left")
			}
		},
		"while it is outside: nobody knows, until it comes back": func(t *testing.T, w *world) {
			run := w.toAction()
			w.onLeft = func(context.Context, workflow.Call) error {
				w.clock.Add(10 * time.Minute)
				w.tick()
				w.isHeld(run, "send", workflow.Unknown)
				return nil
			}
			w.settle()
			s := w.step(run, "send")
			if s.State != workflow.Finished || s.Outcome != workflow.Succeeded || s.Output["sent"] != int64(2) || w.done("send") != 1 {
				t.Fatalf("%+v", s.StepRun)
			}
		},
		"and it never comes back: nobody knows": func(t *testing.T, w *world) {
			run := w.toAction()
			w.onLeft = func(context.Context, workflow.Call) error {
				w.clock.Add(10 * time.Minute)
				w.tick()
				return errBroken
			}
			w.settle()
			w.past(time.Hour)
			s := w.isHeld(run, "send", workflow.Unknown)
			if w.done("send") != 1 || s.Work.State != "unknown" {
				t.Fatalf("sent %d times, %+v", w.done("send"), s.Work)
			}
		},
		"of a repeatable action that is under way: its result is kept, and it stays timed out": func(t *testing.T, w *world) {
			run := w.of(strings.Replace(freezing, "do: facts.freeze, on_failure: byhand", "do: report.read, timeout: 1m", 1))
			w.do(run, "begin", "")
			w.onFreeze = func(context.Context, workflow.Call) error {
				w.clock.Add(time.Minute)
				w.tick()
				return nil
			}
			w.settle()
			s := w.isHeld(run, "freeze", workflow.TimedOut)
			if s.Output["no"] != "R-1" {
				t.Fatalf("%+v", s.StepRun)
			}
			if err := w.resolved(s, workflow.Happened); err != nil {
				t.Fatal(err)
			}
			if s := w.step(run, "freeze"); s.Outcome != workflow.Succeeded || s.Output["no"] != "R-1" {
				t.Fatalf("%+v", s.StepRun)
			}
		},
		"while a person is about to finish it: the person is told, and loses nothing else": func(t *testing.T, w *world) {
			run := w.of(limited)
			page := w.step(run, "begin")
			w.clock.Add(time.Hour)
			theirs := workflow.NewStore(w.db, w.node1())
			between := w.node1()
			once := sync.Once{}
			between.Facts = func(ctx context.Context, tx *db.Tx, s workflow.Subject) (map[string]any, int64, error) {
				if tx.Dialect == db.Postgres { // SQLite has one writer: nobody can come between
					once.Do(func() {
						if err := theirs.Tick(t.Context()); err != nil {
							t.Error(err)
						}
					})
				}
				return facts(3)(ctx, tx, s)
			}
			_, err := workflow.NewStore(w.db, between).Complete(t.Context(), funds, page.ID, page.Rev, workflow.Done{})
			if w.db.Dialect == db.SQLite { // who is first is in time
				if w.tick(); err != nil {
					t.Fatal(err)
				}
				w.stands(run, map[string]workflow.State{"begin": workflow.Finished})
				return
			}
			lost(t, err, workflow.Held)
			w.isHeld(run, "begin", workflow.TimedOut)
		},
		"and the playbook says what follows": func(_ *testing.T, w *world) {
			run := w.of(helping)
			w.past(5 * time.Minute)
			w.stands(run, map[string]workflow.State{"begin": workflow.Finished, "byhand": workflow.Ready})
			w.do(run, "byhand", "")
			w.do(run, "next", "")
			w.ends(run, workflow.Succeeded)
		},
	})
}

func TestAnActionIsTriedAgainAsItsPlaybookSays(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"at most so often, after such pauses": func(t *testing.T, w *world) {
			w.onFreeze = func(context.Context, workflow.Call) error { return errBroken }
			run := w.of(strings.Replace(freezing, "on_failure: byhand", "retry: {times: 3, pause: 10s, factor: 3}", 1))
			w.do(run, "begin", "")
			w.settle()
			for n, pause := range []time.Duration{10 * time.Second, 30 * time.Second, 90 * time.Second} {
				w.past(pause - time.Microsecond)
				if s := w.step(run, "freeze"); s.State != workflow.Working || s.Work.Attempt != int64(n+1) {
					t.Fatalf("after attempt %d: %s %+v", n+1, s.State, s.Work)
				}
				w.past(time.Microsecond)
			}
			if s := w.isHeld(run, "freeze", workflow.Failed); s.Work.Attempt != 4 {
				t.Fatalf("%+v", s.Work)
			}
		},
		"not at all": func(t *testing.T, w *world) {
			w.onFreeze = func(context.Context, workflow.Call) error { return errBroken }
			run := w.of(strings.Replace(freezing, "on_failure: byhand", "retry: {times: 0, pause: 1s}", 1))
			w.do(run, "begin", "")
			w.settle()
			if s := w.isHeld(run, "freeze", workflow.Failed); s.Work.Attempt != 1 {
				t.Fatalf("%+v", s.Work)
			}
		},
	})
}
