package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tasuke/internal/actor"
	"tasuke/workflow"
)

// Tasks are the steps of playbook runs.
type Tasks interface {
	Tasks(context.Context, actor.Actor, workflow.Filter, workflow.Page) ([]workflow.Task, workflow.Cursor, error)
}

func tasks(b board) {
	operation(b, huma.Operation{OperationID: "list-tasks", Method: http.MethodGet, Path: "/api/tasks", Summary: "Steps of playbook runs, by target time",
		Description: "Without incident.read only those of the token itself.", Tags: []string{"tasks"}}, actor.TaskRead, b.listTasks)
}

// Task is one step 手順 as programs see it.
type Task struct {
	ID         string     `json:"id"`
	RunID      string     `json:"run_id"`
	Playbook   string     `json:"playbook" doc:"PB-01"`
	StepID     string     `json:"step_id"`
	Title      Wording    `json:"title"`
	Kind       string     `json:"kind"`
	Role       string     `json:"role,omitempty"`
	State      string     `json:"state" enum:"waiting,ready,running,held,done,skipped,cancelled"`
	Outcome    string     `json:"outcome,omitempty" enum:"done,failed,timed_out,cancelled,skipped,unknown"`
	IncidentID string     `json:"incident_id,omitempty"`
	DueAt      *time.Time `json:"due_at,omitempty" doc:"House target 社内目標"`
	Overdue    bool       `json:"overdue"`
	Assignee   string     `json:"assignee,omitempty"`
	DoneAt     *time.Time `json:"done_at,omitempty"`
	Rev        int64      `json:"rev"`
}

func taskOf(t workflow.Task) Task {
	out := Task{
		ID: t.ID, RunID: t.RunID, Playbook: t.Slug, StepID: t.StepID, Title: Wording{t.Step.Title.JA, t.Step.Title.EN}, Kind: string(t.Kind),
		Role: t.Role, State: string(t.State), Outcome: string(t.Outcome), DueAt: at(t.DueAt), Overdue: t.Overdue, Assignee: t.Assignee,
		DoneAt: at(t.DoneAt), Rev: t.Rev,
	}
	if t.Subject.Kind == "incident" {
		out.IncidentID = t.Subject.ID
	}
	return out
}

type tasksQuery struct {
	Page
	Incident string `query:"incident" maxLength:"64" doc:"Id of the incident"`
	Role     string `query:"role" maxLength:"40"`
	State    string `query:"state" enum:"waiting,ready,running,held,done,skipped,cancelled" doc:"Left out: what waits for a person"`
	Overdue  bool   `query:"overdue"`
}

func (b board) listTasks(ctx context.Context, q *tasksQuery) (*list[Task], error) {
	p, err := q.keyed()
	if err != nil {
		return nil, err
	}
	f := workflow.Filter{Role: actor.Role(q.Role), State: workflow.State(q.State), Overdue: q.Overdue}
	if q.Incident != "" {
		f.Subject = workflow.Subject{Kind: "incident", ID: q.Incident}
	}
	entries, next, err := b.Tasks.Tasks(ctx, actor.From(ctx), f, p)
	if err != nil {
		return nil, err
	}
	return listed(entries, next.String(), taskOf), nil
}
