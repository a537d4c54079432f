package workflow_test

import (
	"fmt"
	"testing"
	"time"

	"tasuke/playbooks"
	"tasuke/workflow"
)

func everyDay(time.Time) bool { return true }

func TestAdvanceIsPure(t *testing.T) {
	t.Parallel()
	d, problems := playbooks.Load([]byte(bank), rules())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	const w, r, f, s = workflow.Waiting, workflow.Ready, workflow.Finished, workflow.Skipped
	tests := map[string]struct {
		call, sent, phone, alarm, police, report workflow.State
		choice                                   string
		victims                                  int64
		want                                     string
	}{
		"at first the first step":                       {w, w, w, w, w, w, "", 3, "[call:ready]"},
		"nothing while it is being done":                {r, w, w, w, w, w, "", 3, "[]"},
		"then its followers, and one is skipped":        {f, w, w, w, w, w, "", 3, "[sent:ready alarm:skipped police:ready]"},
		"or not, by the facts":                          {f, w, w, w, w, w, "", 10, "[sent:ready alarm:ready police:ready]"},
		"a branch that is taken":                        {f, f, w, s, r, w, "yes", 3, "[phone:ready]"},
		"a branch that is not":                          {f, f, w, s, r, w, "no", 3, "[phone:skipped]"},
		"a branch of a skipped decision is not taken":   {f, s, w, s, r, w, "", 3, "[phone:skipped]"},
		"the join waits for all":                        {f, f, f, s, r, w, "yes", 3, "[]"},
		"the join goes on over a skipped branch":        {f, f, w, s, f, w, "no", 3, "[phone:skipped report:ready]"},
		"the end follows at once":                       {f, f, f, s, f, f, "yes", 3, "[finished:done]"},
		"the end waits for a step that is open again":   {f, f, f, s, r, f, "yes", 3, "[]"},
		"a condition waits for a decision that is open": {f, r, w, s, f, w, "", 3, "[]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			now := map[string]workflow.Status{
				"call": {State: test.call}, "sent": {State: test.sent, Choice: test.choice}, "phone": {State: test.phone},
				"alarm": {State: test.alarm}, "police": {State: test.police}, "report": {State: test.report}, "finished": {State: w},
			}
			changes, err := workflow.Advance(d, now, playbooks.Values{Facts: map[string]any{"victims": test.victims}})
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, c := range changes {
				got = append(got, c.Step+":"+string(c.To))
			}
			if fmt.Sprint(got) != test.want {
				t.Fatalf("got %v, want %s", got, test.want)
			}
		})
	}
	t.Run("a missing fact moves nothing", func(t *testing.T) {
		now := map[string]workflow.Status{}
		for _, step := range d.Steps {
			now[step.ID] = workflow.Status{State: w}
		}
		now["call"] = workflow.Status{State: f}
		if c, err := workflow.Advance(d, now, playbooks.Values{}); err == nil || c != nil {
			t.Fatalf("%v %v", c, err)
		}
	})
	t.Run("a step without a row moves nothing", func(t *testing.T) {
		if c, err := workflow.Advance(d, map[string]workflow.Status{}, playbooks.Values{}); err == nil || c != nil {
			t.Fatalf("%v %v", c, err)
		}
	})
}
