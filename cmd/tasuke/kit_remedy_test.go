package main

import (
	"context"
	"time"

	"tasuke/cases/remedy"
	"tasuke/internal/db"
)

// compensations gives the first case transactions and its compensation, calculated once.
func (h *house) compensations(ctx context.Context, w *demoWorld) {
	must(h.t, w.withdrawn(ctx, h.firm.caseID))
	entry := remedy.Entry{Kind: remedy.PaidOut, OccurredAt: db.At(w.at.Add(-24 * time.Hour)), ExternalID: "PO-KIT-1", GrossYen: 1_200_000, FeeYen: 330, Claim: remedy.NotMine, Verdict: remedy.Fraud}
	_, err := h.remedies.Add(ctx, w.who["fraud"], h.firm.caseID, entry)
	must(h.t, err)
	a, err := w.ofCase(ctx, h.firm.caseID)
	must(h.t, err)
	h.firm.remedy = a.ID
}
