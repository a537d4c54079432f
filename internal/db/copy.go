package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"syscall"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"
)

var errCopy = errors.New("the copy of the database did not come to an end")

// CopySQLite copies a SQLite database as it is at one moment, page by page, into a new file,
// while others go on writing: with its write-ahead log the copying reader holds nobody up. All
// pages are copied in one step, because a copy in steps begins again at each write of another
// connection and never ends. What was committed at the moment that is given back is in the copy. The
// new file is not flushed.
func CopySQLite(ctx context.Context, from, to string) (at Instant, err error) {
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return 0, fmt.Errorf("make the copy: %w", err)
	}
	if err := f.Close(); err != nil {
		return 0, fmt.Errorf("make the copy: %w", err)
	}
	src, err := sqlx.ConnectContext(ctx, "sqlite3", address(from)+"mode=rw&_busy_timeout=10000")
	if err != nil {
		return 0, fmt.Errorf("open the database to copy: %w", err)
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	dst, err := sqlx.ConnectContext(ctx, "sqlite3", address(to)+"mode=rw&_journal_mode=OFF&_synchronous=OFF")
	if err != nil {
		return 0, fmt.Errorf("open the copy: %w", err)
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	s, err := src.Conn(ctx)
	if err != nil {
		return 0, fmt.Errorf("open the database to copy: %w", err)
	}
	defer func() { _ = s.Close() }() // gives it back to the pool
	d, err := dst.Conn(ctx)
	if err != nil {
		return 0, fmt.Errorf("open the copy: %w", err)
	}
	defer func() { _ = d.Close() }() // gives it back to the pool
	at = At(time.Now())
	return at, Full(pages(d, s))
}

func pages(to, from *sql.Conn) error {
	return to.Raw(func(d any) error {
		return from.Raw(func(s any) error {
			b, err := d.(*sqlite3.SQLiteConn).Backup("main", s.(*sqlite3.SQLiteConn), "main")
			if err != nil {
				return fmt.Errorf("begin the copy of the database: %w", err)
			}
			done, err := b.Step(-1)
			if err == nil && !done {
				err = errCopy
			}
			if end := b.Finish(); err == nil { // it only repeats what the step said
				err = end
			}
			if err != nil {
				return fmt.Errorf("copy the database: %w", err)
			}
			return nil
		})
	})
}

// Full makes SQLite's own word for a full disk the system's, syscall.ENOSPC.
func Full(err error) error {
	var lite sqlite3.Error
	if errors.As(err, &lite) && lite.Code == sqlite3.ErrFull {
		return fmt.Errorf("%w: %w", syscall.ENOSPC, err)
	}
	return err
}

// OpenScratch opens a SQLite file that nobody else has, to make it what it shall be: one file
// without a log beside it, in which foreign keys are not looked at. A crash spoils it.
func OpenScratch(ctx context.Context, file string) (*DB, error) {
	w, err := sqlx.ConnectContext(ctx, "sqlite3", address(file)+"_journal_mode=MEMORY&_synchronous=OFF&_secure_delete=1&_foreign_keys=0&_cache_size=-32000&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open a scratch database: %w", err)
	}
	w.SetMaxOpenConns(1)
	return &DB{Dialect: SQLite, Clock: time.Now, read: w, write: w}, nil
}

func address(file string) string { return "file:" + (&url.URL{Path: file}).EscapedPath() + "?" }
