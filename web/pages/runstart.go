package pages

import (
	"context"
	"net/http"
	"strings"

	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/web/view"
	"tasuke/workflow"
)

// RunStart is the screen on which a playbook is begun for an incident by hand.
type RunStart struct {
	DB        *db.DB
	Runs      *workflow.Store
	Incidents *incident.Store
}

// Register puts the screen on the desk.
func (h *RunStart) Register(d *Desk) {
	d.Get("/incidents/:id/runs", actor.IncidentRead, h.show)
	d.Post("/incidents/:id/runs", actor.IncidentWrite, h.begin)
}

func (h *RunStart) show(v *Visit) error { return h.draw(v, http.StatusOK, v.Query("slug"), nil) }

func (h *RunStart) draw(v *Visit, status int, slug string, typed map[string]string) error {
	ctx := v.Request.Context()
	p := view.RunStart{Slug: slug, Typed: typed}
	err := h.DB.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		i, err := h.Incidents.Get(ctx, tx, v.Param("id"))
		if err != nil {
			return err
		}
		p.IncidentID, p.No, p.Title = i.ID, i.No, i.Title
		p.Runs, err = h.Runs.RunsOf(ctx, tx, v.Actor, workflow.Subject{Kind: "incident", ID: i.ID})
		return err
	})
	if err != nil {
		return err
	}
	all, err := h.Runs.Versions(ctx, v.Actor)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for i, one := range all {
		if seen[one.Slug] {
			continue
		}
		if seen[one.Slug] = true; one.Definition.Part {
			continue
		}
		p.Books = append(p.Books, one)
		if one.Slug == slug {
			p.Chosen = &all[i]
		}
	}
	if slug != "" && p.Chosen == nil {
		return fault.New(fault.NotFound, "workflow.playbook.none", map[string]any{"Slug": slug})
	}
	return v.Draw(status, view.BeginRun(v.Titled(v.Shell.T("runstart.title"), "incidents"), p))
}

type runStartForm struct {
	Slug string `form:"playbook"`
}

func (h *RunStart) begin(v *Visit) error {
	var f runStartForm
	if err := v.Form(&f); err != nil {
		return err
	}
	typed, inputs := map[string]string{}, map[string]string{}
	for name, values := range v.Request.PostForm {
		if id, ok := strings.CutPrefix(name, "input."); ok {
			typed[name], inputs[id] = values[0], values[0]
		}
	}
	ctx := v.Request.Context()
	var t0 db.Instant
	err := h.DB.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		i, err := h.Incidents.Get(ctx, tx, v.Param("id"))
		t0 = i.DetectedAt
		return err
	})
	if err != nil {
		return err
	}
	r, err := h.Runs.Begin(ctx, v.Actor, workflow.Starting{
		Slug: f.Slug, Subject: workflow.Subject{Kind: "incident", ID: v.Param("id")}, T0: t0, Inputs: inputs,
	})
	if err == nil {
		return v.Done("/runs/"+r.ID, "run_started")
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	return h.draw(v, status, f.Slug, typed)
}
