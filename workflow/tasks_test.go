package workflow_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/workflow"
)

// many starts n runs of different incidents, a minute apart.
func (h *house) many(n int) {
	h.t.Helper()
	for i := range n {
		h.clock.Add(time.Minute)
		if err := h.db.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := h.Start(ctx, tx, operator, "PB-90", workflow.Subject{Kind: "incident", ID: fmt.Sprintf("many-%d", i)}, tx.Now)
			return err
		}); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *house) tasks(by actor.Actor, f workflow.Filter) (out []string) {
	h.t.Helper()
	list, _, err := h.Tasks(h.t.Context(), by, f, workflow.Page{})
	if err != nil {
		h.t.Fatal(err)
	}
	for _, task := range list {
		out = append(out, task.StepID)
	}
	return out
}

func TestTheTaskList(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a state, role or cursor that does not exist is refused": func(t *testing.T, h *house) {
			_, _, state := h.Tasks(t.Context(), auditor, workflow.Filter{State: "lost"}, workflow.Page{})
			_, _, role := h.Tasks(t.Context(), auditor, workflow.Filter{Role: "bank"}, workflow.Page{})
			_, cursor := workflow.ParseCursor("x~\x00")
			for _, err := range []error{state, role, cursor} {
				if !fault.Is(err, fault.Invalid) {
					t.Error(err)
				}
			}
		},
		"pages follow each other without gap or repetition": func(t *testing.T, h *house) {
			h.many(7)
			seen, page := map[string]bool{}, workflow.Page{Limit: 3}
			var last db.Instant
			for range 3 {
				list, next, err := h.Tasks(t.Context(), auditor, workflow.Filter{}, page)
				if err != nil {
					t.Fatal(err)
				}
				for _, task := range list {
					if seen[task.ID] || task.DueAt < last {
						t.Fatalf("%s again, or out of order", task.ID)
					}
					seen[task.ID], last = true, task.DueAt
				}
				page.After, err = workflow.ParseCursor(next.String())
				if err != nil {
					t.Fatal(err)
				}
			}
			if len(seen) != 7 || !page.After.IsZero() {
				t.Fatalf("%d tasks", len(seen))
			}
		},
		"my list has what was given to me and what my role has, without what others took": func(t *testing.T, h *house) {
			run := h.start()
			h.do(run.ID, "call", "")
			if got := h.tasks(funds, workflow.Filter{Mine: true}); fmt.Sprint(got) != "[sent]" {
				t.Errorf("funds: %v", got)
			}
			sent := h.step(run.ID, "sent")
			if _, err := h.Claim(t.Context(), funds, sent.ID, sent.Rev); err != nil {
				t.Fatal(err)
			}
			if got := h.tasks(person("fn2", actor.Funds), workflow.Filter{Mine: true}); len(got) != 0 {
				t.Errorf("the other of funds: %v", got)
			}
			police := h.step(run.ID, "police")
			if _, err := h.Assign(t.Context(), responder, police.ID, police.Rev, legal); err != nil {
				t.Fatal(err)
			}
			if got := h.tasks(legal, workflow.Filter{Mine: true}); fmt.Sprint(got) != "[police]" {
				t.Errorf("legal: %v", got)
			}
			if got, err := h.NextActions(t.Context(), funds, 1); err != nil || len(got) != 1 || got[0].StepID != "sent" || got[0].Step.Title.EN != "a" {
				t.Errorf("next: %v %v", err, got)
			}
		},
		"by role, subject, state and lateness": func(t *testing.T, h *house) {
			h.many(1)
			run := h.start()
			h.do(run.ID, "call", "")
			h.clock.Add(30 * time.Minute)
			for want, f := range map[string]workflow.Filter{
				"[police]":      {Role: actor.Legal},
				"[sent police]": {Subject: incident},
				"[call sent]":   {Overdue: true},
				"[call]":        {State: workflow.Finished},
				"[alarm]":       {State: workflow.Skipped},
			} {
				if got := h.tasks(auditor, f); fmt.Sprint(got) != want {
					t.Errorf("%+v: %v, want %s", f, got, want)
				}
			}
		},
	})
}

// TestWhatIsAskedAllTheTimeWalksAnIndex looks at how SQLite means to answer: the list of open tasks
// and the timers walk partial indexes, so neither finished nor waiting runs cost them anything.
func TestWhatIsAskedAllTheTimeWalksAnIndex(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	for index, query := range map[string]string{
		"step_run_open": `SELECT s.id FROM step_run s JOIN run r ON r.id = s.run_id
			WHERE s.state IN ('ready', 'held') AND s.kind <> 'end' ORDER BY s.order_at, s.id LIMIT 51`,
		"run_parent": `SELECT id FROM run WHERE parent_id = 'a' AND parent_id <> '' AND parent_step = 'b' ORDER BY id DESC LIMIT 1`,
		"run_tree":   `SELECT id FROM run WHERE top_id = 'a' AND parent_id <> '' ORDER BY id DESC LIMIT 2000`,
		"step_run_wake": `SELECT id, run_id, wake_at FROM step_run WHERE state IN ('ready', 'running') AND wake_at > 0
			AND wake_at <= 5 AND (wake_at, id) > (0, '') ORDER BY wake_at, id LIMIT 100`,
	} {
		var plan []struct {
			ID, Parent, Notused int
			Detail              string
		}
		if err := h.db.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.Select(ctx, &plan, `EXPLAIN QUERY PLAN `+query)
		}); err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprint(plan); !strings.Contains(text, "USING INDEX "+index) && !strings.Contains(text, "USING COVERING INDEX "+index) || strings.Contains(text, "TEMP B-TREE") {
			t.Errorf("the plan is %s", text)
		}
	}
}
