package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Rows is a result that is read row by row; memory does not grow with it.
type Rows struct {
	rows *sql.Rows
	row  []any
	at   []any
}

// Rows asks for rows of any table. Values are int64, string, []byte, float64, bool, time.Time or
// nil, as the driver gives them. The caller closes them.
func (t *Tx) Rows(ctx context.Context, query string, args ...any) (*Rows, error) {
	rows, err := t.tx.QueryContext(ctx, t.tx.Rebind(query), args...)
	if err != nil {
		return nil, classify(err)
	}
	names, err := rows.Columns()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read the columns: %w", err), rows.Close())
	}
	r := &Rows{rows: rows, row: make([]any, len(names)), at: make([]any, len(names))}
	for i := range r.row {
		r.at[i] = &r.row[i]
	}
	return r, nil
}

// Next gives the next row, which is overwritten by the one after it; io.EOF after the last.
func (r *Rows) Next() ([]any, error) {
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return nil, fmt.Errorf("read rows: %w", err)
		}
		return nil, io.EOF
	}
	if err := r.rows.Scan(r.at...); err != nil {
		return nil, fmt.Errorf("read a row: %w", err)
	}
	return r.row, nil
}

// Close ends the reading.
func (r *Rows) Close() error { return r.rows.Close() }

// Fill adds many rows to a table and says how many: COPY on PostgreSQL, one prepared statement on
// SQLite. next gives rows in the order of columns, and io.EOF after the last. Names of table and
// columns are the schema's, never input.
func (t *Tx) Fill(ctx context.Context, table string, columns []string, next func() ([]any, error)) (int64, error) {
	if t.Dialect == Postgres {
		return t.fillByCopy(ctx, table, columns, next)
	}
	s, err := t.tx.PrepareContext(ctx, `INSERT INTO "`+table+`" ("`+strings.Join(columns, `", "`)+`") VALUES (?`+strings.Repeat(", ?", len(columns)-1)+`)`)
	if err != nil {
		return 0, fmt.Errorf("prepare: %w", err)
	}
	defer func() { _ = s.Close() }() // goes with the transaction
	for n := int64(0); ; n++ {
		row, err := next()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if _, err := s.ExecContext(ctx, row...); err != nil {
			return n, classify(err)
		}
	}
}

func (t *Tx) fillByCopy(ctx context.Context, table string, columns []string, next func() ([]any, error)) (int64, error) {
	p, err := t.PGX()
	if err != nil {
		return 0, err
	}
	var own error // the server tells the library's error, and only its text
	n, err := p.CopyFrom(ctx, pgx.Identifier{table}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		row, err := next()
		if errors.Is(err, io.EOF) {
			return nil, nil // the library's sign of the end
		}
		own = err
		return row, err
	}))
	if own != nil {
		return n, own
	}
	return n, classify(err)
}
