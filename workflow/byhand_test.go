package workflow_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/workflow"
)

// checked is a playbook whose check has a time limit and is done by somebody else.
const checked = `
steps:
  - {id: make, kind: task, SAY, role: funds}
  - {id: check, kind: task, after: [make], not_by: [make], SAY, role: funds, timeout: 1h}
  - {id: count, kind: task, after: [check], SAY, role: legal, timeout: 1h, fields: [{id: n, label: {ja: 数, en: Number}, type: number, required: true}]}
  - {id: finished, kind: end, after: [count], TITLE}
`

func TestWhatIsHeldIsNotAWayAroundTheRules(t *testing.T) {
	resolve := func(w *world, run, id string, by string, how workflow.How) error {
		s := w.step(run, id)
		who := responder
		switch by {
		case funds.ID:
			who = funds
		case legal.ID:
			who = legal
		}
		_, err := w.Resolve(w.t.Context(), who, s.ID, s.Rev, how, "確認した")
		return err
	}
	eachWorld(t, map[string]func(*testing.T, *world){
		"who made it does not say that the check was made, nor that it goes on without": func(t *testing.T, w *world) {
			run := w.of(checked)
			s := w.step(run, "make")
			if _, err := w.Complete(t.Context(), funds, s.ID, s.Rev, workflow.Done{}); err != nil {
				t.Fatal(err)
			}
			w.past(time.Hour)
			w.isHeld(run, "check", workflow.TimedOut)
			for _, how := range []workflow.How{workflow.Happened, workflow.Accept} {
				if err := resolve(w, run, "check", funds.ID, how); key(err) != "actor.four_eyes" {
					t.Fatalf("%s: %v", how, err)
				}
			}
			if err := resolve(w, run, "check", funds.ID, workflow.Again); err != nil {
				t.Fatal(err)
			}
		},
		"a task is done by its role, also when it is late": func(t *testing.T, w *world) {
			run := w.of(checked)
			w.past(time.Second)
			w.do(run, "make", "")
			w.past(time.Hour)
			if err := resolve(w, run, "check", responder.ID, workflow.Happened); key(err) != "workflow.role" {
				t.Fatal(err)
			}
			if err := resolve(w, run, "check", responder.ID, workflow.Accept); err != nil {
				t.Fatal(err)
			}
		},
		"with what has to be filled in": func(t *testing.T, w *world) {
			run := w.of(checked)
			w.do(run, "make", "")
			s := w.step(run, "check")
			if _, err := w.Complete(t.Context(), person("other", actor.Funds), s.ID, s.Rev, workflow.Done{}); err != nil {
				t.Fatal(err)
			}
			w.past(time.Hour)
			if err := resolve(w, run, "count", legal.ID, workflow.Happened); key(err) != "workflow.how.open" {
				t.Fatal(err)
			}
			if hows := w.step(run, "count").Hows(); !slices.Equal(hows, []workflow.How{workflow.Again, workflow.Accept}) {
				t.Errorf("%v", hows)
			}
		},
		"what comes before it is open again: it waits for that": func(t *testing.T, w *world) {
			w.cannot()
			run := w.of(strings.Replace(freezing, ", on_failure: byhand", "", 1))
			w.do(run, "begin", "")
			w.settle()
			w.isHeld(run, "freeze", workflow.Failed)
			w.again(funds, run, "begin")
			w.onFreeze = nil
			before := len(w.calls)
			w.resolves(run, "freeze", workflow.Again)
			w.settle()
			if len(w.calls) != before {
				t.Fatal("it acted on work that is open again")
			}
			w.stands(run, map[string]workflow.State{"freeze": workflow.Waiting})
			w.do(run, "begin", "")
			w.settle()
			if s := w.step(run, "freeze"); s.State != workflow.Finished || s.Outcome != workflow.Succeeded || w.done("freeze") != 1 {
				t.Fatalf("%s %s", s.State, s.Outcome)
			}
		},
		"that a step is to be left out is asked anew when its turn comes anew": func(t *testing.T, w *world) {
			run := w.of(leaving)
			w.do(run, "begin", "")
			if err := w.leave(run, "both", responder); err != nil {
				t.Fatal(err)
			}
			w.again(funds, run, "begin")
			w.do(run, "begin", "")
			if err := w.leave(run, "both", chief); err != nil {
				t.Fatal(err)
			}
			if s := w.step(run, "both"); s.State != workflow.Ready || s.SkipBy != chief.ID {
				t.Fatalf("%s, asked by %s", s.State, s.SkipBy)
			}
		},
	})
}

// sending sends without an approval: its action leaves and is done again by itself.
const sending = `
steps:
  - {id: begin, kind: task, SAY, role: funds}
  - {id: report, kind: action, after: [begin], TITLE, role: legal, do: report.file, with: {version: 1}, timeout: 10m}
  - {id: finished, kind: end, after: [report], TITLE}
`

func TestAnActionThatHasLeft(t *testing.T) {
	begin := func(w *world, left func(run string) error) string {
		var run string
		w.opts.Kinds[2].Do = func(ctx context.Context, c workflow.Call, leaving func(context.Context) error) (map[string]any, error) {
			if err := leaving(ctx); err != nil {
				return nil, err
			}
			return map[string]any{"no": "R-1"}, left(run)
		}
		w.restart()
		run = w.of(sending)
		w.do(run, "begin", "")
		w.settle()
		return run
	}
	eachWorld(t, map[string]func(*testing.T, *world){
		"and is not back yet is not done again under another key": func(t *testing.T, w *world) {
			var refused error
			once := sync.Once{}
			run := begin(w, func(run string) error {
				once.Do(func() {
					w.clock.Add(10 * time.Minute)
					w.tick()
					s := w.isHeld(run, "report", workflow.Unknown)
					_, refused = w.Redo(t.Context(), legal, s.ID, s.Rev, "もう一度")
				})
				return nil
			})
			if key(refused) != "workflow.redo.underway" {
				t.Errorf("got %v", refused)
			}
			if s := w.step(run, "report"); s.State != workflow.Finished || s.Iteration != 1 {
				t.Fatalf("%s, iteration %d", s.State, s.Iteration)
			}
		},
		"and rests between two attempts when the run is cancelled is unknown": func(t *testing.T, w *world) {
			run := begin(w, func(string) error { return errBroken })
			if _, err := w.Cancel(t.Context(), responder, run, w.view(run).Run.Rev, "誤検知"); err != nil {
				t.Fatal(err)
			}
			if s := w.step(run, "report"); s.State != workflow.Cancelled || s.Outcome != workflow.Unknown {
				t.Fatalf("%s %s", s.State, s.Outcome)
			}
		},
	})
}

func TestTheTimeOfAStepInsideIsNotThatOfTheCall(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"the call has failed": func(t *testing.T, w *world) {
			w.publish(short("PB-94", strings.Replace(strings.Replace(part, "{id: mark, kind: task,", "{id: mark, kind: task, timeout: 5m,", 1), "  - {id: unlock, kind: task, SAY, role: funds, compensates: lock}\n", "", 1)+
				"exception:\n  - {id: warn, kind: task, SAY, role: legal}\n  - {id: warned, kind: end, after: [warn], TITLE}\n"))
			run := w.of(calling)
			w.does(run, "begin", "")
			w.does(run, "lock", "")
			w.past(5 * time.Minute)
			w.does(run, "warn", "")
			if s := w.step(run, "part"); s.Outcome != workflow.Failed {
				t.Fatalf("%s %s", s.State, s.Outcome)
			}
		},
	})
}
