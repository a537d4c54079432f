package workflow_test

import (
	"testing"
	"time"

	"tasuke/workflow"
)

// twenty is a loop that uses up the passes of one transaction, and one behind it in which a person works.
const twenty = `
steps:
  - {id: begin, kind: task, SAY, role: funds}
  - id: fast
    kind: loop
    after: [begin]
    title: {ja: あ, en: a}
    role: funds
    max: 20
    at_max: continue
    until_true: facts.victims == 999
    steps:
      - {id: none, kind: switch, TITLE, outcomes: [{id: few, text: {ja: あ, en: a}, if: facts.victims == 3, goes_on: true}, {id: many, text: {ja: あ, en: a}, goes_on: true}]}
      - {id: over, kind: end, after: [none], TITLE}
  - id: slow
    kind: loop
    after: [fast]
    title: {ja: あ, en: a}
    role: funds
    max: 3
    until_true: facts.victims == 3
    steps:
      - {id: phone, kind: task, SAY, role: funds}
      - {id: rung, kind: end, after: [phone], TITLE}
  - {id: finished, kind: end, after: [slow], TITLE}
`

func TestALoopWhoseFirstPassIsPutOffIsNotOutOfTime(t *testing.T) {
	begin := func(t *testing.T, w *world) string {
		run := w.of(twenty)
		w.do(run, "begin", "")
		if s := w.step(run, "slow"); s.State != workflow.Working || len(s.Runs) != 0 {
			t.Fatalf("slow is %s with %d runs: the test is not about a pass that is put off", s.State, len(s.Runs))
		}
		return run
	}
	eachWorld(t, map[string]func(*testing.T, *world){
		"however often the engine looks": func(t *testing.T, w *world) {
			run := begin(t, w)
			for range 3 {
				w.past(time.Second)
			}
			if s := w.step(run, "slow"); s.State != workflow.Working || len(s.Children) != 1 || s.Children[0].Run.State != workflow.Running {
				t.Fatalf("slow is %s %s", s.State, s.Outcome)
			}
			w.does(run, "phone", "")
			w.ends(run, workflow.Succeeded)
		},
		"nor after a pause": func(t *testing.T, w *world) {
			run := begin(t, w)
			w.pause(run)
			w.past(time.Hour)
			w.resume(run)
			for range 3 {
				w.past(time.Second)
			}
			if s := w.step(run, "slow"); s.State != workflow.Working || len(s.Children) != 1 || s.Children[0].Run.State != workflow.Running {
				t.Fatalf("slow is %s %s", s.State, s.Outcome)
			}
			w.does(run, "phone", "")
			w.ends(run, workflow.Succeeded)
		},
	})
}
