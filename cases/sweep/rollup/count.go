package rollup

import (
	"cmp"
	"slices"
	"time"

	"tasuke/internal/db"
)

// count makes the sightings and hours of events.
func count(events []Event) ([]Sighting, []Hour) {
	type key struct {
		Value
		customer string
		era      int64
	}
	type slot struct {
		kind Kind
		hour int64
	}
	at, hours := make(map[key]int, len(events)), map[slot]int{}
	var out []Sighting
	var values []Value
	for _, e := range events {
		era, bit := DayOf(e.At).Era()
		hours[slot{e.Kind, floor(int64(e.At), int64(time.Hour/time.Microsecond))}]++
		for _, v := range e.values(values[:0]) {
			k := key{v, e.Customer, era}
			i, seen := at[k]
			if !seen {
				i = len(out)
				at[k] = i
				out = append(out, Sighting{Value: v, Customer: e.Customer, Era: era, First: e.At, Last: e.At})
			}
			out[i].see(e.At, bit)
		}
	}
	slices.SortFunc(out, func(a, b Sighting) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Era, b.Era))
	})
	list := make([]Hour, 0, len(hours))
	for s, n := range hours {
		list = append(list, Hour{s.kind, s.hour, n})
	}
	slices.SortFunc(list, func(a, b Hour) int { return cmp.Or(cmp.Compare(a.Hour, b.Hour), cmp.Compare(a.Kind, b.Kind)) })
	return out, list
}

func (s *Sighting) see(at db.Instant, bit uint) {
	s.N++
	s.First, s.Last = min(s.First, at), max(s.Last, at)
	s.Days |= int64(1) << bit
}
