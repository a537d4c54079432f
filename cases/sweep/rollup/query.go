package rollup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/parquet-go/parquet-go"

	"tasuke/internal/db"
)

// Candidates gives who was seen with the values since a moment, from the sightings. It is fast and
// a superset; Evidence says what is true.
func (s *Store) Candidates(ctx context.Context, probes []Probe, since db.Instant) ([]Match, error) {
	return s.index.Match(ctx, probes, since)
}

// Baseline counts, for each probe, the customers who used it on the days from first to last, both
// included: the days before the attack, so that an address the attacker used on many victims is not
// taken for one that many people share.
func (s *Store) Baseline(ctx context.Context, probes []Probe, first, last Day) ([]int, error) {
	return s.index.Users(ctx, probes, first, last)
}

// Row is an event with the place it stands at.
type Row struct {
	Event
	Source string
	Chunk  Digest
}

// Rows gives the events of some customers in a span of time (both ends included; until 0: no end),
// from the segments: in the order of import, in each by customer and time.
func (s *Store) Rows(ctx context.Context, customers []string, since, until db.Instant) iter.Seq2[Row, error] {
	want := map[string]bool{}
	for _, c := range customers {
		want[c] = true
	}
	return s.rows(ctx, want, since, until)
}

// All gives the events of everybody in a span of time, as Rows does. It reads every segment that
// reaches into it: ask for short spans.
func (s *Store) All(ctx context.Context, since, until db.Instant) iter.Seq2[Row, error] {
	return s.rows(ctx, nil, since, until)
}

// rows gives the events of the wanted customers, nil for all of them.
func (s *Store) rows(ctx context.Context, want map[string]bool, since, until db.Instant) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		segments, err := s.index.Segments(ctx, since)
		if err != nil {
			yield(Row{}, err)
			return
		}
		for _, g := range segments {
			if g.Kept == 0 || until > 0 && g.First > until || want != nil && len(want) == 0 {
				continue
			}
			if err := ctx.Err(); err != nil {
				yield(Row{}, err)
				return
			}
			goOn, err := s.scan(g, want, func(e Event) bool {
				return e.At < since || until > 0 && e.At > until || yield(Row{e, g.Source, g.Chunk}, nil)
			})
			if err != nil {
				yield(Row{}, fmt.Errorf("read segment %s: %w", g.Chunk, err))
				return
			}
			if !goOn {
				return
			}
		}
	}
}

// scan reads the rows of the wanted customers (nil: all) from one segment; false when yield ended it.
func (s *Store) scan(g Segment, want map[string]bool, yield func(Event) bool) (bool, error) {
	f, err := os.Open(s.file(g.Source, g.Chunk))
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }() // read only
	p, err := parquet.OpenFile(f, g.Bytes, parquet.SkipBloomFilters(true))
	if err != nil {
		return false, err
	}
	for _, group := range p.RowGroups() {
		spans, err := []span{{0, group.NumRows()}}, error(nil)
		if want != nil {
			spans, err = spansOf(group, want)
		}
		if err != nil || len(spans) == 0 {
			if err != nil {
				return false, err
			}
			continue
		}
		if goOn, err := readSpans(group, spans, yield); err != nil || !goOn {
			return false, err
		}
	}
	return true, nil
}

// span is a run of rows, to excluded.
type span struct{ from, to int64 }

// spansOf finds the rows of the wanted customers by reading the first column alone; it is sorted,
// so each customer is one run.
func spansOf(group parquet.RowGroup, want map[string]bool) (out []span, err error) {
	pages := group.ColumnChunks()[0].Pages()
	defer func() { err = errors.Join(err, pages.Close()) }()
	values := make([]parquet.Value, 1024)
	row, last, wanted := int64(0), "", false
	for {
		page, err := pages.ReadPage()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		reader := page.Values()
		for {
			n, err := reader.ReadValues(values)
			for _, v := range values[:n] {
				if b := v.ByteArray(); row == 0 || string(b) != last {
					last = string(b)
					wanted = want[last]
				}
				out = extend(out, row, wanted)
				row++
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, err
			}
		}
		parquet.Release(page)
	}
}

func extend(out []span, row int64, wanted bool) []span {
	if !wanted {
		return out
	}
	if n := len(out); n > 0 && out[n-1].to == row {
		out[n-1].to++
		return out
	}
	return append(out, span{row, row + 1})
}

// leap is the number of rows from which going to another place, which unpacks a page of each
// column, is cheaper than reading on, which makes a record of each row.
const leap = pageRows / 4

// readSpans reads the rows of the spans, which are in order.
func readSpans(group parquet.RowGroup, spans []span, yield func(Event) bool) (goOn bool, err error) {
	reader := parquet.NewGenericRowGroupReader[record](group)
	defer func() { err = errors.Join(err, reader.Close()) }()
	buf := make([]record, 256)
	at := int64(0)
	for _, sp := range spans {
		if sp.from-at > leap {
			if err := reader.SeekToRow(sp.from); err != nil {
				return false, err
			}
			at = sp.from
		}
		for at < sp.to {
			n, err := reader.Read(buf[:min(sp.to-at, int64(len(buf)))])
			for i, r := range buf[:n] {
				if at+int64(i) >= sp.from && !yield(r.event()) {
					return false, nil
				}
			}
			if at += int64(n); at < sp.to {
				if err != nil && !errors.Is(err, io.EOF) {
					return false, err
				}
				if n == 0 {
					return false, io.ErrUnexpectedEOF
				}
			}
		}
	}
	return true, nil
}
