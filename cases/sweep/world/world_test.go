package world_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"tasuke/cases/sweep/world"
)

var until = time.Date(2026, 6, 10, 6, 30, 0, 0, time.UTC)

// files keeps what a world writes.
type files map[string]*bytes.Buffer

func (f files) create(name string) (io.WriteCloser, error) {
	if f[name] != nil {
		return nil, fmt.Errorf("%s is written twice", name)
	}
	f[name] = &bytes.Buffer{}
	return closer{f[name]}, nil
}

type closer struct{ *bytes.Buffer }

func (closer) Close() error { return nil }

func small(seed uint64) world.Options {
	return world.Options{Seed: seed, Customers: 600, Days: 40, Until: until, Knobs: world.UsualKnobs()}
}

func made(t *testing.T, o world.Options) (files, world.Truth) {
	t.Helper()
	f := files{}
	truth, err := world.Generate(o, f.create)
	if err != nil {
		t.Fatal(err)
	}
	return f, truth
}

func sum(t *testing.T, f files, truth world.Truth) string {
	t.Helper()
	h := sha256.New()
	for _, file := range truth.Files {
		fmt.Fprintln(h, file.Name)
		h.Write(f[file.Name].Bytes())
	}
	if err := truth.Write(h); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:8])
}

func TestAWorldThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*world.Options){
		"nobody lives there": func(o *world.Options) { o.Customers = 0 },
		"it has no days":     func(o *world.Options) { o.Days = 1 },
		"it never ends":      func(o *world.Options) { o.Until = time.Time{} },
		"a victim who is not there": func(o *world.Options) {
			o.Campaigns = []world.Campaign{{Given: []world.Given{{Customer: 601, At: until}}}}
		},
	} {
		o := small(1)
		change(&o)
		if _, err := world.Generate(o, files{}.create); err == nil {
			t.Error(name)
		}
	}
	broken := func(string) (io.WriteCloser, error) { return nil, io.ErrClosedPipe }
	if _, err := world.Generate(small(1), broken); err == nil {
		t.Error("a file that cannot be made")
	}
}

func TestASeedIsAWorld(t *testing.T) {
	t.Parallel()
	a, at := made(t, small(3))
	b, bt := made(t, small(3))
	c, ct := made(t, small(4))
	if one, two, other := sum(t, a, at), sum(t, b, bt), sum(t, c, ct); one != two || one == other {
		t.Errorf("%s %s %s", one, two, other)
	}
}

func TestTheTruthAgreesWithTheRows(t *testing.T) {
	t.Parallel()
	o := small(5)
	o.Cuts = []time.Time{time.Date(2026, 5, 20, 0, 0, 0, 0, time.FixedZone("JST", 9*60*60))}
	f, truth := made(t, o)
	lines, rows := map[string][]string{}, 0
	for _, file := range truth.Files {
		text := strings.TrimSuffix(f[file.Name].String(), "\n")
		lines[file.Name] = strings.Split(text, "\n")
		rows += file.Rows
	}
	if len(truth.Files) != 8 || rows != truth.Rows || rows < 10_000 {
		t.Fatalf("%d files, %d rows, %d in all", len(truth.Files), rows, truth.Rows)
	}
	seen := map[string]bool{}
	check := func(v world.Victim, roles string) {
		if len(v.Rows) == 0 {
			t.Errorf("%s has no row", v.Customer)
		}
		for _, m := range v.Rows {
			line := lines[m.File][m.Line-1]
			at := fmt.Sprintf("%s %d", m.File, m.Line)
			for _, part := range []string{v.Customer, m.IP, m.Mail, m.Referrer} {
				if !strings.Contains(line, part) || m.At.After(until) || !strings.Contains(roles, m.Role) || seen[at] {
					t.Errorf("%+v: %s", m, line)
				}
			}
			seen[at] = true
		}
	}
	losses := map[string]int{}
	for _, a := range truth.Campaigns {
		for _, v := range a.Victims {
			check(v, "attack early")
			losses[v.Loss]++
		}
	}
	for _, v := range truth.Tried {
		check(v, "tried")
	}
	if losses["withdrawal"] == 0 || losses["trade"] == 0 || losses["access"] == 0 || len(truth.Tried) == 0 {
		t.Errorf("%v, %d tried", losses, len(truth.Tried))
	}
}

func TestAGivenVictimIsAttackedAndThenLocked(t *testing.T) {
	t.Parallel()
	at := until.Add(-5*24*time.Hour - 17*time.Minute)
	to := world.Destination{Bank: "0009", Branch: "015", Number: "7654321"}
	o := small(6)
	o.Campaigns = []world.Campaign{{Economy: world.Payout, From: at, Lasts: 24 * time.Hour, Victims: 3, Given: []world.Given{
		{Customer: 77, At: at, Until: at.Add(time.Hour), Payouts: []world.Payment{{To: to, Yen: 2_156_789}}}, {Customer: 78, At: at, AccessOnly: true}}}}
	f, truth := made(t, o)
	var given []world.Victim
	for _, v := range truth.Campaigns[0].Victims {
		if v.Given {
			given = append(given, v)
		}
	}
	if len(given) != 2 || !given[0].First.Equal(at) || given[0].Loss != "withdrawal" || given[1].Loss != "access" || given[0].Last.After(at.Add(time.Hour)) {
		t.Fatalf("%+v", given)
	}
	paid, after := false, 0
	for name, b := range f {
		for line := range strings.Lines(b.String()) {
			paid = paid || strings.Contains(name, "back-office") && strings.Contains(line, "H0000077") && strings.Contains(line, "0009,015,7654321,2156789")
			if day := "2026/06/0"; strings.Contains(line, "H0000077") && (strings.Contains(line, day+"7") || strings.Contains(line, day+"8") || strings.Contains(line, day+"9")) {
				after++
			}
		}
	}
	if !paid || after > 0 {
		t.Errorf("paid %t, %d rows after the lock", paid, after)
	}
}

func BenchmarkGenerate(b *testing.B) {
	o := world.Options{Seed: 1, Customers: 20_000, Days: 60, Until: until, Knobs: world.UsualKnobs()}
	for b.Loop() {
		truth, err := world.Generate(o, func(string) (io.WriteCloser, error) { return nowhere{}, nil })
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(truth.Rows), "rows")
		for _, f := range truth.Files {
			b.Log(f.Name, f.Rows)
		}
	}
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) Close() error                { return nil }
