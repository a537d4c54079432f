package tables

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"tasuke/internal/db"
)

// carried are the tables of the index with their columns. The number of a segment is drawn anew: its
// order stays.
var carried = []struct{ table, columns, order string }{
	{"log_source", "name, quiet", "name"},
	{"log_intake", "file, source, begun_at, ended_at", "file"},
	{"log_hour", "source, hour, kind, n", "source, hour, kind"},
	{"log_segment", "chunk, source, mapping, rows, kept, rejected, unknown, first_at, last_at, bytes, sha256, at", "no"},
	{"log_withdrawn", "chunk, source, mapping, rows, kept, rejected, unknown, first_at, last_at, bytes, sha256, at, reason, by_id, gone_at", "chunk, gone_at"},
	{"log_sighting", "field, key, customer, era, n, first_at, last_at, days", "field, key, customer, era"},
}

// Names lists the tables that PostgreSQL has beside the cases and SQLite in a file of their own.
func Names() (names []string) {
	for _, t := range carried {
		names = append(names, t.table)
	}
	return names
}

var errNotEmpty = errors.New("the index that is to be filled has rows")

// Carry fills an empty index with the rows of another, from one snapshot into one transaction, and
// says how many. What is read again on the other side and differs is an error.
func Carry(ctx context.Context, from, to *Index) (rows int64, err error) {
	err = to.d.Update(ctx, func(inTo context.Context, dst *db.Tx) (err error) { // two databases, so two contexts
		rows, err = from.Pour(ctx, inTo, dst)
		return err
	})
	return rows, err
}

// Pour is Carry into a transaction of the caller; outside is a context that carries none.
func (x *Index) Pour(outside, inTo context.Context, dst *db.Tx) (rows int64, err error) {
	err = x.d.View(outside, func(snapshot context.Context, src *db.Tx) error {
		for _, t := range carried {
			n, err := carry(snapshot, src, inTo, dst, t.table, t.columns, t.order)
			if err != nil {
				return fmt.Errorf("carry %s: %w", t.table, err)
			}
			rows += n
		}
		return nil
	})
	return rows, err
}

func carry(snapshot context.Context, src *db.Tx, inTo context.Context, dst *db.Tx, table, columns, order string) (int64, error) {
	var there int64
	if err := dst.Get(inTo, &there, `SELECT count(*) FROM `+table); err != nil {
		return 0, err
	}
	if there > 0 {
		return 0, errNotEmpty
	}
	want, err := copyRows(snapshot, src, inTo, dst, table, columns, order)
	if err != nil {
		return want.n, err
	}
	have, err := read(inTo, dst, table, columns)
	if err == nil && have != want {
		err = fmt.Errorf("%w: %d rows, and %d are there", errDiffers, want.n, have.n)
	}
	return want.n, err
}

var errDiffers = errors.New("what was carried is not what is there")

func copyRows(snapshot context.Context, src *db.Tx, inTo context.Context, dst *db.Tx, table, columns, order string) (s sum, err error) {
	r, err := src.Rows(snapshot, `SELECT `+columns+` FROM `+table+` ORDER BY `+order)
	if err != nil {
		return s, err
	}
	_, err = dst.Fill(inTo, table, strings.Split(columns, ", "), func() ([]any, error) {
		row, err := r.Next()
		if err == nil {
			s.add(row)
		}
		return row, err
	})
	return s, errors.Join(err, r.Close())
}

func read(ctx context.Context, tx *db.Tx, table, columns string) (s sum, err error) {
	r, err := tx.Rows(ctx, `SELECT `+columns+` FROM `+table)
	if err != nil {
		return s, err
	}
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return s, r.Close()
		}
		if err != nil {
			return s, errors.Join(err, r.Close())
		}
		s.add(row)
	}
}

// sum is a count and a sum over the hashes of rows, in whatever order they come.
type sum struct {
	n     int64
	total uint64
}

func (s *sum) add(row []any) {
	var b []byte
	for _, v := range row {
		switch v := v.(type) {
		case int64:
			b = binary.BigEndian.AppendUint64(append(b, 'i'), uint64(v))
		case string:
			b = append(binary.BigEndian.AppendUint64(append(b, 't'), uint64(len(v))), v...)
		case []byte:
			b = append(binary.BigEndian.AppendUint64(append(b, 'b'), uint64(len(v))), v...)
		}
	}
	h := sha256.Sum256(b)
	s.n, s.total = s.n+1, s.total+binary.BigEndian.Uint64(h[:])
}
