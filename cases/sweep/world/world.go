// Package world makes up the event logs of a fictional online broker 架空の記録: customers who log
// in, trade, withdraw and move house, and attackers among them. It is what the sweep is shown and
// measured on, so it shares nothing with the sweep: no code, no constants, no way of thinking. It
// imports nothing of ours. The same options give the same bytes on every machine.
//
// What attackers did stands in the Truth, which is handed back and is in none of the log files.
package world

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// tokyo has had no summer time since 1951; the firm lives by it.
var tokyo = time.FixedZone("JST", 9*60*60)

// Options say which world is made.
type Options struct {
	Seed      uint64
	Customers int // numbered from 1
	Days      int
	// Until is where the logs end; days are days in Tokyo, and the last one is cut off there.
	Until time.Time
	// Cuts are days at which each source begins another file, as firms hand logs over in pieces.
	Cuts []time.Time
	// Campaigns are the attacks; nil: those of Usual.
	Campaigns []Campaign
	Knobs     Knobs
	// Number writes a customer's number; nil: H0000001.
	Number func(n int) string
}

// world is one under construction. Ordinary days are functions of seed, customer and day, so that
// nothing but the plan of the attacks is remembered from day to day.
type world struct {
	Options
	first   time.Time // midnight in Tokyo of the first day
	people  []person
	numbers []string
	offices int
	plan    map[int][]row // rows of attacks by day
	locked  map[int]time.Time
	truth   Truth
	pcg     rand.PCG
	rng     *rand.Rand
	rows    []row
}

// Generate writes the logs into files that create opens by name, and says what really happened.
// Rows lie in the order of time. It fails only when a file cannot be written or an option makes no
// sense.
func Generate(o Options, create Create) (Truth, error) {
	if o.Customers < 100 || o.Days < 2 || o.Until.IsZero() {
		return Truth{}, fmt.Errorf("a world needs 100 customers, two days and an end: %d, %d, %s", o.Customers, o.Days, o.Until)
	}
	if o.Number == nil {
		o.Number = func(n int) string { return fmt.Sprintf("H%07d", n) }
	}
	if o.Campaigns == nil {
		o.Campaigns = Usual(o)
	}
	end := o.Until.In(tokyo)
	w := &world{Options: o, plan: map[int][]row{}, locked: map[int]time.Time{}}
	w.rng = rand.New(&w.pcg)
	w.first = time.Date(end.Year(), end.Month(), end.Day(), 0, 0, 0, 0, tokyo).AddDate(0, 0, 1-o.Days)
	w.settle()
	w.truth = Truth{Seed: o.Seed, Customers: o.Customers, From: w.first, Until: o.Until}
	for i, c := range o.Campaigns {
		if err := w.attack(i, c); err != nil {
			return Truth{}, err
		}
	}
	return w.write(create)
}

// write goes through the days.
func (w *world) write(create Create) (Truth, error) {
	logs := newLogs(create, w)
	for d := range w.Days {
		at := w.first.AddDate(0, 0, d)
		if d == 0 || slices.ContainsFunc(w.Cuts, at.Equal) {
			if err := logs.turn(at); err != nil {
				return Truth{}, err
			}
		}
		w.rows = w.rows[:0]
		for i := range w.people {
			w.live(&w.people[i], d)
		}
		w.rows = append(w.rows, w.plan[d]...)
		if err := logs.day(w.rows); err != nil {
			return Truth{}, err
		}
	}
	if err := logs.end(); err != nil {
		return Truth{}, err
	}
	return w.truth.tidied(), nil
}

// on is a moment of a day, in milliseconds since 1970.
func (w *world) on(d int, seconds int) int64 {
	return w.first.AddDate(0, 0, d).UnixMilli() + int64(seconds)*1000
}

// dayOf is the day of a moment, which may lie outside the logs.
func (w *world) dayOf(ms int64) int {
	const day = 24 * 60 * 60 * 1000
	n := ms - w.first.UnixMilli()
	if n < 0 {
		return -1
	}
	return int(n / day)
}

// weekend reports whether exchanges are closed on a day.
func (w *world) weekend(d int) bool {
	day := w.first.AddDate(0, 0, d).Weekday()
	return day == time.Saturday || day == time.Sunday
}

// dice gives the random numbers of one purpose; they are good until the next call.
func (w *world) dice(purpose, a, b int) *rand.Rand {
	w.pcg.Seed(w.Seed*0x9e3779b97f4a7c15+uint64(purpose), uint64(a)<<32^uint64(b))
	return w.rng
}

// Purposes of random numbers.
const (
	forPerson = iota + 1
	forDay
	forCampaign
	forPlan
)

// mix is a hash of small numbers, the same for the same seed.
func (w *world) mix(parts ...int) uint64 {
	h := w.Seed ^ 0x2545f4914f6cdd1d
	for _, p := range parts {
		h = (h ^ uint64(p)) * 0xbf58476d1ce4e5b9
		h ^= h >> 29
		h *= 0x94d049bb133111eb
		h ^= h >> 32
	}
	return h
}
