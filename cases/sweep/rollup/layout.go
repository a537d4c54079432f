package rollup

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/internal/fault"
)

// layout gives the values of a record by field.
type layout interface {
	// read takes a record; reason is a message key when it cannot be read at all.
	read(record []byte) (reason string)
	get(field string) string
}

// columns is the layout of CSV.
type columns struct {
	at    map[string]int
	width int
	comma byte
	row   []string
}

// newColumns finds the fields in the first line. It fails with fault.Invalid
// "sweep.import.header" when a required one is missing or two columns claim one.
func newColumns(m Mapping, first []byte) (*columns, error) {
	head, ok := split(first, m.Comma[0], nil)
	if !ok {
		return nil, fault.New(fault.Invalid, "sweep.import.quote", nil)
	}
	c := &columns{at: map[string]int{}, width: len(head), comma: m.Comma[0]}
	for i, h := range head {
		h = plain(h)
		for field, names := range m.Columns {
			if !slices.ContainsFunc(names, func(n string) bool { return plain(n) == h }) {
				continue
			}
			if _, twice := c.at[field]; twice {
				return nil, fault.New(fault.Invalid, "sweep.import.header_twice", map[string]any{"Column": field})
			}
			c.at[field] = i
		}
	}
	need := []string{"at", "customer"}
	if m.Kind == "" {
		need = append(need, "kind")
	}
	for _, field := range need {
		if _, ok := c.at[field]; !ok {
			return nil, fault.New(fault.Invalid, "sweep.import.header", map[string]any{"Columns": strings.Join(m.Columns[field], ", ")})
		}
	}
	return c, nil
}

func (c *columns) read(record []byte) string {
	var ok bool
	if c.row, ok = split(record, c.comma, c.row); !ok {
		return "sweep.reject.quote"
	}
	if len(c.row) != c.width {
		return "sweep.reject.width"
	}
	return ""
}

func (c *columns) get(field string) string {
	i, ok := c.at[field]
	if !ok {
		return ""
	}
	return strings.TrimSpace(c.row[i])
}

// object is the layout of NDJSON.
type object struct {
	m   Mapping
	row map[string]json.RawMessage
}

func (o *object) read(record []byte) string {
	o.row = nil
	if err := json.Unmarshal(record, &o.row); err != nil || o.row == nil {
		return "sweep.reject.json"
	}
	return ""
}

// get takes the first name or path that is there.
func (o *object) get(field string) string {
	for _, name := range o.m.Columns[field] {
		if s, ok := at(o.row, name); ok {
			return s
		}
	}
	return ""
}

func at(row map[string]json.RawMessage, path string) (string, bool) {
	raw, ok := row[path]
	if !ok {
		head, rest, nested := strings.Cut(path, ".")
		inner := map[string]json.RawMessage{}
		if raw, ok = row[head]; !nested || !ok || json.Unmarshal(raw, &inner) != nil {
			return "", false
		}
		return at(inner, rest)
	}
	var s string
	switch raw = bytes.TrimSpace(raw); {
	case len(raw) == 0 || bytes.Equal(raw, []byte("null")) || raw[0] == '{' || raw[0] == '[':
		return "", false
	case raw[0] != '"':
		return string(raw), true // a number, true or false
	case json.Unmarshal(raw, &s) != nil:
		return "", false
	}
	return strings.TrimSpace(s), true
}

// readable reports whether a record is text in the encoding it was said to be.
func readable(record []byte) bool {
	return utf8.Valid(record) && !bytes.Contains(record, []byte("\ufffd")) && bytes.IndexByte(record, 0) < 0
}
