package main

import (
	"context"
	"time"

	"tasuke/contacts/disclosure/victim"
	"tasuke/internal/db"
)

// told confirms the damage of the first case and begins to tell its customer.
func (h *house) told(ctx context.Context, w *demoWorld) {
	must(h.t, h.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE victim_case SET state = 'confirmed' WHERE id = ?`, h.firm.caseID)
		return err
	}))
	w.at = w.at.Add(time.Minute)
	m, err := h.victims.Begin(ctx, w.who["care"], h.firm.incident, victim.Form{Cases: []string{h.firm.caseID}, Content: w.toVictims()})
	must(h.t, err)
	h.firm.notice = m.ID
}
