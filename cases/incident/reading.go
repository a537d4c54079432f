package incident

import (
	"context"
	"encoding/json"
	"fmt"

	"tasuke/internal/db"
)

// Reading is what something was last read to come to: counts and sums by name, no personal data.
type Reading map[string]int64

// KeepReading keeps what was read under a name in place of what was read before, in the caller's
// transaction.
func (s *Store) KeepReading(ctx context.Context, tx *db.Tx, incidentID, name string, r Reading) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write the reading %s: %w", name, err)
	}
	_, err = tx.Exec(ctx, `INSERT INTO incident_reading (incident_id, name, numbers, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (incident_id, name) DO UPDATE SET numbers = excluded.numbers, at = excluded.at`, incidentID, name, string(b), tx.Now)
	return err
}

// Standing is what the conditions of a playbook ask of this room.
type Standing struct {
	FactVersion int64
	MyNumber    string // "yes", "no" or "unknown", as the data inventory says
	Leaked      string // "yes", "no" or "unknown", as legal classified the incident (規則7条)
	DutiesOpen  int64  // clocks that run to a date and that nobody has answered
	Readings    map[string]Reading
}

// Standing reads all of it in one query, in the caller's transaction.
func (s *Store) Standing(ctx context.Context, tx *db.Tx, incidentID string) (out Standing, err error) {
	var rows []struct {
		Part string `db:"part"`
		Name string `db:"name"`
		Text string `db:"text"`
		N    int64  `db:"n"`
	}
	if err := tx.Select(ctx, &rows, `SELECT 'reading' AS part, name, numbers AS text, 0 AS n FROM incident_reading WHERE incident_id = ?
		UNION ALL SELECT 'duties', '', '', count(*) FROM clock_due WHERE incident_id = ? AND answered = 0
		UNION ALL SELECT 'facts', '', marks, version FROM fact_sheet WHERE incident_id = ? AND version = (SELECT max(version) FROM fact_sheet WHERE incident_id = ?)
		UNION ALL SELECT 'items', '', e.items, 1 FROM clock_event e WHERE e.incident_id = ? AND e.kind = 'reclassified'
			AND e.id = (SELECT x.id FROM clock_event x WHERE x.incident_id = ? AND x.kind = 'reclassified' ORDER BY x.recorded_at DESC, x.id DESC LIMIT 1)`,
		incidentID, incidentID, incidentID, incidentID, incidentID, incidentID); err != nil {
		return out, fmt.Errorf("read how incident %s stands: %w", incidentID, err)
	}
	out = Standing{MyNumber: "unknown", Leaked: "unknown", Readings: map[string]Reading{}}
	for _, r := range rows {
		switch r.Part {
		case "duties":
			out.DutiesOpen = r.N
		case "facts":
			out.FactVersion, out.MyNumber = r.N, myNumber(r.Text)
		case "items":
			if out.Leaked = "yes"; r.Text == "" {
				out.Leaked = "no"
			}
		case "reading":
			var numbers Reading
			if err := json.Unmarshal([]byte(r.Text), &numbers); err != nil {
				return out, fmt.Errorf("read the reading %s: %w", r.Name, err)
			}
			out.Readings[r.Name] = numbers
		}
	}
	return out, nil
}
