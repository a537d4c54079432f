package tables

import (
	"context"
	"errors"
	"fmt"
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
// says how many. A different number of rows on the other side is an error.
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
	r, err := src.Rows(snapshot, `SELECT `+columns+` FROM `+table+` ORDER BY `+order)
	if err != nil {
		return 0, err
	}
	n, err := dst.Fill(inTo, table, strings.Split(columns, ", "), r.Next)
	if err = errors.Join(err, r.Close()); err != nil {
		return n, err
	}
	var now int64
	if err := dst.Get(inTo, &now, `SELECT count(*) FROM `+table); err != nil {
		return n, err
	}
	if now != n {
		return n, fmt.Errorf("%d rows of %d are there", now, n)
	}
	return n, nil
}
