package main

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/stdlib"

	"tasuke/internal/db"
)

// unwatched are the tables that reading may write to: who is signed in, who opened what, the queue
// behind the audit trail, and how far the search has come with old texts. Of the entries themselves the tree of decisions is watched.
var unwatched = []string{"session", "audit_pending", "audit_leaf", "audit_node", "audit_checkpoint", "signin_attempt", "text_backfill"}

// dump reads every table there is, row by row, as text.
func (h *house) dump() map[string][]string {
	h.t.Helper()
	x := h.raw()
	defer func() { must(h.t, x.Close()) }()
	list := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if h.db.Dialect == db.Postgres {
		list = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`
	}
	out := map[string][]string{}
	for _, name := range read(h.t, x, list) {
		switch {
		case slices.Contains(unwatched, name), strings.HasPrefix(name, "river_"): // the queue wakes; what it wakes is watched
		case name == "audit_entry":
			out[name] = read(h.t, x, `SELECT * FROM audit_entry WHERE tree = 'main'`)
		default:
			out[name] = read(h.t, x, `SELECT * FROM "`+name+`"`)
		}
	}
	if len(out) < 20 {
		h.t.Fatalf("only %d tables were found", len(out))
	}
	return out
}

// raw is a connection beside the product's own.
func (h *house) raw() *sql.DB {
	h.t.Helper()
	if h.db.Dialect == db.Postgres {
		return stdlib.OpenDBFromPool(h.db.Pool)
	}
	x, err := sql.Open("sqlite3", "file:"+h.cfg.DB+"?mode=ro&_busy_timeout=5000")
	must(h.t, err)
	return x
}

func read(t testing.TB, x *sql.DB, query string) (out []string) {
	t.Helper()
	rows, err := x.QueryContext(t.Context(), query)
	must(t, err)
	defer func() { must(t, rows.Close()) }()
	columns, err := rows.Columns()
	must(t, err)
	cells := make([]any, len(columns))
	for i := range cells {
		cells[i] = new(any)
	}
	for rows.Next() {
		must(t, rows.Scan(cells...))
		var line []string
		for _, c := range cells {
			line = append(line, fmt.Sprint(*c.(*any)))
		}
		out = append(out, strings.Join(line, "|"))
	}
	must(t, rows.Err())
	slices.Sort(out)
	return out
}

// sameRecords fails for each table that is not as it was.
func (h *house) sameRecords(before map[string][]string, after string) {
	h.t.Helper()
	now := h.dump()
	for name, rows := range now {
		if slices.Equal(rows, before[name]) {
			continue
		}
		for _, r := range rows {
			if !slices.Contains(before[name], r) {
				h.t.Errorf("%s: %s has a row that was not there: %.300s", after, name, r)
			}
		}
		if len(rows) < len(before[name]) {
			h.t.Errorf("%s: %s has %d rows, had %d", after, name, len(rows), len(before[name]))
		}
	}
}
