package backup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/migrations"
)

// kind is what a column may hold.
type kind string

// The kinds: all that both databases have in common and the schema uses.
const (
	whole kind = "integer"
	text  kind = "text"
	octet kind = "bytes"
)

var kinds = map[string]kind{
	"BIGINT": whole, "INTEGER": whole, "TEXT": text, "BLOB": octet, // SQLite
	"bigint": whole, "integer": whole, "text": text, "bytea": octet, // PostgreSQL
}

type column struct {
	Name string `db:"name"`
	Type string `db:"type"`
	Key  int    `db:"pk"` // place in the primary key, from 1; only SQLite is asked
}

// tables lists the tables with rows of ours, and what stands behind foreign keys first.
func tables(ctx context.Context, tx *db.Tx) (names []string, err error) {
	q := `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`
	if tx.Dialect == db.Postgres {
		q = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name`
	}
	if err := tx.Select(ctx, &names, q); err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	return slices.DeleteFunc(names, func(n string) bool { return n == migrations.Marks || strings.HasPrefix(n, queue) }), nil
}

// parentsFirst orders tables so that each comes after those it refers to. SQLite is asked.
func parentsFirst(ctx context.Context, tx *db.Tx, names []string) (out []string, err error) {
	needs := map[string][]string{}
	for _, n := range names {
		var to []string
		if err := tx.Select(ctx, &to, `SELECT DISTINCT "table" FROM pragma_foreign_key_list(?) WHERE "table" <> ?`, n, n); err != nil {
			return nil, fmt.Errorf("read the foreign keys of %s: %w", n, err)
		}
		needs[n] = to
	}
	for len(out) < len(names) {
		before := len(out)
		for _, n := range names {
			ready := !slices.ContainsFunc(needs[n], func(p string) bool { return !slices.Contains(out, p) })
			if ready && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
		if len(out) == before {
			return nil, fmt.Errorf("%w: %v", errCircle, needs)
		}
	}
	return out, nil
}

var (
	errCircle  = errors.New("tables refer to each other in a circle")
	errColumns = errors.New("a table has other columns in the two databases")
	errType    = errors.New("a column has a type that backups do not know")
)

// columns gives the columns of a table in the order of their names.
func columns(ctx context.Context, tx *db.Tx, table string) (out []column, err error) {
	q := `SELECT name, type, pk FROM pragma_table_info(?) ORDER BY name`
	if tx.Dialect == db.Postgres {
		q = `SELECT column_name AS name, data_type AS type, 0 AS pk FROM information_schema.columns
			WHERE table_schema = current_schema() AND table_name = ? ORDER BY column_name COLLATE "C"`
	}
	if err := tx.Select(ctx, &out, q, table); err != nil {
		return nil, fmt.Errorf("read the columns of %s: %w", table, err)
	}
	for _, c := range out {
		if kinds[c.Type] == "" {
			return nil, fmt.Errorf("%w: %s.%s is %s", errType, table, c.Name, c.Type)
		}
	}
	return out, nil
}

func counts(ctx context.Context, tx *db.Tx) (map[string]int64, error) {
	names, err := tables(ctx, tx)
	if err != nil {
		return nil, err
	}
	out := map[string]int64{}
	for _, n := range names {
		var rows int64
		if err := tx.Get(ctx, &rows, `SELECT count(*) FROM "`+n+`"`); err != nil {
			return nil, fmt.Errorf("count %s: %w", n, err)
		}
		out[n] = rows
	}
	return out, nil
}

func countAll(ctx context.Context, d *db.DB) (out map[string]int64, err error) {
	err = d.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = counts(ctx, tx)
		return err
	})
	return out, err
}

func countFile(ctx context.Context, file string) (out map[string]int64, err error) {
	d, err := db.OpenReadOnly(ctx, file)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := sane(ctx, d); err != nil {
		return nil, err
	}
	return countAll(ctx, d)
}

// sane has SQLite look at every page, index and foreign key of a file. An empty file is sound to it:
// rows are counted besides.
func sane(ctx context.Context, d *db.DB) error {
	return d.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		var words []string
		if err := tx.Select(ctx, &words, `SELECT integrity_check FROM pragma_integrity_check LIMIT 5`); err != nil {
			return fmt.Errorf("check the file: %w", err)
		}
		if !slices.Equal(words, []string{"ok"}) {
			return fault.Wrap(fault.Refused, "backup.unsound", map[string]any{"Table": ""}, fmt.Errorf("integrity_check: %s", strings.Join(words, "; ")))
		}
		var orphans []string
		if err := tx.Select(ctx, &orphans, `SELECT DISTINCT "table" FROM pragma_foreign_key_check LIMIT 5`); err != nil {
			return fmt.Errorf("check the foreign keys: %w", err)
		}
		if len(orphans) > 0 {
			return fault.Wrap(fault.Refused, "backup.unsound", map[string]any{"Table": orphans[0]}, fmt.Errorf("rows of %v refer to rows that are not there", orphans))
		}
		return nil
	})
}
