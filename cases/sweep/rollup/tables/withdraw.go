package tables

import (
	"context"
	"fmt"

	"tasuke/cases/sweep/rollup"
	"tasuke/internal/db"
)

// Withdraw implements rollup.Index. Sightings of several sources are one number, so they are
// counted again from the segments that stay, in the one transaction that takes the others away.
func (x *Index) Withdraw(ctx context.Context, w rollup.Retraction, count func(context.Context, rollup.Segment) ([]rollup.Sighting, error)) (gone []rollup.Segment, err error) {
	err = x.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if tx.Dialect == db.Postgres { // an import under way waits, and counts its chunk after this
			if _, err := tx.Exec(ctx, `LOCK TABLE log_segment IN SHARE ROW EXCLUSIVE MODE`); err != nil {
				return err
			}
		}
		var rows []segmentRow
		if err := tx.Select(ctx, &rows, manifest+`WHERE source = ? ORDER BY no`, w.Source); err != nil || len(rows) == 0 {
			return err
		}
		gone = segments(rows)
		if err := remove(ctx, tx, w); err != nil {
			return err
		}
		if err := recount(ctx, tx, count); err != nil {
			return err
		}
		db.Crash("sweep.withdrawn")
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("withdraw a source: %w", err)
	}
	return gone, nil
}

func remove(ctx context.Context, tx *db.Tx, w rollup.Retraction) error {
	const columns = `chunk, source, mapping, rows, kept, rejected, unknown, first_at, last_at, bytes, sha256, at`
	if _, err := tx.Exec(ctx, `INSERT INTO log_withdrawn (`+columns+`, reason, by_id, gone_at)
		SELECT `+columns+`, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT) FROM log_segment WHERE source = ?`, w.Reason, w.By, tx.Now, w.Source); err != nil {
		return err
	}
	for _, q := range []string{ // the source before its files, as Begin takes them: neither waits for the other
		`DELETE FROM log_segment WHERE source = ?`, `DELETE FROM log_hour WHERE source = ?`,
		`DELETE FROM log_source WHERE name = ?`, `DELETE FROM log_intake WHERE source = ?`,
	} {
		if _, err := tx.Exec(ctx, q, w.Source); err != nil {
			return err
		}
	}
	return nil
}

func recount(ctx context.Context, tx *db.Tx, count func(context.Context, rollup.Segment) ([]rollup.Sighting, error)) error {
	if _, err := tx.Exec(ctx, `DELETE FROM log_sighting`); err != nil {
		return err
	}
	var left []segmentRow
	if err := tx.Select(ctx, &left, manifest+`WHERE kept > 0 ORDER BY no`); err != nil {
		return err
	}
	for _, g := range segments(left) {
		list, err := count(ctx, g)
		if err != nil {
			return err
		}
		if err := sightings(ctx, tx, list); err != nil {
			return err
		}
	}
	return nil
}
