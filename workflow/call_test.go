package workflow_test

import (
	"strings"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// head is called by others: it takes two inputs and gives two outputs, one of them personal.
var head = book("PB-H", `part: true
inputs:
  - {id: customer, ~l, type: text, required: true, personal: true}
  - {id: urgent, ~l, type: yesno, default: false}
variables:
  - {id: loss, ~l, type: yen, default: 0}
  - {id: told, ~l, type: text, personal: true}
outputs: [loss, told]
steps:
  - {id: look, kind: task, ~w, fields: [{id: sum, ~l, type: yen, required: true}, {id: said, ~l, type: text, required: true}], set: {loss: "${sum}", told: "${said}"}}
  - {id: rush, kind: task, after: [look], when: vars.urgent, ~w}
  - {id: closed, kind: end, after: [rush], ~t}
`)

// caller calls the head and goes on with what it gave.
var caller = book("PB-80", `variables:
  - {id: who, ~l, type: text, personal: true}
  - {id: sum, ~l, type: yen, default: 0}
  - {id: word, ~l, type: text, personal: true}
steps:
  - {id: ask, kind: task, ~w, fields: [{id: name, ~l, type: text, required: true}], set: {who: "${name}"}}
  - {id: part, kind: playbook, after: [ask], ~t, role: operator, playbook: PB-H, with: {customer: "${ask.name}", urgent: true}, set: {sum: "${loss}", word: "${told}"}}
  - {id: grave, kind: switch, after: [part], ~t, outcomes: [{id: much, ~x, if: vars.sum > 100}, {id: little, ~x, goes_on: true}]}
  - {id: phone, kind: task, after: [grave], when: grave == "much", ~w}
  - {id: finished, kind: end, after: [phone], ~t}
`)

func (h *house) calls() string {
	h.t.Helper()
	h.publish(head)
	return h.opens(caller)
}

func TestAPlaybookCallsAnother(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"its end finishes the step, and what it gives is kept; personal values stay sealed": func(t *testing.T, h *house) {
			run := h.calls()
			h.does(run, "ask", "", "name=山田")
			h.reads(run, "ask done, part running, (look ready, rush waiting, closed waiting), grave waiting, phone waiting, finished waiting")
			h.does(run, "look", "", "sum=500", "said=怒っている")
			h.reads(run, "ask done, part running, (look done, rush ready, closed waiting), grave waiting, phone waiting, finished waiting")
			h.does(run, "rush", "")
			h.reads(run, "ask done, part done, (look done, rush done, closed done), grave done=much, phone ready, finished waiting")
			part := h.step(run, "part")
			if part.Output["loss"] != int64(500) || len(part.Output) != 1 || part.DoneBy != "system:playbook" {
				t.Errorf("it gave %v, done by %q", part.Output, part.DoneBy)
			}
			if n := h.count(`SELECT count(*) FROM run_variable WHERE value LIKE '%怒%' OR value LIKE '%山田%'`); n != 0 {
				t.Error("a personal value is kept open")
			}
			if n := h.count(`SELECT count(*) FROM run_variable WHERE run_id = ? AND name = 'word' AND known = 1`, run); n != 1 {
				t.Error("the personal output did not arrive")
			}
			h.does(run, "phone", "")
			h.outcome(run, workflow.Succeeded)
		},
		"it is pinned when the first run begins: publishing changes no run": func(t *testing.T, h *house) {
			run := h.calls()
			h.publish(strings.ReplaceAll(head, "rush", "hurry") + "# other\n")
			h.does(run, "ask", "", "name=山田")
			h.reads(run, "ask done, part running, (look ready, rush waiting, closed waiting), grave waiting, phone waiting, finished waiting")
		},
		"a playbook that is part of others is not begun by itself": func(t *testing.T, h *house) {
			h.publish(head)
			_, err := h.tryStart("PB-H")
			refusedAs(t, err, "workflow.playbook.part")
		},
		"what is called must be there, when it is published and when a run starts": func(t *testing.T, h *house) {
			_, err := h.Publish(t.Context(), product, parsed(t, caller))
			refusedAs(t, err, "workflow.playbook.called")
			h.exec(`INSERT INTO playbook_version (id, slug, version, body, sha256, published_by, published_at) VALUES ('v', 'PB-80', 1, ?, ?, 'x', 1)`, caller, strings.Repeat("a", 64))
			_, err = h.tryStart("PB-80")
			refusedAs(t, err, "workflow.playbook.called")
		},
		"what it asks for must be given in its type": func(t *testing.T, h *house) {
			h.publish(head)
			_, err := h.Publish(t.Context(), product, parsed(t, strings.Replace(caller, "urgent: true", "urgent: 7", 1)))
			refusedAs(t, err, "workflow.playbook.faults")
			h.publish(caller)
			_, err = h.Publish(t.Context(), product, parsed(t, strings.Replace(head, "customer", "client", 1)))
			refusedAs(t, err, "workflow.playbook.caller") // it would keep the caller from beginning
			if n := h.count(`SELECT count(*) FROM playbook_version WHERE slug = 'PB-H'`); n != 1 {
				t.Errorf("%d versions", n)
			}
			if _, err := h.PublishAll(t.Context(), product, []*playbooks.Definition{
				parsed(t, strings.Replace(caller, "customer:", "client:", 1)), parsed(t, strings.Replace(head, "customer", "client", 1)),
			}); err != nil { // both at once
				t.Error(err)
			}
		},
		"a circle is refused": func(t *testing.T, h *house) {
			h.publish(link("PB-C1", ""))
			h.publish(link("PB-C2", "PB-C1"))
			_, err := h.Publish(t.Context(), product, parsed(t, link("PB-C1", "PB-C2")))
			refusedAs(t, err, "workflow.playbook.circle")
			_, err = h.Publish(t.Context(), product, parsed(t, link("PB-C3", "PB-C3")))
			refusedAs(t, err, "workflow.playbook")
		},
		"eight may stand below each other, not nine": func(t *testing.T, h *house) {
			h.publish(link("PB-D0", ""))
			for i := 1; i <= 8; i++ {
				h.publish(link("PB-D"+string(rune('0'+i)), "PB-D"+string(rune('0'+i-1))))
			}
			if _, err := h.tryStart("PB-D8"); err != nil {
				t.Fatal(err)
			}
			if n := h.count(`SELECT count(*) FROM run`); n != 9 {
				t.Errorf("%d runs", n)
			}
			_, err := h.Publish(t.Context(), product, parsed(t, link("PB-D9", "PB-D8")))
			refusedAs(t, err, "workflow.playbook.deep")
		},
		"its steps are open tasks, in the lists, and seen by their roles alone": func(t *testing.T, h *house) {
			run := h.calls()
			h.does(run, "ask", "", "name=山田")
			if n := h.openTasks(); n != 6 { // part, grave, phone; look, rush
				t.Logf("%d open", n)
			}
			list, _, err := h.Tasks(t.Context(), operator, workflow.Filter{Mine: true}, workflow.Page{})
			if err != nil || len(list) != 1 || list[0].StepID != "look" || list[0].Step.Title.JA != "あ" || list[0].Playbook.JA != "あ" {
				t.Fatalf("%v %+v", err, list)
			}
			stranger := person("x", actor.SystemOperations)
			if _, err := h.RunView(t.Context(), stranger, run); !fault.Is(err, fault.NotFound) {
				t.Errorf("a stranger sees it: %v", err)
			}
			runs := h.count(`SELECT count(*) FROM run`)
			top, err := h.runsOf()
			if err != nil || len(top) != 1 || runs != 2 || top[0].ID != run {
				t.Errorf("%v %d of %d", err, len(top), runs)
			}
		},
		"cancelling the run cancels what it called": func(t *testing.T, h *house) {
			run := h.calls()
			h.does(run, "ask", "", "name=山田")
			r := h.view(run).Run
			if _, err := h.Cancel(t.Context(), responder, run, r.Rev, "誤報"); err != nil {
				t.Fatal(err)
			}
			h.reads(run, "ask done, part cancelled, (look cancelled, rush cancelled, closed cancelled), grave cancelled, phone cancelled, finished cancelled")
			if n := h.count(`SELECT count(*) FROM run WHERE state = 'running'`); n != 0 {
				t.Errorf("%d run on", n)
			}
		},
		"what was cancelled by itself is put before a person, who has it done again": func(t *testing.T, h *house) {
			run := h.calls()
			h.does(run, "ask", "", "name=山田")
			child := h.step(run, "part").Children[0].Run
			if _, err := h.Cancel(t.Context(), responder, child.ID, child.Rev, "人違い"); err != nil {
				t.Fatal(err)
			}
			h.reads(run, "ask done, part held/cancelled, (look cancelled, rush cancelled, closed cancelled), grave waiting, phone waiting, finished waiting")
			h.resolves(run, "part", workflow.Again)
			part := h.step(run, "part")
			if part.State != workflow.Working || len(part.Runs) != 2 || part.Runs[1].State != workflow.Running {
				t.Fatalf("part is %s with %d runs", part.State, len(part.Runs))
			}
			h.does(run, "look", "", "sum=5", "said=はい")
			h.does(run, "rush", "")
			h.outcome(run, workflow.Succeeded)
		},
		"what failed in it fails the step": func(t *testing.T, h *house) {
			run := h.calls()
			h.does(run, "ask", "", "name=山田")
			h.does(run, "look", "failed", "sum=5", "said=はい")
			h.does(run, "rush", "")
			h.reads(run, "ask done, part held/failed, (look done/failed, rush done, closed done), grave waiting, phone waiting, finished waiting")
			h.resolves(run, "part", workflow.Accept)
			h.outcome(run, workflow.Failed)
		},
		"a call that is done can be done again, with a run of its own": func(t *testing.T, h *house) {
			run := h.calls()
			h.does(run, "ask", "", "name=山田")
			h.does(run, "look", "", "sum=5", "said=はい")
			h.does(run, "rush", "")
			h.outcome(run, workflow.Succeeded)
			if err := h.redoes(run, "part"); err != nil {
				t.Fatal(err)
			}
			h.reads(run, "ask done, part running, (look ready, rush waiting, closed waiting), grave waiting, phone waiting, finished waiting")
			h.does(run, "look", "", "sum=900", "said=はい")
			h.does(run, "rush", "")
			h.reads(run, "ask done, part done, (look done, rush done, closed done), grave done=much, phone ready, finished waiting")
			part := h.step(run, "part")
			if len(part.Earlier) != 1 || part.Earlier[0].Output["loss"] != int64(5) || len(part.Runs) != 2 {
				t.Errorf("earlier %+v, runs %d", part.Earlier, len(part.Runs))
			}
		},
		"a step in it can be done again after all has ended": func(t *testing.T, h *house) {
			run := h.calls()
			h.does(run, "ask", "", "name=山田")
			h.does(run, "look", "", "sum=5", "said=はい")
			h.does(run, "rush", "")
			h.outcome(run, workflow.Succeeded)
			if err := h.redoes(run, "look"); err != nil {
				t.Fatal(err)
			}
			h.reads(run, "ask done, part running, (look ready, rush done, closed waiting), grave waiting, phone waiting, finished waiting")
			h.does(run, "look", "", "sum=900", "said=いいえ")
			h.reads(run, "ask done, part done, (look done, rush done, closed done), grave done=much, phone ready, finished waiting")
			if part := h.step(run, "part"); len(part.Earlier) != 1 || part.Earlier[0].Outcome != workflow.Succeeded {
				t.Errorf("earlier %+v", part.Earlier)
			}
		},
		"one in a run that was replaced cannot": func(t *testing.T, h *house) {
			run := h.calls()
			h.does(run, "ask", "", "name=山田")
			h.does(run, "look", "", "sum=5", "said=はい")
			h.does(run, "rush", "")
			old := h.deep(run, "look")
			if err := h.redoes(run, "part"); err != nil {
				t.Fatal(err)
			}
			_, err := h.Redo(t.Context(), responder, old.ID, old.Rev, "違う")
			refusedAs(t, err, "workflow.redo.part")
		},
		"a running call can be left out, and what it began ends": func(t *testing.T, h *house) {
			run := h.calls()
			h.does(run, "ask", "", "name=山田")
			part := h.step(run, "part")
			if _, err := h.Skip(t.Context(), responder, part.ID, part.Rev, "不要"); err != nil {
				t.Fatal(err)
			}
			h.reads(run, "ask done, part skipped, (look cancelled, rush cancelled, closed cancelled), grave done=little, phone skipped, finished done")
		},
	})
}

// link calls another playbook, or nobody.
func link(slug, called string) string {
	step := "  - {id: only, kind: task, ~w}\n"
	if called != "" {
		step = "  - {id: only, kind: playbook, ~t, role: operator, playbook: " + called + "}\n"
	}
	return book(slug, "steps:\n"+step+"  - {id: finished, kind: end, after: [only], ~t}\n")
}
