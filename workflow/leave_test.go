package workflow_test

import (
	"context"
	"strings"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/workflow"
)

// leaving is a playbook whose steps say who may leave them out.
const leaving = `
steps:
  - {id: begin, kind: task, SAY, role: funds}
  - {id: must, kind: task, after: [begin], SAY, role: funds, skip: {never: true}}
  - {id: theirs, kind: task, after: [begin], SAY, role: funds, skip: {role: legal}}
  - {id: both, kind: task, after: [begin], SAY, role: funds, skip: {second: true}}
  - {id: legals, kind: task, after: [begin], SAY, role: funds, skip: {role: legal, second: true}}
  - {id: freeze, kind: action, after: [begin], TITLE, role: funds, do: facts.freeze, skip: {role: legal}}
  - {id: finished, kind: end, after: [must, theirs, both, legals, freeze], TITLE}
`

func (w *world) leave(run, id string, by actor.Actor) error {
	w.t.Helper()
	s := w.step(run, id)
	_, err := w.Skip(w.t.Context(), by, s.ID, s.Rev, "不要のため")
	return err
}

func TestWhoMayLeaveAStepOutIsWrittenInThePlaybook(t *testing.T) {
	begin := func(w *world) string {
		run := w.of(leaving)
		w.do(run, "begin", "")
		return run
	}
	eachWorld(t, map[string]func(*testing.T, *world){
		"nobody": func(t *testing.T, w *world) {
			run := begin(w)
			if err := w.leave(run, "must", responder); key(err) != "workflow.skip.never" || !fault.Is(err, fault.Refused) {
				t.Fatal(err)
			}
		},
		"a role, also against who leads": func(t *testing.T, w *world) {
			run := begin(w)
			for _, by := range []actor.Actor{responder, funds} {
				if err := w.leave(run, "theirs", by); key(err) != "workflow.role" {
					t.Fatal(err)
				}
			}
			if err := w.leave(run, "theirs", legal); err != nil {
				t.Fatal(err)
			}
			w.stands(run, map[string]workflow.State{"theirs": workflow.Skipped})
		},
		"two together: the first asks, another agrees, and both are on record": func(t *testing.T, w *world) {
			run := begin(w)
			if err := w.leave(run, "both", funds); key(err) != "workflow.lead" {
				t.Fatal(err)
			}
			if err := w.leave(run, "both", responder); err != nil {
				t.Fatal(err)
			}
			s := w.step(run, "both")
			if s.State != workflow.Ready || !s.SkipAsked || s.SkipBy != responder.ID || s.SkipByName != responder.Name || s.SkipAt.IsZero() || s.Comments[0].Text != "不要のため" {
				t.Fatalf("%+v", s)
			}
			if err := w.leave(run, "both", responder); key(err) != "actor.four_eyes" {
				t.Fatal(err)
			}
			if err := w.leave(run, "both", chief); err != nil {
				t.Fatal(err)
			}
			s = w.step(run, "both")
			if s.State != workflow.Skipped || s.SkipAsked || s.SkipBy != responder.ID || s.DoneBy != chief.ID {
				t.Fatalf("%+v", s.StepRun)
			}
			for action, who := range map[string]string{"task.skip_asked": responder.ID, "task.skipped": chief.ID} {
				if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = ? AND actor_id = ?`, action, who); n != 1 {
					t.Errorf("%d entries %s", n, action)
				}
			}
		},
		"two of a role": func(t *testing.T, w *world) {
			run := begin(w)
			if err := w.leave(run, "legals", legal); err != nil {
				t.Fatal(err)
			}
			if err := w.leave(run, "legals", chief); key(err) != "workflow.role" {
				t.Fatal(err)
			}
			if err := w.leave(run, "legals", legal2); err != nil {
				t.Fatal(err)
			}
			w.stands(run, map[string]workflow.State{"legals": workflow.Skipped})
		},
		"who asked, or who leads, takes it back; then it takes two again": func(t *testing.T, w *world) {
			run := begin(w)
			s := w.step(run, "legals")
			if _, err := w.WithdrawSkip(t.Context(), legal, s.ID, s.Rev); key(err) != "workflow.skip.none" {
				t.Fatal(err)
			}
			if err := w.leave(run, "legals", legal); err != nil {
				t.Fatal(err)
			}
			s = w.step(run, "legals")
			if _, err := w.WithdrawSkip(t.Context(), legal2, s.ID, s.Rev); key(err) != "workflow.lead" {
				t.Fatal(err)
			}
			if _, err := w.WithdrawSkip(t.Context(), legal, s.ID, s.Rev); err != nil {
				t.Fatal(err)
			}
			if err := w.leave(run, "legals", legal2); err != nil {
				t.Fatal(err)
			}
			if s = w.step(run, "legals"); s.State != workflow.Ready || s.SkipBy != legal2.ID {
				t.Fatalf("%+v", s.StepRun)
			}
			if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'task.skip_withdrawn'`); n != 1 {
				t.Errorf("%d entries", n)
			}
		},
		"a step that is done meanwhile is done, and nothing is asked any more": func(t *testing.T, w *world) {
			run := begin(w)
			if err := w.leave(run, "both", responder); err != nil {
				t.Fatal(err)
			}
			w.do(run, "both", "")
			if s := w.step(run, "both"); s.State != workflow.Finished || s.SkipAsked || s.SkipBy != "" {
				t.Fatalf("%+v", s.StepRun)
			}
		},
		"an agreement on a page from before the ask was taken back is refused": func(t *testing.T, w *world) {
			run := begin(w)
			if err := w.leave(run, "both", responder); err != nil {
				t.Fatal(err)
			}
			page := w.step(run, "both")
			if _, err := w.WithdrawSkip(t.Context(), responder, page.ID, page.Rev); err != nil {
				t.Fatal(err)
			}
			_, err := w.Skip(t.Context(), chief, page.ID, page.Rev, "賛成")
			lost(t, err, workflow.Ready)
		},
		"an action before it is carried out, and it is not": func(t *testing.T, w *world) {
			run := begin(w)
			if err := w.leave(run, "freeze", responder); key(err) != "workflow.role" {
				t.Fatal(err)
			}
			if err := w.leave(run, "freeze", legal); err != nil {
				t.Fatal(err)
			}
			w.settle()
			if w.stands(run, map[string]workflow.State{"freeze": workflow.Skipped}); w.done("freeze") != 0 {
				t.Error("it was done")
			}
		},
		"an action between two attempts, and it is not tried again": func(t *testing.T, w *world) {
			w.onFreeze = func(context.Context, workflow.Call) error { return errBroken }
			run := begin(w)
			w.settle()
			if err := w.leave(run, "freeze", legal); err != nil {
				t.Fatal(err)
			}
			calls := len(w.calls)
			w.past(3600e9)
			if len(w.calls) != calls {
				t.Error("it was tried again")
			}
		},
		"an action that is under way is not left out": func(t *testing.T, w *world) {
			run := w.of(strings.Replace(leaving, "do: facts.freeze", "do: report.read", 1))
			w.do(run, "begin", "")
			w.onFreeze = func(context.Context, workflow.Call) error {
				if err := w.leave(run, "freeze", legal); key(err) != "workflow.skip.underway" {
					t.Error(err)
				}
				return nil
			}
			w.settle()
			w.stands(run, map[string]workflow.State{"freeze": workflow.Finished})
		},
	})
}
