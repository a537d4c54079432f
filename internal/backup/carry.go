package backup

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// carrier carries all rows from one database to the other, of which one is SQLite. Triggers and
// checks stay on. Each table is read again from the other side and compared with what was sent.
type carrier struct {
	from, to     *db.Tx
	inFrom, inTo context.Context // each carries its own transaction
	derived      []string
	rows         map[string]int64
}

func (c *carrier) carry() error {
	names, err := c.shared()
	if err != nil {
		return err
	}
	lite, ctx := c.to, c.inTo
	if c.from.Dialect == db.SQLite {
		lite, ctx = c.from, c.inFrom
	}
	if names, err = parentsFirst(ctx, lite, names); err != nil {
		return err
	}
	c.rows = map[string]int64{}
	for _, n := range names {
		if slices.Contains(forgotten, n) {
			c.rows[n] = 0
			continue
		}
		if err := c.table(n); err != nil {
			return err
		}
	}
	return nil
}

// shared lists the tables of both sides. One that only one side has is carried by nobody: unless it
// is made from others, nothing is carried at all.
func (c *carrier) shared() ([]string, error) {
	a, err := tables(c.inFrom, c.from)
	if err != nil {
		return nil, err
	}
	b, err := tables(c.inTo, c.to)
	if err != nil {
		return nil, err
	}
	var both []string
	for _, n := range slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b)))) {
		switch {
		case slices.Contains(c.derived, n):
		case !slices.Contains(a, n), !slices.Contains(b, n):
			return nil, fault.New(fault.Refused, "backup.strange_table", map[string]any{"Table": n})
		default:
			both = append(both, n)
		}
	}
	return both, nil
}

func (c *carrier) table(name string) error {
	s, err := c.open(name)
	if err != nil {
		return err
	}
	defer func() { _ = s.rows.Close() }() // after an error; the transaction ends anyway
	n, err := c.to.Fill(c.inTo, name, s.names, s.next)
	if err != nil {
		return fmt.Errorf("carry the rows of %s: %w", name, err)
	}
	if err := s.rows.Close(); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	there, err := digest(c.inTo, c.to, name, s.names)
	if err != nil {
		return err
	}
	if n != s.digest.n || there != s.digest {
		return fault.New(fault.Refused, "backup.not_the_same", map[string]any{"Table": name, "Read": s.digest.n, "There": there.n})
	}
	c.rows[name] = n
	return nil
}

// stream gives the rows of a table, each checked against the types of the side they go to.
type stream struct {
	table  string
	rows   *db.Rows
	names  []string
	want   []column
	keys   []int
	digest contents
}

func (c *carrier) open(table string) (*stream, error) {
	from, err := columns(c.inFrom, c.from, table)
	if err != nil {
		return nil, err
	}
	to, err := columns(c.inTo, c.to, table)
	if err != nil {
		return nil, err
	}
	s := &stream{table: table, want: to}
	for i, f := range from {
		s.names = append(s.names, f.Name)
		if len(from) != len(to) || to[i].Name != f.Name || kinds[to[i].Type] != kinds[f.Type] {
			return nil, fmt.Errorf("%w: %s, %s", errColumns, table, f.Name)
		}
		if f.Key+to[i].Key > 0 {
			s.keys = append(s.keys, i)
		}
	}
	s.rows, err = c.from.Rows(c.inFrom, list(table, s.names))
	return s, err
}

func list(table string, names []string) string {
	return `SELECT "` + strings.Join(names, `", "`) + `" FROM "` + table + `"`
}

// next checks what SQLite holds loosely: it keeps text in a column of numbers, if it is given some.
func (s *stream) next() ([]any, error) {
	row, err := s.rows.Next()
	if err != nil {
		return nil, err
	}
	for i, v := range row {
		if !fits(v, s.want[i].Type) {
			return nil, fault.New(fault.Refused, "backup.value", map[string]any{
				"Table": s.table, "Row": s.key(row), "Column": s.names[i], "Type": string(kinds[s.want[i].Type]),
			})
		}
	}
	s.digest.add(row)
	return row, nil
}

func fits(v any, columnType string) bool {
	switch v := v.(type) {
	case nil:
		return true // NOT NULL is the target's to hold
	case int64:
		return kinds[columnType] == whole && (columnType != "integer" || v >= math.MinInt32 && v <= math.MaxInt32)
	case string:
		return kinds[columnType] == text && utf8.ValidString(v) && !strings.Contains(v, "\x00")
	case []byte:
		return kinds[columnType] == octet
	}
	return false
}

// key names a row by its primary key.
func (s *stream) key(row []any) string {
	var parts []string
	for _, i := range s.keys {
		v := row[i]
		if b, ok := v.([]byte); ok {
			v = hex.EncodeToString(b[:min(len(b), 8)])
		}
		parts = append(parts, fmt.Sprintf("%s=%v", s.names[i], v))
	}
	return strings.Join(parts, ", ")
}

// contents is a count and a sum over the hashes of rows, in whatever order they come. It finds
// mistakes; against forgery there are the hashes of files and the audit trail.
type contents struct {
	n   int64
	sum [4]uint64
}

// add takes a row in. Numbers, text and bytes are written with their kind and length, so that no two
// rows are written alike.
func (c *contents) add(row []any) {
	var b []byte
	for _, v := range row {
		switch v := v.(type) {
		case nil:
			b = append(b, 'n')
		case int64:
			b = binary.BigEndian.AppendUint64(append(b, 'i'), uint64(v))
		case string:
			b = append(binary.BigEndian.AppendUint64(append(b, 't'), uint64(len(v))), v...)
		case []byte:
			b = append(binary.BigEndian.AppendUint64(append(b, 'b'), uint64(len(v))), v...)
		}
	}
	h := sha256.Sum256(b)
	for i := range c.sum {
		c.sum[i] += binary.BigEndian.Uint64(h[8*i:])
	}
	c.n++
}

func digest(ctx context.Context, tx *db.Tx, table string, names []string) (c contents, err error) {
	rows, err := tx.Rows(ctx, list(table, names))
	if err != nil {
		return c, fmt.Errorf("read %s again: %w", table, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return c, err
		}
		c.add(row)
	}
}
