package customer

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"tasuke/internal/fault"
)

// maxRow is the most bytes one row may have. A forgotten quotation mark would otherwise make the
// rest of a file one row.
const maxRow = 64 << 10

var errLong = errors.New("a row is longer than 64 KiB")

// Rejected is a row that was not taken over. It holds no personal data but the customer number.
type Rejected struct {
	Line   int // of the file, the header being line 1
	Ref    string
	Column string // the field that is wrong, empty when it is the row
	Reason string // a message key
}

// reader gives the rows of a customer file one by one.
type reader struct {
	csv    *csv.Reader
	limit  *limited
	lay    layout
	list   string
	lines  map[string]int // line of each customer number
	line   int            // of the last row
	dec    *decoder
	offset func() int64
}

// newReader reads the first line. An empty file is fault.Invalid "customer.import.empty".
func newReader(r io.Reader, m Mapping) (*reader, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	count := &counted{r: r}
	dec := newDecoder(count, m.Encoding)
	l := &limited{r: dec}
	c := csv.NewReader(l)
	c.Comma, c.FieldsPerRecord, c.ReuseRecord = []rune(m.Comma)[0], -1, true
	out := &reader{csv: c, limit: l, list: m.List, lines: map[string]int{}, dec: dec, offset: func() int64 { return count.n }}
	first, err := out.read()
	if errors.Is(err, io.EOF) {
		return nil, fault.New(fault.Invalid, "customer.import.empty", nil)
	}
	var bad *csv.ParseError
	if errors.As(err, &bad) {
		return nil, fault.Wrap(fault.Invalid, "customer.import.quote", map[string]any{"Line": bad.StartLine}, err)
	}
	if err != nil {
		return nil, err
	}
	out.lay, err = m.layout(first)
	return out, err
}

func (r *reader) read() ([]string, error) {
	r.limit.left = maxRow
	row, err := r.csv.Read()
	if errors.Is(err, errLong) {
		return nil, fault.Wrap(fault.Invalid, "customer.import.long_row", map[string]any{"Line": r.line + 1}, err)
	}
	return row, err //nolint:wrapcheck // callers ask for io.EOF and *csv.ParseError
}

// next gives the next customer, or why the next row is not one. It ends with io.EOF; any other
// error ends the reading of the file.
func (r *reader) next() (c Customer, bad *Rejected, line int, err error) {
	row, err := r.read()
	var broken *csv.ParseError
	switch {
	case errors.As(err, &broken):
		r.line = broken.Line
		return c, &Rejected{Line: broken.StartLine, Reason: "customer.reject.quote"}, broken.StartLine, nil
	case errors.Is(err, io.EOF):
		return c, nil, 0, io.EOF
	case err != nil:
		return c, nil, 0, fmt.Errorf("read the customer file: %w", err)
	}
	line, _ = r.csv.FieldPos(0)
	r.line = line
	c, column, reason := r.lay.customer(row, r.list)
	if reason == "" {
		if _, twice := r.lines[c.Ref]; twice {
			column, reason = byRef, "customer.reject.twice"
		} else {
			r.lines[strings.Clone(c.Ref)] = line
		}
	}
	if reason != "" {
		return c, &Rejected{line, c.Ref, column, reason}, line, nil
	}
	return c, nil, line, nil
}

// limited gives up when one row needs too much.
type limited struct {
	r    io.Reader
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errLong
	}
	n, err := l.r.Read(p)
	l.left -= n
	return n, err //nolint:wrapcheck // io.EOF has to stay itself
}

// counted says how much of the file was read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err //nolint:wrapcheck // io.EOF has to stay itself
}
