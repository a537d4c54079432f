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
	h.standardKinds()
	h.reopen()
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
			who := person("any-"+task.Role, actor.Role(task.Role))
			if !who.May(actor.TaskWork) {
				t.Errorf("%s belongs to %s, who may not work on tasks", task.StepID, task.Role)
				who = person("any-"+task.Role, actor.Responder, actor.Role(task.Role))
			}
			for _, id := range task.Step.NotBy { // somebody else of the role
				if h.step(run.ID, id).DoneBy == who.ID {
					who.ID = "other-" + task.Role
				}
			}
			if _, err := h.Complete(t.Context(), who, task.ID, task.Rev, h.answerTo(run.ID, task, choose)); err != nil {
				t.Fatalf("%s: %v", task.StepID, err)
			}
		}
		h.goOn(run.ID)
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

// standardKinds lets the program do what the standard playbook asks for, without any room.
func (h *house) standardKinds() {
	gives := map[string]map[string]any{
		"incident.facts.freeze": {"version": int64(1)}, "filing.appi.derive": {"created": int64(1)},
		"filing.appi.draft": {"filing": "FIL-2021-0001"}, "bank.letters.send": {"sent": int64(2)},
	}
	h.opts.Rules.Actions, h.opts.Kinds, h.opts.Approvables = map[string]playbooks.Shape{}, nil, nil
	for name, out := range gives {
		shape := playbooks.Shape{Output: map[string]playbooks.FieldType{}}
		for field, v := range out {
			shape.Output[field] = playbooks.NumberField
			if _, text := v.(string); text {
				shape.Output[field] = playbooks.TextField
			}
		}
		if name == "bank.letters.send" {
			shape.NeedsApproval = "bank.letters"
		}
		h.opts.Rules.Actions[name] = shape
		h.opts.Kinds = append(h.opts.Kinds, workflow.Kind{Name: name, Tx: func(context.Context, *db.Tx, workflow.Call) (map[string]any, error) { return out, nil }})
	}
	h.opts.Rules.Events = []string{"bank.checked", "bank.sent", "bank.answered", "filing.submitted"}
	h.opts.Rules.Approvables = []string{"incident.facts", "bank.letters"}
	for _, name := range h.opts.Rules.Approvables {
		h.opts.Approvables = append(h.opts.Approvables, workflow.Approvable{Name: name, Digest: func(context.Context, *db.Tx, workflow.Subject) (string, []workflow.Shown, error) {
			return "digest of " + name, nil, nil
		}})
	}
}

// answerTo is what a person says to a task of the standard playbook.
func (h *house) answerTo(run string, task workflow.Task, choose func([]playbooks.Outcome) string) workflow.Done {
	h.t.Helper()
	d := workflow.Done{Checked: ticks(task), Fields: map[string]string{}}
	switch task.Kind {
	case playbooks.Decision:
		d.Outcome = choose(task.Step.Outcomes)
	case playbooks.Approval:
		d.Outcome, d.Digest = workflow.Approved, h.step(run, task.StepID).Now
	}
	for _, f := range task.Step.Fields {
		d.Fields[f.ID] = map[playbooks.FieldType]string{
			playbooks.TextField: "あ", playbooks.NumberField: "1", playbooks.YenField: "1", playbooks.DateField: "2021-07-20",
			playbooks.DatetimeField: "2021-07-20T10:00", playbooks.YesNoField: "yes",
		}[f.Type]
		if len(f.Options) > 0 {
			d.Fields[f.ID] = f.Options[0].ID
		}
	}
	return d
}

// goOn does what the program and the rooms do, until only people can go on.
func (h *house) goOn(run string) {
	h.t.Helper()
	for again := true; again; {
		h.settle()
		again = false
		for _, s := range h.view(run).Steps {
			if s.Kind != playbooks.Wait || s.State != workflow.Working {
				continue
			}
			if again = true; s.Step.Event != "" {
				h.happened(s.Step.Event)
			} else {
				h.clock.Set(s.WakeAt.Time())
			}
			break
		}
	}
}
