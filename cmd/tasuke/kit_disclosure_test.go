package main

import (
	"context"

	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/notice"
)

// public makes a published notice and one in the making, in the incident of the papers.
func (h *house) public(ctx context.Context, w *demoWorld) {
	must(h.t, w.counts(ctx, h.firm.incident))
	_, err := w.publishFirst(ctx, h.firm.incident)
	must(h.t, err)
	d, err := h.disclosures.Begin(ctx, w.who["pr"], disclosure.New{IncidentID: h.firm.incident, Kind: notice.Update})
	must(h.t, err)
	h.firm.disclosure = d.ID
	c := demoNotice()
	c.JA.Changes, c.EN.Changes = "対象のお客様の数を更新しました。", "The number of customers is new."
	_, err = w.written(ctx, d, c)
	must(h.t, err)
}
