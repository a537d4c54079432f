// Package number draws the numbers people read aloud: INC-2026-0007, CASE-2026-000123. They
// have no gaps that a rollback made, and each year of the firm's calendar starts at one.
package number

import (
	"context"
	"fmt"
	"time"

	"tasuke/internal/db"
)

// tokyo is the calendar of the numbers; the zone has had no daylight saving time since 1951.
var tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

var digits = map[string]int{"INC": 4, "CASE": 6, "INQ": 6, "BNK": 4, "FIL": 4, "NTC": 4, "RMD": 4, "DIS": 4, "POL": 4, "SHR": 4, "SWP": 4, "DOC": 4}

// Next draws the next number of a kind. Draw it last in the transaction: on PostgreSQL the
// counter's row is held until commit.
func Next(ctx context.Context, tx *db.Tx, kind string, at db.Instant) (string, error) {
	width, ok := digits[kind]
	if !ok {
		return "", fmt.Errorf("no numbers of kind %q", kind)
	}
	year := at.In(tokyo).Year()
	var n int64
	err := tx.Get(ctx, &n, `INSERT INTO number (kind, year, last) VALUES (?, ?, 1)
		ON CONFLICT (kind, year) DO UPDATE SET last = number.last + 1 RETURNING last`, kind, year)
	if err != nil {
		return "", fmt.Errorf("draw a number: %w", err)
	}
	return fmt.Sprintf("%s-%d-%0*d", kind, year, width, n), nil
}
