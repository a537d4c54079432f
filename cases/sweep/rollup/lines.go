package rollup

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/transform"

	"tasuke/internal/fault"
)

// maxRecord is the longest row in bytes. A longer one is a quotation mark that is not closed.
const maxRecord = 64 << 10

// lines gives the records of a file: a line, or several when a quoted field of CSV goes over them.
type lines struct {
	in    *bufio.Reader
	count *counter
	comma byte // of CSV; 0: a record is a line
	line  int  // lines read
	open  bool // the last record has no end of line: its writer may not have finished it
	buf   []byte
}

type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err //nolint:wrapcheck // a transparent reader
}

func newLines(r io.Reader, m Mapping) (*lines, error) {
	c := &counter{Reader: r}
	l := &lines{count: c}
	if m.Format == CSV {
		l.comma = m.Comma[0]
	}
	if m.Encoding == "cp932" {
		l.in = bufio.NewReaderSize(transform.NewReader(c, japanese.ShiftJIS.NewDecoder()), maxRecord)
		return l, nil
	}
	l.in = bufio.NewReaderSize(c, maxRecord)
	head, err := l.in.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the events: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, err = l.in.Discard(3)
		if err != nil {
			return nil, fmt.Errorf("read the events: %w", err)
		}
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return nil, fault.New(fault.Invalid, "sweep.import.encoding", nil)
	}
	return l, nil
}

// next gives one record without the end of its last line, and the line it begins on. The bytes
// hold until the next call. Empty lines are left out. The end is io.EOF.
func (l *lines) next() (record []byte, line int, err error) {
	for {
		record, line, err = l.record()
		if err != nil || len(record) > 0 {
			return record, line, err
		}
	}
}

func (l *lines) record() (record []byte, line int, err error) {
	l.buf = l.buf[:0]
	line = l.line + 1
	for {
		part, err := l.in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) || len(l.buf)+len(part) > maxRecord {
			return nil, line, fault.New(fault.Invalid, "sweep.import.long_row", map[string]any{"Line": line})
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, line, fmt.Errorf("read the events: %w", err)
		}
		if err != nil && len(part) == 0 && len(l.buf) == 0 {
			return nil, line, io.EOF
		}
		l.line++
		l.buf = append(l.buf, part...)
		if ended := err != nil; ended || l.comma == 0 || !unclosed(l.buf, l.comma) {
			l.open = ended
			return bytes.TrimRight(l.buf, "\r\n"), line, nil
		}
	}
}

// unclosed reports whether a record ends within a quoted field. Only a quotation mark at the begin of
// a field opens one; another is a fault of its row and takes no further rows with it.
func unclosed(record []byte, comma byte) bool {
	if bytes.IndexByte(record, '"') < 0 {
		return false
	}
	for len(record) > 0 {
		if record[0] == '"' {
			_, rest, ok := quoted(record[1:])
			if !ok {
				return true
			}
			record = rest
		}
		i := bytes.IndexByte(record, comma)
		if i < 0 {
			return false
		}
		record = record[i+1:]
	}
	return false
}

// split cuts a record of CSV into its fields; false when its quotation marks are wrong.
func split(record []byte, comma byte, out []string) ([]string, bool) {
	out = out[:0]
	for {
		if len(record) > 0 && record[0] == '"' {
			field, rest, ok := quoted(record[1:])
			if !ok || len(rest) > 0 && rest[0] != comma {
				return out, false
			}
			out = append(out, field)
			if len(rest) == 0 {
				return out, true
			}
			record = rest[1:]
			continue
		}
		i := bytes.IndexByte(record, comma)
		field := record
		if i >= 0 {
			field = record[:i]
		}
		if bytes.IndexByte(field, '"') >= 0 {
			return out, false
		}
		out = append(out, string(field))
		if i < 0 {
			return out, true
		}
		record = record[i+1:]
	}
}

// quoted reads up to the closing quotation mark; two of them stand for one.
func quoted(s []byte) (field string, rest []byte, ok bool) {
	var b []byte
	for {
		i := bytes.IndexByte(s, '"')
		if i < 0 {
			return "", nil, false
		}
		if i+1 < len(s) && s[i+1] == '"' {
			b, s = append(b, s[:i+1]...), s[i+2:]
			continue
		}
		return string(append(b, s[:i]...)), s[i+1:], true
	}
}
