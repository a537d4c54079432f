package rollup_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/rollup/tables"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
)

var loader = actor.System("import events")

// noon is the moment of every import in these tests.
var noon = db.At(time.Date(2026, 4, 20, 3, 0, 0, 0, time.UTC))

func blind(field, value string) []byte {
	m := hmac.New(sha256.New, []byte(field))
	m.Write([]byte(value))
	return m.Sum(nil)[:16]
}

type fixture struct {
	*rollup.Store
	t     *testing.T
	dir   string
	index rollup.Index
	bad   []rollup.Rejected
}

func openAt(t *testing.T, dir string, o rollup.Options) *fixture {
	t.Helper()
	x, err := tables.Open(t.Context(), filepath.Join(dir, "sweep.db"))
	noError(t, err)
	return openOver(t, dir, x, o)
}

func openOver(t *testing.T, dir string, x *tables.Index, o rollup.Options) *fixture {
	t.Helper()
	t.Cleanup(func() { noError(t, x.Close()) })
	o.Blind, o.Now = blind, func() db.Instant { return noon }
	s, err := rollup.Open(filepath.Join(dir, "segments"), x, o)
	noError(t, err)
	return &fixture{Store: s, t: t, dir: dir, index: x}
}

// beside opens a store whose index lies in PostgreSQL, with so many rows in a chunk.
func beside(t *testing.T, rows int) *fixture {
	t.Helper()
	x, err := tables.Beside(dbtest.Postgres(t))
	noError(t, err)
	return openOver(t, t.TempDir(), x, rollup.Options{ChunkRows: rows})
}

// both runs a test with the index in a file of its own and with the one in PostgreSQL.
func both(t *testing.T, rows int, test func(*testing.T, *fixture)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, open(t, rows)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, beside(t, rows)) })
}

func open(t *testing.T, rows int) *fixture {
	t.Helper()
	return openAt(t, t.TempDir(), rollup.Options{ChunkRows: rows})
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func mapping(t *testing.T, text string) rollup.Mapping {
	t.Helper()
	m, err := rollup.ReadMapping([]byte(text))
	noError(t, err)
	return m
}

// give imports a text and keeps the rejected rows.
func (f *fixture) give(source, text string) (rollup.Report, error) {
	f.t.Helper()
	f.bad = nil
	return f.Import(f.t.Context(), loader, strings.NewReader(text), rollup.Import{
		Source: source, Mapping: mapping(f.t, ""), Rejected: func(r rollup.Rejected) error { f.bad = append(f.bad, r); return nil },
	})
}

func (f *fixture) load(source, text string) rollup.Report {
	f.t.Helper()
	rep, err := f.give(source, text)
	noError(f.t, err)
	return rep
}

// state is everything a question can see, and the names of the segments.
func (f *fixture) state() string {
	f.t.Helper()
	var b strings.Builder
	matches, err := f.Candidates(f.t.Context(), everything, 0)
	noError(f.t, err)
	for _, m := range matches {
		fmt.Fprintf(&b, "%s %s %s %d %d %d\n", m.Field, m.Value, m.Customer, m.N, m.First, m.Last)
	}
	users, err := f.Baseline(f.t.Context(), everything, rollup.DayOf(0), rollup.DayOf(noon))
	noError(f.t, err)
	cover, err := f.Coverage(f.t.Context())
	noError(f.t, err)
	for i := range cover {
		cover[i].Segments = 0 // how rows are cut is told apart where it matters
	}
	fmt.Fprintf(&b, "%v %+v\n", users, cover)
	customers := map[string]bool{}
	for _, m := range matches {
		customers[m.Customer] = true
	}
	hits, err := f.Evidence(f.t.Context(), keys(customers), everything, 0, 1000, nil)
	noError(f.t, err)
	for _, h := range hits {
		fmt.Fprintf(&b, "%s %d %d %d", h.Customer, h.N, h.First, h.Last)
		for _, r := range h.Rows {
			fmt.Fprintf(&b, " %d", r.Line)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// everything asks for all values of all fields.
var everything = func() (out []rollup.Probe) {
	for f := rollup.ByIP; f <= rollup.ByDevice; f++ {
		out = append(out, rollup.Probe{Field: f, Low: "", High: strings.Repeat("\xff", 600)})
	}
	return out
}()

func keys(m map[string]bool) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	return out
}

func (f *fixture) files() (n int) {
	f.t.Helper()
	noError(f.t, filepath.WalkDir(filepath.Join(f.dir, "segments"), func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	}))
	return n
}

func wantKey(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var e *fault.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Key != key {
		t.Errorf("%v, want %s %s", err, kind, key)
	}
}

// world is a log of so many rows, the same for the same seed.
func world(seed uint64, rows int) string {
	r := rand.New(rand.NewPCG(seed, 1))
	kinds := []string{"login", "ログイン", "order", "withdrawal", "destination_change", "profile_change"}
	var b strings.Builder
	b.WriteString("日時,種別,顧客番号,IPアドレス,端末ID,出金先口座,新メール,referer\n")
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for range rows {
		at = at.Add(time.Duration(r.IntN(7200)) * time.Second)
		kind, dest, mail, ref := kinds[r.IntN(len(kinds))], "", "", ""
		if kind == "destination_change" {
			dest = fmt.Sprintf("%04d-%03d-%d", r.IntN(3), r.IntN(3), r.IntN(9))
		}
		if kind == "profile_change" {
			mail = fmt.Sprintf("u%d@h%d.evil.example", r.IntN(30), r.IntN(3))
		}
		if r.IntN(5) == 0 {
			ref = "https://login.broker.example/a"
		}
		fmt.Fprintf(&b, "%s,%s,C%03d,198.51.%d.%d,dev-%d,%s,%s,%s\n",
			at.Format(time.RFC3339), kind, r.IntN(40), r.IntN(3), r.IntN(20), r.IntN(60), dest, mail, ref)
	}
	return b.String()
}

func lines(text string, n int) string {
	end := 0
	for range n {
		end += strings.IndexByte(text[end:], '\n') + 1
	}
	return text[:end]
}

// failing breaks after some bytes, like a disk or a network.
type failing struct {
	*strings.Reader
	left int
}

var errGone = errors.New("the disk is gone")

func (f *failing) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, errGone
	}
	n, err := f.Reader.Read(p[:min(len(p), f.left)])
	f.left -= n
	return n, err //nolint:wrapcheck // a test
}

// refusing is an index whose roll-up fails once, after its segment was written.
type refusing struct {
	rollup.Index
	left int
}

func (r *refusing) Take(ctx context.Context, b rollup.Batch) (bool, error) {
	if r.left--; r.left == 0 {
		return false, errGone
	}
	return r.Index.Take(ctx, b)
}
