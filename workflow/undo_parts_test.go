package workflow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tasuke/workflow"
)

// part is a playbook that others call and whose work can be taken back.
const part = `
part: true
steps:
  - {id: lock, kind: task, SAY, role: funds}
  - {id: mark, kind: task, after: [lock], SAY, role: funds}
  - {id: over, kind: end, after: [mark], TITLE}
  - {id: unlock, kind: task, SAY, role: funds, compensates: lock}
  - {id: unmark, kind: task, SAY, role: funds, compensates: mark}
`

// calling calls it and goes on behind it.
const calling = `
steps:
  - {id: begin, kind: task, SAY, role: funds}
  - {id: part, kind: playbook, after: [begin], TITLE, role: funds, playbook: PB-94}
  - {id: next, kind: task, after: [part], SAY, role: funds}
  - {id: read, kind: action, after: [next], TITLE, role: funds, do: report.read}
  - {id: finished, kind: end, after: [read], TITLE}
  - {id: unbegin, kind: task, SAY, role: funds, compensates: begin}
  - {id: unnext, kind: task, SAY, role: funds, compensates: next}
exception:
  - {id: tell, kind: task, SAY, role: legal}
  - {id: told, kind: end, after: [tell], TITLE}
`

func (w *world) giveUp(run string) {
	w.t.Helper()
	if _, err := w.CancelUndoing(w.t.Context(), responder, run, w.view(run).Run.Rev, "誤検知"); err != nil {
		w.t.Fatal(err)
	}
}

// toNext brings the calling playbook behind its call, each step at a moment of its own.
func (w *world) toNext() (run string) {
	w.t.Helper()
	w.publish(short("PB-94", part))
	run = w.of(calling)
	for _, id := range []string{"begin", "lock", "mark", "next"} {
		w.does(run, id, "")
		w.clock.Add(time.Minute)
	}
	return run
}

func TestWhatWasDoneInAFinishedPartIsTakenBackToo(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"in its turn, the last first, and the part is cancelled": func(t *testing.T, w *world) {
			run := w.toNext()
			w.giveUp(run)
			w.reads(run, "begin done, part done, (lock done, mark done, over done, unlock skipped, unmark skipped), next done, read cancelled, finished cancelled, unbegin waiting, unnext ready")
			w.does(run, "unnext", "")
			w.reads(run, "begin done, part done, (lock done, mark done, over done, unlock waiting, unmark ready), next done, read cancelled, finished cancelled, unbegin waiting, unnext done")
			w.does(run, "unmark", "")
			w.does(run, "unlock", "")
			w.reads(run, "begin done, part done, (lock done, mark done, over done, unlock done, unmark done), next done, read cancelled, finished cancelled, unbegin ready, unnext done")
			if c := w.step(run, "part").Children[0].Run; c.State != workflow.Ended || c.Outcome != workflow.WasCanceled {
				t.Errorf("the part is %s %s", c.State, c.Outcome)
			}
			w.does(run, "unbegin", "")
			w.ends(run, workflow.WasCanceled)
			if n := w.count(`SELECT count(*) FROM run WHERE state = 'running'`); n != 0 {
				t.Errorf("%d run on", n)
			}
		},
		"also when a failure gives the run up; the exception path comes once": func(t *testing.T, w *world) {
			w.breaks("read", refusal)
			run := w.toNext()
			w.settle()
			for _, id := range []string{"unnext", "unmark", "unlock", "unbegin", "tell"} {
				w.does(run, id, "")
			}
			w.ends(run, workflow.Failed)
			if n := w.count(`SELECT count(*) FROM run WHERE block = 'exception'`); n != 1 {
				t.Errorf("%d exception paths", n)
			}
		},
		"of what the part did not do nothing is taken back": func(t *testing.T, w *world) {
			w.publish(short("PB-94", part))
			run := w.of(calling)
			w.does(run, "begin", "")
			w.does(run, "lock", "")
			s := w.deep(run, "mark")
			if _, err := w.Skip(t.Context(), responder, s.ID, s.Rev, "不要"); err != nil {
				t.Fatal(err)
			}
			w.does(run, "next", "")
			w.giveUp(run)
			w.does(run, "unnext", "")
			w.reads(run, "begin done, part done, (lock done, mark skipped, over done, unlock ready, unmark skipped), next done, read cancelled, finished cancelled, unbegin waiting, unnext done")
			w.does(run, "unlock", "")
			w.does(run, "unbegin", "")
			w.ends(run, workflow.WasCanceled)
		},
		"every pass of a loop, the last first, those that were over before too": func(t *testing.T, w *world) {
			run := w.of(strings.Replace(nested, "facts.victims == 3", "facts.victims == 999", 1))
			w.does(run, "begin", "")
			for range 2 {
				w.does(run, "lock", "")
				w.settle()
				w.clock.Add(time.Minute)
			}
			w.giveUp(run) // in the third pass, in which nothing was done
			for _, pass := range []int64{2, 1} {
				var at []int64
				for _, c := range w.step(run, "round").Children {
					if c.Run.State == workflow.Running {
						at = append(at, c.Run.Pass)
					}
				}
				if len(at) != 1 || at[0] != pass {
					t.Fatalf("passes %v are taken back, want %d", at, pass)
				}
				w.does(run, "unlock", "")
			}
			w.does(run, "unbegin", "")
			w.ends(run, workflow.WasCanceled)
		},
		"what was done in a part that was left out on the way, too": func(t *testing.T, w *world) {
			w.publish(short("PB-94", part))
			run := w.of(calling)
			w.does(run, "begin", "")
			w.does(run, "lock", "")
			s := w.step(run, "part")
			if _, err := w.Skip(t.Context(), responder, s.ID, s.Rev, "不要"); err != nil {
				t.Fatal(err)
			}
			w.clock.Add(time.Minute)
			w.giveUp(run)
			w.does(run, "unlock", "")
			w.does(run, "unbegin", "")
			w.ends(run, workflow.WasCanceled)
		},
		"taking back that is cancelled is cancelled in every part": func(t *testing.T, w *world) {
			run := w.toNext()
			w.giveUp(run)
			w.does(run, "unnext", "")
			if _, err := w.Cancel(t.Context(), responder, run, w.view(run).Run.Rev, "やめる"); err != nil {
				t.Fatal(err)
			}
			w.ends(run, workflow.WasCanceled)
			if n := w.count(`SELECT count(*) FROM run WHERE state = 'running'`); n != 0 {
				t.Errorf("%d run on", n)
			}
		},
	})
}

func TestAPartThatIsStillBeingTakenBackIsCancelledWithItsRun(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"a call": func(t *testing.T, w *world) {
			w.publish(short("PB-94", part))
			run := w.of(calling)
			w.does(run, "begin", "")
			w.does(run, "lock", "")
			w.giveUp(run)
			if s := w.deep(run, "unlock"); s.State != workflow.Ready {
				t.Fatalf("unlock is %s", s.State)
			}
			if _, err := w.Cancel(t.Context(), responder, run, w.view(run).Run.Rev, "やめる"); err != nil {
				t.Fatal(err)
			}
			w.ends(run, workflow.WasCanceled)
			if n := w.count(`SELECT count(*) FROM run WHERE state = 'running'`); n != 0 {
				t.Errorf("%d run on", n)
			}
		},
	})
}

// leaver is a playbook whose action leaves the house and can be taken back.
const leaver = `
steps:
  - {id: begin, kind: task, SAY, role: funds}
  - {id: report, kind: action, after: [begin], TITLE, role: legal, do: report.file, with: {version: 1}}
  - {id: finished, kind: end, after: [report], TITLE}
  - {id: withdraw, kind: task, SAY, role: legal, compensates: report}
`

func TestWhatHadLeftWhenTheRunWasGivenUpIsTakenBack(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"when it comes back as done": func(t *testing.T, w *world) {
			run := w.leaves(func() error { return nil })
			if s := w.step(run, "report"); s.State != workflow.Finished || s.Outcome != workflow.Succeeded || s.Output["no"] != "R-1" {
				t.Fatalf("report is %s %s", s.State, s.Outcome)
			}
			w.stands(run, map[string]workflow.State{"withdraw": workflow.Ready})
			w.do(run, "withdraw", "")
			w.ends(run, workflow.WasCanceled)
		},
		"what is unknown is decided by a person first": func(t *testing.T, w *world) {
			run := w.leaves(func() error { return uncertain })
			s := w.isHeld(run, "report", workflow.Unknown)
			w.stands(run, map[string]workflow.State{"withdraw": workflow.Waiting})
			if err := w.resolved(s, workflow.Happened); err != nil {
				t.Fatal(err)
			}
			w.do(run, "withdraw", "")
			w.ends(run, workflow.WasCanceled)
		},
		"what rests between two attempts is not tried again: nobody knows": func(t *testing.T, w *world) {
			w.opts.Kinds[2].Do = func(ctx context.Context, _ workflow.Call, leaving func(context.Context) error) (map[string]any, error) {
				return nil, errors.Join(leaving(ctx), errBroken)
			}
			w.restart()
			run := w.of(leaver)
			w.do(run, "begin", "")
			w.settle()
			w.giveUp(run)
			w.past(time.Hour)
			s := w.isHeld(run, "report", workflow.Unknown)
			if s.Work.State != "unknown" || s.Work.Attempt != 1 {
				t.Fatalf("%+v", s.Work)
			}
			if err := w.resolved(s, workflow.Again); key(err) != "workflow.giving_up" {
				t.Fatal(err)
			}
			if err := w.resolved(s, workflow.Happened); err != nil {
				t.Fatal(err)
			}
			w.do(run, "withdraw", "")
			w.ends(run, workflow.WasCanceled)
		},
		"what was unknown before is decided first": func(t *testing.T, w *world) {
			w.opts.Kinds[2].Do = func(context.Context, workflow.Call, func(context.Context) error) (map[string]any, error) {
				return nil, uncertain
			}
			w.restart()
			run := w.of(leaver)
			w.do(run, "begin", "")
			w.settle()
			s := w.isHeld(run, "report", workflow.Unknown)
			w.giveUp(run)
			if err := w.resolved(s, workflow.Accept); err != nil {
				t.Fatal(err)
			}
			w.stands(run, map[string]workflow.State{"withdraw": workflow.Skipped})
			w.ends(run, workflow.WasCanceled)
		},
		"what failed is not taken back": func(t *testing.T, w *world) {
			run := w.leaves(func() error { return refusal })
			w.stands(run, map[string]workflow.State{"withdraw": workflow.Skipped})
			w.ends(run, workflow.WasCanceled)
		},
	})
}

// leaves gives the run up while its report has left the house; then is how it comes back.
func (w *world) leaves(then func() error) (run string) {
	w.t.Helper()
	w.opts.Kinds[2].Do = func(ctx context.Context, c workflow.Call, leaving func(context.Context) error) (map[string]any, error) {
		if err := leaving(ctx); err != nil {
			return nil, err
		}
		w.giveUp(run)
		return map[string]any{"no": "R-1"}, then()
	}
	w.restart()
	run = w.of(leaver)
	w.do(run, "begin", "")
	w.settle()
	return run
}
