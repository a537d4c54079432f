package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// SQL is the transaction itself, for a library that writes into it on SQLite.
func (t *Tx) SQL() *sql.Tx { return t.tx.Tx }

var (
	errNoPGX    = errors.New("this database has no pgx connection")
	errBorrowed = errors.New("a borrowed transaction is ended by its owner")
)

// PGX is the same transaction for a library that speaks pgx (PostgreSQL only). It is borrowed: it
// cannot be committed or rolled back there, and an error in it must end the whole transaction.
func (t *Tx) PGX() (pgx.Tx, error) {
	var c *pgx.Conn
	err := t.conn.Raw(func(driver any) error {
		d, ok := driver.(*stdlib.Conn)
		if !ok {
			return errNoPGX
		}
		c = d.Conn()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("borrow the connection of a transaction: %w", err)
	}
	return &borrowed{conn: c}, nil
}

// borrowed lends the connection on which a transaction is open as a pgx.Tx; begun from another
// borrowed one it is a savepoint.
type borrowed struct {
	conn      *pgx.Conn
	savepoint string
	depth     int
}

func (b *borrowed) Begin(ctx context.Context) (pgx.Tx, error) {
	inner := &borrowed{conn: b.conn, savepoint: fmt.Sprintf("borrowed_%d", b.depth+1), depth: b.depth + 1}
	if _, err := b.conn.Exec(ctx, "SAVEPOINT "+inner.savepoint); err != nil {
		return nil, fmt.Errorf("set a savepoint: %w", err)
	}
	return inner, nil
}

func (b *borrowed) Commit(ctx context.Context) error { return b.end(ctx, "RELEASE SAVEPOINT ") }

func (b *borrowed) Rollback(ctx context.Context) error {
	return b.end(ctx, "ROLLBACK TO SAVEPOINT ")
}

func (b *borrowed) end(ctx context.Context, how string) error {
	if b.savepoint == "" {
		return errBorrowed
	}
	if _, err := b.conn.Exec(ctx, how+b.savepoint); err != nil {
		return fmt.Errorf("end a savepoint: %w", err)
	}
	return nil
}

func (b *borrowed) Exec(ctx context.Context, q string, args ...any) (pgconn.CommandTag, error) {
	return b.conn.Exec(ctx, q, args...) //nolint:wrapcheck // a transparent loan
}

func (b *borrowed) Query(ctx context.Context, q string, args ...any) (pgx.Rows, error) {
	return b.conn.Query(ctx, q, args...) //nolint:wrapcheck // a transparent loan
}

func (b *borrowed) QueryRow(ctx context.Context, q string, args ...any) pgx.Row {
	return b.conn.QueryRow(ctx, q, args...)
}

func (b *borrowed) SendBatch(ctx context.Context, list *pgx.Batch) pgx.BatchResults {
	return b.conn.SendBatch(ctx, list)
}

func (b *borrowed) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	return b.conn.CopyFrom(ctx, table, columns, rows) //nolint:wrapcheck // a transparent loan
}

func (b *borrowed) Prepare(ctx context.Context, name, q string) (*pgconn.StatementDescription, error) {
	return b.conn.Prepare(ctx, name, q) //nolint:wrapcheck // a transparent loan
}

func (b *borrowed) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

func (b *borrowed) Conn() *pgx.Conn { return b.conn }
