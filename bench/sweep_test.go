package bench

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"tasuke/cases/sweep/indicator"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/rollup/tables"
	"tasuke/cases/sweep/round"
	"tasuke/cases/sweep/score"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

const (
	logRows      = 10_000_000
	logRowsPG    = 2_000_000 // PostgreSQL counts about five times as slowly, and a measurement should end
	logCustomers = 200_000
	logDays      = 60
	attackers    = 500 // addresses and devices of the last ten days
)

// TestBenchSweepOfTenMillionRows imports ten million events (two on PostgreSQL) and asks who was touched by
// 10 and by 1,000 indicators: from the sightings alone, and a whole round with the rows of every hit.
func TestBenchSweepOfTenMillionRows(t *testing.T) {
	wanted(t)
	floor := readOnly(t)
	figure(t, "events, floor: the same rows read as CSV and hashed", "%.0f rows/s", floor)
	for _, dialect := range dialects() {
		t.Run(string(dialect), func(t *testing.T) {
			s, x := sightings(t, dialect)
			rows := logRows
			if dialect == db.Postgres {
				rows = logRowsPG
			}
			start := time.Now()
			rep, err := s.Import(t.Context(), actor.System("bench"), &eventLog{left: rows}, rollup.Import{Source: "bench", Mapping: mapping(t)})
			must(t, err)
			took := time.Since(start)
			if rep.Kept != rows {
				t.Fatalf("%+v", rep)
			}
			speed := float64(rows) / took.Seconds()
			figure(t, fmt.Sprintf("%s events imported", dialect), "%.0f rows/s (%.2f of the floor), segments %.1f bytes/row, CSV %.0f bytes/row",
				speed, speed/floor, float64(rep.Bytes)/float64(rows), csvRow)
			for _, n := range []int{10, 1_000} {
				ask(t, dialect, s, x, n, rows)
			}
		})
	}
}

// ask measures one size of the list of indicators, half of which nobody ever used.
func ask(t *testing.T, dialect db.Dialect, s *rollup.Store, x *tables.Index, n, rows int) {
	t.Helper()
	var sought []round.Sought
	var probes []rollup.Probe
	for i := range n {
		v := indicator.Indicator{Kind: indicator.IP, Value: attackAddress(i / 2)}
		if i%2 == 1 {
			v.Value = fmt.Sprintf("9.9.%d.%d", i/250, i%250)
		}
		sought = append(sought, round.Sought{Indicator: v})
		probes = append(probes, s.ProbesOf(v)...)
	}
	var found, hits int
	candidates := timed(t, 7, func() {
		m, err := s.Candidates(t.Context(), probes, 0)
		must(t, err)
		found = len(m)
	})
	lookup := timed(t, 7, func() {
		for _, p := range probes {
			_, err := x.Users(t.Context(), []rollup.Probe{p}, 0, 0)
			must(t, err)
		}
	})
	whole := timed(t, 3, func() {
		a, err := round.Ask(t.Context(), s, round.Question{Sought: sought, Attack: attackBegan, Model: score.Standard()})
		must(t, err)
		hits = len(a.Customers)
	})
	if found == 0 || hits == 0 {
		t.Fatalf("%d sightings, %d customers: nothing was measured", found, hits)
	}
	figure(t, fmt.Sprintf("%s sweep, %5d indicators, %d million rows", dialect, n, rows/1_000_000),
		"sightings p50 %s (floor, one empty look-up for each: %s, %.1fx), whole round with rows of %d customers %s",
		ms(candidates), ms(lookup), float64(candidates)/float64(lookup), hits, ms(whole))
}

func timed(t *testing.T, times int, act func()) time.Duration {
	t.Helper()
	var all timings
	for range times {
		start := time.Now()
		act()
		all = append(all, time.Since(start))
	}
	slices.Sort(all)
	return all.at(.5)
}

func sightings(t *testing.T, dialect db.Dialect) (*rollup.Store, *tables.Index) {
	t.Helper()
	var x *tables.Index
	var err error
	dir := t.TempDir()
	if dialect == db.Postgres {
		x, err = tables.Beside(dbtest.Postgres(t))
	} else {
		x, err = tables.Open(t.Context(), filepath.Join(dir, "rollup.db"))
	}
	must(t, err)
	t.Cleanup(func() { must(t, x.Close()) })
	blind := func(field, value string) []byte {
		m := hmac.New(sha256.New, []byte(field))
		m.Write([]byte(value))
		return m.Sum(nil)[:16]
	}
	s, err := rollup.Open(filepath.Join(dir, "segments"), x, rollup.Options{Blind: blind, Now: func() db.Instant { return db.At(time.Now()) },
		Register: func(context.Context, []string) (map[string]bool, error) { return map[string]bool{}, nil }})
	must(t, err)
	return s, x
}

func mapping(t *testing.T) rollup.Mapping {
	t.Helper()
	m, err := rollup.ReadMapping(nil)
	must(t, err)
	return m
}

// readOnly is how fast the rows can be read and hashed without keeping anything.
func readOnly(t *testing.T) float64 {
	t.Helper()
	const rows = logRows / 10
	hash := sha256.New()
	r := csv.NewReader(bufio.NewReaderSize(io.TeeReader(&eventLog{left: rows}, hash), 1<<16))
	r.ReuseRecord = true
	start := time.Now()
	for {
		if _, err := r.Read(); errors.Is(err, io.EOF) {
			return rows / time.Since(start).Seconds()
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

var (
	logBegan    = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	attackBegan = db.At(logBegan.Add((logDays - 10) * 24 * time.Hour))
)

// csvRow is about how many bytes a row of the log has.
const csvRow = 72.0

// eventLog is the firm's log as a stream: each customer has three addresses, one of them of a
// carrier, and a device; in the last ten days attackers are at one event in two hundred.
type eventLog struct {
	left, made int
	buf        bytes.Buffer
	rng        *rand.Rand
}

// Read gives the next bytes of the log.
func (l *eventLog) Read(p []byte) (int, error) {
	if l.rng == nil {
		l.rng = rand.New(rand.NewPCG(1, 2))
		l.buf.WriteString("日時,種別,顧客番号,IPアドレス,端末ID\n")
		l.made = l.left
	}
	for l.buf.Len() < len(p) && l.left > 0 {
		l.row()
	}
	if l.buf.Len() == 0 {
		return 0, io.EOF
	}
	return l.buf.Read(p)
}

func (l *eventLog) row() {
	n := l.made - l.left
	l.left--
	at := logBegan.Add(time.Duration(float64(n) / float64(l.made) * logDays * 24 * float64(time.Hour)))
	c := l.rng.IntN(logCustomers)
	ip, device := "", c
	switch l.rng.IntN(3) {
	case 0:
		ip = fmt.Sprintf("100.%d.%d.%d", 128+c%4, c/250%250, c%250)
	case 1:
		ip = fmt.Sprintf("110.%d.%d.%d", c/62500, c/250%250, c%250)
	default:
		ip = fmt.Sprintf("126.%d.%d.%d", c%4, c/7%250, c%20)
	}
	if at.Unix()*1_000_000 >= int64(attackBegan) && l.rng.IntN(200) == 0 {
		a := l.rng.IntN(attackers)
		ip, device = attackAddress(a), logCustomers+a
	}
	l.buf.Write(at.AppendFormat(l.buf.AvailableBuffer(), "2006-01-02T15:04:05Z"))
	l.buf.WriteString(",login,H")
	l.buf.Write(strconv.AppendInt(l.buf.AvailableBuffer(), int64(1_000_000+c), 10))
	l.buf.WriteByte(',')
	l.buf.WriteString(ip)
	l.buf.WriteString(",dev-")
	l.buf.Write(strconv.AppendInt(l.buf.AvailableBuffer(), int64(device), 16))
	l.buf.WriteByte('\n')
}

func attackAddress(a int) string { return fmt.Sprintf("45.%d.%d.%d", a/62500, a/250%250, a%250+1) }
