package db_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

func readOnly(t *testing.T, dsn string) *db.DB {
	t.Helper()
	d, err := db.OpenReadOnly(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestADatabaseOpenedToBeReadCannotBeWritten(t *testing.T) {
	t.Parallel()
	for dialect, dsn := range map[string]func() string{
		"sqlite": func() string { return filepath.Join(t.TempDir(), "t.db") }, "postgres": func() string { return dbtest.PostgresDSN(t) },
	} {
		t.Run(dialect, func(t *testing.T) {
			where := dsn()
			product := dbtest.Open(t, where)
			table(t, product)
			d := readOnly(t, where)
			if err := d.Update(t.Context(), put("a")); err == nil {
				t.Error("it was written")
			}
			for _, id := range []string{"b", "c"} { // the product goes on meanwhile
				if err := product.Update(t.Context(), put(id)); err != nil {
					t.Fatal(err)
				}
			}
			if n := count(t, d); n != 2 {
				t.Errorf("%d rows seen beside a running product, want 2", n)
			}
		})
	}
}

// Evidence is handed over as one file: reading it must leave nothing beside it.
func TestReadingAClosedDatabaseLeavesItsFolderAsItWas(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "evidence.db")
	d := dbtest.Open(t, file)
	table(t, d)
	if err := d.Update(t.Context(), put("a")); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	before := names(t, dir)
	r := readOnly(t, file)
	if n := count(t, r); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if after := names(t, dir); !slices.Equal(before, after) {
		t.Errorf("the folder had %v, now %v", before, after)
	}
}

func names(t *testing.T, dir string) (out []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		out = append(out, f.Name())
	}
	return out
}
