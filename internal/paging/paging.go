// Package paging reads long lists page by page, by the key of the last row and not by an offset:
// the last page costs what the first does, and rows that come or go shift nothing.
package paging

import (
	"fmt"
	"strconv"
	"strings"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Cursor names the last row of a page, so that the next page starts behind it. The zero Cursor
// is the first page.
type Cursor struct {
	At db.Instant `db:"at"`
	ID string     `db:"id"`
}

// IsZero reports whether the cursor is the first page.
func (c Cursor) IsZero() bool { return c == Cursor{} }

// String is the cursor as it stands in an address; empty for the zero Cursor.
func (c Cursor) String() string {
	if c.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d~%s", c.At, c.ID)
}

// Parse reads String's form. Anything else is fault.Invalid.
func Parse(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	at, id, found := strings.Cut(s, "~")
	n, err := strconv.ParseInt(at, 10, 64)
	if err != nil || !found || !plain(id) {
		return Cursor{}, fault.Field("after", "form.choice")
	}
	return Cursor{db.Instant(n), id}, nil
}

// plain keeps hostile bytes of an address away from the database: a key is short and ASCII.
func plain(id string) bool {
	return id != "" && len(id) <= 64 && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
}

// Page asks for at most Limit rows behind After. A limit outside 1 to 200 is 50.
type Page struct {
	After Cursor
	Limit int
}

// Size is the number of rows of the page.
func (p Page) Size() int {
	if p.Limit < 1 || p.Limit > 200 {
		return 50
	}
	return p.Limit
}

// Behind adds the condition of the page for rows in falling order of (column, id). column is a
// constant of the caller, never input.
func (p Page) Behind(where []string, args []any, column string) ([]string, []any) {
	if p.After.IsZero() {
		return where, args
	}
	return append(where, "("+column+", id) < (?, ?)"), append(args, p.After.At, p.After.ID)
}
