package pages

import (
	"context"
	"net/http"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
	"tasuke/workflow"
)

// run draws one run: the graph and the list that says the same. It shows the work of every role,
// so it is not there for somebody who may not read incidents.
func (h *Tasks) run(v *Visit) error { return h.drawRun(v, http.StatusOK, func(*view.RunPage) {}) }

func (h *Tasks) drawRun(v *Visit, status int, typed func(*view.RunPage)) error {
	if !v.Actor.May(actor.IncidentRead) {
		return fault.New(fault.NotFound, "workflow.run.none", nil)
	}
	ctx := v.Request.Context()
	r, err := h.Runs.RunView(ctx, v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	p := view.RunPage{RunView: r, Filter: view.RunFilter{Show: v.Query("show"), Role: v.Query("role")}}
	if p.SubjectNo, err = h.subject(v, r.Run.Subject); err != nil {
		return err
	}
	if p.Others, err = h.others(v, r.Run); err != nil {
		return err
	}
	typed(&p)
	v.Shell.Topics, v.Shell.Path = r.Run.Topic(), "/runs/"+r.Run.ID
	return v.Draw(status, view.Run(v.Titled(r.Run.Slug+" "+r.Definition.Title.In(v.Shell.Lang), "tasks"), p))
}

// others are the other runs of the same subject.
func (h *Tasks) others(v *Visit, this workflow.Run) (out []workflow.Run, err error) {
	err = h.DB.View(v.Request.Context(), func(ctx context.Context, tx *db.Tx) error {
		all, err := h.Runs.RunsOf(ctx, tx, v.Actor, this.Subject)
		for _, r := range all {
			if r.ID != this.ID {
				out = append(out, r)
			}
		}
		return err
	})
	return out, err
}

// runPanel sums up the run of a subject for its page; nil when it has none or the person may not
// see tasks. Of several runs it is one with something to do, if there is one.
func runPanel(v *Visit, runs *workflow.Store, subject workflow.Subject) (*view.RunPanel, error) {
	if !v.Actor.May(actor.TaskRead) {
		return nil, nil //nolint:nilnil // no panel is what the page then shows
	}
	ctx := v.Request.Context()
	for _, state := range []workflow.State{"", workflow.Working, workflow.Finished, workflow.Skipped, workflow.Cancelled} {
		tasks, _, err := runs.Tasks(ctx, v.Actor, workflow.Filter{Subject: subject, State: state}, workflow.Page{Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(tasks) == 0 {
			continue
		}
		r, err := runs.RunView(ctx, v.Actor, tasks[0].RunID)
		if err != nil {
			return nil, err
		}
		return view.NewRunPanel(r), nil
	}
	return nil, nil //nolint:nilnil // the subject has no run
}
