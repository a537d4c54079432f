package inquiry

import (
	"context"
	"fmt"
	"slices"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// PhishingURLs are the addresses of false sites that callers told in the inquiries of an incident, each
// once and in order, in the caller's transaction. An inquiry whose key was destroyed tells none.
func (s *Store) PhishingURLs(ctx context.Context, tx *db.Tx, incidentID string) (urls []string, err error) {
	var rows []*row
	if err := tx.Select(ctx, &rows, `SELECT `+shown+`, form FROM inquiry WHERE incident_id = ? AND incident_id <> '' AND state NOT IN ('draft', 'abandoned') ORDER BY id`, incidentID); err != nil {
		return nil, fmt.Errorf("read the inquiries of an incident: %w", err)
	}
	for _, r := range rows {
		f, err := s.open(ctx, tx, r)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if f.Phishing.URL != "" {
			urls = append(urls, f.Phishing.URL)
		}
	}
	slices.Sort(urls)
	return slices.Compact(urls), nil
}

// CountOf counts the inquiries of an incident, in the caller's transaction.
func (s *Store) CountOf(ctx context.Context, tx *db.Tx, incidentID string) (n int64, err error) {
	err = tx.Get(ctx, &n, `SELECT count(*) FROM inquiry WHERE incident_id = ? AND incident_id <> '' AND state NOT IN ('draft', 'abandoned')`, incidentID)
	return n, err
}
