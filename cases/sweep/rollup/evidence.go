package rollup

import (
	"context"
	"maps"
	"slices"

	"tasuke/internal/db"
)

// Hit is a customer who was seen with at least one value, from the segments.
type Hit struct {
	Customer string
	// N counts the events with any of the values, each once; Probes say it for each value.
	N           int
	First, Last db.Instant
	Probes      []ProbeHit
	// Rows are the earliest events with any of the values, at most as many as were asked for.
	Rows []Row
}

// ProbeHit is what one probe found of a customer.
type ProbeHit struct {
	Probe int // place in the list that was asked
	Value Value
	N     int
	// Failed counts logins among them that were refused for the password: nobody got in.
	Failed      int
	First, Last db.Instant
}

// Evidence gives the exact hits of customers since a moment, by customer number. An event that came
// with two files of one source is counted once when the source gives its events ids (Event.Ref).
// each, if not nil, is called with every row of the customers since then: what a customer did beside
// the hits says what they mean, and the segments are read once.
func (s *Store) Evidence(ctx context.Context, customers []string, probes []Probe, since db.Instant, rows int, each func(Row)) ([]Hit, error) {
	hits, seen, sought := map[string]*Hit{}, map[string]bool{}, newSought(probes)
	var values []Value
	for row, err := range s.Rows(ctx, customers, since, 0) {
		if err != nil {
			return nil, err
		}
		if each != nil {
			each(row)
		}
		values = row.values(values[:0])
		found := sought.in(values)
		if len(found) == 0 || row.Ref != "" && seen[row.Source+"\x00"+row.Ref] {
			continue
		}
		if row.Ref != "" {
			seen[row.Source+"\x00"+row.Ref] = true
		}
		h := hits[row.Customer]
		if h == nil {
			h = &Hit{Customer: row.Customer, First: row.At, Last: row.At}
			hits[row.Customer] = h
		}
		h.see(row, found, rows)
	}
	out := make([]Hit, 0, len(hits))
	for _, c := range slices.Sorted(maps.Keys(hits)) {
		hits[c].cut(rows)
		out = append(out, *hits[c])
	}
	return out, nil
}

// see counts one event once, and once for each probe it answers.
func (h *Hit) see(row Row, found []answer, rows int) {
	h.N++
	h.First, h.Last = min(h.First, row.At), max(h.Last, row.At)
	for _, a := range found {
		n := slices.IndexFunc(h.Probes, func(p ProbeHit) bool { return p.Probe == a.probe && p.Value == a.value })
		if n < 0 {
			n = len(h.Probes)
			h.Probes = append(h.Probes, ProbeHit{Probe: a.probe, Value: a.value, First: row.At, Last: row.At})
		}
		p := &h.Probes[n]
		p.N++
		if row.refused() {
			p.Failed++
		}
		p.First, p.Last = min(p.First, row.At), max(p.Last, row.At)
	}
	if h.Rows = append(h.Rows, row); len(h.Rows) > 4*rows+64 {
		h.cut(rows)
	}
}

// cut leaves the earliest rows.
func (h *Hit) cut(rows int) {
	slices.SortStableFunc(h.Rows, func(a, b Row) int { return int(a.At - b.At) })
	h.Rows = h.Rows[:min(len(h.Rows), rows)]
}

// sought finds the probes an event answers without asking each: most are for one value.
type sought struct {
	exact  map[Value][]int
	ranges []int
	probes []Probe
}

type answer struct {
	probe int
	value Value
}

func newSought(probes []Probe) sought {
	s := sought{exact: map[Value][]int{}, probes: probes}
	for i, p := range probes {
		if p.Low == p.High {
			v := Value{p.Field, p.Low}
			s.exact[v] = append(s.exact[v], i)
		} else {
			s.ranges = append(s.ranges, i)
		}
	}
	return s
}

func (s sought) in(values []Value) (out []answer) {
	for _, v := range values {
		for _, i := range s.exact[v] {
			out = append(out, answer{i, v})
		}
		for _, i := range s.ranges {
			if p := s.probes[i]; p.Field == v.Field && v.Key >= p.Low && v.Key <= p.High {
				out = append(out, answer{i, v})
			}
		}
	}
	return out
}
