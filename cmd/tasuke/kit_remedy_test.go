package main

import (
	"context"
	"time"

	"tasuke/cases"
	"tasuke/cases/remedy"
	"tasuke/internal/db"
)

// compensations records a loss of the first case, and has another victim's calculated, both some
// hours ago.
func (h *house) compensations(ctx context.Context, w *demoWorld) {
	now := w.at
	w.at = w.now.Add(-5 * time.Hour)
	defer func() { w.at = now }()
	entry := remedy.Entry{Kind: remedy.PaidOut, OccurredAt: db.At(w.at.Add(-24 * time.Hour)), ExternalID: "PO-KIT-1", GrossYen: 1_200_000, FeeYen: 330, Claim: remedy.NotMine, Verdict: remedy.Fraud}
	_, err := h.remedies.Add(ctx, w.who["fraud"], h.firm.caseID, entry)
	must(h.t, err)
	list, err := h.cases.List(ctx, w.who["care"], cases.Filter{IncidentID: h.firm.incident}, cases.Page{Limit: 10})
	must(h.t, err)
	for _, e := range list.Entries {
		if e.ID == h.firm.caseID {
			continue
		}
		must(h.t, w.withdrawn(ctx, e.ID))
		must(h.t, w.victim(ctx, e.ID, 2))
		a, err := w.reckoned(ctx, e.ID, lost{yen: 843_500, fee: 770, rate: remedy.PolicyRate, factors: []remedy.Factor{{Code: "N0"}}})
		must(h.t, err)
		h.firm.remedy = a.ID
		return
	}
	h.t.Fatal("the firm has no second case")
}
