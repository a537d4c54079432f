package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jmoiron/sqlx"
	"github.com/mattn/go-sqlite3"

	"tasuke/internal/fault"
)

// ErrNested is returned when a transaction is begun inside another: with one writer
// connection that would wait for itself for ever.
var ErrNested = errors.New("a transaction inside a transaction")

type txKey struct{}

// Tx is one transaction. Queries are written with "?" for both databases.
type Tx struct {
	Dialect Dialect
	// Now is the one moment of the whole transaction.
	Now    Instant
	tx     *sqlx.Tx
	conn   *sql.Conn // carries tx; see handle.go
	writes bool
	commit []func()
	topics []string
}

// within gives a statement the context it runs under. The SQLite driver starts a goroutine for
// every statement that could be broken off, and hands the work over to it and back; in a writing
// transaction, where statements are short, the end of ctx is seen between them instead.
func (t *Tx) within(ctx context.Context) (context.Context, error) {
	if t.Dialect != SQLite || !t.writes || ctx.Done() == nil {
		return ctx, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("between two statements: %w", err)
	}
	return context.WithoutCancel(ctx), nil
}

// Update runs fn in one writing transaction: all of it is kept, or nothing. A panic rolls back
// and goes on. fn's ctx carries the transaction; a second one on it fails with ErrNested.
func (d *DB) Update(ctx context.Context, fn func(context.Context, *Tx) error) error {
	after, err := d.run(ctx, d.write, nil, true, fn)
	if err != nil {
		return err
	}
	Crash("tx.after_commit")
	for _, f := range after {
		f()
	}
	return nil
}

// View runs fn on one snapshot; writing fails.
func (d *DB) View(ctx context.Context, fn func(context.Context, *Tx) error) error {
	var o *sql.TxOptions
	if d.Dialect == Postgres {
		o = &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
	}
	_, err := d.run(ctx, d.read, o, false, fn)
	return err
}

func (d *DB) run(ctx context.Context, p *sqlx.DB, o *sql.TxOptions, writes bool, fn func(context.Context, *Tx) error) ([]func(), error) {
	if ctx.Value(txKey{}) != nil {
		return nil, ErrNested
	}
	conn, err := p.Connx(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	defer func() { _ = conn.Close() }() // gives it back to the pool
	x, err := conn.BeginTxx(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = x.Rollback() }() // no-op after Commit; also runs on panic
	tx := &Tx{Dialect: d.Dialect, Now: d.Now(), tx: x, conn: conn.Conn, writes: writes}
	if err := fn(context.WithValue(ctx, txKey{}, tx), tx); err != nil {
		return nil, err
	}
	if writes {
		if err := tx.announce(ctx, &d.hub); err != nil {
			return nil, err
		}
		Crash("tx.before_commit")
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("before the commit: %w", err)
	}
	if err := x.Commit(); err != nil {
		return nil, fmt.Errorf("commit: %w", classify(err))
	}
	return tx.commit, nil
}

// AfterCommit has f called once the transaction is durable, and never if it is not.
func (t *Tx) AfterCommit(f func()) { t.commit = append(t.commit, f) }

// NewID makes a key that sorts by time of creation (UUIDv7).
func (t *Tx) NewID() string { return uuid.Must(uuid.NewV7()).String() }

// Get reads one row; no row is fault.NotFound.
func (t *Tx) Get(ctx context.Context, dest any, query string, args ...any) error {
	ctx, err := t.within(ctx)
	if err != nil {
		return err
	}
	err = t.tx.GetContext(ctx, dest, t.tx.Rebind(query), args...)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Wrap(fault.NotFound, "row.none", nil, err)
	}
	return classify(err)
}

// Select reads rows into a slice.
func (t *Tx) Select(ctx context.Context, dest any, query string, args ...any) error {
	ctx, err := t.within(ctx)
	if err != nil {
		return err
	}
	return classify(t.tx.SelectContext(ctx, dest, t.tx.Rebind(query), args...))
}

// SelectIn is Select with sqlx.In, for "IN (?)" over a slice.
func (t *Tx) SelectIn(ctx context.Context, dest any, query string, args ...any) error {
	q, a, err := sqlx.In(query, args...)
	if err != nil {
		return fmt.Errorf("spread the list of a query: %w", err)
	}
	return t.Select(ctx, dest, q, a...)
}

// Exec changes rows and says how many. A duplicate key is fault.Conflict.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	ctx, err := t.within(ctx)
	if err != nil {
		return 0, err
	}
	return affected(t.tx.ExecContext(ctx, t.tx.Rebind(query), args...))
}

// NamedExec is Exec with the fields of arg by their db tags.
func (t *Tx) NamedExec(ctx context.Context, query string, arg any) (int64, error) {
	ctx, err := t.within(ctx)
	if err != nil {
		return 0, err
	}
	return affected(t.tx.NamedExecContext(ctx, query, arg))
}

// Lock holds a guarded parent row until the end of the transaction. SQLite has one writer and
// needs nothing. table is a constant of the caller, never input.
func (t *Tx) Lock(ctx context.Context, table, id string) error {
	if t.Dialect == SQLite {
		return nil
	}
	var got string
	return t.Get(ctx, &got, "SELECT id FROM "+table+" WHERE id = ? FOR UPDATE", id)
}

func affected(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, classify(err)
	}
	n, err := r.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("count changed rows: %w", err)
	}
	return n, nil
}

// classify turns a duplicate key into fault.Conflict by code, never by message text.
func classify(err error) error {
	var pg *pgconn.PgError
	var lite sqlite3.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &pg) && pg.Code == "23505",
		errors.As(err, &lite) && (lite.ExtendedCode == sqlite3.ErrConstraintUnique || lite.ExtendedCode == sqlite3.ErrConstraintPrimaryKey):
		return fault.Wrap(fault.Conflict, "row.exists", nil, err)
	}
	return err
}
