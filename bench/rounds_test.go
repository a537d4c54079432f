package bench

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

// enough is the share of the machine that a measurement must have had for a promise to be judged.
const enough = 0.8

// shares are what others left of the machine, looked at in between.
type shares []float64

// look has every core count for a fifth of a second and notes how much of that it could.
func (m *shares) look(t *testing.T) {
	t.Helper()
	before, began := used(t), time.Now()
	var counting sync.WaitGroup
	for range runtime.NumCPU() {
		counting.Go(func() {
			for n := 0; n%1000 != 0 || time.Since(began) < 200*time.Millisecond; n++ {
			}
		})
	}
	counting.Wait()
	*m = append(*m, float64(used(t)-before)/float64(int(time.Since(began))*runtime.NumCPU()))
}

// left is the median, as a part of the whole machine.
func (m *shares) left() float64 {
	s := slices.Sorted(slices.Values(*m))
	return s[len(s)/2]
}

// judged reports whether the machine was ours; a promise that was not judged says so in the table.
func (m *shares) judged(t *testing.T, what string) bool {
	t.Helper()
	if m.left() >= enough {
		return true
	}
	figure(t, "  not judged: "+what, "others left only %.0f%% of the machine", 100*m.left())
	return false
}

// used is the time that this process has had on the cores.
func used(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	must(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// speeds are the results of some rounds, in steps per second, the slowest first.
type speeds struct {
	each []float64
	shares
}

// rounds measures five times: whatever else the machine does only takes away.
func rounds(t *testing.T, one func() float64) (s speeds) {
	t.Helper()
	for range 5 {
		s.look(t)
		s.each = append(s.each, one())
	}
	slices.Sort(s.each)
	return s
}

func (s *speeds) median() float64 { return s.each[len(s.each)/2] }
func (s *speeds) best() float64   { return s.each[len(s.each)-1] }

// String is the median with the slowest and the fastest round.
func (s *speeds) String() string {
	return fmt.Sprintf("%.0f/s (%.0f to %.0f)", s.median(), s.each[0], s.best())
}

// promised fails when not even the best round keeps a promise, and when a step is cheaper than one
// commit.
func (s *speeds) promised(t *testing.T, what string, least, floor float64) {
	t.Helper()
	switch best := s.best(); {
	case best > floor:
		t.Errorf("%s: %.0f/s, but the database commits only %.0f/s: the steps are not durable", what, best, floor)
	case best < least && s.judged(t, what):
		t.Errorf("%s: at best %.0f/s, promised %.0f/s", what, best, least)
	}
}
