package pages

import (
	"context"
	"net/http"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/web/view"
	"tasuke/workflow"
)

// registerRunActs puts what is done with a whole run on the desk.
func (h *Tasks) registerRunActs(d *Desk) {
	d.Post("/runs/:id/pause", actor.TaskWork, h.pause)
	d.Post("/runs/:id/resume", actor.TaskWork, h.resume)
	d.Post("/runs/:id/cancel", actor.TaskWork, h.cancel)
	d.Post("/runs/:id/undo", actor.TaskWork, h.undo)
	d.Get("/runs/:id/version", actor.TaskRead, h.versions)
	d.Post("/runs/:id/version", actor.TaskWork, h.moveVersion)
	d.Post("/tasks/:id/withdraw-skip", actor.TaskWork, h.withdrawSkip)
}

type runActForm struct {
	Rev     int64  `form:"rev"`
	Reason  string `form:"reason"`
	Version string `form:"version"`
}

// runAct is a use case on a whole run that needs a reason; it gives the page of the run. On failure
// that page comes back with what was typed, and to is empty.
func (h *Tasks) runAct(v *Visit, what string, use func(context.Context, actor.Actor, string, int64, string) (workflow.Run, error)) (to string, err error) {
	var f runActForm
	if err := v.Form(&f); err != nil {
		return "", err
	}
	if !v.Actor.May(actor.IncidentRead) {
		return "", fault.New(fault.NotFound, "workflow.run.none", nil)
	}
	r, err := use(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, unixLines(f.Reason))
	if err == nil {
		return "/runs/" + r.ID, nil
	}
	status, err := v.Problem(err)
	if err != nil {
		return "", err
	}
	return "", h.drawRun(v, status, func(p *view.RunPage) { p.Opened, p.Why = what, unixLines(f.Reason) })
}

func (h *Tasks) pause(v *Visit) error {
	to, err := h.runAct(v, "pause", h.Runs.Pause)
	if to == "" {
		return err
	}
	return v.Done(to, "run_paused")
}

func (h *Tasks) resume(v *Visit) error {
	to, err := h.runAct(v, "resume", h.Runs.Resume)
	if to == "" {
		return err
	}
	return v.Done(to, "run_resumed")
}

func (h *Tasks) cancel(v *Visit) error {
	to, err := h.runAct(v, "cancel", h.Runs.Cancel)
	if to == "" {
		return err
	}
	return v.Done(to, "run_cancelled")
}

func (h *Tasks) undo(v *Visit) error {
	to, err := h.runAct(v, "undo", h.Runs.CancelUndoing)
	if to == "" {
		return err
	}
	return v.Done(to, "run_undoing")
}

// withdrawSkip takes back that a step is to be left out.
func (h *Tasks) withdrawSkip(v *Visit) error {
	return h.act(v, "skip_withdrawn", func(f taskForm) (workflow.Task, error) {
		return h.Runs.WithdrawSkip(v.Request.Context(), v.Actor, v.Param("id"), f.Rev)
	}, nothingTyped)
}

func (h *Tasks) versions(v *Visit) error {
	return h.drawVersions(v, http.StatusOK, v.Query("to"), "")
}

// drawVersions draws the newer versions of a run's playbook and what a move to one would do.
func (h *Tasks) drawVersions(v *Visit, status int, to, why string) error {
	if !v.Actor.May(actor.IncidentRead) {
		return fault.New(fault.NotFound, "workflow.run.none", nil)
	}
	ctx := v.Request.Context()
	r, err := h.Runs.RunView(ctx, v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	p := view.RunVersions{Run: r, Why: why, To: to}
	all, err := h.Runs.Versions(ctx, v.Actor)
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.Slug == r.Run.Slug && one.Number > r.Version {
			p.Newer = append(p.Newer, one)
		}
	}
	if to == "" && len(p.Newer) > 0 {
		p.To = p.Newer[0].ID
	}
	if p.To != "" && r.Run.State == workflow.Running && r.Run.ParentID == "" {
		preview, err := h.Runs.Preview(ctx, v.Actor, r.Run.ID, p.To)
		if err != nil {
			return err
		}
		p.Preview = &preview
	}
	return v.Draw(status, view.RunVersion(v.Titled(v.Shell.T("run.version"), "tasks"), p))
}

func (h *Tasks) moveVersion(v *Visit) error {
	var f runActForm
	if err := v.Form(&f); err != nil {
		return err
	}
	r, err := h.Runs.Move(v.Request.Context(), v.Actor, v.Param("id"), f.Rev, f.Version, unixLines(f.Reason))
	if err == nil {
		return v.Done("/runs/"+r.ID, "run_moved")
	}
	if fault.Is(err, fault.NotFound) {
		return err
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.drawVersions(v, status, f.Version, unixLines(f.Reason))
}
