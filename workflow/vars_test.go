package workflow_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/workflow"
)

// loss has inputs, variables, a switch over them, and a wait until a moment that a person gave.
const loss = `inputs:
  - {id: case_no, ~l, type: text, required: true}
  - {id: victim, ~l, type: text, personal: true}
variables:
  - {id: amount, ~l, type: yen}
  - {id: limit, ~l, type: yen, default: 1000}
  - {id: until, ~l, type: date}
  - {id: who, ~l, type: text, personal: true}
steps:
  - {id: ask, kind: task, ~w, fields: [{id: sum, ~l, type: yen}, {id: day, ~l, type: date, required: true}, {id: name, ~l, type: text}], set: {amount: "${sum}", until: "${day}", who: "${name}"}}
  - {id: grave, kind: switch, after: [ask], ~t, outcomes: [{id: much, ~x, if: vars.amount != nil and vars.amount > 5000}, {id: little, ~x, if: vars.amount != nil and facts.victims < 9}, {id: nothing, ~x, goes_on: true}]}
  - {id: phone, kind: task, after: [grave], when: grave == "much", ~w}
  - {id: write, kind: task, after: [grave], when: grave == "little", ~w}
  - {id: wait, kind: wait, after: [phone, write], ~t, role: operator, until: "${vars.until}", when: vars.until != nil}
  - {id: finished, kind: end, after: [wait], ~t}
`

func (h *house) with(slug string, inputs map[string]string) (r workflow.Run, err error) {
	err = h.db.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		r, err = h.StartWith(ctx, tx, operator, workflow.Starting{Slug: slug, Subject: incident, T0: tx.Now, Inputs: inputs})
		return err
	})
	return r, err
}

func (h *house) texts(query string) (out []string) {
	h.t.Helper()
	if err := h.db.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Select(ctx, &out, query) }); err != nil {
		h.t.Fatal(err)
	}
	return out
}

func TestARunKeepsItsVariables(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a run does not begin without what it needs": func(t *testing.T, h *house) {
			h.publish(book("PB-80", loss))
			_, err := h.with("PB-80", map[string]string{"amount": "3", "victim": strings.Repeat("あ", 1001)})
			var f *fault.Error
			if !fault.Is(err, fault.Invalid) || !asFault(err, &f) || f.Fields["input.case_no"] != "workflow.field.needed" ||
				f.Fields["input.amount"] != "workflow.field.unknown" || f.Fields["input.victim"] != "workflow.field.long" {
				t.Fatalf("got %v %v", err, f)
			}
			if n := h.count(`SELECT count(*) FROM run`); n != 0 {
				t.Fatalf("%d runs", n)
			}
		},
		"personal values are sealed, and the page does not show them": func(t *testing.T, h *house) {
			h.publish(book("PB-80", loss))
			run, err := h.with("PB-80", map[string]string{"case_no": "C-1", "victim": "山田花子"})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range h.texts(`SELECT value FROM run_variable ORDER BY name`) {
				if strings.Contains(v, "山田") {
					t.Errorf("kept open: %s", v)
				}
			}
			if n := h.count(`SELECT count(*) FROM run_variable WHERE name = 'victim' AND known = 1 AND sealed IS NOT NULL AND value = ''`); n != 1 {
				t.Error("it is not sealed")
			}
			for _, k := range h.view(run.ID).Variables {
				want := map[string]string{"case_no": "C-1", "limit": "1000"}[k.ID]
				if k.Value != want || k.Known != (k.ID == "case_no" || k.ID == "limit" || k.ID == "victim") {
					t.Errorf("%s is %q, known %v", k.ID, k.Value, k.Known)
				}
			}
		},
		"the switch takes the first outcome that holds, and what it saw is kept": func(t *testing.T, h *house) {
			h.publish(book("PB-80", loss))
			run, err := h.with("PB-80", map[string]string{"case_no": "C-1"})
			if err != nil {
				t.Fatal(err)
			}
			h.does(run.ID, "ask", "", "sum=４，０００円", "day=2021-07-20", "name=山田")
			h.reads(run.ID, "ask done, grave done=little, phone skipped, write ready, wait waiting, finished waiting")
			seen := h.step(run.ID, "grave").Seen
			if seen.When == "" || seen.Values["vars.amount"] != float64(4000) || seen.Values["facts.victims"] != float64(3) || seen.Rev != 7 {
				t.Errorf("it saw %+v", seen)
			}
			if why := h.step(run.ID, "phone").Seen; why.Values["grave"] != "little" {
				t.Errorf("skipped for %+v", why)
			}
			h.does(run.ID, "write", "")
			h.stands(run.ID, map[string]workflow.State{"wait": workflow.Working})
			h.clock.Set(time.Date(2021, 7, 20, 14, 59, 58, 0, time.UTC))
			h.tick()
			h.stands(run.ID, map[string]workflow.State{"wait": workflow.Working})
			h.later(time.Second) // the end of the day in Japan
			h.outcome(run.ID, workflow.Succeeded)
		},
		"a moment that is over is over at once": func(t *testing.T, h *house) {
			h.publish(book("PB-80", loss))
			run, err := h.with("PB-80", map[string]string{"case_no": "C-1"})
			if err != nil {
				t.Fatal(err)
			}
			h.does(run.ID, "ask", "", "sum=9000", "day=2021-07-18")
			h.does(run.ID, "phone", "")
			h.outcome(run.ID, workflow.Succeeded)
		},
		"what was left empty is not known any more, and the switch says so": func(t *testing.T, h *house) {
			h.publish(book("PB-80", loss))
			run, err := h.with("PB-80", map[string]string{"case_no": "C-1", "victim": "山田"})
			if err != nil {
				t.Fatal(err)
			}
			h.does(run.ID, "ask", "", "day=2021-07-20")
			h.reads(run.ID, "ask done, grave done=nothing, phone skipped, write skipped, wait running, finished waiting")
			if n := h.count(`SELECT count(*) FROM run_variable WHERE known = 0 AND name IN ('amount', 'who')`); n != 2 {
				t.Errorf("%d are unknown", n)
			}
		},
		"a step done again sets its variable again, and the switch chooses anew": func(t *testing.T, h *house) {
			h.publish(book("PB-80", loss))
			run, err := h.with("PB-80", map[string]string{"case_no": "C-1"})
			if err != nil {
				t.Fatal(err)
			}
			h.does(run.ID, "ask", "", "sum=4000", "day=2021-07-20")
			h.does(run.ID, "write", "")
			if err := h.redoes(run.ID, "ask"); err != nil {
				t.Fatal(err)
			}
			h.reads(run.ID, "ask ready, grave waiting, phone waiting, write done, wait waiting, finished waiting")
			h.does(run.ID, "ask", "", "sum=9000", "day=2021-07-20")
			h.reads(run.ID, "ask done, grave done=much, phone ready, write done, wait waiting, finished waiting")
		},
		"runs of one playbook share nothing": func(t *testing.T, h *house) {
			h.publish(book("PB-80", loss))
			run, err := h.with("PB-80", map[string]string{"case_no": "C-1"})
			if err != nil {
				t.Fatal(err)
			}
			h.does(run.ID, "ask", "", "sum=4000", "day=2021-07-18")
			h.does(run.ID, "write", "")
			h.outcome(run.ID, workflow.Succeeded)
			second, err := h.with("PB-80", map[string]string{"case_no": "C-2"})
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range h.view(second.ID).Variables {
				if k.ID == "amount" && k.Known || k.ID == "case_no" && k.Value != "C-2" {
					t.Errorf("%s is %q", k.ID, k.Value)
				}
			}
		},
	})
}
