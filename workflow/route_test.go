package workflow_test

import (
	"testing"

	"tasuke/internal/effect"
	"tasuke/playbooks"
	"tasuke/workflow"
)

var uncertain = effect.Uncertain(errBroken, "facts.unclear")

func TestRouteIsPure(t *testing.T) {
	t.Parallel()
	const (
		f, o, u = workflow.Failed, workflow.TimedOut, workflow.Unknown
		step    = workflow.Stepping
	)
	tests := []struct {
		named   string
		outcome workflow.Outcome
		person  bool
		phase   workflow.Phase
		path    bool
		want    workflow.Way
	}{
		{"", f, false, step, false, workflow.WayHeld},
		{"", o, false, step, false, workflow.WayHeld},
		{"", u, false, step, false, workflow.WayHeld},
		{"", f, true, step, false, workflow.WayToday},
		{"", u, true, step, false, workflow.WayToday},
		{"next", f, false, step, false, workflow.WayOnFailure},
		{"next", o, false, step, true, workflow.WayOnFailure},
		{"next", f, true, step, true, workflow.WayOnFailure},
		{"next", u, false, step, true, workflow.WayHeld},
		{"next", u, true, step, true, workflow.WayToday},
		{playbooks.GoOn, f, false, step, true, workflow.WayGoOn},
		{playbooks.GoOn, u, false, step, false, workflow.WayHeld},
		{"", f, false, step, true, workflow.WayException},
		{"", o, false, step, true, workflow.WayException},
		{"", f, true, step, true, workflow.WayException},
		{"", u, false, step, true, workflow.WayHeld},
		{"", u, true, step, true, workflow.WayToday},
		{"", f, false, workflow.Undoing, true, workflow.WayHeld},
		{"next", f, false, workflow.Undoing, true, workflow.WayHeld},
		{playbooks.GoOn, f, false, workflow.Undoing, true, workflow.WayGoOn},
		{"", f, true, workflow.Undoing, true, workflow.WayToday},
		{"", f, false, workflow.Excepting, true, workflow.WayHeld},
	}
	for _, c := range tests {
		got := workflow.Route(workflow.Failure{
			Step: &playbooks.Step{OnFailure: c.named}, Outcome: c.outcome, ByPerson: c.person, Phase: c.phase, Path: c.path,
		})
		if got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
