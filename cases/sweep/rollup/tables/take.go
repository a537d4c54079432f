package tables

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tasuke/cases/sweep/rollup"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Known implements rollup.Index.
func (x *Index) Known(ctx context.Context) (out []rollup.Known, err error) {
	err = x.d.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &out, `SELECT chunk, rows, source, mapping FROM log_segment ORDER BY no`)
	})
	if err != nil {
		return nil, fmt.Errorf("read the manifest: %w", err)
	}
	return out, nil
}

// Begin implements rollup.Index.
func (x *Index) Begin(ctx context.Context, source string, file rollup.Digest, quiet time.Duration) error {
	err := x.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO log_source (name, quiet) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET quiet = excluded.quiet`,
			source, quiet.Microseconds()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO log_intake (file, source, begun_at) VALUES (?, ?, ?)
			ON CONFLICT (file) DO UPDATE SET begun_at = excluded.begun_at, ended_at = 0`, file, source, tx.Now)
		return err
	})
	if err != nil {
		return fmt.Errorf("note the begin of an import: %w", err)
	}
	return nil
}

// Finish implements rollup.Index.
func (x *Index) Finish(ctx context.Context, file rollup.Digest) error {
	err := x.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE log_intake SET ended_at = ? WHERE file = ? AND ended_at = 0`, tx.Now, file)
		return err
	})
	if err != nil {
		return fmt.Errorf("note the end of an import: %w", err)
	}
	return nil
}

// Take implements rollup.Index.
func (x *Index) Take(ctx context.Context, b rollup.Batch) (taken bool, err error) {
	g := b.Segment
	err = x.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Exec(ctx, `INSERT INTO log_segment (chunk, source, mapping, rows, kept, rejected, unknown, first_at, last_at, bytes, sha256, at)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chunk) DO NOTHING`,
			g.Chunk, g.Source, g.Mapping, g.Rows, g.Kept, g.Rejected, g.Unknown, g.First, g.Last, g.Bytes, g.SHA256, g.At)
		if err != nil || n == 0 {
			return err
		}
		if err := listed(ctx, tx, g.Source); err != nil {
			return err
		}
		taken = true
		if err := sightings(ctx, tx, b.Sightings); err != nil {
			return err
		}
		if err := hours(ctx, tx, g.Source, b.Hours); err != nil {
			return err
		}
		db.Crash("sweep.rolled")
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("roll a chunk up: %w", err)
	}
	return taken, nil
}

// listed refuses a chunk of a source that was withdrawn while its import was under way: rows would
// be asked that no coverage speaks of.
func listed(ctx context.Context, tx *db.Tx, source string) error {
	var n int
	if err := tx.Get(ctx, &n, `SELECT count(*) FROM log_source WHERE name = ?`, source); err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Refused, "sweep.import.withdrawn", map[string]any{"Source": source})
	}
	return nil
}

// perInsert rows go into one statement; the last ones of a chunk into a shorter one.
const perInsert = 250

func sightings(ctx context.Context, tx *db.Tx, list []rollup.Sighting) error {
	args := make([]any, 0, perInsert*8)
	for part := range slices.Chunk(list, perInsert) {
		args = args[:0]
		for _, s := range part {
			args = append(args, int(s.Field), []byte(s.Key), s.Customer, s.Era, s.N, int64(s.First), int64(s.Last), s.Days)
		}
		if _, err := tx.Exec(ctx, addSightings(len(part)), args...); err != nil {
			return err
		}
	}
	return nil
}

func addSightings(rows int) string {
	return `INSERT INTO log_sighting (field, key, customer, era, n, first_at, last_at, days) VALUES ` +
		strings.Repeat("(?, ?, ?, ?, ?, ?, ?, ?), ", rows-1) + `(?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (field, key, customer, era) DO UPDATE SET n = log_sighting.n + excluded.n,
			first_at = CASE WHEN excluded.first_at < log_sighting.first_at THEN excluded.first_at ELSE log_sighting.first_at END,
			last_at = CASE WHEN excluded.last_at > log_sighting.last_at THEN excluded.last_at ELSE log_sighting.last_at END,
			days = log_sighting.days | excluded.days`
}

func hours(ctx context.Context, tx *db.Tx, source string, list []rollup.Hour) error {
	for _, h := range list {
		if _, err := tx.Exec(ctx, `INSERT INTO log_hour (source, hour, kind, n) VALUES (?, ?, ?, ?)
			ON CONFLICT (source, hour, kind) DO UPDATE SET n = log_hour.n + excluded.n`, source, h.Hour, string(h.Kind), h.N); err != nil {
			return err
		}
	}
	return nil
}
