package workflow_test

import (
	"testing"

	"tasuke/workflow"
)

// race has three ways that meet at a join.
func race(need, rest string) string {
	return book("PB-81", `steps:
  - {id: fork, kind: parallel, ~t}
  - {id: a, kind: task, after: [fork], ~w}
  - {id: b1, kind: task, after: [fork], ~w}
  - {id: b2, kind: wait, after: [b1], ~t, role: operator, for: 1h}
  - {id: c, kind: task, after: [fork], when: facts.victims > 9, ~w}
  - {id: met, kind: join, after: [a, b2, c], need: `+need+rest+`, ~t}
  - {id: later, kind: task, after: [met], ~w}
  - {id: finished, kind: end, after: [later], ~t}
`)
}

func TestAJoinWaitsForAsManyWaysAsItNeeds(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"all of them; a way that was skipped holds up nobody": func(t *testing.T, h *house) {
			run := h.opens(race("all", ""))
			h.does(run, "a", "")
			h.reads(run, "fork done, a done, b1 ready, b2 waiting, c skipped, met waiting, later waiting, finished waiting")
			h.does(run, "b1", "")
			h.later(3600e9)
			h.stands(run, map[string]workflow.State{"met": workflow.Finished, "later": workflow.Ready})
		},
		"one that was skipped has not come": func(t *testing.T, h *house) {
			run := h.opens(race("any", ", rest: continue"))
			h.stands(run, map[string]workflow.State{"c": workflow.Skipped, "met": workflow.Waiting})
		},
		"the other ways go on, and the run ends after them": func(t *testing.T, h *house) {
			run := h.opens(race("any", ", rest: continue"))
			h.does(run, "a", "")
			h.reads(run, "fork done, a done, b1 ready, b2 waiting, c skipped, met done, later ready, finished waiting")
			h.does(run, "later", "")
			h.stands(run, map[string]workflow.State{"finished": workflow.Waiting})
			h.does(run, "b1", "")
			h.later(3600e9)
			h.outcome(run, workflow.Succeeded)
		},
		"or they are cancelled": func(t *testing.T, h *house) {
			run := h.opens(race("1", ", rest: cancel"))
			h.does(run, "b1", "")
			h.does(run, "a", "")
			h.reads(run, "fork done, a done, b1 done, b2 cancelled, c skipped, met done, later ready, finished waiting")
			h.does(run, "later", "")
			h.outcome(run, workflow.Succeeded)
		},
		"when no more can come it does not wait": func(t *testing.T, h *house) {
			run := h.opens(race("2", ", rest: cancel"))
			h.does(run, "a", "")
			h.does(run, "b1", "")
			h.stands(run, map[string]workflow.State{"met": workflow.Waiting})
			wait := h.step(run, "b2")
			if _, err := h.Skip(t.Context(), responder, wait.ID, wait.Rev, "不要"); err != nil {
				t.Fatal(err)
			}
			h.stands(run, map[string]workflow.State{"met": workflow.Finished, "later": workflow.Ready})
		},
		"a way that is done again sends the join back, when it is needed": func(t *testing.T, h *house) {
			run := h.opens(race("2", ", rest: continue"))
			h.does(run, "a", "")
			h.does(run, "b1", "")
			h.later(3600e9)
			h.stands(run, map[string]workflow.State{"met": workflow.Finished, "later": workflow.Ready})
			if err := h.redoes(run, "a"); err != nil {
				t.Fatal(err)
			}
			h.stands(run, map[string]workflow.State{"met": workflow.Waiting, "later": workflow.Waiting})
			h.does(run, "a", "")
			h.stands(run, map[string]workflow.State{"met": workflow.Finished, "later": workflow.Ready})
		},
	})
}
