package workflow_test

import (
	"strings"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/workflow"
)

func key(err error) string {
	if f, ok := err.(*fault.Error); ok {
		for _, k := range f.Fields {
			return k
		}
		return f.Key
	}
	return ""
}

func TestWhoMayDoWhat(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"who may not work on tasks completes none": func(t *testing.T, h *house) {
			call := h.step(h.start().ID, "call")
			if _, err := h.Complete(t.Context(), auditor, call.ID, call.Rev, ticked); !fault.Is(err, fault.Forbidden) {
				t.Fatal(err)
			}
		},
		"another role completes nothing and is given nothing, not even by somebody who leads, to themselves": func(t *testing.T, h *house) {
			call := h.step(h.start().ID, "call")
			if _, err := h.Complete(t.Context(), legal, call.ID, call.Rev, ticked); key(err) != "workflow.role" {
				t.Fatal(err)
			}
			for _, to := range []actor.Actor{legal, responder} {
				if _, err := h.Assign(t.Context(), responder, call.ID, call.Rev, to); key(err) != "workflow.assignee.role" || !fault.Is(err, fault.Refused) {
					t.Fatal(err)
				}
			}
			other := person("op2", actor.Operator)
			given, err := h.Assign(t.Context(), responder, call.ID, call.Rev, other)
			if err != nil {
				t.Fatal(err)
			}
			done, err := h.Complete(t.Context(), other, given.ID, given.Rev, ticked)
			if err != nil || done.DoneBy != "op2" || done.DoneByName != "name of op2" {
				t.Fatalf("%v %+v", err, done.StepRun)
			}
		},
		"who lost the role does not complete what was given before": func(t *testing.T, h *house) {
			call := h.step(h.start().ID, "call")
			given, err := h.Claim(t.Context(), operator, call.ID, call.Rev)
			if err != nil {
				t.Fatal(err)
			}
			moved := person(operator.ID, actor.Legal)
			if _, err := h.Complete(t.Context(), moved, given.ID, given.Rev, ticked); key(err) != "workflow.role" {
				t.Fatal(err)
			}
		},
		"only who leads the run assigns, skips and cancels": func(t *testing.T, h *house) {
			run := h.start()
			call := h.step(run.ID, "call")
			_, assign := h.Assign(t.Context(), operator, call.ID, call.Rev, legal)
			_, skip := h.Skip(t.Context(), operator, call.ID, call.Rev, "x")
			_, cancel := h.Cancel(t.Context(), operator, run.ID, run.Rev, "x")
			for _, err := range []error{assign, skip, cancel} {
				if key(err) != "workflow.lead" {
					t.Error(err)
				}
			}
		},
		"nobody is given a task who may not work on it": func(t *testing.T, h *house) {
			call := h.step(h.start().ID, "call")
			if _, err := h.Assign(t.Context(), responder, call.ID, call.Rev, auditor); key(err) != "workflow.assignee" {
				t.Fatal(err)
			}
		},
		"a claimed task is not claimed by another, but can be released": func(t *testing.T, h *house) {
			call := h.step(h.start().ID, "call")
			other := person("op2", actor.Operator)
			mine, err := h.Claim(t.Context(), operator, call.ID, call.Rev)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.Claim(t.Context(), other, mine.ID, mine.Rev); key(err) != "workflow.claimed" {
				t.Fatal(err)
			}
			if _, err := h.Release(t.Context(), other, mine.ID, mine.Rev); key(err) != "workflow.lead" {
				t.Fatal(err)
			}
			free, err := h.Release(t.Context(), operator, mine.ID, mine.Rev)
			if err != nil || free.Assignee != "" {
				t.Fatalf("%v %+v", err, free.StepRun)
			}
		},
		"a reader without the permission sees nothing": func(t *testing.T, h *house) {
			run := h.start()
			admin := person("ad", actor.Administrator)
			_, view := h.RunView(t.Context(), admin, run.ID)
			_, _, list := h.Tasks(t.Context(), admin, workflow.Filter{}, workflow.Page{})
			if !fault.Is(view, fault.Forbidden) || !fault.Is(list, fault.Forbidden) {
				t.Fatal(view, list)
			}
		},
	})
}

func TestWhatCannotBeSaid(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"a step whose turn it is not is not completed": func(t *testing.T, h *house) {
			s := h.step(h.start().ID, "report")
			if _, err := h.Complete(t.Context(), legal, s.ID, s.Rev, ticked); key(err) != "workflow.not_ready" {
				t.Fatal(err)
			}
		},
		"the end is nobody's to complete": func(t *testing.T, h *house) {
			s := h.step(h.start().ID, "finished")
			if _, err := h.Skip(t.Context(), responder, s.ID, s.Rev, "x"); key(err) != "workflow.not_ready" {
				t.Fatal(err)
			}
		},
		"outcomes, ticks and comments that are none": func(t *testing.T, h *house) {
			run := h.start()
			call := h.step(run.ID, "call")
			for want, d := range map[string]workflow.Done{
				"workflow.outcome.unknown": {Outcome: "skipped"},
				"workflow.checked.unknown": {Checked: []string{"fax"}},
				"workflow.comment.needed":  {Outcome: "failed", Comment: "  "},
				"workflow.comment.long":    {Comment: strings.Repeat("長", 4001)},
				"workflow.comment.text":    {Comment: "a\xff"},
			} {
				if _, err := h.Complete(t.Context(), operator, call.ID, call.Rev, d); key(err) != want || !fault.Is(err, fault.Invalid) {
					t.Errorf("%s: got %v", want, err)
				}
			}
			h.do(run.ID, "call", "")
			sent := h.step(run.ID, "sent")
			for _, outcome := range []string{"", "maybe", "done"} {
				if _, err := h.Complete(t.Context(), funds, sent.ID, sent.Rev, workflow.Done{Outcome: outcome}); key(err) != "workflow.outcome.unknown" {
					t.Errorf("%q: %v", outcome, err)
				}
			}
		},
		"a task or run that is not there, whatever the address says": func(t *testing.T, h *house) {
			for _, id := range []string{"", "nothing", "\x00", "口座", strings.Repeat("a", 5000), "' OR 1=1 --"} {
				_, complete := h.Complete(t.Context(), operator, id, 1, ticked)
				_, view := h.RunView(t.Context(), operator, id)
				_, cancel := h.Cancel(t.Context(), responder, id, 1, "x")
				if !fault.Is(complete, fault.NotFound) || !fault.Is(view, fault.NotFound) || !fault.Is(cancel, fault.NotFound) {
					t.Errorf("%q: %v, %v, %v", id, complete, view, cancel)
				}
			}
		},
	})
}

func TestDoingItAgain(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"what is not finished, or was skipped by its condition, is not done again": func(t *testing.T, h *house) {
			run := h.start()
			call := h.step(run.ID, "call")
			if _, err := h.Redo(t.Context(), operator, call.ID, call.Rev, "x"); key(err) != "workflow.redo" {
				t.Fatal(err)
			}
			h.do(run.ID, "call", "")
			alarm := h.step(run.ID, "alarm")
			if _, err := h.Redo(t.Context(), responder, alarm.ID, alarm.Rev, "x"); key(err) != "workflow.redo" {
				t.Fatal(err)
			}
		},
		"a decision taken back sends back what hung on it, and keeps the old answer visible": func(t *testing.T, h *house) {
			run := h.start()
			h.do(run.ID, "call", "")
			h.do(run.ID, "sent", "no")
			h.do(run.ID, "police", "")
			h.stands(run.ID, map[string]workflow.State{"phone": workflow.Skipped, "report": workflow.Ready})
			sent := h.step(run.ID, "sent")
			again, err := h.Redo(t.Context(), funds, sent.ID, sent.Rev, "送金記録が見つかった")
			if err != nil {
				t.Fatal(err)
			}
			if again.Iteration != 2 || again.State != workflow.Ready {
				t.Fatalf("%+v", again.StepRun)
			}
			h.stands(run.ID, map[string]workflow.State{
				"phone": workflow.Waiting, "report": workflow.Waiting, "police": workflow.Finished, "alarm": workflow.Skipped,
			})
			h.do(run.ID, "sent", "yes")
			h.stands(run.ID, map[string]workflow.State{"phone": workflow.Ready, "report": workflow.Waiting})
			s := h.step(run.ID, "sent")
			if len(s.Earlier) != 1 || s.Earlier[0].Choice != "no" || s.Choice != "yes" || len(s.Comments) != 1 || s.Comments[0].Text != "送金記録が見つかった" {
				t.Fatalf("%+v", s)
			}
			if phone := h.step(run.ID, "phone"); phone.Iteration != 2 || phone.Earlier[0].State != workflow.Skipped {
				t.Fatalf("%+v", phone.StepRun)
			}
		},
		"an old iteration is changed by nobody": func(t *testing.T, h *house) {
			run := h.start()
			done := h.do(run.ID, "call", "")
			if _, err := h.Redo(t.Context(), operator, done.ID, done.Rev, "x"); err != nil {
				t.Fatal(err)
			}
			old := h.step(run.ID, "call").Earlier[0]
			_, err := h.Redo(t.Context(), operator, old.ID, old.Rev, "x")
			lost(t, err, workflow.Ready)
		},
		"a step left out by a person can be done after all": func(t *testing.T, h *house) {
			run := h.start()
			call := h.step(run.ID, "call")
			left, err := h.Skip(t.Context(), responder, call.ID, call.Rev, "済")
			if err != nil || left.Outcome != workflow.WasSkipped || left.Comment != "済" {
				t.Fatalf("%v %+v", err, left.StepRun)
			}
			if _, err := h.Redo(t.Context(), operator, left.ID, left.Rev, "やはり行う"); err != nil {
				t.Fatal(err)
			}
			h.stands(run.ID, map[string]workflow.State{"call": workflow.Ready, "sent": workflow.Waiting, "police": workflow.Waiting})
		},
		"a cancelled run stays cancelled and another can begin": func(t *testing.T, h *house) {
			run := h.start()
			done := h.do(run.ID, "call", "")
			ended, err := h.Cancel(t.Context(), responder, run.ID, h.view(run.ID).Run.Rev, "誤検知")
			if err != nil || ended.State != workflow.Ended || ended.Outcome != workflow.WasCanceled {
				t.Fatalf("%v %+v", err, ended)
			}
			h.stands(run.ID, map[string]workflow.State{"call": workflow.Finished, "sent": workflow.Cancelled, "finished": workflow.Cancelled})
			if _, err := h.Redo(t.Context(), operator, done.ID, done.Rev, "x"); key(err) != "workflow.redo" {
				t.Fatal(err)
			}
			if next := h.start(); next.ID == run.ID {
				t.Fatal("the cancelled run came back")
			}
		},
		"an ended run does not go on beside a newer one": func(t *testing.T, h *house) {
			run := h.start()
			for _, s := range []string{"call", "sent", "police", "report"} {
				h.do(run.ID, s, map[string]string{"sent": "no"}[s])
			}
			h.start()
			last := h.step(run.ID, "report")
			if _, err := h.Redo(t.Context(), legal, last.ID, last.Rev, "x"); key(err) != "workflow.redo.running" {
				t.Fatal(err)
			}
		},
		"remarks are kept with their author, on finished steps too": func(t *testing.T, h *house) {
			run := h.start()
			done := h.do(run.ID, "call", "")
			if err := h.Comment(t.Context(), legal, done.ID, "折り返し待ち"); err != nil {
				t.Fatal(err)
			}
			if s := h.step(run.ID, "call"); len(s.Comments) != 1 || s.Comments[0].ByID != "lg" || s.Comments[0].Text != "折り返し待ち" {
				t.Fatalf("%+v", s.Comments)
			}
			if n := h.count(`SELECT count(*) FROM step_comment WHERE length(body) > 20`); n != 1 {
				t.Fatal("the remark is not sealed")
			}
		},
	})
}
