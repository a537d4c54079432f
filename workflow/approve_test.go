package workflow_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/workflow"
)

func TestApprovals(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"nobody approves what changed since they looked": func(t *testing.T, w *world) {
			run := w.begin()
			w.draft(run)
			s := w.step(run, "approve")
			w.exec(`UPDATE letter SET body = 'v2'`)
			for _, outcome := range []string{workflow.Approved, workflow.Rejected} {
				_, err := w.Complete(t.Context(), legal, s.ID, s.Rev, workflow.Done{Outcome: outcome, Comment: "x", Digest: s.Now})
				lost(t, err, workflow.Ready)
				if key(err) != "workflow.approval.changed" {
					t.Error(err)
				}
			}
			w.stands(run, map[string]workflow.State{"approve": workflow.Ready, "send": workflow.Waiting})
		},
		"nobody approves blindly, with another word, or without a reason for no": func(t *testing.T, w *world) {
			run := w.begin()
			w.draft(run)
			s := w.step(run, "approve")
			for want, d := range map[string]workflow.Done{
				"workflow.approval.changed": {Outcome: workflow.Approved},
				"workflow.outcome.unknown":  {Outcome: "done", Digest: s.Now},
				"workflow.comment.needed":   {Outcome: workflow.Rejected, Digest: s.Now},
			} {
				if _, err := w.Complete(t.Context(), legal, s.ID, s.Rev, d); key(err) != want {
					t.Errorf("%s: %v", want, err)
				}
			}
		},
		"nobody approves what they wrote, also with both roles": func(t *testing.T, w *world) {
			run := w.begin()
			both := person("both", actor.Funds, actor.Legal)
			d := w.step(run, "draft")
			if _, err := w.Complete(t.Context(), both, d.ID, d.Rev, workflow.Done{Fields: filledIn}); err != nil {
				t.Fatal(err)
			}
			s := w.step(run, "approve")
			if _, err := w.Complete(t.Context(), both, s.ID, s.Rev, workflow.Done{Outcome: workflow.Approved, Digest: s.Now}); key(err) != "actor.four_eyes" {
				t.Fatal(err)
			}
		},
		"nobody approves or rejects what they wrote, though others ticked the steps before": func(t *testing.T, w *world) {
			run := w.begin()
			w.draft(run)
			w.exec(`INSERT INTO maker (id) VALUES ('fn'), ('lg')`)
			for _, outcome := range []string{workflow.Approved, workflow.Rejected} {
				if err := w.approval(run, outcome); key(err) != "actor.four_eyes" || !fault.Is(err, fault.Refused) {
					t.Errorf("%s: %v", outcome, err)
				}
			}
			w.stands(run, map[string]workflow.State{"approve": workflow.Ready, "send": workflow.Waiting})
			w.exec(`DELETE FROM maker WHERE id = 'lg'`)
			if err := w.approval(run, workflow.Approved); err != nil {
				t.Fatal(err)
			}
		},
		"when it cannot be read who wrote it, nobody approves": func(t *testing.T, w *world) {
			run := w.begin()
			w.draft(run)
			w.opts.Approvables[0].Makers = func(context.Context, *db.Tx, workflow.Subject) ([]string, error) { return nil, errBroken }
			w.reopen()
			if err := w.approval(run, workflow.Approved); !errors.Is(err, errBroken) {
				t.Fatal(err)
			}
			w.stands(run, map[string]workflow.State{"approve": workflow.Ready})
		},
		"what cannot be approved as it is can be rejected, and not left out": func(t *testing.T, w *world) {
			run := w.begin()
			w.draft(run)
			w.exec(`UPDATE letter SET body = 'draft'`)
			if err := w.approval(run, workflow.Approved); key(err) != "workflow.approval.nothing" {
				t.Fatal(err)
			}
			s := w.step(run, "approve")
			if _, err := w.Skip(t.Context(), responder, s.ID, s.Rev, "急ぎ"); key(err) != "workflow.approval.skip" {
				t.Fatal(err)
			}
			if err := w.approval(run, workflow.Rejected); err != nil {
				t.Fatal(err)
			}
			w.stands(run, map[string]workflow.State{"draft": workflow.Ready, "approve": workflow.Waiting})
		},
		"where there is nothing to approve, who leads goes on without, and without what rests on it": func(t *testing.T, w *world) {
			run := w.begin()
			w.draft(run)
			w.exec(`UPDATE letter SET body = ''`)
			s := w.step(run, "approve")
			if _, err := w.Skip(t.Context(), legal, s.ID, s.Rev, "手渡しで済んだ"); key(err) != "workflow.lead" {
				t.Fatal(err)
			}
			if _, err := w.Skip(t.Context(), responder, s.ID, s.Rev, "手渡しで済んだ"); err != nil {
				t.Fatal(err)
			}
			w.settle()
			w.stands(run, map[string]workflow.State{"approve": workflow.Skipped, "send": workflow.Skipped, "answer": workflow.Working})
			if got := w.step(run, "send"); w.done("send") != 0 || got.Comment != "手渡しで済んだ" || got.DoneBy != "ir" {
				t.Fatalf("sent %d times: %+v", w.done("send"), got.StepRun)
			}
			w.exec(`UPDATE letter SET body = 'v2'`) // and then there is something after all
			s = w.step(run, "approve")
			if _, err := w.Redo(t.Context(), legal, s.ID, s.Rev, "追加の依頼"); err != nil {
				t.Fatal(err)
			}
			w.stands(run, map[string]workflow.State{"approve": workflow.Ready, "send": workflow.Waiting})
			if v := w.through(run); v.Run.Outcome != workflow.Succeeded || w.done("send") != 1 {
				t.Errorf("%+v", v.Run)
			}
		},
		"an approval is not left out, not even by who leads": func(t *testing.T, w *world) {
			run := w.begin()
			w.draft(run)
			s := w.step(run, "approve")
			if _, err := w.Skip(t.Context(), responder, s.ID, s.Rev, "急ぎ"); key(err) != "workflow.approval.skip" {
				t.Fatal(err)
			}
		},
		"the page shows what is approved, and the row keeps its digest": func(t *testing.T, w *world) {
			run := w.begin()
			w.draft(run)
			s := w.step(run, "approve")
			if s.Now != "sha256:v1" || len(s.Shown) != 1 || s.Shown[0].Value != "v1" || s.Voided {
				t.Fatalf("%+v", s)
			}
			if err := w.approval(run, workflow.Approved); err != nil {
				t.Fatal(err)
			}
			if s := w.step(run, "approve"); s.Digest != "sha256:v1" || s.Choice != workflow.Approved || s.State != workflow.Finished {
				t.Fatalf("%+v", s.StepRun)
			}
		},
		"a rejection sends the work back with its reason and is kept": func(t *testing.T, w *world) {
			run := w.begin()
			w.draft(run)
			w.settle() // the facts are frozen meanwhile
			if err := w.approval(run, workflow.Rejected); err != nil {
				t.Fatal(err)
			}
			w.stands(run, map[string]workflow.State{
				"draft": workflow.Ready, "fork": workflow.Waiting, "approve": workflow.Waiting, "send": workflow.Waiting, "freeze": workflow.Finished,
			})
			d := w.step(run, "draft")
			if d.Iteration != 2 || len(d.Comments) != 1 || d.Comments[0].Text != "理由" || d.Earlier[0].Fields["amount"] != "1200" {
				t.Errorf("%+v", d)
			}
			if a := w.step(run, "approve"); a.Iteration != 2 || a.Earlier[0].Choice != workflow.Rejected || a.Earlier[0].Comment != "理由" {
				t.Errorf("%+v", a)
			}
			if v := w.through(run); v.Run.Outcome != workflow.Succeeded || w.done("send") != 1 || w.done("freeze") != 1 {
				t.Errorf("%+v", v.Run)
			}
		},
	})
}

func TestAnApprovalIsVoidWhenWhatItApprovedChanges(t *testing.T) {
	void := func(t *testing.T, w *world, run string) {
		t.Helper()
		if w.done("send") != 0 {
			t.Fatal("it left")
		}
		a, s := w.step(run, "approve"), w.step(run, "send")
		if a.State != workflow.Ready || a.Iteration != 2 || !a.Voided || !bool(a.Earlier[0].Void) || a.Earlier[0].Digest != "sha256:v1" {
			t.Errorf("%+v", a.StepRun)
		}
		if len(a.Comments) != 1 || !strings.Contains(a.Comments[0].Text, "void: what it approved changed") {
			t.Errorf("%+v", a.Comments)
		}
		if s.State != workflow.Waiting || s.Iteration != 2 || s.Earlier[0].State != workflow.Cancelled {
			t.Errorf("%+v", s.StepRun)
		}
		if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'approval.voided'`); n != 1 {
			t.Errorf("%d entries", n)
		}
		if err := w.approval(run, workflow.Approved); err != nil {
			t.Fatal(err)
		}
		w.settle()
		w.stands(run, map[string]workflow.State{"send": workflow.Finished, "answer": workflow.Working})
		if w.done("send") != 1 {
			t.Errorf("sent %d times", w.done("send"))
		}
	}
	eachWorld(t, map[string]func(*testing.T, *world){
		"before the action acts": func(t *testing.T, w *world) {
			run := w.toSend()
			w.exec(`UPDATE letter SET body = 'v2'`)
			w.settle()
			void(t, w, run)
		},
		"while the action prepares, before it leaves": func(t *testing.T, w *world) {
			run := w.toSend()
			w.onSend = func(context.Context, workflow.Call) error {
				w.exec(`UPDATE letter SET body = 'v2'`)
				w.onSend = nil
				return nil
			}
			w.settle()
			void(t, w, run)
		},
		"not when it changed and changed back": func(t *testing.T, w *world) {
			run := w.toSend()
			w.exec(`UPDATE letter SET body = 'v2'`)
			w.exec(`UPDATE letter SET body = 'v1'`)
			w.settle()
			w.stands(run, map[string]workflow.State{"send": workflow.Finished})
		},
		"an approval taken back holds the action back": func(t *testing.T, w *world) {
			run := w.toSend()
			a := w.step(run, "approve")
			if _, err := w.Redo(t.Context(), legal, a.ID, a.Rev, "見落とし"); err != nil {
				t.Fatal(err)
			}
			w.settle()
			if w.done("send") != 0 {
				t.Fatal("it left")
			}
			w.stands(run, map[string]workflow.State{"approve": workflow.Ready, "send": workflow.Waiting})
			if v := w.through(run); v.Run.Outcome != workflow.Succeeded || w.done("send") != 1 {
				t.Errorf("%+v", v.Run)
			}
		},
		"an approval that cannot be read stops the action, not the approver": func(t *testing.T, w *world) {
			run := w.toSend()
			w.opts.Approvables[0].Digest = nil
			broken := w.opts.Approvables
			broken[0].Digest = brokenDigest
			w.reopen()
			for range 10 {
				w.settle()
				w.clock.Add(3600e9)
			}
			if w.done("send") != 0 {
				t.Fatal("it left")
			}
			if s := w.step(run, "send"); s.State != workflow.Held || s.Outcome != workflow.Failed {
				t.Fatalf("%s %s", s.State, s.Outcome)
			}
		},
	})
}

func TestTheFactsAreWhatTheSchemaSaysWhereverTheEngineGoesOn(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"a fact that is missing moves nothing and loses nothing": func(t *testing.T, w *world) {
			run := w.begin()
			w.draft(run)
			w.settle()
			whole := w.opts.Facts
			w.opts.Facts = noFacts
			w.restart()
			w.clock.Add(2 * 3600e9)
			if err := w.Tick(t.Context()); err == nil || fault.Is(err, fault.Refused) {
				t.Fatalf("got %v", err)
			}
			w.stands(run, map[string]workflow.State{"pause": workflow.Working})
			w.opts.Facts = whole
			w.restart()
			w.settle()
			w.stands(run, map[string]workflow.State{"pause": workflow.Finished})
		},
	})
}

var errBroken = errors.New("the letters cannot be read")
