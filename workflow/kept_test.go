package workflow_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tasuke/workflow"
)

func TestTheStepsThatAreKeptAreThoseOfTheDatabase(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"what another node has done since is read": func(t *testing.T, h *house) {
			run := h.start()
			h.do(run.ID, "call", "") // this node keeps the steps now
			other := h.node()
			sent := h.step(run.ID, "sent")
			if _, err := other.Complete(t.Context(), funds, sent.ID, sent.Rev, workflow.Done{Outcome: "no"}); err != nil {
				t.Fatal(err)
			}
			h.do(run.ID, "police", "")
			h.stands(run.ID, map[string]workflow.State{"sent": workflow.Finished, "police": workflow.Finished, "report": workflow.Ready})
		},
		"what was undone is not kept": func(t *testing.T, h *house) {
			run := h.start()
			h.do(run.ID, "call", "")
			sent := h.step(run.ID, "sent")
			if _, err := h.Complete(t.Context(), funds, sent.ID, sent.Rev, workflow.Done{Outcome: "nonsense"}); err == nil {
				t.Fatal("it was taken")
			}
			if got := h.step(run.ID, "sent"); got.State != workflow.Ready || got.Rev != sent.Rev {
				t.Errorf("%+v", got)
			}
			h.do(run.ID, "sent", "no")
		},
	})
}

// writes is a statement that changes steps of runs.
var writes = regexp.MustCompile(`(?i)(UPDATE|INSERT INTO|DELETE FROM)\s+step_run\b`)

// Who changes a step must raise its run's revision first, or what is kept of the run is wrong.
func TestStepsAreWrittenInTwoPlacesOnly(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if writes.Match(text) && !strings.HasSuffix(f, "_test.go") && !slices.Contains([]string{"save.go", "changed.go"}, f) {
			t.Errorf("%s writes step_run; use save or insert", f)
		}
	}
}
