package police

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// Drafted is the consultation that a playbook prepared, or found.
type Drafted struct {
	Report
	Cases int64 // concerned
}

// Prepare plans a consultation with what the rooms know of the incident, in the caller's transaction;
// one that is planned or under way already is given back as it is. People add the desk, the method
// and the victims' consents. It needs police.write and fails like Begin.
func (s *Store) Prepare(ctx context.Context, tx *db.Tx, by actor.Actor, incidentID string) (d Drafted, err error) {
	if err := by.Need(actor.PoliceWrite); err != nil {
		return d, err
	}
	var ids []string
	if err := tx.Select(ctx, &ids, `SELECT id FROM police_report WHERE incident_id = ? AND state <> 'dropped' ORDER BY opened_at DESC, id DESC LIMIT 1`, incidentID); err != nil {
		return d, fmt.Errorf("look for a consultation: %w", err)
	}
	if len(ids) > 0 {
		r, err := s.load(ctx, tx, ids[0])
		return Drafted{r.Report, int64(len(r.content.Cases))}, err
	}
	c, _, err := s.defaults(ctx, tx, incidentID)
	if err != nil {
		return d, err
	}
	c = c.Tidied()
	d.Cases = int64(len(c.Cases))
	d.Report, err = s.begin(ctx, tx, by, incidentID, c)
	return d, err
}

// ShownSummary is a summary as who approves it sees it.
type ShownSummary struct {
	ID, No  string
	Version int64
	Named   int64 // victims it names in full
	SHA256  string
	Fresh   bool // it says what is now on file
}

// Digest is over the newest summaries of an incident that the police do not have yet. It is empty
// while one of them is outdated or none was drawn.
func (s *Store) Digest(ctx context.Context, tx *db.Tx, incidentID string) (digest string, shown []ShownSummary, err error) {
	var rows []struct {
		Report
		SHA256 string `db:"sha256"`
		Named  int64  `db:"named"`
	}
	if err := tx.Select(ctx, &rows, `SELECT r.id, r.no, r.version, r.digest, r.summary_digest, COALESCE(x.sha256, '') AS sha256, COALESCE(x.named, 0) AS named
		FROM police_report r LEFT JOIN police_summary x ON x.report_id = r.id AND x.version = r.version
		WHERE r.incident_id = ? AND r.state IN ('planned', 'pending_docs') ORDER BY r.no`, incidentID); err != nil {
		return "", nil, err
	}
	h, fresh := sha256.New(), true
	for _, r := range rows {
		fine := r.Version > 0 && !r.Outdated()
		shown = append(shown, ShownSummary{r.ID, r.No, r.Version, r.Named, r.SHA256, fine})
		fresh = fresh && fine
		if _, err := fmt.Fprintf(h, "%s|%d|%s\n", r.No, r.Version, r.SHA256); err != nil {
			return "", nil, err
		}
	}
	if len(rows) == 0 || !fresh {
		return "", shown, nil
	}
	return hex.EncodeToString(h.Sum(nil)), shown, nil
}

// makersOf are the events by which somebody writes a consultation or draws its summary.
var makersOf = strings.Join([]string{"'" + string(Begun) + "'", "'" + string(Edited) + "'", "'" + string(ConsentNoted) + "'", "'" + string(SummaryMade) + "'"}, ", ")

// Makers are the accounts that wrote what Digest is over.
func (s *Store) Makers(ctx context.Context, tx *db.Tx, incidentID string) (ids []string, err error) {
	err = tx.Select(ctx, &ids, `SELECT DISTINCT l.actor_id FROM police_report r JOIN police_line l ON l.report_id = r.id
		WHERE r.incident_id = ? AND r.state IN ('planned', 'pending_docs') AND l.event IN (`+makersOf+`) ORDER BY l.actor_id`, incidentID)
	return ids, err
}

// CountConsulted counts the consultations of an incident that took place. It is one query of its own, so that the
// conditions of playbooks, which ask in every step, can ask several rooms at once.
const CountConsulted = `SELECT count(*) FROM police_report WHERE incident_id = ? AND consulted_at > 0`

// Consulted counts the consultations of an incident that took place, in the caller's transaction.
func (s *Store) Consulted(ctx context.Context, tx *db.Tx, incidentID string) (n int64, err error) {
	err = tx.Get(ctx, &n, CountConsulted, incidentID)
	return n, err
}
