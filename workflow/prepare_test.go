package workflow_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tasuke/internal/effect"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// preparing is a playbook whose people find something prepared and proposed.
const preparing = `
steps:
  - {id: look, kind: task, SAY, role: legal, prepare: report.read}
  - {id: choose, kind: decision, after: [look], ASK, role: legal, prepare: report.read, outcomes: [{id: many, text: {ja: あ, en: a}, goes_on: true, suggest: facts.victims > 9}, {id: few, text: {ja: あ, en: a}, goes_on: true, suggest: facts.victims > 0}, {id: none, text: {ja: あ, en: a}, goes_on: true}]}
  - {id: finished, kind: end, after: [choose], TITLE}
`

func TestWhatIsPreparedForAPerson(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"nobody waits for it, and what comes too late is not done": func(t *testing.T, w *world) {
			run := w.of(preparing)
			if s := w.step(run, "look"); s.State != workflow.Ready || s.Work.State != effect.Queued || len(s.Output) != 0 {
				t.Fatalf("%+v", s)
			}
			w.do(run, "look", "")
			w.settle()
			if s := w.step(run, "look"); s.State != workflow.Finished || s.Work.State != effect.Cancelled || len(s.Output) != 0 {
				t.Fatalf("%+v %+v", s.StepRun, s.Work)
			}
		},
		"it is shown as soon as it is there, disturbs nobody, and is kept": func(t *testing.T, w *world) {
			run := w.of(preparing)
			page := w.step(run, "look")
			w.settle()
			s := w.step(run, "look")
			if s.State != workflow.Ready || s.Work.State != effect.Done || s.Output["no"] != "R-1" {
				t.Fatalf("%+v %+v", s.StepRun, s.Work)
			}
			if _, err := w.Complete(t.Context(), legal, page.ID, page.Rev, workflow.Done{}); err != nil { // a page from before
				t.Fatal(err)
			}
			if s = w.step(run, "look"); s.Outcome != workflow.Succeeded || s.Output["no"] != "R-1" || s.DoneBy != legal.ID {
				t.Fatalf("%+v", s.StepRun)
			}
			for action, want := range map[string]int{"step.prepared": 1, "step.kept": 0} {
				if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = ?`, action); n != want {
					t.Errorf("%d entries %s", n, action)
				}
			}
		},
		"when it fails the page says so, and the person goes on by hand": func(t *testing.T, w *world) {
			w.cannot()
			run := w.of(preparing)
			w.settle()
			s := w.step(run, "look")
			if s.State != workflow.Ready || s.Work.State != effect.Failed || s.Work.Problem != "facts.none" {
				t.Fatalf("%+v %+v", s.StepRun, s.Work)
			}
			w.do(run, "look", "")
			w.stands(run, map[string]workflow.State{"look": workflow.Finished, "choose": workflow.Ready})
		},
		"done again it is prepared again, under another key": func(t *testing.T, w *world) {
			run := w.of(preparing)
			w.settle()
			w.do(run, "look", "")
			w.again(legal, run, "look")
			w.settle()
			if s := w.step(run, "look"); s.Output["no"] != "R-1" || w.count(`SELECT count(*) FROM effect`) != 3 { // choose had its turn, too
				t.Fatalf("%+v", s.StepRun)
			}
			if w.calls[0].Key == w.calls[len(w.calls)-1].Key {
				t.Error("the same key")
			}
		},
		"what is under way when the person is through is kept when it comes": func(t *testing.T, w *world) {
			run := w.of(preparing)
			w.onFreeze = func(context.Context, workflow.Call) error {
				w.onFreeze = nil
				w.do(run, "look", "")
				return nil
			}
			w.settle()
			if s := w.step(run, "look"); s.State != workflow.Finished || s.Output["no"] != "R-1" {
				t.Fatalf("%+v", s.StepRun)
			}
		},
		"a time that is over ends it too": func(t *testing.T, w *world) {
			run := w.of(strings.Replace(preparing, "prepare: report.read}", "prepare: report.read, timeout: 5m}", 1))
			w.clock.Add(5 * time.Minute)
			w.tick()
			w.settle()
			s := w.isHeld(run, "look", workflow.TimedOut)
			if s.Work.State != effect.Cancelled {
				t.Errorf("%+v", s.Work)
			}
		},
		"nothing that this program cannot do": func(t *testing.T, w *world) {
			w.opts.Kinds = w.opts.Kinds[:3]
			w.restart()
			d, _ := playbooks.Parse([]byte(short("PB-93", preparing)))
			if _, err := w.Publish(t.Context(), product, d); key(err) != "workflow.playbook.kind" {
				t.Error(err)
			}
		},
		"also deep inside": func(t *testing.T, w *world) {
			w.opts.Kinds = w.opts.Kinds[:3]
			w.restart()
			d, _ := playbooks.Parse([]byte(short("PB-93", nested)))
			if _, err := w.Publish(t.Context(), product, d); key(err) != "workflow.playbook.kind" {
				t.Error(err)
			}
		},
	})
}

func TestADecisionHasAProposal(t *testing.T) {
	decide := func(w *world, run, outcome string) workflow.StepView {
		w.t.Helper()
		w.do(run, "choose", outcome)
		return w.step(run, "choose")
	}
	eachWorld(t, map[string]func(*testing.T, *world){
		"the first that holds, with what it saw; whether it was followed is kept": func(t *testing.T, w *world) {
			run := w.of(preparing)
			w.do(run, "look", "")
			s := w.step(run, "choose")
			if s.Suggested == nil || s.Suggested.Outcome != "few" || s.Suggested.When != "facts.victims > 0" || s.Suggested.Values["facts.victims"] == nil || s.Suggested.Rev != 7 {
				t.Fatalf("%+v", s.Suggested)
			}
			s = decide(w, run, "none")
			if s.Choice != "none" || s.Suggested.Outcome != "few" || s.Suggested.Followed || s.Seen.Suggested.Outcome != "few" {
				t.Fatalf("%+v", s.Suggested)
			}
			w.again(legal, run, "choose")
			if s = decide(w, run, "few"); !s.Suggested.Followed {
				t.Fatalf("%+v", s.Suggested)
			}
		},
		"as things stand when it is made, not when its turn came": func(t *testing.T, w *world) {
			run := w.of(preparing)
			w.do(run, "look", "")
			w.opts.Facts = facts(20)
			w.reopen()
			if s := w.step(run, "choose"); s.Suggested.Outcome != "many" || s.Seen.Suggested.Outcome != "few" {
				t.Fatalf("%+v %+v", s.Suggested, s.Seen.Suggested)
			}
			if s := decide(w, run, "many"); s.Suggested.Outcome != "many" || !s.Suggested.Followed {
				t.Fatalf("%+v", s.Suggested)
			}
		},
		"none when none holds, and nobody is held up": func(t *testing.T, w *world) {
			w.opts.Facts = facts(0)
			w.reopen()
			run := w.of(preparing)
			w.do(run, "look", "")
			if s := w.step(run, "choose"); s.Suggested != nil {
				t.Fatalf("%+v", s.Suggested)
			}
			if s := decide(w, run, "none"); s.Suggested != nil {
				t.Fatalf("%+v", s.Suggested)
			}
		},
	})
}
