package filing

import (
	"context"

	"tasuke/cases/incident"
	"tasuke/internal/db"
)

// answering are the events after which a duty is answered, or open again.
var answering = []Event{HandedIn, WaiverAgreed, Reconsidered}

// Answered gives, by duty, when a report of the incident was first handed in, or that it was agreed
// not to be required. An amendment under way leaves the duty answered: what is late or wrong in it
// is the filing's own state.
func (s *Store) Answered(ctx context.Context, tx *db.Tx, incidentID string) (map[string]incident.Answer, error) {
	var rows []struct {
		No     string     `db:"no"`
		Regime Regime     `db:"regime"`
		State  State      `db:"state"`
		Since  db.Instant `db:"state_since"`
		Handed db.Instant `db:"handed"`
	}
	if err := tx.Select(ctx, &rows, `SELECT no, regime, state, state_since,
		COALESCE((SELECT submitted_at FROM filing_submission x WHERE x.filing_id = filing.id ORDER BY version LIMIT 1), 0) AS handed
		FROM filing WHERE incident_id = ?`, incidentID); err != nil {
		return nil, err
	}
	out := map[string]incident.Answer{}
	for _, r := range rows {
		switch {
		case r.Handed != 0:
			out[r.Regime.Duty()] = incident.Answer{At: r.Handed, Ref: r.No}
		case r.State == NotRequired:
			out[r.Regime.Duty()] = incident.Answer{At: r.Since, Ref: r.No, Waived: true}
		}
	}
	return out, nil
}
