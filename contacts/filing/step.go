package filing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// ShownFiling is a report as who approves it sees it.
type ShownFiling struct {
	ID, No             string
	State              State
	Version            int64
	Sheet              int64 // version of the fact sheet it was taken from
	Stale              bool  // the fact sheet says something else by now
	Digest             string
	Reviewed, Approved string // who did so for exactly this content
}

// Digest is over every report of an incident that is drafted and not handed in; empty when there is
// none, or a blank is left in one.
func (s *Store) Digest(ctx context.Context, tx *db.Tx, incidentID string) (digest string, shown []ShownFiling, err error) {
	var ids []string
	if err := tx.Select(ctx, &ids, `SELECT id FROM filing WHERE incident_id = ? AND state IN ('drafting', 'legal_review', 'approved') ORDER BY no`, incidentID); err != nil {
		return "", nil, err
	}
	h, complete := sha256.New(), true
	for _, id := range ids {
		r, err := s.load(ctx, tx, id)
		if err != nil {
			return "", nil, err
		}
		f, err := s.facts(ctx, tx, actor.Actor{}, r)
		if err != nil {
			return "", nil, err
		}
		x := ShownFiling{ID: r.ID, No: r.No, State: r.State, Version: r.Version, Sheet: r.SheetVersion, Stale: r.Stale(), Digest: r.form.Digest()}
		if f.Reviewed {
			x.Reviewed = r.ReviewedName
		}
		if f.ApprovalHolds {
			x.Approved = r.ApprovedName
		}
		complete = complete && f.Blank == 0
		shown = append(shown, x)
		if _, err := fmt.Fprintf(h, "%s|%d|%s\n", r.No, r.Version, x.Digest); err != nil {
			return "", nil, err
		}
	}
	if len(shown) == 0 || !complete {
		return "", shown, nil
	}
	return hex.EncodeToString(h.Sum(nil)), shown, nil
}

// Makers are the accounts that wrote what Digest is over.
func (s *Store) Makers(ctx context.Context, tx *db.Tx, incidentID string) (ids []string, err error) {
	err = tx.Select(ctx, &ids, `SELECT DISTINCT l.actor_id FROM filing f JOIN filing_line l ON l.filing_id = f.id AND l.version = f.version
		WHERE f.incident_id = ? AND f.state IN ('drafting', 'legal_review', 'approved')
		AND l.event IN ('draft_started', 'payload_edited', 'sheet_taken', 'review_asked', 'amendment_started') ORDER BY l.actor_id`, incidentID)
	return ids, err
}

// HandedIn counts the reports of an incident that were handed in, in the caller's transaction.
func (s *Store) HandedIn(ctx context.Context, tx *db.Tx, incidentID string) (n int64, err error) {
	err = tx.Get(ctx, &n, `SELECT count(*) FROM filing f WHERE f.incident_id = ? AND EXISTS (SELECT 1 FROM filing_submission x WHERE x.filing_id = f.id)`, incidentID)
	return n, err
}
