package rollup_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/cases/sweep/indicator"
	"tasuke/cases/sweep/rollup"
	"tasuke/internal/db"
)

func (f *fixture) hits(kind indicator.Kind, value string, since db.Instant) string {
	f.t.Helper()
	probes := f.ProbesOf(indicator.Indicator{Kind: kind, Value: value})
	matches, err := f.Candidates(f.t.Context(), probes, since)
	noError(f.t, err)
	customers := map[string]bool{}
	for _, m := range matches {
		customers[m.Customer] = true
	}
	hits, err := f.Evidence(f.t.Context(), keys(customers), probes, since, 2, nil)
	noError(f.t, err)
	var out []string
	for _, h := range hits {
		out = append(out, fmt.Sprintf("%s %d/%d", h.Customer, h.N, len(h.Rows)))
	}
	return strings.Join(out, ", ")
}

const small = "日時,種別,顧客番号,IPアドレス,端末ID,出金先口座,新メール,referer,口座番号,event_id\n" +
	"2026-04-01 09:00:00,ログイン,C1,203.0.113.5,dev-a,,,https://evil.example/x,1234567,e1\n" +
	"2026-04-01 09:05:00,出金先変更,C1,203.0.113.5,dev-a,0005-123-34567,,,,e2\n" +
	"2026-04-02 09:00:00,ログイン,C2,203.0.113.200,dev-b,,,,,e3\n" +
	"2026-04-03 09:00:00,登録情報変更,C3,2001:db8:0:1::5,dev-b,,thief@Mail.Evil.Example,http://notevil.example/,,e4\n" +
	"2026-04-04 09:00:00,ログイン,C3,2001:db8:0:1::6,dev-c,,,,,e5\n" +
	"2026-04-05 09:00:00,ログイン,C2,203.0.113.200,dev-b,,,,,e6\n" +
	"2026-04-06 09:00:00,ログイン,C2,203.0.113.200,dev-b,,,,,e7\n"

func TestCustomersAreFoundByEachKindOfIndicator(t *testing.T) {
	t.Parallel()
	f := open(t, 3)
	f.load("web", small)
	for _, test := range []struct {
		kind        indicator.Kind
		value, want string
	}{
		{indicator.IP, "203.0.113.5", "C1 2/2"},
		{indicator.IP, "203.0.113.6", ""},
		{indicator.IP, "2001:db8:0:1::5", "C3 1/1"},
		{indicator.Network, "203.0.113.0/24", "C1 2/2, C2 3/2"},
		{indicator.Network, "203.0.113.192/26", "C2 3/2"},
		{indicator.Network, "203.0.112.0/24", ""},
		{indicator.Network, "2001:db8:0:1::/64", "C3 2/2"},
		{indicator.Network, "0.0.0.0/0", "C1 2/2, C2 3/2"},
		{indicator.Account, "1234567", "C1 1/1"},
		{indicator.Destination, "0005-123-0034567", "C1 1/1"},
		{indicator.Mail, "thief@mail.evil.example", "C3 1/1"},
		{indicator.Mail, "thief@evil.example", ""},
		{indicator.Domain, "evil.example", "C1 1/1, C3 1/1"}, // the page and the mail below it, not notevil
		{indicator.Domain, "mail.evil.example", "C3 1/1"},
		{indicator.Domain, "vil.example", ""},
		{indicator.URL, "https://evil.example/login", "C1 1/1, C3 1/1"},
		{indicator.URL, "http://203.0.113.5/login", "C1 2/2"},
		{indicator.Device, "dev-b", "C2 3/2, C3 1/1"},
		{indicator.Kind("weather"), "fine", ""},
	} {
		if got := f.hits(test.kind, test.value, 0); got != test.want {
			t.Errorf("%s %s: %s, want %s", test.kind, test.value, got, test.want)
		}
	}
	since := db.At(time.Date(2026, 4, 5, 0, 0, 0, 0, time.UTC))
	if got := f.hits(indicator.Device, "dev-b", since); got != "C2 2/2" {
		t.Errorf("since: %s", got)
	}
}

func TestOneEventInTwoFilesIsOneEventWhenItHasAnID(t *testing.T) {
	t.Parallel()
	f := open(t, 3)
	f.load("web", small)
	head, rest, _ := strings.Cut(small, "\n")
	f.load("web", head+"\n"+lines(rest[strings.Index(rest, "2026-04-04"):], 3))
	if got := f.hits(indicator.Device, "dev-b", 0); got != "C2 3/2, C3 1/1" {
		t.Error(got)
	}
}

func TestTheBaselineCountsCustomersOnTheDaysItIsAskedFor(t *testing.T) {
	t.Parallel()
	f := open(t, 100)
	r := rand.New(rand.NewPCG(7, 7))
	type use struct {
		customer int
		day      rollup.Day
	}
	var uses []use
	var b strings.Builder
	b.WriteString("日時,種別,顧客番号,IPアドレス\n")
	start := time.Date(2025, 9, 1, 0, 0, 0, 0, time.FixedZone("JST", 9*3600))
	for range 600 {
		at := start.Add(time.Duration(r.IntN(200*24*3600)) * time.Second)
		u := use{r.IntN(25), rollup.DayOf(db.At(at))}
		uses = append(uses, u)
		fmt.Fprintf(&b, "%s,login,C%d,203.0.113.%d\n", at.Format("2006-01-02 15:04:05"), u.customer, 5)
	}
	f.load("web", b.String())
	probes := f.ProbesOf(indicator.Indicator{Kind: indicator.IP, Value: "203.0.113.5"})
	for range 300 {
		first := rollup.DayOf(db.At(start)) + rollup.Day(r.IntN(230)-15)
		last := first + rollup.Day(r.IntN(150)-2)
		want := map[int]bool{}
		for _, u := range uses {
			if u.day >= first && u.day <= last {
				want[u.customer] = true
			}
		}
		got, err := f.Baseline(t.Context(), probes, first, last)
		noError(t, err)
		if got[0] != len(want) {
			t.Fatalf("days %d to %d: %d customers, want %d", first, last, got[0], len(want))
		}
	}
}

func TestADayBeginsAtMidnightInTokyo(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]rollup.Day{
		"1970-01-01T00:00:00+09:00": 0, "1969-12-31T23:59:59+09:00": -1, "2026-04-01T00:00:00+09:00": 20544, "2026-04-01T14:59:59Z": 20544, "2026-04-01T15:00:00Z": 20545,
	} {
		at, err := time.Parse(time.RFC3339, text)
		noError(t, err)
		if got := rollup.DayOf(db.Instant(at.UnixMicro())); got != want || got.Start() > db.Instant(at.UnixMicro()) || (got+1).Start() <= db.Instant(at.UnixMicro()) {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

// Candidates are never fewer than what the rows say, and the rows say what a plain reading says.
func TestEvidenceIsWhatAPlainReadingOfTheLogSays(t *testing.T) {
	t.Parallel()
	f, log := open(t, 37), world(11, 900)
	f.load("web", log)
	for _, day := range []int{1, 20, 35} {
		since := time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC)
		for host := range 20 {
			ip := fmt.Sprintf("198.51.1.%d", host)
			want := map[string]int{}
			for l := range strings.Lines(log[strings.IndexByte(log, '\n')+1:]) {
				c := strings.Split(l, ",")
				if at, err := time.Parse(time.RFC3339, c[0]); err == nil && !at.Before(since) && c[3] == ip {
					want[c[2]]++
				}
			}
			probes := f.ProbesOf(indicator.Indicator{Kind: indicator.IP, Value: ip})
			matches, err := f.Candidates(t.Context(), probes, db.At(since))
			noError(t, err)
			found := map[string]bool{}
			for _, m := range matches {
				found[m.Customer] = true
			}
			hits, err := f.Evidence(t.Context(), keys(found), probes, db.At(since), 5, nil)
			noError(t, err)
			got := map[string]int{}
			for _, h := range hits {
				got[h.Customer] = h.N
				if !slices.IsSortedFunc(h.Rows, func(a, b rollup.Row) int { return int(a.At - b.At) }) || h.Rows[0].At != h.First {
					t.Errorf("%+v", h)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s since %s: %v, want %v", ip, since, got, want)
			}
		}
	}
}

func TestRowsFarApartInASegmentAreFound(t *testing.T) {
	t.Parallel()
	f := open(t, 1<<16)
	var b strings.Builder
	b.WriteString("at,kind,customer\n")
	var want, got []int
	for n := range 20_000 {
		c := n * 7919 % 40
		fmt.Fprintf(&b, "2026-04-01T00:%02d:00Z,login,C%03d\n", n%60, c)
		if c == 1 || c == 20 || c == 21 || c == 39 {
			want = append(want, n+2)
		}
	}
	f.load("web", b.String())
	for row, err := range f.Rows(t.Context(), []string{"C039", "C001", "C020", "C021", "C999"}, 0, 0) {
		noError(t, err)
		got = append(got, row.Line)
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("%d rows, want %d", len(got), len(want))
	}
}

func TestCoverageNamesTheGaps(t *testing.T) {
	t.Parallel()
	f := open(t, 100)
	f.load("web", "日時,種別,顧客番号\n2026-04-01 09:30:00,login,C1\n2026-04-01 21:10:00,login,C1\n2026-04-03 10:00:00,order,C1\n")
	f.load("mail", "日時,種別,顧客番号\n2026-04-01 09:30:00,profile_change,C1\n")
	c, err := f.Coverage(t.Context())
	noError(t, err)
	if len(c) != 2 || c[0].Source != "mail" || c[1].Source != "web" {
		t.Fatalf("%+v", c)
	}
	w := c[1]
	show := func(i db.Instant) string {
		return i.In(time.FixedZone("JST", 9*3600)).Format("02 15:04")
	}
	if len(w.Gaps) != 1 || show(w.Gaps[0].From) != "01 22:00" || show(w.Gaps[0].Until) != "03 10:00" || show(w.From) != "01 09:30" || show(w.Until) != "03 10:00" ||
		!slices.Equal(w.Kinds, []rollup.Kind{rollup.Login, rollup.Order}) || len(c[0].Gaps) != 0 {
		t.Errorf("%+v", w)
	}
}

func TestASegmentThatWasChangedOrLostIsNamed(t *testing.T) {
	t.Parallel()
	f := open(t, 100)
	f.load("web", world(9, 300))
	if bad, err := f.Verify(t.Context()); err != nil || len(bad) != 0 {
		t.Fatalf("%v %v", bad, err)
	}
	g, err := f.Segments(t.Context(), 0)
	noError(t, err)
	name := func(i int) string { return filepath.Join(f.dir, "segments", "web", string(g[i].Chunk)+".parquet") }
	b, err := os.ReadFile(name(0))
	noError(t, err)
	b[len(b)/2] ^= 1
	noError(t, os.WriteFile(name(0), b, 0o600))
	noError(t, os.Remove(name(2)))
	if bad, err := f.Verify(t.Context()); err != nil || !slices.Equal(bad, []rollup.Digest{g[0].Chunk, g[2].Chunk}) {
		t.Errorf("%v %v", bad, err)
	}
}
