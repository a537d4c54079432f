package migrations_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/migrations"
)

// eachEmpty runs test with the address of an empty database of each kind.
func eachEmpty(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, filepath.Join(t.TempDir(), "empty.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, dbtest.PostgresEmpty(t))
	})
}

func open(t *testing.T, dsn string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	noError(t, err)
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func versions(t *testing.T) (list []int64) {
	t.Helper()
	d := open(t, filepath.Join(t.TempDir(), "unused.db"))
	p, err := migrations.Provider(d)
	noError(t, err)
	for _, s := range p.ListSources() {
		list = append(list, s.Version)
	}
	return list
}

// upTo applies the files one by one, each in a program of its own, as a firm that took every
// release did.
func upTo(t *testing.T, dsn string, list []int64) {
	t.Helper()
	for _, v := range list {
		d, err := db.Open(t.Context(), dsn)
		noError(t, err)
		p, err := migrations.Provider(d)
		noError(t, err)
		_, err = p.UpTo(t.Context(), v)
		noError(t, err)
		noError(t, d.Close())
	}
}

func TestAFreshDatabaseIsEqualToOneUpgradedFromEachRelease(t *testing.T) {
	t.Parallel()
	list := versions(t)
	eachEmpty(t, func(t *testing.T, dsn string) {
		fresh := open(t, dsn)
		noError(t, migrations.Up(t.Context(), fresh))
		want := schema(t, fresh)
		if len(want) < 50 {
			t.Fatalf("the schema has only %d parts", len(want))
		}
		for n := range list {
			where := filepath.Join(t.TempDir(), "old.db")
			if fresh.Dialect == db.Postgres {
				where = dbtest.PostgresEmpty(t)
			}
			upTo(t, where, list[:n])
			old := open(t, where)
			noError(t, migrations.Up(t.Context(), old))
			same(t, fmt.Sprintf("upgraded from version %d", n), want, schema(t, old))
			noError(t, old.Close())
		}
	})
}

func TestEightProgramsThatStartAtOnceMigrateOnce(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, dsn string) {
		var ready, done sync.WaitGroup
		ready.Add(8)
		for range 8 {
			done.Go(func() {
				d, err := db.Open(t.Context(), dsn)
				ready.Done()
				ready.Wait()
				if err == nil {
					err = errors.Join(migrations.Up(t.Context(), d), d.Close())
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		done.Wait()
		d := open(t, dsn)
		var applied []int64
		view(t, d, func(ctx context.Context, tx *db.Tx) error {
			return tx.Select(ctx, &applied, `SELECT version_id FROM goose_db_version WHERE version_id > 0 ORDER BY id`)
		})
		if want := versions(t); !slices.Equal(applied, want) {
			t.Errorf("applied %v, want each of %v once, in order", applied, want)
		}
	})
}

// A program that is put back after an upgrade must not write into a schema it does not know.
func TestADatabaseFromTheFutureIsRefusedAndLeftAsItIs(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change string
		newer  bool
	}{
		"all of ours are applied and one more": {`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, %s)`, true},
		"one of ours was never applied":        {`UPDATE goose_db_version SET version_id = 9999 WHERE version_id = 3 AND is_applied = %s`, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachEmpty(t, func(t *testing.T, dsn string) {
				d := open(t, dsn)
				noError(t, migrations.Up(t.Context(), d))
				yes := "1"
				if d.Dialect == db.Postgres {
					yes = "true"
				}
				change(t, d, fmt.Sprintf(test.change, yes))
				before := schema(t, d)
				if err := migrations.Up(t.Context(), d); err == nil || errors.Is(err, migrations.ErrNewer) != test.newer {
					t.Errorf("got %v", err)
				}
				same(t, "after the refusal", before, schema(t, d))
			})
		})
	}
}

func TestAMigrationThatFailsInItsMiddleLeavesNothingAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, dsn string) {
		d := open(t, dsn)
		change(t, d, `CREATE TABLE inquiry_line (x INTEGER)`) // 0006 makes inquiry first, then a table of this name
		if err := migrations.Up(t.Context(), d); err == nil {
			t.Fatal("it passed")
		}
		for _, part := range schema(t, d) {
			if strings.Contains(part, " inquiry_promise") || part == "mark 6" {
				t.Errorf("left over: %s", part)
			}
		}
		change(t, d, `DROP TABLE inquiry_line`)
		noError(t, migrations.Up(t.Context(), d))
	})
}

func change(t *testing.T, d *db.DB, statement string) {
	t.Helper()
	noError(t, d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, statement)
		return err
	}))
}

func view(t *testing.T, d *db.DB, fn func(context.Context, *db.Tx) error) {
	t.Helper()
	noError(t, d.View(t.Context(), fn))
}

func same(t *testing.T, what string, want, got []string) {
	t.Helper()
	for _, part := range want {
		if !slices.Contains(got, part) {
			t.Errorf("%s: missing %s", what, part)
		}
	}
	for _, part := range got {
		if !slices.Contains(want, part) {
			t.Errorf("%s: too much %s", what, part)
		}
	}
}

// schema gives every part of a schema as the database tells it, and the marks of the migrations.
func schema(t *testing.T, d *db.DB) (parts []string) {
	t.Helper()
	queries := []string{`SELECT type || ' ' || name || ' ' || COALESCE(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'`}
	if d.Dialect == db.Postgres {
		queries = []string{
			`SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || COALESCE(column_default, '')
				FROM information_schema.columns WHERE table_schema = current_schema()`,
			`SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = current_schema()`,
			`SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
				WHERE connamespace = current_schema()::regnamespace`,
			`SELECT 'trigger ' || pg_get_triggerdef(g.oid) FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
				WHERE NOT g.tgisinternal AND c.relnamespace = current_schema()::regnamespace`,
			`SELECT 'function ' || proname || ' ' || prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace`,
		}
	}
	queries = append(queries, `SELECT 'mark ' || CAST(version_id AS TEXT) FROM goose_db_version`)
	name := ""
	view(t, d, func(ctx context.Context, tx *db.Tx) error {
		for _, q := range queries {
			var some []string
			if err := tx.Select(ctx, &some, q); err != nil {
				return err
			}
			parts = append(parts, some...)
		}
		if d.Dialect == db.Postgres {
			return tx.Get(ctx, &name, `SELECT quote_ident(current_schema())`)
		}
		return nil
	})
	for i, p := range parts {
		if name != "" {
			parts[i] = strings.ReplaceAll(p, name+".", "")
		}
	}
	slices.Sort(parts)
	return parts
}
