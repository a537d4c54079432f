package rollup

import (
	"errors"
	"io"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// rows gives the events of a file one by one.
type rows struct {
	lines  *lines
	head   []byte // the header line of CSV
	layout layout
	parser *parser
}

// newRows reads the header. It fails with fault.Invalid "sweep.import.*".
func newRows(file io.Reader, m Mapping, blind func(field, value string) []byte, now db.Instant) (*rows, error) {
	l, err := newLines(file, m)
	if err != nil {
		return nil, err
	}
	r := &rows{lines: l, layout: &object{m: m}, parser: newParser(m, blind, now)}
	if m.Format == NDJSON {
		return r, nil
	}
	head, _, err := l.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fault.New(fault.Invalid, "sweep.import.empty", nil)
	case err != nil:
		return nil, err
	case !readable(head):
		return nil, fault.New(fault.Invalid, "sweep.import.encoding", nil)
	}
	r.head = append(r.head, head...)
	r.layout, err = newColumns(m, head)
	return r, err
}

// next gives the bytes of a row, which hold until the next call, and its event or why there is
// none. The end is io.EOF.
func (r *rows) next() (raw []byte, e Event, bad *Rejected, err error) {
	raw, line, err := r.lines.next()
	if err != nil {
		return nil, e, nil, err
	}
	e, field, reason := r.read(raw, line)
	if reason != "" {
		return raw, e, &Rejected{line, field, reason}, nil
	}
	return raw, e, nil, nil
}

func (r *rows) read(raw []byte, line int) (e Event, field, reason string) {
	if !readable(raw) {
		return e, "", "sweep.reject.encoding"
	}
	if reason = r.layout.read(raw); reason != "" {
		return e, "", reason
	}
	return r.parser.event(line, r.layout.get)
}
