package workflow_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/workflow"
)

// watch has the house tell of its targets; what stands is kept by step.
func (h *house) watch() map[string]workflow.Target {
	stands := map[string]workflow.Target{}
	h.opts.Targets = workflow.Targets{
		Set: func(_ context.Context, _ *db.Tx, t workflow.Target) error {
			stands[t.StepRunID] = t
			return nil
		},
		Clear: func(_ context.Context, _ *db.Tx, id string) error {
			delete(stands, id)
			return nil
		},
	}
	h.restart()
	return stands
}

func TestPeopleAreRemindedOfTheTargetsOfTheirSteps(t *testing.T) {
	steps := func(h *house, run string, stands map[string]workflow.Target) (ids []string) {
		h.t.Helper()
		for _, s := range h.view(run).Steps {
			if _, ok := stands[s.ID]; ok {
				ids = append(ids, s.StepID)
			}
		}
		if len(ids) != len(stands) {
			h.t.Errorf("%d reminders stand for %d steps", len(stands), len(ids))
		}
		return ids
	}
	each(t, map[string]func(*testing.T, *house){
		"from the moment it is their turn until they have done it": func(t *testing.T, h *house) {
			stands := h.watch()
			run := h.start()
			if got := steps(h, run.ID, stands); !slices.Equal(got, []string{"call"}) {
				t.Fatalf("at the start %v", got)
			}
			first := slices.Collect(maps.Values(stands))[0]
			if first.Role != operator.Roles[0] || first.Due.Sub(first.From) != 10*time.Minute || first.Subject != incident {
				t.Errorf("%+v", first)
			}
			h.do(run.ID, "call", "")
			if got := steps(h, run.ID, stands); slices.Contains(got, "call") || !slices.Contains(got, "police") {
				t.Errorf("after the call %v", got)
			}
		},
		"no longer when it is not their turn any more, and again when it is": func(t *testing.T, h *house) {
			stands := h.watch()
			run := h.start()
			h.do(run.ID, "call", "")
			call := h.step(run.ID, "call")
			if _, err := h.Redo(t.Context(), operator, call.ID, call.Rev, "やり直し"); err != nil {
				t.Fatal(err)
			}
			if got := steps(h, run.ID, stands); !slices.Equal(got, []string{"call"}) {
				t.Errorf("done again %v", got)
			}
			h.do(run.ID, "call", "")
			if got := steps(h, run.ID, stands); !slices.Contains(got, "police") {
				t.Errorf("after the second call %v", got)
			}
		},
		"of a step that is held, at once, whoever's it is, until it has been decided": func(t *testing.T, h *house) {
			stands := h.watch()
			run := h.opens(book("PB-95", "steps:\n  - {id: ask, kind: task, ~w, target: 10m, timeout: 20m, fields: [{id: day, ~l, type: date, required: true}]}\n  - {id: rest, kind: wait, after: [ask], ~t, role: legal, until: \"${ask.day}\"}\n  - {id: finished, kind: end, after: [rest], ~t}\n"))
			h.later(20 * time.Minute)
			ask := h.step(run, "ask")
			if got := stands[ask.ID]; ask.State != workflow.Held || !got.Held || got.Due != ask.OrderAt || len(stands) != 1 {
				t.Fatalf("%s %+v", ask.State, stands)
			}
			h.resolves(run, "ask", workflow.Accept)
			rest := h.step(run, "rest")
			if got := stands[rest.ID]; rest.State != workflow.Held || !got.Held || got.Role != "legal" || len(stands) != 1 {
				t.Fatalf("%s %+v", rest.State, stands)
			}
			h.resolves(run, "rest", workflow.Accept)
			if h.outcome(run, workflow.Failed); len(stands) != 0 {
				t.Errorf("%+v", stands)
			}
		},
		"not after the run was cancelled": func(t *testing.T, h *house) {
			stands := h.watch()
			run := h.view(h.start().ID).Run
			if _, err := h.Cancel(t.Context(), responder, run.ID, run.Rev, "取り違え"); err != nil {
				t.Fatal(err)
			}
			if len(stands) != 0 {
				t.Errorf("%d reminders stand", len(stands))
			}
		},
	})
}
