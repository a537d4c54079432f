package remedy_test

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tasuke/cases/remedy"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

func at(day string) db.Instant {
	t, err := time.Parse("2006-01-02 15:04 -0700", day+" 12:00 +0900")
	if err != nil {
		panic(err)
	}
	return db.At(t)
}

func txn(id string, e remedy.Entry) remedy.Transaction {
	return remedy.Transaction{ID: id, Revision: 1, Entry: e}
}

func out(id, day string, yen, fee int64) remedy.Transaction {
	return txn(id, remedy.Entry{Kind: remedy.PaidOut, OccurredAt: at(day), ExternalID: id, GrossYen: yen, FeeYen: fee, Verdict: remedy.Fraud})
}

func deal(id, day string, side remedy.Side, symbol, qty string, yen int64) remedy.Transaction {
	return txn(id, remedy.Entry{Kind: remedy.Execution, OccurredAt: at(day), ExternalID: id, Side: side, Symbol: symbol, Qty: qty, GrossYen: yen, FeeYen: 100, Verdict: remedy.Fraud})
}

func TestLossesAreCountedByPatternAndDay(t *testing.T) {
	t.Parallel()
	own := out("o", "2020-09-08", 50_000, 10)
	own.Verdict = remedy.Own
	tests := map[string]struct {
		pattern   remedy.Pattern
		rate      int64
		recovered int64
		list      []remedy.Transaction
		version   int64
		loss      int64
		offer     int64
	}{
		"2020: what was withdrawn, in full":      {remedy.Withdrawal, remedy.PolicyRate, 0, []remedy.Transaction{out("a", "2020-09-07", 1_234_567, 330), out("b", "2020-09-09", 1, 0), own}, 1, 1_234_568, 1_234_898},
		"what came back from banks is taken off": {remedy.Withdrawal, remedy.PolicyRate, 1_000_000, []remedy.Transaction{out("a", "2020-09-07", 1_234_567, 0)}, 1, 1_234_567, 234_567},
		"more came back than was lost":           {remedy.Withdrawal, remedy.PolicyRate, 9_999_999, []remedy.Transaction{out("a", "2020-09-07", 1_234_567, 5)}, 1, 1_234_567, 5},
		"2025: half of buys less sells, fees and a consolation, the fraction dropped": {remedy.TradePump, remedy.PolicyRate, 0,
			[]remedy.Transaction{deal("a", "2025-04-15", remedy.Buy, "7A01", "300", 1_000_000), deal("b", "2025-04-16", remedy.Sell, "7A01", "100.5", 300_000), deal("c", "2025-04-16", remedy.Sell, "7A01", "199.5", 299_999)}, 2, 400_001, 200_000 + 300 + 10_000},
		"a gain is no loss, the consolation is paid": {remedy.TradePump, remedy.PolicyRate, 0,
			[]remedy.Transaction{deal("a", "2025-04-15", remedy.Buy, "7A01", "1", 100), deal("b", "2025-04-16", remedy.Sell, "7A01", "1", 900)}, 2, 0, 10_200},
		"the sale of what the victim held before is not counted": {remedy.TradePump, remedy.PolicyRate, 0,
			[]remedy.Transaction{deal("s", "2025-04-15", remedy.Sell, "7203", "100", 5_000_000), deal("a", "2025-04-15", remedy.Buy, "7A01", "1", 1_000), deal("b", "2025-04-16", remedy.Sell, "7A01", "1", 600)}, 2, 400, 200 + 300 + 10_000},
		"another rate":                        {remedy.Withdrawal, 3333, 0, []remedy.Transaction{out("a", "2026-02-01", 10_001, 0)}, 3, 10_001, 3333},
		"nothing at a rate of nothing":        {remedy.Withdrawal, 0, 0, []remedy.Transaction{out("a", "2026-02-01", 10_001, 0)}, 3, 10_001, 0},
		"the largest amounts do not run over": {remedy.Withdrawal, 9999, 0, []remedy.Transaction{out("a", "2026-02-01", remedy.MaxYen, remedy.MaxYen)}, 3, remedy.MaxYen, 999_900_000_000 + remedy.MaxYen},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := standard(t).Calculate(remedy.Input{Pattern: c.pattern, Transactions: c.list, RecoveredYen: c.recovered, RateBP: c.rate})
			must(t, err)
			if got.PolicyVersion != c.version || got.LossYen != c.loss || got.OfferYen != c.offer {
				t.Errorf("version %d, loss %d, offer %d; want %d, %d, %d", got.PolicyVersion, got.LossYen, got.OfferYen, c.version, c.loss, c.offer)
			}
			holds(t, got)
		})
	}
}

// holds fails when the lines of a calculation do not add up to what it says, or a sentence is
// missing.
func holds(t *testing.T, c remedy.Calculation) {
	t.Helper()
	loss, offer, items := new(big.Int), new(big.Int), new(big.Int)
	for _, i := range c.Items {
		items.Add(items, big.NewInt(i.Yen))
	}
	share := false
	for _, l := range c.Lines {
		share = share || l.Step == remedy.StepShare
		if share {
			offer.Add(offer, big.NewInt(l.Yen))
		} else {
			loss.Add(loss, big.NewInt(l.Yen))
		}
		for _, lang := range []string{"ja", "en"} {
			if s := c.Explain(l, lang); s == "" || strings.Contains(s, "%!") {
				t.Errorf("%s in %s: %q", l.Step, lang, s)
			}
		}
	}
	if items.Cmp(big.NewInt(c.Lines[0].Yen)) != 0 || loss.Cmp(big.NewInt(c.BaseYen)) != 0 || offer.Cmp(big.NewInt(c.OfferYen)) != 0 {
		t.Errorf("the lines add up to %v, %v and %v, and it says %d, %d and %d", items, loss, offer, c.Lines[0].Yen, c.BaseYen, c.OfferYen)
	}
	if c.LossYen < 0 || c.BaseYen < 0 || c.OfferYen < 0 || c.BaseYen > c.LossYen || c.CapYen > 0 && c.OfferYen > c.CapYen {
		t.Errorf("%+v", c)
	}
}

func TestWhatCannotBeCountedIsRefused(t *testing.T) {
	t.Parallel()
	open := out("u", "2026-02-01", 1, 0)
	open.Verdict = remedy.Undetermined
	huge := make([]remedy.Transaction, 3)
	for i := range huge { // past what people may state: the sum itself must refuse
		huge[i] = out(string(rune('a'+i)), "2026-02-01", math.MaxInt64/2, 0)
	}
	tests := map[string]struct {
		pattern remedy.Pattern
		list    []remedy.Transaction
		key     string
	}{
		"no transaction":                       {remedy.Withdrawal, nil, "remedy.guard.no_fraud"},
		"a verdict is missing":                 {remedy.Withdrawal, []remedy.Transaction{out("a", "2026-02-01", 1, 0), open}, "remedy.guard.undetermined"},
		"a day before the first policy":        {remedy.Withdrawal, []remedy.Transaction{out("a", "2019-02-01", 1, 0)}, "remedy.calc.no_policy"},
		"a pattern that the policy leaves out": {"sell_only", []remedy.Transaction{out("a", "2026-02-01", 1, 0)}, "remedy.calc.no_terms"},
		"a trade before trades had terms":      {remedy.TradePump, []remedy.Transaction{out("a", "2020-02-01", 1, 0)}, "remedy.calc.no_terms"},
		"stock that is still held":             {remedy.TradePump, []remedy.Transaction{deal("a", "2026-02-01", remedy.Buy, "X", "10", 1)}, "remedy.calc.unsold"},
		"more sold than bought":                {remedy.TradePump, []remedy.Transaction{deal("a", "2026-02-01", remedy.Buy, "X", "10", 1), deal("b", "2026-02-01", remedy.Sell, "X", "10.1", 1)}, "remedy.calc.oversold"},
		"a sum beyond an int64":                {remedy.Withdrawal, huge, "remedy.calc.too_large"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := standard(t).Calculate(remedy.Input{Pattern: c.pattern, Transactions: c.list, RateBP: remedy.PolicyRate})
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Refused || f.Key != c.key {
				t.Errorf("got %v, want %s", err, c.key)
			}
		})
	}
	if _, err := standard(t).Calculate(remedy.Input{Pattern: remedy.Withdrawal, Transactions: []remedy.Transaction{out("a", "2026-02-01", 1, 0)}, RateBP: 10_001}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a rate above the whole: %v", err)
	}
}

func TestACapAndRoundingUpAreFollowed(t *testing.T) {
	t.Parallel()
	approval := `{schema: 1, id: L, version: 1, bands: [{roles: [executive], title: {ja: 役, en: e}}], deviation: {roles: [executive], title: {ja: 役, en: e}}}`
	policy := `{schema: 1, policies: [{id: P, version: 1, title: {ja: 方, en: p}, damage: {from: "2026-01-01", to: ""}, rounding: ceil, confidence: M, review_required: false, sources: [{ja: 無, en: n}],
		terms: [{pattern: withdrawal, basis: withdrawn_amount, rate_bp: 3333, consolation_yen: 500, fees_refund: false, cap_yen: 3000}]}]}`
	b, err := remedy.Load(fstest.MapFS{"standard.yaml": {Data: []byte(policy)}, "approval.yaml": {Data: []byte(approval)}})
	must(t, err)
	for yen, want := range map[int64]int64{1: 501, 100: 534, 7_000: 2834, 7_500: 3_000, 90_000: 3_000} {
		c, err := b.Calculate(remedy.Input{Pattern: remedy.Withdrawal, Transactions: []remedy.Transaction{out("a", "2026-02-01", yen, 77)}, RateBP: remedy.PolicyRate})
		must(t, err)
		if c.OfferYen != want {
			t.Errorf("%d yen: offered %d, want %d", yen, c.OfferYen, want)
		}
		holds(t, c)
	}
}

// FuzzCalculate throws cases of random size at the calculation: its lines add up, nothing is
// negative, the order of the rows means nothing, and the same facts give the same digest.
func FuzzCalculate(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed, int64(seed*7919%20_000_000), int64(seed%10_001), seed%2 == 0)
	}
	f.Add(uint64(7), int64(math.MaxInt64), int64(10_000), true)
	f.Add(uint64(8), int64(math.MinInt64), int64(-1), false)
	b := standard(f)
	f.Fuzz(func(t *testing.T, seed uint64, recovered, rate int64, withdrawals bool) {
		r := rand.New(rand.NewPCG(seed, 2026))
		pattern, list := remedy.TradePump, []remedy.Transaction(nil)
		if withdrawals {
			pattern = remedy.Withdrawal
		}
		for i := range 1 + r.IntN(30) {
			id, day := string(rune('A'+i))+"-1", []string{"2025-03-01", "2025-12-31", "2026-01-10", "2026-05-05"}[r.IntN(4)]
			verdict := []remedy.Verdict{remedy.Fraud, remedy.Fraud, remedy.Own}[r.IntN(3)]
			x := out(id, day, r.Int64N(remedy.MaxYen)+1, r.Int64N(10_000))
			if !withdrawals {
				x = deal(id, day, remedy.Buy, string(rune('A'+i%5)), "10", r.Int64N(remedy.MaxYen)+1)
				y := deal(id+"s", day, remedy.Sell, x.Symbol, "10", r.Int64N(remedy.MaxYen)+1)
				y.Verdict = verdict
				list = append(list, y)
			}
			x.Verdict = verdict
			list = append(list, x)
		}
		c, err := b.Calculate(remedy.Input{Pattern: pattern, Transactions: list, RecoveredYen: recovered, RateBP: rate})
		if err != nil {
			if k := fault.KindOf(err); k != fault.Refused && k != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		holds(t, c)
		exact := new(big.Int).Mul(big.NewInt(c.BaseYen), big.NewInt(c.RateBP))
		if exact.Div(exact, big.NewInt(10_000)); exact.Cmp(big.NewInt(shared(c))) != 0 {
			t.Errorf("the share of %d at %d is %v, not %d", c.BaseYen, c.RateBP, exact, shared(c))
		}
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		again, err := b.Calculate(remedy.Input{Pattern: pattern, Transactions: list, RecoveredYen: recovered, RateBP: rate})
		must(t, err)
		one, err := c.Digest()
		must(t, err)
		two, err := again.Digest()
		must(t, err)
		if one != two || again.OfferYen != c.OfferYen {
			t.Errorf("in another order: %d yen instead of %d", again.OfferYen, c.OfferYen)
		}
	})
}

func shared(c remedy.Calculation) int64 {
	for _, l := range c.Lines {
		if l.Step == remedy.StepShare {
			return l.Yen
		}
	}
	return -1
}

func TestSimilarVictimsAreComparedAndTheExposureAddedUp(t *testing.T) {
	t.Parallel()
	x, err := remedy.Expose([]remedy.Assessment{
		{State: remedy.Offered, Version: 1, Pattern: "a", RateBP: 10_000, LossYen: 100, OfferYen: 100, OfferedYen: 100},
		{State: remedy.Agreed, Version: 2, Pattern: "a", RateBP: 5_000, LossYen: 100, OfferYen: 51, AgreedYen: 51},
		{State: remedy.Checked, Version: 1, Pattern: "a", RateBP: 10_000, LossYen: 400, OfferYen: 400},
		{State: remedy.Calculated, Version: 1, Pattern: "a", RateBP: 10_000, LossYen: 10, OfferYen: 10},
		{State: remedy.Calculated, Version: 1, Pattern: "b", RateBP: 5_000, LossYen: 7, OfferYen: 3},
		{State: remedy.Open},
	})
	must(t, err)
	want := remedy.Similar{Pattern: "a", N: 4, Rate: remedy.Spread{Min: 5000, Median: 10_000, Max: 10_000}, Offer: remedy.Spread{Min: 10, Median: 75, Max: 400}}
	if x.N != 6 || x.Calculated != 5 || x.Agreed != 1 || x.LossYen != 617 || x.OfferYen != 564 || x.OfferedYen != 100 || x.PaidYen != 51 || len(x.Patterns) != 2 || x.Patterns[0] != want {
		t.Errorf("%+v", x)
	}
	if _, err := remedy.Expose([]remedy.Assessment{{Version: 1, LossYen: math.MaxInt64}, {Version: 1, LossYen: 1}}); !fault.Is(err, fault.Refused) {
		t.Errorf("a sum that runs over: %v", err)
	}
}

func TestAmountsAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int64{"": 0, "0": 0, "1,234": 1234, "１，２３４円": 1234, "¥ 5": 5, "￥5": 5, "1000000000000": remedy.MaxYen, "-1": -1, "1.5": -1, "1e3": -1, "千": -1, "1000000000001": -1, "0x10": -1} {
		if n, ok := remedy.ParseYen(s); ok != (want >= 0) || ok && n != want {
			t.Errorf("%q: %d %v", s, n, ok)
		}
	}
	for s, want := range map[string]int64{"100": 10_000, "50%": 5000, "３３．３３％": 3333, "0.5": 50, "0": 0, "100.01": -1, "-1": -1, "": -1, "1.234": -1, "half": -1} {
		if n, ok := remedy.ParsePercent(s); ok != (want >= 0) || ok && n != want {
			t.Errorf("%q: %d %v", s, n, ok)
		}
	}
	for n, want := range map[int64]string{10_000: "100%", 5_000: "50%", 3_333: "33.33%", 50: "0.5%", 1_005: "10.05%", 0: "0%"} {
		if got := remedy.Percent(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	if got := remedy.Grouped(-1234567); got != "-1,234,567" {
		t.Error(got)
	}
}

func TestPastedTextIsNeverGuessed(t *testing.T) {
	t.Parallel()
	now := db.At(start)
	for row, field := range map[string]string{
		"約定,2026-10-01 09:00,E1,7203,買,100,12.5": "row", "a,b": "row", `"約定`: "row", "送金,2026-10-01 09:00,E1,,,,,5": "kind", "出金,2027-10-01 09:00,E1,,,,,5": "occurred_at",
		"出金,2026-10-01 09:00,=1+1,,,,,5": "external_id", "出金,2026-10-01 09:00,E1,,,,,-5": "gross_yen", "約定,2026-10-01 09:00,E1,7203,買,1e3,1,5": "qty", "約定,2026-10-01 09:00,E1,7203,,1,1,5": "side",
		"処分,2026-10-01 09:00,E1,7203,買,1,1,5": "side", "出金,2026-10-01 09:00,E1,,買,,,5": "side", "出金,2026-10-01 09:00,E1,,,,,5,0,0,たぶん": "claim",
	} {
		p := remedy.Parse(row, now)
		if p.Rejected != 1 || p.Rows[0].Bad[field] == "" {
			t.Errorf("%s: %+v", row, p)
		}
	}
	p := remedy.Parse(strings.Repeat("x\n", 501), now)
	if !p.TooMany || p.Good() {
		t.Errorf("501 rows: %d read", len(p.Rows))
	}
}

func FuzzParse(f *testing.F) {
	f.Add("種別,日時\n約定,2026-10-01 09:00,E1,7203,買,100,12.5,1250,,,,不正\n\"")
	f.Add("出金\t2026/10/1 9:00\tPO-1\t\t\t\t\t１２円")
	f.Fuzz(func(t *testing.T, s string) {
		p := remedy.Parse(s, db.At(start))
		for _, r := range p.Rows {
			if len(r.Bad) == 0 && len(r.Entry.Problems(db.At(start))) > 0 {
				t.Errorf("%+v was let in", r)
			}
		}
	})
}
