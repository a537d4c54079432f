package customer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/transform"

	"tasuke/internal/fault"
)

const window = 64 << 10

// decoder gives a file as UTF-8. It decides on the first characters outside ASCII, however far
// into the file they are: until then both encodings agree.
type decoder struct {
	in       *bufio.Reader
	encoding Encoding
	out      io.Reader // set once decided
	started  bool
}

func newDecoder(r io.Reader, e Encoding) *decoder {
	return &decoder{in: bufio.NewReaderSize(r, window), encoding: e}
}

// Read fails with fault.Invalid "customer.import.encoding" for UTF-16, which has no lines we
// could show.
func (d *decoder) Read(p []byte) (int, error) {
	if d.out != nil {
		return d.out.Read(p)
	}
	if !d.started {
		d.started = true
		if err := d.skipBOM(); err != nil {
			return 0, err
		}
	}
	if d.encoding != Auto {
		d.decide(d.encoding)
		return d.out.Read(p)
	}
	if _, err := d.in.Peek(1); err != nil {
		return 0, err //nolint:wrapcheck // io.EOF has to stay itself
	}
	b, err := d.in.Peek(d.in.Buffered())
	if err != nil {
		return 0, fmt.Errorf("read the file: %w", err)
	}
	n := bytes.IndexFunc(b, func(r rune) bool { return r >= utf8.RuneSelf })
	if n == 0 {
		return d.guess(p)
	}
	if n < 0 {
		n = len(b)
	}
	return d.in.Read(p[:min(n, len(p))])
}

func (d *decoder) guess(p []byte) (int, error) {
	b, err := d.in.Peek(window)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, fmt.Errorf("read the file: %w", err)
	}
	if err == nil { // there is more: the window may end within a character
		b = b[:bytes.LastIndexByte(b, '\n')+1]
	}
	if broken(string(b)) <= brokenCP932(b) {
		d.decide(UTF8)
	} else {
		d.decide(CP932)
	}
	return d.out.Read(p)
}

// broken counts what is not UTF-8.
func broken(s string) (n int) {
	for i, r := range s {
		if _, size := utf8.DecodeRuneInString(s[i:]); r == utf8.RuneError && size <= 1 {
			n++
		}
	}
	return n
}

func brokenCP932(b []byte) int {
	out, err := japanese.ShiftJIS.NewDecoder().Bytes(b)
	if err != nil {
		return len(b)
	}
	return bytes.Count(out, []byte("\ufffd"))
}

func (d *decoder) decide(e Encoding) {
	d.encoding, d.out = e, d.in
	if e == CP932 {
		d.out = transform.NewReader(d.in, japanese.ShiftJIS.NewDecoder())
	}
}

func (d *decoder) skipBOM() error {
	b, err := d.in.Peek(3)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the file: %w", err)
	}
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		if d.encoding == Auto {
			d.encoding = UTF8
		}
		_, err := d.in.Discard(3)
		return err //nolint:wrapcheck // three bytes that were just seen
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		return fault.New(fault.Invalid, "customer.import.encoding", nil)
	}
	return nil
}
