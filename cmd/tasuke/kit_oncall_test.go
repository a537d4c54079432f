package main

import (
	"context"

	"tasuke/contacts/oncall"
	"tasuke/internal/actor"
)

// rota puts somebody on call, gives a role and a person quiet hours, and says where one gets mail.
func (h *house) rota(ctx context.Context, w *demoWorld) {
	night := oncall.Hours{Days: oncall.EveryDay, From: 21 * 60, Until: 9 * 60}
	must(h.t, h.onCall.Add(ctx, w.who["sv"], oncall.Rule{Kind: oncall.Duty, Role: actor.Funds, PersonID: w.who["funds"].ID, Hours: night}))
	must(h.t, h.onCall.Add(ctx, w.who["sv"], oncall.Rule{Kind: oncall.Quiet, Role: actor.Funds, Hours: night}))
	must(h.t, h.onCall.Add(ctx, w.who["op"], oncall.Rule{Kind: oncall.Quiet, PersonID: w.who["op"].ID, Hours: oncall.Hours{Days: "67", From: 0, Until: 8 * 60}}))
	must(h.t, h.onCall.SetMail(ctx, w.who["sv"], oncall.Reach{PersonID: w.who["sv"].ID, Mail: "supervisor@hinata-sec.example"}))
	b, err := h.onCall.List(ctx, w.who["sv"])
	must(h.t, err)
	h.firm.duty = b.Rules[0].ID
}
