package pages

import (
	"net/http"
	"slices"

	"tasuke/playbooks"
	"tasuke/web/view"
)

func (h *Drafts) step(v *Visit) error {
	return h.drawStep(v, http.StatusOK, nil)
}

// drawStep draws the form of a step; typed is what was typed, nil for what stands.
func (h *Drafts) drawStep(v *Visit, status int, typed *view.StepForm) error {
	sh, err := h.Drafts.Sheet(v.Request.Context(), v.Actor, v.Param("id"))
	if err != nil {
		return err
	}
	block, ok := sh.Definition.Holding(v.Param("step"))
	if !ok || !formable(sh.Draft.Body) {
		return errNoStep
	}
	step, _ := sh.Definition.Seek(v.Param("step"))
	p := view.StepPage{First: sh.Definition.Steps[0].ID == step.ID, Draft: sh.Draft, Book: sh.Definition, Block: block, Rules: h.Rules, Form: stepShown(sh.Draft.Rev, *step, h.Rules)}
	for _, x := range sh.Problems {
		if view.StepAt(sh.Definition, x.Line) == step.ID && typed == nil {
			p.Said = append(p.Said, x.Named(v.Shell.Lang, view.FieldNames(v.Shell, sh.Definition)))
		}
	}
	if typed != nil {
		p.Current, p.Form = p.Form, *typed
		p.Stands = typed.Rev != sh.Draft.Rev
		p.Form.Rev = sh.Draft.Rev
		if !slices.Contains(playbooks.Kinds, playbooks.Kind(p.Form.Kind)) {
			p.Form.Kind = p.Current.Kind
		}
		if len(p.Form.With) == 0 {
			p.Form.With = p.Current.With
		}
	}
	newest, err := h.newest(v.Request.Context(), v.Actor)
	if err != nil {
		return err
	}
	for _, one := range newest {
		if one.Slug != sh.Draft.Slug {
			p.Slugs = append(p.Slugs, one.Slug)
		}
	}
	return v.Draw(status, view.DraftStep(v.Titled(step.Title.In(v.Shell.Lang), "playbooks"), p))
}

func (h *Drafts) saveStep(v *Visit) error {
	var f struct {
		stepForm
		Stay string `form:"stay"`
	}
	if err := v.Form(&f); err != nil {
		return err
	}
	id := v.Param("step")
	err := h.change(v, f.Rev, id, func(d *playbooks.Definition) error {
		old, ok := d.Seek(id)
		if !ok {
			return errNoStep
		}
		made, err := f.step(*old)
		if err == nil {
			*old = made
		}
		return err
	})
	if err == nil {
		to := "/playbooks/drafts/" + v.Param("id")
		if f.Stay != "" {
			to += "/steps/" + id
		}
		return v.Done(to, "draft_saved")
	}
	status, err := v.Problem(err)
	if err != nil {
		return err
	}
	typed := f.shown(id)
	return h.drawStep(v, status, &typed)
}
