package workflow_test

import (
	"fmt"
	"strings"
	"testing"

	"tasuke/workflow"
)

// rounds asks until the count is reached.
func rounds(ends string) string {
	return book("PB-80", `variables:
  - {id: n, ~l, type: number, default: 0}
  - {id: round, ~l, type: number, default: 0}
steps:
  - {id: begin, kind: task, ~w, fields: [{id: n, ~l, type: number, required: true}], set: {n: "${n}"}}
  - id: again
    kind: loop
    after: [begin]
    title: {ja: あ, en: a}
    role: operator
    `+ends+`
    steps:
      - {id: ask, kind: task, ~w, fields: [{id: n, ~l, type: number, required: true}], set: {n: "${n}", round: "${vars.pass}"}}
      - {id: big, kind: switch, after: [ask], ~t, outcomes: [{id: odd, ~x, if: "vars.pass in [1, 3]"}, {id: even, ~x, goes_on: true}]}
      - {id: extra, kind: task, after: [big], when: big == "odd", ~w}
      - {id: turned, kind: end, after: [extra], ~t}
  - {id: finished, kind: end, after: [again], ~t}
`)
}

func (h *house) pass(run string, extra bool, n int) {
	h.t.Helper()
	h.does(run, "ask", "", fmt.Sprint("n=", n))
	if extra {
		h.does(run, "extra", "")
	}
}

func TestALoopTurns(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"until its condition holds behind a pass": func(t *testing.T, h *house) {
			run := h.opens(rounds("until_true: vars.n > 2\n    max: 5"))
			h.does(run, "begin", "", "n=0")
			h.reads(run, "begin done, again running, (ask ready, big waiting, extra waiting, turned waiting), finished waiting")
			h.pass(run, true, 1)
			h.reads(run, "begin done, again running, (ask done, big done=odd, extra done, turned done), (ask ready, big waiting, extra waiting, turned waiting), finished waiting")
			h.pass(run, false, 3)
			h.reads(run, "begin done, again done, (ask done, big done=odd, extra done, turned done), (ask done, big done=even, extra skipped, turned done), finished done")
			h.outcome(run, workflow.Succeeded)
			if seen := h.step(run, "again").Seen; seen.Values["vars.n"] != float64(3) {
				t.Errorf("it saw %+v", seen)
			}
			for _, k := range h.view(run).Variables {
				if k.ID == "round" && k.Value != "2" {
					t.Errorf("round %s", k.Value)
				}
			}
		},
		"not at all when the condition before it does not hold": func(t *testing.T, h *house) {
			run := h.opens(rounds("while: vars.n < 2\n    max: 5"))
			h.does(run, "begin", "", "n=4")
			h.reads(run, "begin done, again done, finished done")
			h.outcome(run, workflow.Succeeded)
		},
		"as long as the condition before it holds": func(t *testing.T, h *house) {
			run := h.opens(rounds("while: vars.n < 2\n    max: 2"))
			h.does(run, "begin", "", "n=0")
			h.pass(run, true, 1)
			h.pass(run, false, 2)
			h.outcome(run, workflow.Succeeded)
		},
		"and has failed when all its passes were not enough": func(t *testing.T, h *house) {
			for _, ends := range []string{"while: vars.n < 2\n    max: 2", "until_true: vars.n >= 2\n    max: 2"} {
				run := h.opens(rounds(ends))
				h.does(run, "begin", "", "n=0")
				h.pass(run, true, 1)
				h.pass(run, false, 1)
				h.stands(run, map[string]workflow.State{"again": workflow.Held})
				h.resolves(run, "again", workflow.Again) // all of it once more
				h.pass(run, true, 1)
				if again := h.step(run, "again"); again.Iteration != 2 || len(again.Runs) != 4 {
					t.Errorf("iteration %d, %d passes", again.Iteration, len(again.Runs))
				}
				h.pass(run, false, 2)
				h.outcome(run, workflow.Succeeded)
			}
		},
		"or goes on, where the playbook says so": func(t *testing.T, h *house) {
			run := h.opens(rounds("until_true: vars.n >= 2\n    max: 1\n    at_max: continue"))
			h.does(run, "begin", "", "n=0")
			h.pass(run, true, 1)
			h.outcome(run, workflow.Succeeded)
		},
		"a pass that was cancelled is held, and turned once more with its number": func(t *testing.T, h *house) {
			run := h.opens(rounds("until_true: vars.n > 2\n    max: 5"))
			h.does(run, "begin", "", "n=0")
			h.pass(run, true, 1)
			second := h.step(run, "again").Runs[1]
			if _, err := h.Cancel(t.Context(), responder, second.ID, second.Rev, "中止"); err != nil {
				t.Fatal(err)
			}
			h.stands(run, map[string]workflow.State{"again": workflow.Held})
			h.resolves(run, "again", workflow.Again)
			if runs := h.step(run, "again").Runs; len(runs) != 3 || runs[2].Pass != 2 {
				t.Errorf("passes %+v", runs)
			}
			h.pass(run, false, 3)
			h.outcome(run, workflow.Succeeded)
		},
		"a step of its last pass can be done again, one of an earlier pass cannot": func(t *testing.T, h *house) {
			run := h.opens(rounds("until_true: vars.n > 2\n    max: 5"))
			h.does(run, "begin", "", "n=0")
			h.pass(run, true, 1)
			h.pass(run, false, 3)
			first := h.step(run, "again").Children[0].Steps[0]
			_, err := h.Redo(t.Context(), responder, first.ID, first.Rev, "違う")
			refusedAs(t, err, "workflow.redo.part")
			last := h.step(run, "again").Children[1].Steps[0]
			if _, err := h.Redo(t.Context(), responder, last.ID, last.Rev, "違う"); err != nil {
				t.Fatal(err)
			}
			h.stands(run, map[string]workflow.State{"again": workflow.Working, "finished": workflow.Waiting})
			h.pass(run, false, 0)
			h.pass(run, true, 3) // the third
			h.outcome(run, workflow.Succeeded)
		},
		"a loop that is done can be done again from its first pass": func(t *testing.T, h *house) {
			run := h.opens(rounds("until_true: vars.n > 2\n    max: 5"))
			h.does(run, "begin", "", "n=0")
			h.pass(run, true, 3)
			if err := h.redoes(run, "again"); err != nil {
				t.Fatal(err)
			}
			h.reads(run, "begin done, again running, (ask ready, big waiting, extra waiting, turned waiting), finished waiting")
			h.pass(run, true, 3)
			h.outcome(run, workflow.Succeeded)
		},
		"a thousand passes without a person's work keep nobody waiting": func(t *testing.T, h *house) {
			run := h.opens(book("PB-80", `variables: [{id: n, ~l, type: number, default: 0}]
steps:
  - {id: begin, kind: task, ~w}
  - id: again
    kind: loop
    after: [begin]
    title: {ja: あ, en: a}
    role: operator
    until_true: facts.victims > 9
    max: 60
    at_max: continue
    steps:
      - {id: x, kind: switch, ~t, outcomes: [{id: a, ~x, if: facts.victims > 1, goes_on: true}, {id: b, ~x, goes_on: true}]}
      - {id: turned, kind: end, after: [x], ~t}
  - {id: finished, kind: end, after: [again], ~t}
`))
			h.does(run, "begin", "")
			if n := len(h.step(run, "again").Runs); n >= 60 {
				t.Fatalf("%d passes at once", n)
			}
			h.later(0)
			h.later(0)
			h.later(0)
			again := h.step(run, "again")
			if len(again.Runs) != 60 || again.State != workflow.Finished || len(again.Children) > 5 {
				t.Errorf("%d passes, %s, %d shown", len(again.Runs), again.State, len(again.Children))
			}
			h.outcome(run, workflow.Succeeded)
		},
	})
}

func TestALoopWithoutABoundIsRefused(t *testing.T) {
	t.Parallel()
	_, problems := playbooksLoad(strings.Replace(rounds("until_true: vars.n > 2\n    max: 5"), "    max: 5\n", "", 1))
	if len(problems) == 0 {
		t.Error("it has no fault")
	}
}
