package workflow_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tasuke/internal/fault"
	"tasuke/workflow"
)

// undone is a playbook whose work can be taken back, with an exception path.
const undone = `
steps:
  - {id: begin, kind: task, SAY, role: funds}
  - {id: freeze, kind: action, after: [begin], TITLE, role: legal, do: facts.freeze}
  - {id: lock, kind: task, after: [freeze], SAY, role: funds}
  - {id: read, kind: action, after: [lock], TITLE, role: funds, do: report.read}
  - {id: side, kind: task, after: [begin], SAY, role: legal}
  - {id: finished, kind: end, after: [read, side], TITLE}
  - {id: thaw, kind: action, TITLE, role: legal, do: report.read, compensates: freeze}
  - {id: unlock, kind: task, SAY, role: funds, compensates: lock}
  - {id: unside, kind: task, SAY, role: legal, compensates: side}
exception:
  - {id: tell, kind: task, SAY, role: legal}
  - {id: told, kind: end, after: [tell], TITLE}
`

// breaks lets one step's work fail for good.
func (w *world) breaks(step string, err error) {
	w.onFreeze = func(_ context.Context, c workflow.Call) error {
		if strings.Contains(c.Key, ":"+step+":") {
			return err
		}
		return nil
	}
}

// toRead brings the run to the action that may fail, with all before it done at different moments.
func (w *world) toRead(text string) (run string) {
	w.t.Helper()
	run = w.of(text)
	w.do(run, "begin", "")
	w.settle()
	w.clock.Add(time.Minute)
	w.do(run, "lock", "")
	w.clock.Add(time.Minute)
	return run
}

func TestARunThatIsGivenUpTakesBackWhatWasDone(t *testing.T) {
	cancel := func(w *world, run string) error {
		w.t.Helper()
		_, err := w.CancelUndoing(w.t.Context(), responder, run, w.view(run).Run.Rev, "誤検知")
		return err
	}
	eachWorld(t, map[string]func(*testing.T, *world){
		"the last first, then comes the exception path, and it ends with what caused it": func(t *testing.T, w *world) {
			w.breaks("read", refusal)
			run := w.toRead(undone)
			w.settle()
			w.reads(run, "begin done, freeze done, lock done, read done/failed, side cancelled, finished cancelled, thaw waiting, unlock ready, unside skipped")
			if v := w.view(run).Run; v.Phase != workflow.Undoing || v.GivingUp != workflow.Failed || v.State != workflow.Running {
				t.Fatalf("%+v", v)
			}
			if s := w.step(run, "unside"); s.Seen.Why != workflow.WhyNotUndone || s.Seen.Values["steps.side"] != "" {
				t.Errorf("%+v", s.Seen)
			}
			w.do(run, "unlock", "")
			w.stands(run, map[string]workflow.State{"thaw": workflow.Working})
			w.settle()
			v := w.view(run)
			if v.Run.Phase != workflow.Excepting || v.Exception == nil {
				t.Fatalf("%+v", v.Run)
			}
			w.do(v.Exception.Run.ID, "tell", "")
			w.ends(run, workflow.Failed)
		},
		"when nothing was done, the exception path comes at once": func(t *testing.T, w *world) {
			run := w.of(strings.Replace(undone, "- {id: begin, kind: task, SAY, role: funds}", "- {id: begin, kind: task, SAY, role: funds, timeout: 5m}", 1))
			w.past(5 * time.Minute)
			v := w.view(run)
			if v.Run.Phase != workflow.Excepting || v.Run.GivingUp != workflow.TimedOut || v.Exception == nil {
				t.Fatalf("%+v", v.Run)
			}
			w.do(v.Exception.Run.ID, "tell", "")
			w.ends(run, workflow.TimedOut)
		},
		"a task that somebody completes as failed gives it up too": func(t *testing.T, w *world) {
			run := w.of(undone)
			w.says(run, "begin", workflow.Failed)
			if v := w.view(run).Run; v.GivingUp != workflow.Failed || v.Phase != workflow.Excepting {
				t.Fatalf("%+v", v)
			}
		},
		"what is unknown gives nothing up: a person decides first": func(t *testing.T, w *world) {
			w.breaks("read", uncertain)
			run := w.toRead(undone)
			w.settle()
			s := w.isHeld(run, "read", workflow.Unknown)
			if err := w.resolved(s, workflow.Accept); err != nil {
				t.Fatal(err)
			}
			if v := w.view(run).Run; v.GivingUp != "" {
				t.Fatalf("%+v", v)
			}
			w.do(run, "side", "")
			w.ends(run, workflow.Unknown)
			w.stands(run, map[string]workflow.State{"thaw": workflow.Skipped, "unlock": workflow.Skipped})
		},
		"a run that ends as it should takes nothing back, and says so": func(t *testing.T, w *world) {
			run := w.toRead(undone)
			w.settle()
			w.do(run, "side", "")
			w.ends(run, workflow.Succeeded)
			for _, id := range []string{"thaw", "unlock", "unside"} {
				if s := w.step(run, id); s.State != workflow.Skipped || s.Seen.Why != workflow.WhyNotUndone {
					t.Errorf("%s is %s %+v", id, s.State, s.Seen)
				}
			}
			w.again(funds, run, "lock") // and when it goes on after all, it still can
			w.stands(run, map[string]workflow.State{"unlock": workflow.Waiting, "thaw": workflow.Waiting})
			w.do(run, "lock", "")
			w.ends(run, workflow.Succeeded)
		},
		"cancelled with undoing: taken back, no exception path, and cancelled": func(t *testing.T, w *world) {
			run := w.toRead(undone)
			if err := cancel(w, run); err != nil {
				t.Fatal(err)
			}
			if err := cancel(w, run); key(err) != "workflow.giving_up" || !fault.Is(err, fault.Refused) {
				t.Fatal(err)
			}
			w.reads(run, "begin done, freeze done, lock done, read cancelled, side cancelled, finished cancelled, thaw waiting, unlock ready, unside skipped")
			w.settle()
			if s := w.step(run, "read"); s.Comment != "誤検知" || s.Work.State != "cancelled" {
				t.Errorf("%+v %+v", s.StepRun, s.Work)
			}
			w.do(run, "unlock", "")
			w.settle()
			w.ends(run, workflow.WasCanceled)
			if v := w.view(run); v.Exception != nil {
				t.Error("it told")
			}
		},
		"cancelled while it takes back: then it is only cancelled": func(t *testing.T, w *world) {
			run := w.toRead(undone)
			if err := cancel(w, run); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Cancel(t.Context(), responder, run, w.view(run).Run.Rev, "やめる"); err != nil {
				t.Fatal(err)
			}
			w.settle()
			w.ends(run, workflow.WasCanceled)
			w.stands(run, map[string]workflow.State{"unlock": workflow.Cancelled, "thaw": workflow.Cancelled})
		},
		"only who leads cancels, with a reason": func(t *testing.T, w *world) {
			run := w.toRead(undone)
			rev := w.view(run).Run.Rev
			_, role := w.CancelUndoing(t.Context(), funds, run, rev, "x")
			_, reason := w.CancelUndoing(t.Context(), responder, run, rev, " ")
			_, stale := w.CancelUndoing(t.Context(), responder, run, rev-1, "x")
			if key(role) != "workflow.lead" || key(reason) != "workflow.comment.needed" || !fault.Is(stale, fault.Conflict) {
				t.Errorf("%v, %v, %v", role, reason, stale)
			}
		},
		"taking back that fails is held, and goes on when a person has decided": func(t *testing.T, w *world) {
			run := w.toRead(undone)
			w.breaks("thaw", refusal)
			if err := cancel(w, run); err != nil {
				t.Fatal(err)
			}
			w.do(run, "unlock", "")
			w.settle()
			s := w.isHeld(run, "thaw", workflow.Failed)
			if err := w.resolved(s, workflow.Accept); err != nil {
				t.Fatal(err)
			}
			w.ends(run, workflow.WasCanceled)
		},
		"an action that is under way ends as it ends and is kept": func(t *testing.T, w *world) {
			run := w.toRead(undone)
			w.onFreeze = func(_ context.Context, c workflow.Call) error {
				if strings.Contains(c.Key, ":read:") {
					return cancel(w, run)
				}
				return nil
			}
			w.settle()
			if s := w.step(run, "read"); s.State != workflow.Cancelled || s.Outcome != workflow.WasCanceled || s.Output["no"] != "R-1" {
				t.Fatalf("%+v", s.StepRun)
			}
		},
		"nothing of it is done again": func(t *testing.T, w *world) {
			run := w.toRead(undone)
			if err := cancel(w, run); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				s := w.step(run, "lock")
				if _, err := w.Redo(t.Context(), funds, s.ID, s.Rev, "x"); key(err) != "workflow.redo" {
					t.Error(err)
				}
				if w.view(run).Run.State == workflow.Running {
					w.do(run, "unlock", "")
					w.settle()
				}
			}
		},
		"a letter that may have left before it was cancelled is unknown on its row": func(t *testing.T, w *world) {
			run := w.toSend()
			w.onLeft = func(context.Context, workflow.Call) error {
				if err := cancel(w, run); err != nil {
					return err
				}
				return errBroken
			}
			w.settle()
			if s := w.step(run, "send"); s.State != workflow.Cancelled || s.Outcome != workflow.Unknown {
				t.Fatalf("%s %s", s.State, s.Outcome)
			}
			w.ends(run, workflow.WasCanceled)
		},
	})
}

// nested is a loop whose pass can be taken back, in a playbook with an exception path.
const nested = `
steps:
  - {id: begin, kind: task, SAY, role: funds}
  - id: round
    kind: loop
    after: [begin]
    title: {ja: あ, en: a}
    role: funds
    max: 3
    until_true: facts.victims == 3
    steps:
      - {id: lock, kind: task, SAY, role: funds}
      - {id: read, kind: action, after: [lock], TITLE, role: funds, do: report.read}
      - {id: over, kind: end, after: [read], TITLE}
      - {id: unlock, kind: task, SAY, role: funds, compensates: lock}
  - {id: unbegin, kind: task, SAY, role: funds, compensates: begin}
  - {id: finished, kind: end, after: [round], TITLE}
exception:
  - {id: tell, kind: task, SAY, role: legal}
  - {id: told, kind: end, after: [tell], TITLE}
`

func TestAPartIsGivenUpBeforeWhatItStandsIn(t *testing.T) {
	begin := func(w *world, text string) (run, pass string) {
		run = w.of(text)
		w.do(run, "begin", "")
		return run, w.step(run, "round").Children[0].Run.ID
	}
	eachWorld(t, map[string]func(*testing.T, *world){
		"a pass fails: it takes back, the loop fails, and so does the run": func(_ *testing.T, w *world) {
			w.breaks("read", refusal)
			run, pass := begin(w, nested)
			w.do(pass, "lock", "")
			w.settle()
			w.reads(run, "begin done, round running, (lock done, read done/failed, over cancelled, unlock ready), unbegin waiting, finished waiting")
			w.do(pass, "unlock", "")
			w.reads(run, "begin done, round done/failed, (lock done, read done/failed, over cancelled, unlock done), unbegin ready, finished cancelled")
			w.do(run, "unbegin", "")
			w.do(w.view(run).Exception.Run.ID, "tell", "")
			w.ends(run, workflow.Failed)
		},
		"without an exception path the pass is held": func(_ *testing.T, w *world) {
			text, _, _ := strings.Cut(nested, "exception:")
			w.breaks("read", refusal)
			_, pass := begin(w, text)
			w.do(pass, "lock", "")
			w.settle()
			w.isHeld(pass, "read", workflow.Failed)
		},
		"the loop says what follows": func(_ *testing.T, w *world) {
			text, _, _ := strings.Cut(nested, "exception:")
			w.breaks("read", refusal)
			run, pass := begin(w, strings.Replace(text, "max: 3", "max: 3\n    on_failure: continue", 1))
			w.do(pass, "lock", "")
			w.settle()
			w.do(pass, "unlock", "")
			w.ends(run, workflow.Succeeded)
		},
		"the run is cancelled: the pass takes back first": func(t *testing.T, w *world) {
			run, pass := begin(w, nested)
			w.do(pass, "lock", "")
			if _, err := w.CancelUndoing(t.Context(), responder, run, w.view(run).Run.Rev, "誤検知"); err != nil {
				t.Fatal(err)
			}
			w.reads(run, "begin done, round cancelled, (lock done, read cancelled, over cancelled, unlock ready), unbegin waiting, finished cancelled")
			w.do(pass, "unlock", "")
			w.reads(run, "begin done, round cancelled, (lock done, read cancelled, over cancelled, unlock done), unbegin ready, finished cancelled")
			w.do(run, "unbegin", "")
			w.ends(run, workflow.WasCanceled)
		},
		"a part that has nothing to take back ends at once, and nothing is taken back before all is put away": func(t *testing.T, w *world) {
			text := strings.Replace(nested, "      - {id: unlock, kind: task, SAY, role: funds, compensates: lock}\n", "", 1)
			text = strings.Replace(text, "  - {id: finished, kind: end, after: [round], TITLE}", "  - {id: later, kind: task, after: [round], SAY, role: funds}\n  - {id: finished, kind: end, after: [later], TITLE}", 1)
			run, _ := begin(w, text)
			if _, err := w.CancelUndoing(t.Context(), responder, run, w.view(run).Run.Rev, "誤検知"); err != nil {
				t.Fatal(err)
			}
			w.reads(run, "begin done, round cancelled, (lock cancelled, read cancelled, over cancelled), unbegin ready, later cancelled, finished cancelled")
			w.do(run, "unbegin", "")
			w.ends(run, workflow.WasCanceled)
			run, _ = begin(w, strings.Replace(text, "  - {id: unbegin, kind: task, SAY, role: funds, compensates: begin}\n", "", 1))
			if _, err := w.CancelUndoing(t.Context(), responder, run, w.view(run).Run.Rev, "誤検知"); err != nil {
				t.Fatal(err)
			}
			w.reads(run, "begin done, round cancelled, (lock cancelled, read cancelled, over cancelled), later cancelled, finished cancelled")
			if n := w.count(`SELECT count(*) FROM audit_entry WHERE action = 'run.ended' AND object_id = ?`, run); n != 1 {
				t.Errorf("it ended %d times", n)
			}
		},
		"the time of the loop is over: the pass takes back, and the loop is timed out": func(_ *testing.T, w *world) {
			run, pass := begin(w, strings.Replace(nested, "max: 3", "max: 3\n    timeout: 1h", 1))
			w.clock.Add(time.Minute)
			w.breaks("read", errBroken)
			w.do(pass, "lock", "")
			w.settle()
			w.past(time.Hour)
			w.reads(run, "begin done, round running, (lock done, read cancelled, over cancelled, unlock ready), unbegin waiting, finished waiting")
			w.do(pass, "unlock", "")
			w.reads(run, "begin done, round done/timed_out, (lock done, read cancelled, over cancelled, unlock done), unbegin ready, finished cancelled")
		},
	})
}
