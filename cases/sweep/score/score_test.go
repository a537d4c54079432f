package score_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"tasuke/cases/sweep/score"
)

var (
	model  = score.Standard()
	attack = time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
)

func day(n int) time.Time { return attack.AddDate(0, 0, n) }

func propose(list ...score.Evidence) score.Proposal {
	for i := range list {
		if list[i].Last.IsZero() {
			list[i].First, list[i].Last = day(1), day(1)
		}
	}
	return model.Propose(score.Subject{Customer: "C1", Evidence: list}, attack)
}

func TestWhatSaysNothingIsNeverMoreThanListed(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]score.Evidence{
		"an address many used before the attack":  {Pivot: "ip", Baseline: 31, Attack: 2},
		"a device of a shop":                      {Pivot: "device", Baseline: 500, Attack: 1},
		"a destination of a company's staff":      {Pivot: "destination", Baseline: 4, Attack: 9, Vouched: true},
		"a mail domain everybody has":             {Pivot: "domain", Baseline: 100_000, Attack: 3},
		"a kind of value the model does not know": {Pivot: "weather", Attack: 3},
		"an address last seen years before":       {Pivot: "ip", Attack: 1, Last: day(-700)},
		"one fresh address and nothing else":      {Pivot: "ip", Attack: 1, Baseline: 10},
	} {
		p := propose(e)
		if p.Verdict != score.Listed || p.Score >= 50 || len(p.Reasons) != 1 {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if p := propose(); p.Verdict != score.Listed || p.Score != 0 {
		t.Errorf("nothing: %+v", p)
	}
}

func TestAWrongPasswordIsNoEntry(t *testing.T) {
	t.Parallel()
	knocked := propose(score.Evidence{Pivot: "ip", Attack: 9, N: 2, Failed: 2, Vouched: true}, score.Evidence{Pivot: "device", Attack: 9, N: 2, Failed: 2})
	entered := propose(score.Evidence{Pivot: "ip", Attack: 9, N: 3, Failed: 2}, score.Evidence{Pivot: "device", Attack: 9, N: 3, Failed: 2})
	if knocked.Verdict != score.Listed || knocked.Score != 0 || knocked.Reasons[0].Key != "sweep.reason.tried" || entered.Verdict != score.Probable {
		t.Errorf("knocked %+v, entered %+v", knocked, entered)
	}
}

func TestAnAddressIsCommonByTheDaysBeforeTheAttackOnly(t *testing.T) {
	t.Parallel()
	attackers := propose(score.Evidence{Pivot: "ip", Baseline: 0, Attack: 300})
	carrier := propose(score.Evidence{Pivot: "ip", Baseline: 300, Attack: 2})
	if attackers.Reasons[0].Key != "sweep.reason.burst" || attackers.Verdict != score.Suspect {
		t.Errorf("the attacker's own: %+v", attackers)
	}
	if carrier.Reasons[0].Key != "sweep.reason.shared" || carrier.Score != 0 {
		t.Errorf("a carrier's: %+v", carrier)
	}
	if model.Suppressed("ip", 30) || !model.Suppressed("ip", 31) || !model.Suppressed("weather", 0) {
		t.Error("the limit")
	}
}

func TestProposalsFollowScoreAndClasses(t *testing.T) {
	t.Parallel()
	ip := score.Evidence{Pivot: "ip", Attack: 5}
	for name, test := range map[string]struct {
		list  []score.Evidence
		want  score.Verdict
		score int
	}{
		"one class is never probable, however often": {[]score.Evidence{ip, ip, ip}, score.Suspect, 60},
		"address and device":                         {[]score.Evidence{ip, {Pivot: "device", Attack: 2}}, score.Probable, 87},
		"address and a payout after a change":        {[]score.Evidence{ip, {Pivot: "payout_after_change_sold"}}, score.Probable, 83},
		"address and a trade after a change":         {[]score.Evidence{ip, {Pivot: "trade_after_change"}}, score.Probable, 80},
		"behaviour alone":                            {[]score.Evidence{{Pivot: "payout_after_change_sold"}}, score.Suspect, 58},
		"two customers on one new destination":       {[]score.Evidence{{Pivot: "destination", Attack: 2}}, score.Probable, 83},
		"one customer on a destination not vouched":  {[]score.Evidence{{Pivot: "destination", Attack: 1}}, score.Suspect, 83},
		"one customer on a destination from a case":  {[]score.Evidence{{Pivot: "destination", Attack: 1, Vouched: true}}, score.Probable, 83},
		"a mail address on two customers":            {[]score.Evidence{{Pivot: "mail", Attack: 2}}, score.Probable, 75},
	} {
		p := propose(test.list...)
		if p.Verdict != test.want || p.Score != test.score {
			t.Errorf("%s: %s %d, want %s %d", name, p.Verdict, p.Score, test.want, test.score)
		}
		used := 0
		for _, r := range p.Reasons {
			if r.Used {
				used++
			}
		}
		if used != len(p.Classes) {
			t.Errorf("%s: %d values used for %d classes", name, used, len(p.Classes))
		}
	}
}

func TestACustomersOwnValuesClearUnlessTheyWereStolen(t *testing.T) {
	t.Parallel()
	own := score.Evidence{Pivot: "device", Attack: 1, OwnSince: day(-31), Last: day(1)}
	late := score.Evidence{Pivot: "device", Attack: 1, OwnSince: day(-29), Last: day(1)}
	shared := score.Evidence{Pivot: "ip", Baseline: 900, Last: day(1)}
	for name, test := range map[string]struct {
		subject score.Subject
		want    score.Verdict
	}{
		"own for a month":                    {score.Subject{Evidence: []score.Evidence{own}}, score.Cleared},
		"own for less":                       {score.Subject{Evidence: []score.Evidence{late}}, score.Suspect},
		"own and stolen":                     {score.Subject{Evidence: []score.Evidence{own}, Stolen: true}, score.Suspect},
		"own, and a shared one is not own":   {score.Subject{Evidence: []score.Evidence{own, shared}}, score.Listed},
		"own, and money went after a change": {score.Subject{Evidence: []score.Evidence{own, {Pivot: "payout_after_change_sold"}}}, score.Suspect},
		"own, but the police named it":       {score.Subject{Evidence: []score.Evidence{{Pivot: "device", OwnSince: day(-90), Vouched: true, Last: day(1)}}}, score.Suspect},
	} {
		if p := model.Propose(test.subject, attack); p.Verdict != test.want {
			t.Errorf("%s: %s, want %s", name, p.Verdict, test.want)
		}
	}
}

func TestMoreEvidenceNeverLowersTheScore(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	pivots := []string{"ip", "network", "device", "destination", "mail", "phone", "domain", "payout_after_change", "trade_after_change"}
	for range 2000 {
		var list []score.Evidence
		last := 0
		for range 1 + r.IntN(6) {
			list = append(list, score.Evidence{Pivot: pivots[r.IntN(len(pivots))], Baseline: r.IntN(40), Attack: r.IntN(9), Last: day(r.IntN(60) - 50)})
			p := model.Propose(score.Subject{Evidence: list}, attack)
			if p.Score < last || p.Score > 100 {
				t.Fatalf("%d after %d: %+v", p.Score, last, list)
			}
			last = p.Score
		}
	}
}

func TestBehaviourIsFoundInTheOrderOfTime(t *testing.T) {
	t.Parallel()
	act := func(kind string, hours int) score.Act {
		return score.Act{Kind: kind, At: attack.Add(time.Duration(hours) * time.Hour)}
	}
	for name, test := range map[string]struct {
		acts []score.Act
		want []string
	}{
		"nothing":                            {nil, nil},
		"a payout before the change":         {[]score.Act{act("destination_change", 5), act("withdrawal", 4)}, nil},
		"a payout too late":                  {[]score.Act{act("destination_change", 0), act("withdrawal", 15*24)}, nil},
		"a change before the attack":         {[]score.Act{act("destination_change", -1), act("withdrawal", 3)}, nil},
		"an order a day after a change":      {[]score.Act{act("profile_change", 0), act("order", 25)}, nil},
		"a payout after the change":          {[]score.Act{act("withdrawal", 4), act("destination_change", 2)}, []string{"payout_after_change"}},
		"with a sale between":                {[]score.Act{act("destination_change", 2), act("execution", 3), act("withdrawal", 4)}, []string{"payout_after_change_sold"}},
		"first without and then with a sale": {[]score.Act{act("destination_change", 2), act("withdrawal", 3), act("order", 4), act("withdrawal", 5)}, []string{"payout_after_change_sold"}},
		"an order soon after the change":     {[]score.Act{act("profile_change", 0), act("order", 23)}, []string{"trade_after_change"}},
		"both":                               {[]score.Act{act("profile_change", 0), act("destination_change", 1), act("withdrawal", 2)}, []string{"payout_after_change", "trade_after_change"}},
	} {
		got := model.Behaviour(test.acts, attack)
		ok := len(got) == len(test.want)
		for i := range test.want {
			ok = ok && got[i].Pivot == test.want[i] && !got[i].Last.Before(got[i].First)
		}
		if !ok {
			t.Errorf("%s: %+v, want %v", name, got, test.want)
		}
	}
}
