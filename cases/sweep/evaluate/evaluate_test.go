package evaluate_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tasuke/cases/sweep/evaluate"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/round"
	"tasuke/cases/sweep/score"
	"tasuke/cases/sweep/world"
)

var day = time.Date(2026, 6, 10, 0, 0, 0, 0, time.UTC)

func victim(no, loss, way, ip string, hours int) world.Victim {
	at := day.Add(time.Duration(hours) * time.Hour)
	return world.Victim{Customer: no, Loss: loss, Way: way, Device: "fresh", First: at, Last: at,
		Rows: []world.Mark{{At: at.AddDate(0, 0, -20), Kind: "login", Role: "early", IP: "245.9.9.9"}, {At: at, Kind: "login", Role: "attack", IP: ip, Device: "fp-" + no}}}
}

// truth has three victims of one campaign, one of another, and one who was tried.
func truth() world.Truth {
	return world.Truth{From: day.AddDate(0, 0, -50), Until: day.AddDate(0, 0, 10), Campaigns: []world.Attack{
		{Name: "a", Victims: []world.Victim{victim("A1", "withdrawal", "vpn", "245.0.0.1", 0), victim("A2", "access", "vpn", "245.0.0.2", 1), victim("A3", "withdrawal", "cgn", "245.0.0.3", 2)}},
		{Name: "b", Victims: []world.Victim{victim("B1", "trade", "vpn", "245.0.0.4", 90)}},
	}, Tried: []world.Victim{{Customer: "T1"}}}
}

// answers proposes what is written, round after round: "A2 probable, X suspect".
func answers(asked *[]round.Question, list ...string) evaluate.Ask {
	return func(_ context.Context, q round.Question) (a round.Answer, err error) {
		n := len(*asked)
		*asked = append(*asked, q)
		if n >= len(list) || list[n] == "" {
			return a, nil
		}
		for one := range strings.SplitSeq(list[n], ", ") {
			no, verdict, _ := strings.Cut(one, " ")
			a.Customers = append(a.Customers, round.Customer{Hit: rollup.Hit{Customer: no}, Proposal: score.Proposal{Verdict: score.Verdict(verdict)}})
		}
		return a, nil
	}
}

func values(q round.Question) string {
	var out []string
	for _, s := range q.Sought {
		out = append(out, s.Value)
	}
	return strings.Join(out, " ")
}

func TestAFailureOfARoundEndsTheSweep(t *testing.T) {
	t.Parallel()
	gone := errors.New("the logs are gone")
	if _, err := evaluate.Sweep(t.Context(), truth(), 0, 1, score.Standard(), func(context.Context, round.Question) (round.Answer, error) { return round.Answer{}, gone }); !errors.Is(err, gone) {
		t.Error(err)
	}
}

func TestOnlyConfirmedVictimsGiveNewIndicators(t *testing.T) {
	t.Parallel()
	var asked []round.Question
	r, err := evaluate.Sweep(t.Context(), truth(), 0, 1, score.Standard(), answers(&asked, "A1 probable, A2 suspect, X suspect, A3 listed", "A2 probable", "A2 listed"))
	if err != nil || len(asked) != 3 {
		t.Fatal(err, len(asked))
	}
	if values(asked[0]) != "245.0.0.1 fp-a1" || values(asked[1]) != "245.0.0.1 fp-a1 245.0.0.2 fp-a2" || values(asked[2]) != values(asked[1]) {
		t.Errorf("%s; %s; %s", values(asked[0]), values(asked[1]), values(asked[2]))
	}
	if !asked[0].Sought[0].Vouched || asked[0].Since.Time() != day.AddDate(0, 0, -1) || asked[2].Since.Time() != day.AddDate(0, 0, -30) || asked[2].Attack.Time() != day {
		t.Errorf("%v %v %v", asked[0].Since.Time(), asked[2].Since.Time(), asked[2].Attack.Time())
	}
	if r.Known != 1 || r.Rounds[0].Confirmed != 1 || r.Rounds[1].Confirmed != 0 || len(r.Rounds) != 3 {
		t.Errorf("%+v", r)
	}
}

func TestRatesLeaveOutWhoWasKnown(t *testing.T) {
	t.Parallel()
	var asked []round.Question
	r, err := evaluate.Sweep(t.Context(), truth(), 0, 1, score.Standard(), answers(&asked, "A1 probable, A2 probable, B1 suspect, X probable, T1 suspect"))
	if err != nil {
		t.Fatal(err)
	}
	if r.Probable != (evaluate.Rate{Proposed: 2, Right: 1, Found: 1, Of: 2}) || r.Suspect != (evaluate.Rate{Proposed: 4, Right: 2, Found: 1, Of: 2}) || r.Tried != 1 {
		t.Errorf("%+v %+v %d", r.Probable, r.Suspect, r.Tried)
	}
	if r.Suspect.Precision() != 0.5 || r.Suspect.Recall() != 0.5 || (evaluate.Rate{}).Precision() != 1 || r.TooEasy() {
		t.Errorf("%+v", r)
	}
	if got := (evaluate.Rate{Of: 3}).String(); got != "        - (  0)  0.00 ( 0)" {
		t.Errorf("nobody proposed: %q", got)
	}
	if got := fmt.Sprint(r.Kinds); got != "[{vpn 1 1} {cgn 0 1} {access 1 1} {withdrawal 0 1} {device fresh 1 2}]" {
		t.Error(got)
	}
}

func TestTheTableSaysWhatProvesNothing(t *testing.T) {
	t.Parallel()
	var asked []round.Question
	r, err := evaluate.Sweep(t.Context(), truth(), 0, 1, score.Standard(), answers(&asked, "A2 probable, A3 suspect"))
	if err != nil || !r.TooEasy() {
		t.Fatal(err, r)
	}
	var out bytes.Buffer
	evaluate.Print(&out, []evaluate.Seed{{Seed: 3, Tuning: true, Rows: 10, Results: []evaluate.Result{r}}})
	evaluate.PrintRounds(&out, []evaluate.Seed{{Seed: 3, Results: []evaluate.Result{r}}})
	for _, want := range []string{"tuning seed: proves nothing", "this world is too easy", "vpn 1/1", "cgn 1/1", "1 since 06-09:   2 indicators"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
