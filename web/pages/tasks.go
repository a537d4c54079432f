package pages

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"tasuke/cases"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/signin"
	"tasuke/web/view"
	"tasuke/workflow"
)

// Tasks is the list of tasks, the page of one and what people do with it. Runs are in runs.go.
type Tasks struct {
	DB        *db.DB
	Runs      *workflow.Store
	Incidents *incident.Store
	Cases     *cases.Store
	Accounts  *signin.Service
	// RunOf finds the run a task belongs to; fault.NotFound when there is no such task.
	RunOf func(ctx context.Context, by actor.Actor, taskID string) (runID string, err error)
}

// Register puts the screens on the desk.
func (h *Tasks) Register(d *Desk) {
	d.Get("/tasks", actor.TaskRead, h.list)
	d.Get("/tasks/:id", actor.TaskRead, h.show)
	d.Post("/tasks/:id/complete", actor.TaskWork, h.complete)
	d.Post("/tasks/:id/claim", actor.TaskWork, h.claim)
	d.Post("/tasks/:id/release", actor.TaskWork, h.release)
	d.Post("/tasks/:id/assign", actor.TaskWork, h.assign)
	d.Post("/tasks/:id/skip", actor.TaskWork, h.skip)
	d.Post("/tasks/:id/redo", actor.TaskWork, h.redo)
	d.Post("/tasks/:id/resolve", actor.TaskWork, h.resolve)
	d.Post("/tasks/:id/comments", actor.TaskWork, h.comment)
	d.Get("/runs/:id", actor.TaskRead, h.run)
	h.registerRunActs(d)
}

func (h *Tasks) list(v *Visit) error {
	l := view.TaskList{Filter: view.TaskFilter{All: v.Query("whose") == "all", Role: v.Query("role"), State: v.Query("state"),
		Late: v.Query("late") != "", Incident: v.Query("incident")}}
	after, err := workflow.ParseCursor(v.Query("after"))
	if err != nil {
		return err
	}
	f := workflow.Filter{Mine: !l.Filter.All, Role: actor.Role(l.Filter.Role), Overdue: l.Filter.Late, State: workflow.State(l.Filter.State)}
	if id := l.Filter.Incident; id != "" {
		f.Subject = workflow.Subject{Kind: "incident", ID: id}
		numbers, err := incidentNumbers(v, h.DB, h.Incidents, []string{id})
		if err != nil {
			return err
		}
		if l.Filter.IncidentNo = numbers[id]; l.Filter.IncidentNo == "" || !v.Actor.May(actor.IncidentRead) {
			return fault.New(fault.NotFound, "row.none", nil)
		}
	}
	tasks, next, err := h.Runs.Tasks(v.Request.Context(), v.Actor, f, workflow.Page{After: after})
	if err != nil {
		return err
	}
	if l.Rows, err = taskRows(v, h.DB, h.Incidents, h.Cases, tasks); err != nil {
		return err
	}
	l.Next = listNext("/tasks", v.Shell.Query, next.String())
	v.Shell.Topics = "tasks"
	return v.Draw(http.StatusOK, view.Tasks(v.Titled(v.Shell.T("nav.tasks"), "tasks"), l))
}

// taskRows adds the number of what each task is about.
func taskRows(v *Visit, d *db.DB, incidents *incident.Store, all *cases.Store, tasks []workflow.Task) ([]view.TaskRow, error) {
	numbers, err := subjectNumbers(v, d, incidents, all, tasks)
	rows := make([]view.TaskRow, len(tasks))
	for i, t := range tasks {
		rows[i] = view.TaskRow{Task: t, SubjectNo: numbers[t.Subject]}
	}
	return rows, err
}

func (h *Tasks) show(v *Visit) error { return h.draw(v, http.StatusOK, func(*view.TaskPage) {}) }

// draw reads the page of a task. An iteration that was done again leads to the newest one.
func (h *Tasks) draw(v *Visit, status int, typed func(*view.TaskPage)) error {
	ctx, id := v.Request.Context(), v.Param("id")
	runID, err := h.RunOf(ctx, v.Actor, id)
	if err != nil {
		return err
	}
	r, err := h.Runs.RunView(ctx, v.Actor, runID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(r.Steps, func(s workflow.StepView) bool {
		old := func(t workflow.Task) bool { return t.StepRun.ID == id }
		return s.StepRun.ID == id || slices.ContainsFunc(s.Earlier, old)
	})
	if i < 0 {
		return fault.New(fault.NotFound, "workflow.task.none", nil)
	}
	step := r.Steps[i]
	if now := step.StepRun.ID; now != id && status == http.StatusOK {
		return v.Done("/tasks/"+now, "")
	}
	p := view.TaskPage{Run: r.Run, Version: r.Version, Playbook: r.Definition, Step: step}
	for _, s := range r.Steps {
		if slices.Contains(step.Waits, s.StepID) {
			p.Before = append(p.Before, s)
		}
	}
	if err := h.beside(v, &p); err != nil {
		return err
	}
	typed(&p)
	v.Shell.Topics, v.Shell.Path = r.Run.Topic(), "/tasks/"+step.StepRun.ID
	return v.Draw(status, view.Task(v.Titled(step.Step.Title.In(v.Shell.Lang), "tasks"), p))
}

// beside adds the number of the subject and the colleagues a task can be given to.
func (h *Tasks) beside(v *Visit, p *view.TaskPage) (err error) {
	if p.SubjectNo, err = h.subject(v, p.Run.Subject); err != nil {
		return err
	}
	p.Colleagues, err = h.Accounts.Colleagues(v.Request.Context())
	return err
}

func (h *Tasks) subject(v *Visit, s workflow.Subject) (no string, err error) {
	err = h.DB.View(v.Request.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		no, err = subjectNumber(ctx, tx, h.Incidents, h.Cases, s)
		return err
	})
	return no, err
}

// after leads on, or draws the task with the problem and what was typed.
func (h *Tasks) after(v *Visit, err error, to, done string, typed func(*view.TaskPage)) error {
	if err == nil {
		return v.Done(to, done)
	}
	status, err := v.Problem(worded(v, err, map[string]string{"Role": "role.", "State": "task.state."}))
	if err != nil {
		return err
	}
	return h.draw(v, status, typed)
}

// taskForm is every form of a task's page.
type taskForm struct {
	Rev      int64    `form:"rev"`
	Outcome  string   `form:"outcome"`
	Comment  string   `form:"comment"`
	Checked  []string `form:"checked"`
	Digest   string   `form:"digest"`
	Assignee string   `form:"assignee"`
	Reason   string   `form:"reason"`
	How      string   `form:"how"`
}

// done is what the form says of a step; the fields of the task stand in it as "field.<id>".
func (f taskForm) done(v *Visit) workflow.Done {
	d := workflow.Done{Outcome: f.Outcome, Comment: f.Comment, Checked: f.Checked, Digest: f.Digest, Fields: map[string]string{}}
	for name, values := range v.Request.PostForm {
		if id, ok := strings.CutPrefix(name, "field."); ok {
			d.Fields[id] = values[0]
		}
	}
	return d
}

func (h *Tasks) complete(v *Visit) error {
	var f taskForm
	if err := v.Form(&f); err != nil {
		return err
	}
	said := f.done(v)
	_, err := h.Runs.Complete(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, said)
	return h.after(v, err, "/tasks", "task_finished", func(p *view.TaskPage) { p.Done = said })
}

// act is a use case that leads back to the task, as a new iteration if it made one.
func (h *Tasks) act(v *Visit, done string, use func(taskForm) (workflow.Task, error), typed func(*view.TaskPage, taskForm)) error {
	var f taskForm
	if err := v.Form(&f); err != nil {
		return err
	}
	t, err := use(f)
	return h.after(v, err, "/tasks/"+t.StepRun.ID, done, func(p *view.TaskPage) { typed(p, f) })
}

func nothingTyped(*view.TaskPage, taskForm) {}

func (h *Tasks) claim(v *Visit) error {
	return h.act(v, "task_claimed", func(f taskForm) (workflow.Task, error) {
		return h.Runs.Claim(v.Request.Context(), v.Actor, v.Param("id"), f.Rev)
	}, nothingTyped)
}

func (h *Tasks) release(v *Visit) error {
	return h.act(v, "task_released", func(f taskForm) (workflow.Task, error) {
		return h.Runs.Release(v.Request.Context(), v.Actor, v.Param("id"), f.Rev)
	}, nothingTyped)
}

func (h *Tasks) assign(v *Visit) error {
	return h.act(v, "assigned", func(f taskForm) (workflow.Task, error) {
		people, err := h.Accounts.Colleagues(v.Request.Context())
		if err != nil {
			return workflow.Task{}, err
		}
		i := slices.IndexFunc(people, func(c signin.Colleague) bool { return c.ID == f.Assignee })
		if i < 0 {
			return workflow.Task{}, fault.Field("assignee", "form.choice")
		}
		return h.Runs.Assign(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, people[i].Actor())
	}, nothingTyped)
}

func (h *Tasks) skip(v *Visit) error {
	return h.act(v, "task_skipped", func(f taskForm) (workflow.Task, error) {
		return h.Runs.Skip(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, f.Reason)
	}, func(p *view.TaskPage, f taskForm) { p.Why, p.Opened = f.Reason, "skip" })
}

func (h *Tasks) redo(v *Visit) error {
	return h.act(v, "task_redone", func(f taskForm) (workflow.Task, error) {
		return h.Runs.Redo(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, f.Reason)
	}, func(p *view.TaskPage, f taskForm) { p.Why, p.Opened = f.Reason, "redo" })
}

// resolve is what a person decides about a step that the program could not finish.
func (h *Tasks) resolve(v *Visit) error {
	return h.act(v, "task_resolved", func(f taskForm) (workflow.Task, error) {
		return h.Runs.Resolve(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, workflow.How(f.How), f.Reason)
	}, func(p *view.TaskPage, f taskForm) { p.Why, p.Opened = f.Reason, "resolve" })
}

func (h *Tasks) comment(v *Visit) error {
	var f taskForm
	if err := v.Form(&f); err != nil {
		return err
	}
	err := h.Runs.Comment(v.Request.Context(), v.Actor, v.Param("id"), f.Comment)
	return h.after(v, renamed(err, "comment", "remark"), "/tasks/"+v.Param("id"), "commented", func(p *view.TaskPage) { p.Comment = f.Comment })
}
