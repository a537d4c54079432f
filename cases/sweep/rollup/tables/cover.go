package tables

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tasuke/cases/sweep/rollup"
	"tasuke/internal/db"
)

type segmentRow struct {
	Chunk, Source, Mapping        string
	Rows, Kept, Rejected, Unknown int
	FirstAt                       db.Instant `db:"first_at"`
	LastAt                        db.Instant `db:"last_at"`
	Bytes                         int64
	SHA256                        string `db:"sha256"`
	At                            db.Instant
}

const manifest = `SELECT chunk, source, mapping, rows, kept, rejected, unknown, first_at, last_at, bytes, sha256, at FROM log_segment `

// Segments implements rollup.Index.
func (x *Index) Segments(ctx context.Context, since db.Instant) ([]rollup.Segment, error) {
	var rows []segmentRow
	if err := x.d.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &rows, manifest+`WHERE last_at >= ? ORDER BY no`, since)
	}); err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	return segments(rows), nil
}

func segments(rows []segmentRow) []rollup.Segment {
	out := make([]rollup.Segment, len(rows))
	for i, r := range rows {
		out[i] = rollup.Segment{
			Chunk: rollup.Digest(r.Chunk), Source: r.Source, Mapping: rollup.Digest(r.Mapping), Rows: r.Rows, Kept: r.Kept, Rejected: r.Rejected,
			Unknown: r.Unknown, First: r.FirstAt, Last: r.LastAt, Bytes: r.Bytes, SHA256: rollup.Digest(r.SHA256), At: r.At,
		}
	}
	return out
}

type coverageRow struct {
	Name                                       string
	Quiet                                      int64
	Segments, Rows, Rejected, Unknown, Unended int
	FirstAt                                    db.Instant `db:"first_at"`
	LastAt                                     db.Instant `db:"last_at"`
}

// Coverage implements rollup.Index.
func (x *Index) Coverage(ctx context.Context) (out []rollup.Coverage, err error) {
	err = x.d.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		var rows []coverageRow
		if err := tx.Select(ctx, &rows, `SELECT s.name, s.quiet, count(g.no) AS segments, COALESCE(SUM(g.rows), 0) AS rows,
				COALESCE(SUM(g.rejected), 0) AS rejected, COALESCE(SUM(g.unknown), 0) AS unknown,
				COALESCE(MIN(CASE WHEN g.kept > 0 THEN g.first_at END), 0) AS first_at, COALESCE(MAX(g.last_at), 0) AS last_at,
				(SELECT count(*) FROM log_intake i WHERE i.source = s.name AND i.ended_at = 0) AS unended
			FROM log_source s LEFT JOIN log_segment g ON g.source = s.name GROUP BY s.name, s.quiet ORDER BY s.name`); err != nil {
			return err
		}
		for _, r := range rows {
			c := rollup.Coverage{
				Source: r.Name, Segments: r.Segments, Rows: r.Rows, Rejected: r.Rejected, Unknown: r.Unknown, From: r.FirstAt, Until: r.LastAt,
				Quiet: time.Duration(r.Quiet) * time.Microsecond, Unfinished: r.Unended,
			}
			if err := times(ctx, tx, &c); err != nil {
				return err
			}
			out = append(out, c)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the coverage: %w", err)
	}
	return out, nil
}

// times adds kinds and gaps.
func times(ctx context.Context, tx *db.Tx, c *rollup.Coverage) error {
	var kinds []string
	if err := tx.Select(ctx, &kinds, `SELECT DISTINCT kind FROM log_hour WHERE source = ?`, c.Source); err != nil {
		return err
	}
	for _, k := range rollup.Kinds {
		if slices.Contains(kinds, string(k)) {
			c.Kinds = append(c.Kinds, k)
		}
	}
	var hours []int64
	if err := tx.Select(ctx, &hours, `SELECT DISTINCT hour FROM log_hour WHERE source = ? ORDER BY hour`, c.Source); err != nil {
		return err
	}
	c.Gaps = rollup.Gaps(hours, c.Quiet)
	return nil
}
