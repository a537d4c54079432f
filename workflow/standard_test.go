package workflow_test

import (
	"context"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/playbooks/standard"
	"tasuke/workflow"
)

// TestEveryPathThroughPB01ReachesItsEnd works the standard playbook through, once with each
// decision at its first outcome and once at its last.
func TestEveryPathThroughPB01ReachesItsEnd(t *testing.T) {
	pick := map[string]func([]playbooks.Outcome) string{
		"the gravest answers":  func(o []playbooks.Outcome) string { return o[0].ID },
		"the lightest answers": func(o []playbooks.Outcome) string { return o[len(o)-1].ID },
	}
	tests := map[string]func(*testing.T, *house){}
	for name, choose := range pick {
		tests[name] = func(t *testing.T, h *house) { throughPB01(t, h, choose) }
	}
	each(t, tests)
}

// startPB01 publishes the standard playbook and starts it.
func (h *house) startPB01() workflow.Run {
	h.t.Helper()
	files, err := standard.Playbooks()
	if err != nil {
		h.t.Fatal(err)
	}
	if h.opts.Rules.Clauses, err = standard.Clauses(); err != nil {
		h.t.Fatal(err)
	}
	h.restart()
	h.publish(string(files["PB-01.yaml"]))
	run, err := h.tryStart("PB-01")
	if err != nil {
		h.t.Fatal(err)
	}
	return run
}

func throughPB01(t *testing.T, h *house, choose func([]playbooks.Outcome) string) {
	t.Helper()
	run := h.startPB01()
	for h.view(run.ID).Run.State == workflow.Running {
		list, _, err := h.Tasks(t.Context(), auditor, workflow.Filter{}, workflow.Page{Limit: 200})
		if err != nil || len(list) == 0 {
			t.Fatalf("nobody can go on: %v", err)
		}
		for _, task := range list {
			done := workflow.Done{}
			if task.Kind == playbooks.Decision {
				done.Outcome = choose(task.Step.Outcomes)
			}
			who := person("any-"+task.Role, actor.Role(task.Role))
			if !who.May(actor.TaskWork) {
				t.Errorf("%s belongs to %s, who may not work on tasks", task.StepID, task.Role)
				who = person("any-"+task.Role, actor.Responder, actor.Role(task.Role))
			}
			if _, err := h.Complete(t.Context(), who, task.ID, task.Rev, done); err != nil {
				t.Fatalf("%s: %v", task.StepID, err)
			}
		}
	}
	if v := h.view(run.ID); v.Run.Outcome != workflow.Succeeded || len(v.Graph.Nodes) != len(v.Steps) {
		t.Fatalf("%+v", v.Run)
	}
	if err := h.db.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		n, err := h.OpenTasks(ctx, tx, incident)
		if err == nil && n != 0 {
			t.Errorf("%d tasks are left", n)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
