package db_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

// A write-ahead log that grows without end makes the database file alone an empty backup and the
// start after a crash slow. RETURNING is the statement with which that happened elsewhere.
func TestTheWriteAheadLogStaysSmallOver10000Writes(t *testing.T) {
	t.Parallel()
	const writes, limit = 10_000, 16 << 20
	file := filepath.Join(t.TempDir(), "wal.db")
	d := dbtest.Open(t, file)
	table(t, d)
	largest := int64(0)
	for i := range writes {
		var id string
		err := d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.Get(ctx, &id, `INSERT INTO note (id, at) VALUES (?, ?) RETURNING id`, fmt.Sprintf("%d-%s", i, strings.Repeat("x", 400)), tx.Now)
		})
		if err != nil {
			t.Fatal(err)
		}
		if i%100 == 0 {
			if n := count(t, d); n != i+1 { // pages are read in between, as in real life
				t.Fatalf("%d rows after %d writes", n, i+1)
			}
			largest = max(largest, size(t, file+"-wal"))
		}
	}
	t.Logf("the log grew to %d kB at most; the database has %d kB", largest>>10, size(t, file)>>10)
	if largest > limit {
		t.Errorf("the log grew to %d bytes", largest)
	}
	if size(t, file) < writes*400 {
		t.Error("the rows stand in the log and not in the database")
	}
}

func size(t *testing.T, file string) int64 {
	t.Helper()
	i, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return i.Size()
}

// Settings sent once reach one connection and are gone when the pool makes another.
func TestEverySettingHoldsOnAConnectionMadeAfterAnIdleTime(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	d.Writer().SetMaxIdleConns(-1) // the pool throws each connection away, as it does after idling
	d.Writer().SetMaxIdleConns(1)
	if err := d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for pragma, want := range map[string]int{"foreign_keys": 1, "synchronous": 2, "busy_timeout": 10_000, "secure_delete": 1, "query_only": 0} {
			expect(ctx, t, tx, pragma, want)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	err := d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO inquiry_gram (gram, inquiry_id) VALUES (?, 'nobody')`, []byte{1})
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "FOREIGN KEY") {
		t.Errorf("a child without its parent: %v", err)
	}
}

func TestEveryReadingConnectionMayOnlyRead(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	var open, done sync.WaitGroup
	open.Add(4) // all at once, so that the pool needs a connection for each
	for range 4 {
		done.Go(func() {
			if err := d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				open.Done()
				open.Wait()
				expect(ctx, t, tx, "query_only", 1)
				expect(ctx, t, tx, "foreign_keys", 1)
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	done.Wait()
}

func expect(ctx context.Context, t *testing.T, tx *db.Tx, pragma string, want int) {
	t.Helper()
	var got int
	if err := tx.Get(ctx, &got, "PRAGMA "+pragma); err != nil || got != want {
		t.Errorf("%s is %d, want %d (%v)", pragma, got, want, err)
	}
}
