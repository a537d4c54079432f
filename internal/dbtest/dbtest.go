// Package dbtest gives each test a fresh, migrated database of its own, on both databases.
package dbtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/migrations"
)

// ServerEnv names a PostgreSQL server on which the tests may make databases of their own;
// scripts/with-postgres.sh starts a private one.
const ServerEnv = "TASUKE_TEST_POSTGRES"

// Each runs test once on SQLite and once on PostgreSQL. Without a PostgreSQL server the run
// fails, unless -short asked for SQLite only.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, Postgres(t))
	})
}

// SQLite opens a fresh file.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, filepath.Join(t.TempDir(), "test.db"))
}

// Postgres opens a fresh database.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, PostgresDSN(t))
}

// fresh is a migrated SQLite database without a row, as bytes: a process makes it once and each test
// begins with a copy.
var fresh = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "tasuke-fresh")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "fresh.db")
	d, err := db.Open(context.Background(), path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(migrations.Up(context.Background(), d), d.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// Fresh puts a migrated SQLite database where a test wants one; a file that is there stays.
func Fresh(t testing.TB, path string) {
	t.Helper()
	file, err := fresh()
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return
	}
	if err == nil {
		_, err = f.Write(file)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Open opens and migrates a database and closes it after the test.
func Open(t testing.TB, dsn string) *db.DB {
	t.Helper()
	if !strings.Contains(dsn, "://") {
		Fresh(t, strings.TrimPrefix(dsn, "file:"))
	}
	d, err := db.Open(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	if err := migrations.Up(context.Background(), d); err != nil {
		t.Fatal(err)
	}
	return d
}

// ManualClock is a clock that only the test moves.
type ManualClock struct {
	mu  sync.Mutex
	now time.Time
}

// Clock puts a manual clock into a database.
func Clock(d *db.DB, start time.Time) *ManualClock {
	c := &ManualClock{now: start}
	d.Clock = c.Now
	return c
}

// Now is the moment the test last set.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves the clock.
func (c *ManualClock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Set puts the clock to a moment.
func (c *ManualClock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}
