package damage_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"

	"tasuke/cases/sweep/damage"
	"tasuke/cases/sweep/rollup"
	"tasuke/internal/db"
)

var start = db.At(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))

func after(d time.Duration) db.Instant { return start.Add(d) }

func rows(list ...rollup.Row) damage.Rows {
	return func(yield func(rollup.Row, error) bool) {
		for _, r := range list {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func event(k rollup.Kind, who string, at db.Instant, change func(*rollup.Event)) rollup.Row {
	e := rollup.Event{Kind: k, Customer: who, At: at}
	if change != nil {
		change(&e)
	}
	return rollup.Row{Event: e, Source: "log"}
}

func trade(who, symbol, side, quantity string, at db.Instant) rollup.Row {
	return event(rollup.Execution, who, at, func(e *rollup.Event) { e.Symbol, e.Side, e.Quantity, e.Amount = symbol, side, quantity, 1000 })
}

var errLog = errors.New("the log is broken")

func TestALogThatCannotBeReadIsNoZero(t *testing.T) {
	t.Parallel()
	broken := func(yield func(rollup.Row, error) bool) { yield(rollup.Row{}, errLog) }
	if _, err := damage.ReadPayouts(broken, damage.Since{"A": start}); !errors.Is(err, errLog) {
		t.Fatalf("got %v", err)
	}
}

func TestOnlyPayoutsThatLeftSinceTheAttackCountAndEachOnce(t *testing.T) {
	t.Parallel()
	pay := func(who, ref, result string, at db.Instant) rollup.Row {
		return event(rollup.Withdrawal, who, at, func(e *rollup.Event) { e.Ref, e.Result, e.Amount = ref, result, 500 })
	}
	p, err := damage.ReadPayouts(rows(
		pay("A", "1", "ok", after(time.Hour)), pay("A", "1", "ok", after(time.Hour)), // the same event, from two files
		pay("A", "2", "取消", after(time.Hour)), pay("A", "3", "", after(-time.Hour)), // cancelled; before the attack
		pay("B", "4", "", after(2*time.Hour)), pay("C", "5", "", after(time.Hour)), // C is no victim
	), damage.Since{"A": start, "B": start})
	if err != nil || p.Sent != 2 || p.Yen != 1000 || p.Customers != 2 || p.Rows[0].Customer != "A" {
		t.Fatalf("%+v %v", p, err)
	}
}

func TestAPositionIsWhatWasBoughtLessWhatWasSold(t *testing.T) {
	t.Parallel()
	all, err := damage.ReadPositions(rows(
		trade("A", "7203", "売", "100", after(1)), trade("A", "7203", "BUY", "30.5", after(2)), trade("A", "9999", "buy", "10", after(3)),
		trade("A", "7203", "?", "5", after(4)),
	), damage.Since{"A": start})
	if err != nil || len(all["A"]) != 2 {
		t.Fatalf("%v %v", all, err)
	}
	if p := all["A"][0]; p.Quantity() != "-69.5000" || p.Unsided != 1 || p.Sold != 1000 || p.Bought != 1000 {
		t.Errorf("%+v %s", p, p.Quantity())
	}
	if q := all["A"][1].Quantity(); q != "+10" {
		t.Error(q)
	}
}

func TestOthersAreThoseWhoTradedTheSymbolWithinTwoHoursBesideTheVictims(t *testing.T) {
	t.Parallel()
	ours := damage.Since{"A": start}
	traded, err := damage.ReadTraded(rows(trade("A", "7203", "sell", "1", after(5*time.Hour))), ours)
	if err != nil {
		t.Fatal(err)
	}
	if from, until := traded.Span(); from != after(3*time.Hour) || until != after(7*time.Hour) {
		t.Errorf("%v to %v", from, until)
	}
	others, n, err := damage.ReadOthers(rows(
		trade("X", "7203", "buy", "1", after(3*time.Hour)), trade("X", "7203", "buy", "1", after(4*time.Hour)), trade("Y", "7203", "buy", "1", after(7*time.Hour)),
		trade("Z", "7203", "buy", "1", after(7*time.Hour+time.Microsecond)), trade("Z", "9999", "buy", "1", after(5*time.Hour)), trade("A", "7203", "buy", "1", after(5*time.Hour)),
	), traded, ours)
	if err != nil || n != 2 || !slices.Equal(others, []damage.Others{{Symbol: "7203", Accounts: 2, Ours: 1}}) {
		t.Fatalf("%v %d %v", others, n, err)
	}
}

func TestAWaveSortsCustomersByHowFarItCame(t *testing.T) {
	t.Parallel()
	bad, office := netip.MustParseAddr("198.51.100.7"), netip.MustParseAddr("203.0.113.9")
	var list []rollup.Row
	login := func(ip netip.Addr, n int, result string) {
		who := string(rune('A' + n))
		list = append(list, event(rollup.Login, who, after(time.Duration(n)*time.Minute), func(e *rollup.Event) { e.IP, e.Result = ip, result }))
	}
	for n := range 12 {
		login(bad, n, []string{"bad_pw", "mfa_fail", "ok"}[max(0, n-9)])
		login(office, n, "bad_pw") // the proxy of a company, as ever
	}
	list = append(list, event(rollup.Order, "L", after(time.Hour), nil), event(rollup.Order, "A", after(time.Hour), nil))
	w, err := damage.ReadWave(func() damage.Rows { return rows(list...) }, func(ips []netip.Addr) ([]int, error) {
		out := make([]int, len(ips))
		for i, ip := range ips {
			if ip == office {
				out[i] = 40
			}
		}
		return out, nil
	})
	if err != nil || len(w.Addresses) != 1 || w.Addresses[0].IP != bad || w.Tried != 10 || w.Correct != 1 || w.LoggedIn != 1 || w.Acted != 1 {
		t.Fatalf("%+v %v", w, err)
	}
}
