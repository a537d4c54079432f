package rollup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Import is what an import is asked to do.
type Import struct {
	Source  string // a short name of the log: letters, digits, - and _
	Mapping Mapping
	Size    int64 // bytes of the file, 0 when not known
	// Progress is called after each chunk; Rejected for each row that is not kept, also for those of
	// chunks that were taken over before, so its list is always that of the whole file.
	Progress func(done, size int64)
	Rejected func(Rejected) error
}

// Report counts an import.
type Report struct {
	Rows     int // all but the header
	Kept     int // new events
	Repeated int // rows of chunks that were there
	Rejected int // of all rows
	Segments int // new ones
	Bytes    int64
	// Unknown customers are not in the register; their events are kept.
	UnknownRows      int
	UnknownCustomers int
	First, Last      db.Instant // of the new events
	// File is the hash of the first chunk, by which the import is known.
	File Digest
}

var sourceName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)

// Import takes a log over, chunk by chunk; each is durable before the next begins. What was taken
// over before is left alone, so after a failure or a kill the same file is given again, and a log
// that grew brings only what is new. It fails with fault.Invalid "sweep.import.*" when the file
// cannot be read (chunks before are kept), and with fault.Refused when a chunk was taken over under
// another source or mapping. It needs actor.EventsImport.
func (s *Store) Import(ctx context.Context, by actor.Actor, file io.Reader, in Import) (rep Report, err error) {
	if err := by.Need(actor.EventsImport); err != nil {
		return rep, err
	}
	if !sourceName.MatchString(in.Source) || in.Source == withdrawn {
		return rep, fault.New(fault.Invalid, "sweep.import.source", nil)
	}
	run, err := s.begin(ctx, file, in)
	if err != nil {
		return rep, err
	}
	for {
		raw, e, bad, err := run.rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && run.rows.lines.open && run.chunk.rows > 0 {
			err = run.keep(ctx) // what is cut off here and whole next time must not change this chunk
		}
		if err == nil {
			err = run.row(raw, e, bad)
		}
		if err == nil && (run.chunk.rows == s.o.ChunkRows || run.chunk.ended()) {
			err = run.keep(ctx)
		}
		if err != nil {
			return run.report(), err
		}
	}
	if run.chunk.rows > 0 {
		if err := run.keep(ctx); err != nil {
			return run.report(), err
		}
	}
	if run.rep.File == "" {
		return run.report(), fault.New(fault.Invalid, "sweep.import.empty", nil)
	}
	return run.report(), s.index.Finish(ctx, run.rep.File)
}

// run is one import under way.
type run struct {
	*Store
	in      Import
	rows    *rows
	mapping Digest
	known   map[Digest]Known
	chunk   *chunk
	strange map[string]bool // customers: true when not in the register
	rep     Report
}

func (s *Store) begin(ctx context.Context, file io.Reader, in Import) (*run, error) {
	known, err := s.index.Known(ctx)
	if err != nil {
		return nil, err
	}
	mapping, err := in.Mapping.digest()
	if err != nil {
		return nil, err
	}
	rows, err := newRows(file, in.Mapping, s.o.Blind, s.o.Now())
	if err != nil {
		return nil, err
	}
	r := &run{Store: s, in: in, rows: rows, mapping: mapping, known: map[Digest]Known{}, chunk: newChunk(rows.head, known), strange: map[string]bool{}}
	for _, k := range known {
		r.known[k.Chunk] = k
	}
	return r, nil
}

func (r *run) report() Report {
	for _, unknown := range r.strange {
		if unknown {
			r.rep.UnknownCustomers++
		}
	}
	return r.rep
}

// row takes one row into the chunk.
func (r *run) row(raw []byte, e Event, bad *Rejected) error {
	r.chunk.add(raw)
	r.rep.Rows++
	if bad == nil {
		r.chunk.events = append(r.chunk.events, e)
		return nil
	}
	r.chunk.rejected++
	r.rep.Rejected++
	if r.in.Rejected == nil {
		return nil
	}
	if err := r.in.Rejected(*bad); err != nil {
		return fmt.Errorf("note a rejected row: %w", err)
	}
	return nil
}

// keep makes the chunk durable, unless it is, and begins the next one.
func (r *run) keep(ctx context.Context) error {
	id := r.chunk.digest()
	if r.rep.File == "" {
		r.rep.File = id
	}
	was, there := r.known[id]
	switch {
	case there && was.Source != r.in.Source:
		return fault.New(fault.Refused, "sweep.import.other_source", map[string]any{"Source": was.Source})
	case there && was.Mapping != r.mapping:
		return fault.New(fault.Refused, "sweep.import.other_mapping", map[string]any{"Source": was.Source})
	case there:
		r.rep.Repeated += r.chunk.rows
	default:
		if err := r.take(ctx, id); err != nil {
			return err
		}
	}
	r.chunk.reset()
	if r.in.Progress != nil {
		r.in.Progress(r.rows.lines.count.n, r.in.Size)
	}
	return nil
}

// take writes the segment first and counts it second: a kill between leaves a file that the next
// import writes again under the same name, and that nobody reads until it is in the manifest.
func (r *run) take(ctx context.Context, id Digest) error {
	if r.rep.Segments == 0 {
		if err := r.index.Begin(ctx, r.in.Source, r.rep.File, r.in.Mapping.quiet); err != nil {
			return err
		}
	}
	g := Segment{
		Chunk: id, Source: r.in.Source, Mapping: r.mapping, Rows: r.chunk.rows, Kept: len(r.chunk.events), Rejected: r.chunk.rejected, At: r.o.Now(),
	}
	var err error
	if g.Unknown, err = r.unknown(ctx); err != nil {
		return err
	}
	sightings, hours := count(r.chunk.events)
	for _, e := range r.chunk.events {
		if g.First == 0 || e.At < g.First {
			g.First = e.At
		}
		g.Last = max(g.Last, e.At)
	}
	if g.Kept > 0 {
		if g.Bytes, g.SHA256, err = r.write(g.Source, id, r.chunk.events); err != nil {
			return err
		}
		db.Crash("sweep.segment")
	}
	taken, err := r.index.Take(ctx, Batch{Segment: g, Sightings: sightings, Hours: hours})
	if err != nil {
		return err
	}
	r.known[id] = Known{id, g.Rows, g.Source, g.Mapping}
	if !taken { // somebody else imports the same file
		r.rep.Repeated += g.Rows
		return nil
	}
	r.rep.Kept, r.rep.Segments, r.rep.Bytes, r.rep.UnknownRows = r.rep.Kept+g.Kept, r.rep.Segments+1, r.rep.Bytes+g.Bytes, r.rep.UnknownRows+g.Unknown
	if g.First > 0 && (r.rep.First == 0 || g.First < r.rep.First) {
		r.rep.First = g.First
	}
	r.rep.Last = max(r.rep.Last, g.Last)
	return nil
}

// unknown counts the chunk's events of customers who are not in the register.
func (r *run) unknown(ctx context.Context) (n int, err error) {
	if r.o.Register == nil {
		return 0, nil
	}
	ask := map[string]bool{}
	for _, e := range r.chunk.events {
		if _, asked := r.strange[e.Customer]; !asked {
			ask[e.Customer] = true
		}
	}
	if len(ask) > 0 {
		list := slices.Sorted(maps.Keys(ask))
		found, err := r.o.Register(ctx, list)
		if err != nil {
			return 0, fmt.Errorf("ask the customer register: %w", err)
		}
		for _, c := range list {
			r.strange[c] = !found[c]
		}
	}
	for _, e := range r.chunk.events {
		if r.strange[e.Customer] {
			n++
		}
	}
	return n, nil
}
