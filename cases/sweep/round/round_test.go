package round_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tasuke/cases/sweep/indicator"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/rollup/tables"
	"tasuke/cases/sweep/round"
	"tasuke/cases/sweep/score"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

var attack = db.At(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))

// logs holds rows of "hours from the attack,kind,customer,ip,device[,result]".
func logs(t *testing.T, rows ...string) *rollup.Store {
	t.Helper()
	return logsOf(t, 50, rows...)
}

func logsOf(t testing.TB, chunk int, rows ...string) *rollup.Store {
	t.Helper()
	dir := t.TempDir()
	x, err := tables.Open(t.Context(), filepath.Join(dir, "rollup.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	s, err := rollup.Open(dir, x, rollup.Options{
		Blind: func(_, value string) []byte { return []byte(value) }, Now: func() db.Instant { return attack.Add(60 * 24 * time.Hour) }, ChunkRows: chunk,
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := rollup.ReadMapping(nil)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("at,kind,customer,ip,device,result\n")
	for _, r := range rows {
		var hours int
		day, rest, _ := strings.Cut(r, ",")
		if _, err := fmt.Sscanf(day, "%d", &hours); err != nil {
			t.Fatal(err)
		}
		rest += strings.Repeat(",", 4-strings.Count(rest, ",")) // results are left out mostly
		b.WriteString(attack.Add(time.Duration(hours)*time.Hour).Time().Format(time.RFC3339) + "," + rest + "\n")
	}
	if _, err := s.Import(t.Context(), actor.System("test"), strings.NewReader(b.String()), rollup.Import{Source: "web", Mapping: m}); err != nil {
		t.Fatal(err)
	}
	return s
}

func ip(v string) round.Sought {
	return round.Sought{Indicator: indicator.Indicator{Kind: indicator.IP, Value: v}}
}

func ask(t *testing.T, s *rollup.Store, list ...round.Sought) (round.Answer, string) {
	t.Helper()
	a, err := round.Ask(t.Context(), s, round.Question{Sought: list, Attack: attack, Model: score.Standard()})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range a.Customers {
		out = append(out, fmt.Sprintf("%s %s %d", c.Hit.Customer, c.Proposal.Verdict, c.Hit.N))
	}
	return a, strings.Join(out, ", ")
}

func TestAQuestionAboutNothingIsRefused(t *testing.T) {
	t.Parallel()
	s := logs(t, "1,login,C1,203.0.113.5,")
	for _, q := range []round.Question{{Attack: attack}, {Sought: []round.Sought{ip("203.0.113.5")}}} {
		if _, err := round.Ask(t.Context(), s, q); !fault.Is(err, fault.Invalid) {
			t.Error(err)
		}
	}
}

func TestACommonAddressListsNobodyAndSaysSo(t *testing.T) {
	t.Parallel()
	rows := []string{"1,login,V1,198.51.100.9,d1", "1,login,V2,198.51.100.9,d2"}
	for i := range 40 {
		rows = append(rows, fmt.Sprintf("%d,login,B%d,198.51.100.9,", -24*(1+i), i))
	}
	a, got := ask(t, logs(t, rows...), ip("198.51.100.9"))
	if got != "" || !a.Values[0].Suppressed || a.Values[0].Baseline != 40 {
		t.Errorf("%s %+v", got, a.Values)
	}
}

func TestWhoWasOnlyTriedWithAWrongPasswordIsListedAndNotAccused(t *testing.T) {
	t.Parallel()
	a, got := askResults(t, "C1,bad_pw", "C2,bad_pw", "C2,ok", "C3,mfa_fail", "C4,locked", "C5,")
	if got != "C2 suspect 2, C3 suspect 1, C5 suspect 1, C1 listed 1, C4 listed 1" || a.Values[0].Attack != 5 {
		t.Errorf("%s %+v", got, a.Values)
	}
}

func askResults(t *testing.T, rows ...string) (round.Answer, string) {
	t.Helper()
	for i, r := range rows {
		customer, result, _ := strings.Cut(r, ",")
		rows[i] = "1,login," + customer + ",203.0.113.5,dev-" + customer + "," + result
	}
	return ask(t, logs(t, rows...), ip("203.0.113.5"))
}

func TestLookingFurtherBackLeavesTheBaselineWhereItWas(t *testing.T) {
	t.Parallel()
	rows := []string{"-100,login,EARLY,203.0.113.5,", "-200,login,OLDER,203.0.113.5,"}
	for i := range 40 {
		rows = append(rows, fmt.Sprintf("%d,login,B%d,198.51.100.9,", -24*(1+i%9), i))
	}
	s := logs(t, rows...)
	for since, want := range map[int]string{0: "", -150: "EARLY listed 1", -300: "EARLY listed 1, OLDER listed 1"} {
		a, err := round.Ask(t.Context(), s, round.Question{Sought: []round.Sought{ip("203.0.113.5"), ip("198.51.100.9")}, Attack: attack,
			Since: attack.Add(time.Duration(since) * time.Hour), Model: score.Standard()})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range a.Customers {
			got = append(got, fmt.Sprintf("%s %s %d", c.Hit.Customer, c.Proposal.Verdict, c.Hit.N))
		}
		if strings.Join(got, ", ") != want || !a.Values[1].Suppressed || a.Values[1].Baseline != 40 {
			t.Errorf("%d: %s, %+v", since, got, a.Values)
		}
	}
}

func TestTheAttackersOwnAddressIsNotTakenForACommonOne(t *testing.T) {
	t.Parallel()
	rows := []string{"-24,login,V3,203.0.113.77,"}
	for i := range 60 {
		rows = append(rows, fmt.Sprintf("%d,login,V%02d,203.0.113.5,", 1+i, i))
	}
	a, got := ask(t, logs(t, rows...), ip("203.0.113.5"), ip("192.0.2.1"))
	if len(a.Customers) != 60 || a.Values[0] != (round.Value{Pivot: "ip", Attack: 60}) || a.Values[1].Attack != 0 || !strings.HasPrefix(got, "V00 suspect 1") {
		t.Errorf("%d %s %+v", len(a.Customers), got, a.Values)
	}
}

func TestVerdictsAreProposedFromRowsOfTheCustomer(t *testing.T) {
	t.Parallel()
	s := logs(t,
		"-2400,login,OWN,203.0.113.5,home", "-2,login,OWN,203.0.113.5,home", "5,login,OWN,203.0.113.5,home",
		"2,login,HIT,203.0.113.5,dev-x", "3,destination_change,HIT,203.0.113.5,dev-x", "4,execution,HIT,203.0.113.5,dev-x", "5,withdrawal,HIT,203.0.113.5,dev-x",
		"2,login,TWO,203.0.113.5,dev-x",
		"-30,login,OLD,203.0.113.5,",
		"2,login,NOT,203.0.113.6,",
	)
	device := round.Sought{Indicator: indicator.Indicator{Kind: indicator.Device, Value: "dev-x"}}
	a, got := ask(t, s, ip("203.0.113.5"), device, round.Sought{Indicator: indicator.Indicator{Kind: "weather", Value: "fine"}})
	if got != "HIT probable 4, TWO probable 1, OWN cleared 1" || !a.Values[2].Unheld || a.Values[0].Attack != 3 || a.Values[0].Baseline != 1 || len(a.Coverage) != 1 || len(a.Customers[0].Hit.Rows) != 4 {
		t.Errorf("%s %+v", got, a)
	}
}

func TestADomainAndWhatIsBelowItAreOneValue(t *testing.T) {
	t.Parallel()
	s := logs(t, "1,login,C1,203.0.113.5,")
	a, got := ask(t, s, round.Sought{Indicator: indicator.Indicator{Kind: indicator.Domain, Value: "evil.example"}},
		round.Sought{Indicator: indicator.Indicator{Kind: indicator.URL, Value: "http://203.0.113.5/a"}})
	if got != "C1 suspect 1" || a.Values[0].Pivot != "domain" || a.Values[1].Pivot != "ip" {
		t.Errorf("%s %+v", got, a.Values)
	}
}
