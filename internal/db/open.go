// Package db is the one handle on SQLite and PostgreSQL. All writing goes through Update: one
// user action, one transaction, on SQLite through a single writer connection.
package db

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"
)

// Dialect is asked only beside a query that must differ.
type Dialect string

// The databases.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// DB is an opened database.
type DB struct {
	Dialect Dialect
	// Clock gives the time of every transaction; tests move it.
	Clock func() time.Time
	// Pool is PostgreSQL's pool, nil on SQLite.
	Pool  *pgxpool.Pool
	read  *sqlx.DB
	write *sqlx.DB
	hub   hub
}

// Open connects to "postgres://..." or to a SQLite file, and fails when it cannot be reached.
func Open(ctx context.Context, dsn string) (*DB, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openPostgres(ctx, dsn)
	}
	return openSQLite(ctx, dsn)
}

// usualConns is the size of PostgreSQL's pool when the address names none: two listen for this
// process and its queue, the rest work. The driver's own default is four on a small machine.
const usualConns = 16

func openPostgres(ctx context.Context, dsn string) (*DB, error) {
	c, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read the postgres address: %w", err)
	}
	if !strings.Contains(dsn, "pool_max_conns") {
		c.MaxConns = usualConns
	}
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach postgres: %w", err)
	}
	p := sqlx.NewDb(stdlib.OpenDBFromPool(pool), "pgx")
	return &DB{Dialect: Postgres, Clock: time.Now, Pool: pool, read: p, write: p}, nil
}

// openSQLite keeps every setting in the DSN: a PRAGMA sent once reaches one connection only.
// One writer connection, because N writers starve each other; readers are query-only.
func openSQLite(ctx context.Context, path string) (*DB, error) {
	keepMemory()
	path = strings.TrimPrefix(path, "file:")
	// Created before the driver does, so that the file is never readable by others.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the database file: %w", err)
	}
	if err := f.Close(); err != nil {
		return nil, fmt.Errorf("open the database file: %w", err)
	}
	q := url.Values{
		"_foreign_keys": {"1"}, "_journal_mode": {"WAL"}, "_busy_timeout": {"10000"},
		"_synchronous": {"FULL"}, "_secure_delete": {"1"}, "_stmt_cache_size": {"100"}, "_cache_size": {"-32000"}, "_txlock": {"immediate"},
	}
	base := "file:" + (&url.URL{Path: path}).EscapedPath() + "?"
	w, err := connectSQLite(ctx, base+q.Encode())
	if err != nil {
		return nil, fmt.Errorf("open sqlite for writing: %w", err)
	}
	w.SetMaxOpenConns(1)
	q.Set("_query_only", "1")
	q.Set("_txlock", "deferred")
	r, err := connectSQLite(ctx, base+q.Encode())
	if err != nil {
		return nil, fmt.Errorf("open sqlite for reading: %w", err)
	}
	n := max(4, 2*runtime.NumCPU())
	r.SetMaxOpenConns(n)
	r.SetMaxIdleConns(n)
	return &DB{Dialect: SQLite, Clock: time.Now, read: r, write: w}, nil
}

// connectSQLite tries for ten seconds: of two programs that put a new file into WAL mode at once,
// SQLite answers one with "locked" and does not wait, whatever the busy timeout is.
func connectSQLite(ctx context.Context, dsn string) (*sqlx.DB, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		d, err := sqlx.ConnectContext(ctx, "sqlite3", dsn)
		var locked sqlite3.Error
		if err == nil || !errors.As(err, &locked) || locked.Code != sqlite3.ErrBusy {
			return d, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// OpenReadOnly opens a database that must not be touched: evidence, or a product that runs. It
// never writes, makes no file, and Update fails.
func OpenReadOnly(ctx context.Context, dsn string) (*DB, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openPostgres(ctx, dsn+separator(dsn)+"default_transaction_read_only=on")
	}
	path := strings.TrimPrefix(dsn, "file:")
	q := url.Values{"mode": {"ro"}, "_query_only": {"1"}, "_busy_timeout": {"10000"}}
	if _, err := os.Stat(path + "-wal"); os.IsNotExist(err) {
		q.Set("immutable", "1") // nobody has it open: without this SQLite leaves files beside it
	}
	r, err := sqlx.ConnectContext(ctx, "sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, fmt.Errorf("open sqlite for reading: %w", err)
	}
	return &DB{Dialect: SQLite, Clock: time.Now, read: r, write: r}, nil
}

func separator(dsn string) string {
	if strings.Contains(dsn, "?") {
		return "&"
	}
	return "?"
}

// Now is the current moment of the injected clock.
func (d *DB) Now() Instant { return At(d.Clock().UTC()) }

// Writer is the writing handle for the migration library alone.
func (d *DB) Writer() *sqlx.DB { return d.write }

// Ping fails when the database cannot be reached.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.read.PingContext(ctx); err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	return nil
}

// Close closes the pools.
func (d *DB) Close() error {
	err := d.read.Close()
	if d.write != d.read {
		if werr := d.write.Close(); err == nil {
			err = werr
		}
	}
	if d.Pool != nil {
		d.Pool.Close()
	}
	return err
}
