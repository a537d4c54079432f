package backup

import (
	"context"
	"errors"
	"os"
	"slices"

	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/migrations"
)

// Moved is what Move carried.
type Moved struct {
	Tables int
	Rows   int64
	Trees  []Tree // equal on both sides
}

// MovedMark is the ending of a file beside a SQLite database that was moved. While it is there, the
// database is not served: two truths would grow apart.
const MovedMark = ".moved"

// Move carries a SQLite database that nobody serves to a PostgreSQL database without rows: every row
// of every table as it is, compared row by row, and the audit trail verified on both sides with the
// same roots. Writers are held off meanwhile and no row of the source changes; the caller holds its
// lock. The target is filled in one transaction. It fails with fault.Refused "backup.*".
func Move(ctx context.Context, file, to string, publicKey string, o Options) (m Moved, err error) {
	if _, err := os.Stat(file); err != nil {
		return m, fault.Wrap(fault.Refused, "backup.no_database", map[string]any{"File": file}, err)
	}
	if postgres(file) || !postgres(to) {
		return m, fault.New(fault.Refused, "backup.direction", nil)
	}
	src, err := db.Open(ctx, file)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	var before []Tree
	var want map[string]int64
	if err := src.Update(ctx, func(holding context.Context, from *db.Tx) error { // nobody else writes
		if err := current(holding, from); err != nil {
			return err
		}
		if before, err = verified(ctx, src, publicKey); err != nil { // another connection sees the same: nobody writes
			return err
		}
		if want, err = counts(holding, from); err != nil {
			return err
		}
		for _, n := range forgotten {
			want[n] = 0
		}
		schema, err := migrations.Version(holding, from)
		if err != nil {
			return err
		}
		return pour(ctx, holding, from, to, schema, o, want)
	}); err != nil {
		return m, err
	}
	dst, err := db.OpenReadOnly(ctx, to)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	after, err := verified(ctx, dst, publicKey)
	if err != nil {
		return m, err
	}
	if !slices.Equal(before, after) {
		return m, fault.New(fault.Refused, "backup.trail", nil)
	}
	return Moved{Tables: len(want), Rows: sum(want), Trees: after}, nil
}

func verified(ctx context.Context, d *db.DB, publicKey string) ([]Tree, error) {
	r, err := audit.Verify(ctx, d, publicKey, nil)
	if err != nil {
		return nil, err
	}
	if !r.OK() {
		return nil, fault.New(fault.Refused, "backup.trail", nil)
	}
	return trees(r), nil
}
