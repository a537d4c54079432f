package workflow_test

import (
	"testing"

	"tasuke/internal/actor"
	"tasuke/workflow"
)

// pay is a playbook of work that is checked, the check approved, and what is paid on it; "count"
// and "restore" are ways that check nothing, "audit" a check that its condition leaves out.
const pay = `playbook: PB-93
title: {ja: 試し, en: Trial}
steps:
  - {id: loss, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: remediation}
  - {id: assess, kind: task, after: [loss], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: remediation}
  - {id: check, kind: task, after: [assess], not_by: [assess], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: funds}
  - {id: agree, kind: task, after: [check], not_by: [assess, check], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: executive}
  - {id: settle, kind: task, after: [agree], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: remediation}
  - {id: slip, kind: task, after: [settle], not_by: [agree], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: remediation}
  - {id: payment, kind: task, after: [slip], not_by: [slip, agree], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: funds}
  - {id: audit, kind: task, after: [assess], not_by: [assess], when: facts.victims > 9, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: legal}
  - {id: count, kind: task, after: [assess], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: responder}
  - {id: restore, kind: task, after: [settle], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: remediation}
  - {id: close, kind: task, after: [payment, restore, count, audit], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: executive}
  - {id: finished, kind: end, after: [close], title: {ja: あ, en: a}}
`

// paid works PB-93 up to some of its steps.
func (h *house) paid(steps ...string) (run string) {
	h.t.Helper()
	h.publish(pay)
	r, err := h.tryStart("PB-93")
	if err != nil {
		h.t.Fatal(err)
	}
	h.all(r.ID, steps...)
	return r.ID
}

func (h *house) all(run string, steps ...string) {
	h.t.Helper()
	for _, id := range steps {
		h.as(person("of-"+id, actor.Role(h.step(run, id).Role)), run, id)
	}
}

func (h *house) again(by actor.Actor, run, id string) {
	h.t.Helper()
	s := h.step(run, id)
	if _, err := h.Redo(h.t.Context(), by, s.ID, s.Rev, "算定の誤り"); err != nil {
		h.t.Fatalf("%s: %v", id, err)
	}
}

var everything = []string{"loss", "assess", "check", "agree", "settle", "slip", "payment", "count", "restore"}

func TestWhatCheckedWorkThatIsDoneAgainIsDoneAgainToo(t *testing.T) {
	const ready, waiting, done = workflow.Ready, workflow.Waiting, workflow.Finished
	remediation := person("rm", actor.Remediation)
	each(t, map[string]func(*testing.T, *house){
		"its checks, theirs, and what lies between; nothing else": func(t *testing.T, h *house) {
			run := h.paid(everything...)
			h.again(remediation, run, "assess")
			h.stands(run, map[string]workflow.State{
				"loss": done, "assess": ready, "check": waiting, "agree": waiting, "settle": waiting, "slip": waiting, "payment": waiting,
				"audit": workflow.Skipped, "count": done, "restore": done, "close": waiting,
			})
			s := h.step(run, "agree")
			if s.Iteration != 2 || s.Earlier[0].DoneBy != "of-agree" || s.Earlier[0].State != done || len(s.Comments) != 1 || s.Comments[0].Text != "算定の誤り" {
				t.Errorf("%+v", s)
			}
			for action, want := range map[string]int{"task.redone": 1, "step.renewed": 5} {
				if n := h.count(`SELECT count(*) FROM audit_entry WHERE action = ?`, action); n != want {
					t.Errorf("%d entries %s", n, action)
				}
			}
			for _, id := range []string{"assess", "check", "agree", "settle", "slip", "payment", "close"} { // one after the other
				if got := h.tasks(auditor, workflow.Filter{}); len(got) != 1 || got[0] != id {
					t.Fatalf("before %s: %v", id, got)
				}
				h.all(run, id)
			}
			if v := h.view(run); v.Run.State != workflow.Ended || v.Run.Outcome != workflow.Succeeded {
				t.Errorf("%+v", v.Run)
			}
		},
		"a way that checks nothing and was its turn comes again": func(t *testing.T, h *house) {
			run := h.paid("loss", "assess", "check", "agree", "settle")
			h.stands(run, map[string]workflow.State{"restore": ready, "slip": ready, "count": ready})
			h.again(remediation, run, "assess")
			h.stands(run, map[string]workflow.State{"check": waiting, "settle": waiting, "restore": waiting, "slip": waiting, "count": waiting})
			h.all(run, everything[1:]...)
			h.all(run, "close")
			if v := h.view(run); v.Run.State != workflow.Ended {
				t.Errorf("%+v", v.Run)
			}
		},
		"a check that is done again leaves what it checked": func(_ *testing.T, h *house) {
			run := h.paid(everything...)
			h.again(person("fn2", actor.Funds), run, "check")
			h.stands(run, map[string]workflow.State{"assess": done, "check": ready, "agree": waiting, "settle": waiting, "payment": waiting, "restore": done})
		},
		"work that nobody checks leaves what follows": func(_ *testing.T, h *house) {
			run := h.paid(everything...)
			h.again(remediation, run, "loss")
			h.stands(run, map[string]workflow.State{"loss": ready, "assess": done, "check": done, "payment": done, "close": ready, "finished": waiting})
		},
		"also when the run had ended": func(_ *testing.T, h *house) {
			run := h.paid(append(everything, "close")...)
			h.again(remediation, run, "assess")
			h.stands(run, map[string]workflow.State{"assess": ready, "check": waiting, "payment": waiting, "close": done, "finished": waiting})
		},
	})
}

func TestAnApprovalOfWorkThatIsDoneAgainIsGivenAgainAndActedOnAgain(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"the approval waits, and so does its action; ways beside it stay done": func(t *testing.T, w *world) {
			run := w.toAnswer()
			w.again(funds, run, "draft")
			w.stands(run, map[string]workflow.State{
				"draft": workflow.Ready, "approve": workflow.Waiting, "send": workflow.Waiting, "answer": workflow.Waiting,
				"freeze": workflow.Finished, "pause": workflow.Working,
			})
			w.settle()
			if w.done("send") != 1 {
				t.Fatalf("sent %d times", w.done("send"))
			}
			w.draft(run)
			w.settle()
			w.stands(run, map[string]workflow.State{"approve": workflow.Ready, "send": workflow.Waiting})
			if v := w.through(run); v.Run.Outcome != workflow.Succeeded || w.done("send") != 2 || w.done("freeze") != 1 {
				t.Errorf("%+v, sent %d times", v.Run, w.done("send"))
			}
		},
	})
}
