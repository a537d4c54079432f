package incident

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// maxExport is how many snapshots, the newest, an export holds.
const maxExport = 200

var exportHead = []string{"incident", "snapshot", "as_of", "unit", "stage", "n", "source", "typed_by", "reason", "published_in", "snapshot_sha256"}

// CountsCSV gives the newest 200 snapshots of an incident as a table in UTF-8, one line per number, with
// codes as they are stored and times in Tokyo. It needs counts.read; fault.NotFound "row.none" when
// there is no such incident.
func (s *Store) CountsCSV(ctx context.Context, by actor.Actor, incidentID string) (file []byte, name string, err error) {
	if err := by.Need(actor.CountsRead); err != nil {
		return nil, "", err
	}
	var i Incident
	var list []Snapshot
	if err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if i, err = s.load(ctx, tx, incidentID); err != nil {
			return err
		}
		list, err = s.Snapshots(ctx, tx, incidentID, maxExport)
		return err
	}); err != nil {
		return nil, "", err
	}
	b := bytes.NewBufferString("\ufeff") // spreadsheets take a file without it for Shift_JIS
	w := csv.NewWriter(b)
	rows := [][]string{exportHead}
	for _, snap := range list {
		for _, c := range snap.Counts {
			rows = append(rows, []string{i.No, strconv.FormatInt(snap.No, 10), snap.AsOf.In(japan).Format(time.RFC3339), string(c.Unit), string(c.Stage),
				strconv.FormatInt(c.N, 10), c.Source, inert(c.TypedName), inert(c.Reason), publishedIn(snap, c.Key()), snap.Digest})
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, "", fmt.Errorf("write the counts of %s: %w", i.No, err)
	}
	return b.Bytes(), i.No + "-counts.csv", nil
}

// japan is the zone of the export; Japan has had no daylight saving time since 1951.
var japan = time.FixedZone("JST", 9*60*60)

func publishedIn(s Snapshot, k CountKey) string {
	var in []string
	for _, p := range s.Published {
		for _, said := range p.Keys() {
			if said == k {
				in = append(in, p.No)
			}
		}
	}
	return strings.Join(in, " ")
}

// inert keeps a spreadsheet from taking what somebody typed for a formula.
func inert(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
