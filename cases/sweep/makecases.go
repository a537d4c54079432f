package sweep

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
)

// Made is what became of the confirmed hits.
type Made struct {
	Opened int // cases that are new
	Linked int // customers who had a case in the incident
	// Unregistered are confirmed hits of numbers that are not in the register: they stay listed.
	Unregistered int
}

// MakeCases opens a case for each customer whose last hit is confirmed, or links the hit to the
// case the customer has in the incident. Each is one transaction: pressed twice, or again after a
// kill, it goes on where it stopped, and nobody has two. It needs sweep.review and case.write.
func (s *Store) MakeCases(ctx context.Context, by actor.Actor, sweepID string) (m Made, err error) {
	for _, need := range []actor.Permission{actor.SweepReview, actor.CaseWrite} {
		if err := by.Need(need); err != nil {
			return m, err
		}
	}
	var ids []string
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		w, err := load(ctx, tx, sweepID)
		if err != nil {
			return err
		}
		f, err := facts(ctx, tx, w)
		if err != nil {
			return err
		}
		by := lent(by)
		f.Uncased = max(f.Uncased, 1) // pressed twice: there is nothing left to do, and nothing wrong
		if _, err := Moves.Next(w.State, CasesMade, by, f); err != nil {
			return err
		}
		if err := tx.Get(ctx, &m.Unregistered, `SELECT count(*) FROM sweep_hit h JOIN sweep_round r ON r.id = h.round_id
			WHERE r.sweep_id = ? AND h.verdict = 'confirmed' AND h.customer_id = '' AND `+lastOfCustomer, w.ID); err != nil {
			return err
		}
		return tx.Select(ctx, &ids, `SELECT h.id FROM sweep_hit h JOIN sweep_round r ON r.id = h.round_id WHERE r.sweep_id = ?
			AND h.verdict = 'confirmed' AND h.customer_id <> '' AND `+lastOfCustomer+` ORDER BY h.customer_ref`, w.ID)
	})
	if err != nil {
		return m, err
	}
	for _, id := range ids {
		var c Case
		var did bool
		if err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
			c, did, err = s.makeCase(ctx, tx, by, sweepID, id)
			return err
		}); err != nil {
			return m, err
		}
		db.Crash("sweep.cased")
		switch {
		case did && c.Opened:
			m.Opened++
		case did:
			m.Linked++
		}
	}
	return m, nil
}

// makeCase is false when the customer's hit has its case already, or is no longer confirmed.
func (s *Store) makeCase(ctx context.Context, tx *db.Tx, by actor.Actor, sweepID, hitID string) (Case, bool, error) {
	w, err := s.held(ctx, tx, sweepID)
	if err != nil {
		return Case{}, false, err
	}
	h, err := loadHit(ctx, tx, sweepID, hitID)
	if err != nil || h.CaseID != "" || h.Verdict != Confirmed || !h.Registered() {
		return Case{}, false, err
	}
	if err := judgeable(ctx, tx, w, h); err != nil {
		return Case{}, false, err
	}
	c, err := s.opts.OpenCase(ctx, tx, by, w.IncidentID, h.CustomerID)
	if err != nil {
		return Case{}, false, fmt.Errorf("open the case of a hit: %w", err)
	}
	db.Crash("sweep.case")
	if _, err := tx.Exec(ctx, `INSERT INTO sweep_case (id, sweep_id, customer_id, hit_id, case_id, case_no, opened, at, by_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		tx.NewID(), w.ID, h.CustomerID, h.ID, c.ID, c.No, bit(c.Opened), tx.Now, by.ID); err != nil {
		return Case{}, false, fmt.Errorf("note the case of a hit: %w", err)
	}
	tx.Announce("sweeps")
	tx.Announce("sweep:" + w.ID)
	return c, true, audit.Append(ctx, tx, audit.Entry{Tree: audit.Main, Actor: by, Action: "sweep.case_made", Object: audit.Ref{Kind: "sweep_hit", ID: h.ID},
		Detail: map[string]string{"No": w.No, "CaseID": c.ID, "CaseNo": c.No}})
}
