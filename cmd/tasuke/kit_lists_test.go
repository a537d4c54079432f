package main

import (
	"context"

	"tasuke/cases"
)

// lists makes a saved filter and a batch of cases.
func (h *house) lists(ctx context.Context, w *demoWorld) {
	must(h.t, w.lists(ctx))
	own, err := h.filters.Own(ctx, w.who["sv"])
	must(h.t, err)
	found, _, err := h.cases.Selection(ctx, w.who["sv"], cases.Filter{IncidentID: h.firm.second})
	must(h.t, err)
	var picks []cases.Pick
	for _, e := range found {
		picks = append(picks, cases.Pick{ID: e.Case.ID, Rev: e.Rev})
	}
	b, err := h.cases.AssignAll(ctx, w.who["sv"], "kit-batch", w.who["fraud"].ID, picks)
	must(h.t, err)
	h.firm.filter, h.firm.batch = own[0].ID, b.ID
}
