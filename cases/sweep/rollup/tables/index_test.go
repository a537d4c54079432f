package tables_test

import (
	"path/filepath"
	"strings"
	"testing"

	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/rollup/tables"
	"tasuke/internal/db"
)

// What the index answers is tested with its store, in package rollup.
var _ rollup.Index = (*tables.Index)(nil)

func TestAFileOfALaterProgramIsNotOpened(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "rollup.db")
	x, err := tables.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Writer().ExecContext(t.Context(), `UPDATE log_version SET version = version + 1`); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := tables.Open(t.Context(), file); err == nil || !strings.Contains(err.Error(), "later version") {
		t.Error(err)
	}
}

func TestTwoMayOpenANewFileAtOnce(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "rollup.db")
	done := make(chan error, 4)
	for range 4 {
		go func() {
			x, err := tables.Open(t.Context(), file)
			if err == nil {
				err = x.Close()
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
