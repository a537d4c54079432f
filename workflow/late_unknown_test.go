package workflow_test

import (
	"context"
	"testing"

	"tasuke/workflow"
)

// either ends with whichever of its ways comes first.
const either = `
part: true
steps:
  - {id: fork, kind: parallel, TITLE}
  - {id: quick, kind: task, after: [fork], SAY, role: funds}
  - {id: report, kind: action, after: [fork], TITLE, role: legal, do: report.file, with: {version: 1}}
  - {id: met, kind: join, after: [quick, report], need: any, rest: cancel, TITLE}
  - {id: over, kind: end, after: [met], TITLE}
`

func TestARunIsNotDoneWhenWhatItCancelledComesBackAsUnknown(t *testing.T) {
	eachWorld(t, map[string]func(*testing.T, *world){
		"nor is what it is part of": func(t *testing.T, w *world) {
			var run string
			w.opts.Kinds[2].Do = func(ctx context.Context, _ workflow.Call, leaving func(context.Context) error) (map[string]any, error) {
				if err := leaving(ctx); err != nil {
					return nil, err
				}
				w.does(run, "quick", "")
				w.ends(run, workflow.Succeeded)
				return nil, uncertain
			}
			w.restart()
			w.publish(short("PB-94", either))
			run = w.of(`
steps:
  - {id: begin, kind: task, SAY, role: funds}
  - {id: part, kind: playbook, after: [begin], TITLE, role: funds, playbook: PB-94}
  - {id: finished, kind: end, after: [part], TITLE}
`)
			w.does(run, "begin", "")
			w.settle()
			w.ends(run, workflow.Unknown)
			part := w.step(run, "part")
			if s := w.deep(run, "report"); s.State != workflow.Cancelled || s.Outcome != workflow.Unknown || part.Outcome != workflow.Unknown || part.Children[0].Run.Outcome != workflow.Unknown {
				t.Errorf("%s %s, the part %s", s.State, s.Outcome, part.Outcome)
			}
		},
	})
}
