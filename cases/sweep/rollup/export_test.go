package rollup

import (
	"errors"
	"io"

	"tasuke/internal/db"
)

// ReadAll reads a file without keeping anything.
func ReadAll(file io.Reader, m Mapping, now db.Instant) (events []Event, bad []Rejected, err error) {
	r, err := newRows(file, m, func(_, value string) []byte { return []byte(value) }, now)
	for err == nil {
		var e Event
		var b *Rejected
		if _, e, b, err = r.next(); err == nil && b == nil {
			events = append(events, e)
		} else if err == nil {
			bad = append(bad, *b)
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return events, bad, err
}
