package workflow_test

import (
	"testing"
	"time"

	"tasuke/workflow"
)

// reading is a playbook that others call and whose action may fail.
const reading = `
part: true
steps:
  - {id: look, kind: task, SAY, role: funds}
  - {id: read, kind: action, after: [look], TITLE, role: funds, do: report.read}
  - {id: over, kind: end, after: [read], TITLE}
`

// path is an exception path for it.
const path = `exception:
  - {id: warn, kind: task, SAY, role: legal}
  - {id: warned, kind: end, after: [warn], TITLE}
`

// called says what follows when the call fails.
const called = `
steps:
  - {id: begin, kind: task, SAY, role: funds}
  - {id: part, kind: playbook, after: [begin], TITLE, role: funds, playbook: PB-94, on_failure: byhand}
  - {id: byhand, kind: task, after: [part], SAY, role: legal}
  - {id: finished, kind: end, after: [byhand], TITLE}
`

// asking takes what it needs from its caller.
const asking = `
part: true
inputs:
  - {id: no, label: {ja: 番号, en: No.}, type: text, required: true}
steps:
  - {id: look, kind: task, SAY, role: funds}
  - {id: over, kind: end, after: [look], TITLE}
`

// handing hands on what its action gave.
const handing = `
steps:
  - {id: begin, kind: task, SAY, role: funds}
  - {id: read, kind: action, after: [begin], TITLE, role: funds, do: report.read}
  - {id: part, kind: playbook, after: [read], TITLE, role: funds, playbook: PB-94, with: {no: "${read.no}"}}
  - {id: finished, kind: end, after: [part], TITLE}
` + path

func TestWhoAcceptsAnOutcomeAcceptsThatOneAndNotWhatFailsBehindIt(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"the call behind it cannot begin: the run is given up": func(t *testing.T, w *world) {
			w.breaks("read", uncertain)
			w.publish(short("PB-94", asking))
			run := w.of(handing)
			w.does(run, "begin", "")
			w.settle()
			w.resolves(run, "read", workflow.Accept)
			v := w.view(run)
			if s := w.step(run, "part"); s.Outcome != workflow.Failed || v.Run.GivingUp != workflow.Failed || v.Exception == nil {
				t.Fatalf("part is %s %s, the run is given up %q", s.State, s.Outcome, v.Run.GivingUp)
			}
			w.does(run, "warn", "")
			w.ends(run, workflow.Failed)
		},
	})
}

func TestWhatACalledPlaybookMakesOfAFailureIsItsOwnAndWhatFollowsIsTheCallers(t *testing.T) {
	begin := func(w *world, text string) (run string) {
		w.breaks("read", refusal)
		w.publish(short("PB-94", text))
		run = w.of(called)
		w.does(run, "begin", "")
		w.does(run, "look", "")
		w.settle()
		return run
	}
	eachWorld(t, map[string]func(*testing.T, *world){
		"without a path of its own a person decides there; accepted, the call has failed and the caller's step follows": func(t *testing.T, w *world) {
			run := begin(w, reading)
			if s := w.deep(run, "read"); s.State != workflow.Held || s.Outcome != workflow.Failed {
				t.Fatalf("read is %s %s", s.State, s.Outcome)
			}
			w.stands(run, map[string]workflow.State{"part": workflow.Working, "byhand": workflow.Waiting})
			w.resolves(run, "read", workflow.Accept)
			w.reads(run, "begin done, part done/failed, (look done, read done/failed, over done), byhand ready, finished waiting")
			w.does(run, "byhand", "")
			w.ends(run, workflow.Succeeded)
		},
		"with one it is worked through first, and the caller's step follows by itself": func(t *testing.T, w *world) {
			run := begin(w, reading+path)
			w.does(run, "warn", "")
			if s := w.step(run, "part"); s.State != workflow.Finished || s.Outcome != workflow.Failed {
				t.Fatalf("part is %s %s", s.State, s.Outcome)
			}
			w.stands(run, map[string]workflow.State{"byhand": workflow.Ready})
		},
		"what is unknown in it is decided by a person, and the caller sees unknown": func(t *testing.T, w *world) {
			w.publish(short("PB-94", reading))
			w.breaks("read", uncertain)
			run := w.of(called)
			w.does(run, "begin", "")
			w.does(run, "look", "")
			w.settle()
			w.resolves(run, "read", workflow.Accept)
			w.isHeld(run, "part", workflow.Unknown)
			w.stands(run, map[string]workflow.State{"byhand": workflow.Waiting})
			w.past(time.Hour)
			w.isHeld(run, "part", workflow.Unknown)
		},
	})
}
