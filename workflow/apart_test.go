package workflow_test

import (
	"context"
	"slices"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/workflow"
)

// TestNobodyDoesBothStepsOfAPair works the standard playbook through. At each pair one person
// with the roles of both steps made the first and tries the second.
func TestNobodyDoesBothStepsOfAPair(t *testing.T) {
	each(t, map[string]func(*testing.T, *house){
		"in the standard playbook, also with both roles": func(t *testing.T, h *house) {
			tried, s := 0, openShelf(t, h, "PB-01", true)
			run := s.through("PB-01", func(task workflow.Task, done workflow.Done) { tried += h.tryBoth(task, done) })
			if pairs := finishedPairs(h.view(run.ID)); tried < 20 || tried != pairs {
				t.Errorf("%d of %d pairs were tried", tried, pairs)
			}
		},
		"the check is not left out by who made what it checks": func(t *testing.T, h *house) {
			run := h.toReopening()
			maker := person("both", actor.Operator, actor.Supervisor)
			h.as(maker, run, "reopen")
			check := h.step(run, "reopen_approval")
			if _, err := h.Skip(t.Context(), maker, check.ID, check.Rev, "急ぎ"); key(err) != "actor.four_eyes" {
				t.Fatal(err)
			}
		},
		"who checked and then made it again does not check that; the first maker may": func(t *testing.T, h *house) {
			run := h.toReopening()
			first, second := person("both", actor.Operator, actor.Supervisor), person("both2", actor.Operator, actor.Supervisor)
			h.as(first, run, "reopen")
			h.as(second, run, "reopen_approval")
			made := h.step(run, "reopen")
			if _, err := h.Redo(t.Context(), second, made.ID, made.Rev, "書類の不足"); err != nil {
				t.Fatal(err)
			}
			h.stands(run, map[string]workflow.State{"reopen": workflow.Ready, "reopen_approval": workflow.Waiting})
			h.as(second, run, "reopen")
			check := h.step(run, "reopen_approval")
			if _, err := h.Complete(t.Context(), second, check.ID, check.Rev, ticked); key(err) != "actor.four_eyes" {
				t.Fatal(err)
			}
			h.as(first, run, "reopen_approval")
		},
	})
}

// tryBoth has the maker try a step that the maker may not do, for each pair that the step is of.
func (h *house) tryBoth(task workflow.Task, done workflow.Done) (pairs int) {
	h.t.Helper()
	for _, id := range task.Step.NotBy {
		made := h.step(task.RunID, id)
		if made.State != workflow.Finished {
			continue
		}
		both := person(made.DoneBy, actor.Role(made.Role), actor.Role(task.Role))
		if _, err := h.Complete(h.t.Context(), both, task.ID, task.Rev, done); key(err) != "actor.four_eyes" || !fault.Is(err, fault.Refused) {
			h.t.Errorf("%s after %s: %v", task.StepID, id, err)
		}
		pairs++
	}
	return pairs
}

// finishedPairs counts the pairs that were done in a run and in what is below it.
func finishedPairs(v workflow.RunView) (n int) {
	for _, s := range v.Steps {
		for _, id := range s.Step.NotBy {
			for _, made := range v.Steps {
				if made.StepID == id && made.State == workflow.Finished && s.State == workflow.Finished {
					n++
				}
			}
		}
		for _, c := range s.Children {
			n += finishedPairs(c)
		}
	}
	return n
}

// toReopening starts the standard playbook and does what comes before the reopening.
func (h *house) toReopening() (run string) {
	h.t.Helper()
	run = h.startPB01().ID
	for _, id := range []string{"intake", "lock", "lock_verify", "timeline"} {
		h.do(run, id, "")
		h.settle()
	}
	return run
}

func (h *house) as(by actor.Actor, run, id string) {
	h.t.Helper()
	s := h.step(run, id)
	if _, err := h.Complete(h.t.Context(), by, s.ID, s.Rev, workflow.Done{Checked: ticks(s.Task)}); err != nil {
		h.t.Fatalf("%s: %v", id, err)
	}
}

// TestWhoMayNotReadIncidentsSeesOnlyTheirOwnWork uses system operations, who work on tasks.
func TestWhoMayNotReadIncidentsSeesOnlyTheirOwnWork(t *testing.T) {
	sysops := person("so", actor.SystemOperations)
	none := func(t *testing.T, what, want string, err error) {
		t.Helper()
		if key(err) != want || !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}
	each(t, map[string]func(*testing.T, *house){
		"a run without a step of theirs is not there": func(t *testing.T, h *house) {
			run := h.start()
			_, err := h.RunView(t.Context(), sysops, run.ID)
			none(t, "the run", "workflow.run.none", err)
		},
		"a step of another role is not there, whatever they try": func(t *testing.T, h *house) {
			s := h.step(h.startPB01().ID, "intake")
			_, found := h.RunOf(t.Context(), sysops, s.ID)
			_, claimed := h.Claim(t.Context(), sysops, s.ID, s.Rev)
			_, stale := h.Complete(t.Context(), sysops, s.ID, s.Rev+1, ticked)
			for what, err := range map[string]error{"its run": found, "a claim": claimed, "a stale form": stale,
				"a remark": h.Comment(t.Context(), sysops, s.ID, "見た")} {
				none(t, what, "workflow.task.none", err)
			}
		},
		"lists and the run hold only their own steps": func(t *testing.T, h *house) {
			run := h.startPB01()
			h.do(run.ID, "intake", "")
			h.settle()
			h.do(run.ID, "lock", "")
			h.settle()
			if got := h.tasks(sysops, workflow.Filter{}); len(got) != 2 || !slices.Contains(got, "lock_verify") || !slices.Contains(got, "preserve") {
				t.Errorf("ready: %v", got)
			}
			if got := h.tasks(sysops, workflow.Filter{State: workflow.Finished}); len(got) != 0 {
				t.Errorf("finished: %v", got)
			}
			if got := h.tasks(sysops, workflow.Filter{Role: actor.Funds}); len(got) != 0 {
				t.Errorf("of funds: %v", got)
			}
			v, err := h.RunView(t.Context(), sysops, run.ID)
			if err != nil || len(v.Steps) != 6 || len(v.Graph.Nodes) != 0 {
				t.Fatalf("%v: %d steps, %d drawn", err, len(v.Steps), len(v.Graph.Nodes))
			}
			onlyOf(t, v.Steps, actor.SystemOperations)
			mine := h.step(run.ID, "lock_verify")
			if id, err := h.RunOf(t.Context(), sysops, mine.ID); err != nil || id != run.ID {
				t.Errorf("the run of an own task: %v %s", err, id)
			}
		},
		"runs of a subject are not listed to them, and to a reader of incidents they are": func(t *testing.T, h *house) {
			h.start()
			for who, want := range map[string]int{"sysops": 0, "auditor": 1} {
				by := map[string]actor.Actor{"sysops": sysops, "auditor": auditor}[who]
				if err := h.db.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					runs, err := h.RunsOf(ctx, tx, by, incident)
					if len(runs) != want {
						t.Errorf("%s: %d runs", who, len(runs))
					}
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
		},
		"somebody without a role sees what was given to them and nothing else": func(t *testing.T, h *house) {
			h.start()
			token := actor.Actor{ID: "token", Kind: actor.Token, Scopes: []actor.Permission{actor.TaskRead}}
			if got := h.tasks(token, workflow.Filter{}); len(got) != 0 {
				t.Errorf("a token: %v", got)
			}
		},
	})
}

// onlyOf checks that every step belongs to a role, or has one below it that does.
func onlyOf(t *testing.T, steps []workflow.StepView, role actor.Role) {
	t.Helper()
	for _, s := range steps {
		if s.Role != string(role) && len(s.Children) == 0 {
			t.Errorf("%s of %s", s.StepID, s.Role)
		}
		for _, c := range s.Children {
			onlyOf(t, c.Steps, role)
			if len(c.Graph.Nodes) != 0 || len(c.Variables) != 0 {
				t.Errorf("what is below %s shows too much", s.StepID)
			}
		}
	}
}
