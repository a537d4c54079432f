package view

import (
	"fmt"
	"slices"
	"testing"

	"tasuke/playbooks"
	"tasuke/workflow"
)

// long is a run of so many steps: the first part is over, then some are open, the rest is to come.
func long(over, open, later int) workflow.RunView {
	var v workflow.RunView
	for i := range over + open + later {
		x := workflow.StepView{}
		x.StepRun.ID, x.StepID, x.StepRun.Kind, x.Role, x.State = fmt.Sprint(i), fmt.Sprintf("s%d", i), playbooks.Task, "operator", workflow.Waiting
		switch {
		case i < over:
			x.State, x.Outcome = workflow.Finished, workflow.Succeeded
		case i < over+open:
			x.State = workflow.Ready
		}
		v.Steps = append(v.Steps, x)
	}
	return v
}

func TestALongRunShowsWhatIsOpenAndFoldsTheRestAway(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		run  workflow.RunView
		want string
	}{
		"in the middle of three hundred steps": {long(100, 20, 180), "open:20 later:180 over:100"},
		"the last of them":                     {long(299, 1, 0), "open:1 over:299"},
		"all over":                             {long(300, 0, 0), "over:300"},
		"a short run is shown whole":           {long(3, 1, 2), "open:1+ later:2+ over:3+"},
	}
	part := long(3, 1, 2)
	part.Run.ParentID = "above"
	tests["a short run that is part of another is folded"] = struct {
		run  workflow.RunView
		want string
	}{part, "open:1 later:2 over:3"}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ""
			for _, g := range stepGroups(test.run) {
				if got += fmt.Sprintf(" %s:%d", g.Name, len(g.Steps)); g.Open {
					got += "+"
				}
			}
			if got != " "+test.want {
				t.Errorf("got%s, want %s", got, test.want)
			}
		})
	}
}

func TestTheStepsOfARunAreFoundByStateAndRole(t *testing.T) {
	t.Parallel()
	v := long(2, 3, 1)
	v.Steps[1].Outcome = workflow.TimedOut
	v.Steps[3].Overdue, v.Steps[4].Role = true, "legal"
	v.Steps[0].StepRun.Kind = playbooks.Join // nobody's work
	for f, want := range map[RunFilter][]string{
		{}:                            {"s1", "s2", "s3", "s4", "s5"},
		{Show: "open"}:                {"s2", "s3", "s4"},
		{Show: "later"}:               {"s5"},
		{Show: "over"}:                {"s1"},
		{Show: "late"}:                {"s3"},
		{Show: "wrong"}:               {"s1"},
		{Role: "legal"}:               {"s4"},
		{Role: "legal", Show: "late"}: nil,
		{Show: "anything"}:            nil,
	} {
		var got []string
		for _, x := range (RunPage{RunView: v, Filter: f}).found() {
			got = append(got, x.StepID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v finds %v, want %v", f, got, want)
		}
	}
}
