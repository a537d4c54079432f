package damage

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
	"time"

	"tasuke/cases/sweep/rollup"
	"tasuke/internal/db"
)

// Position is what executions changed in one symbol of one customer.
type Position struct {
	Symbol string
	Net    *big.Rat // what was bought less what was sold
	Bought int64    // in yen
	Sold   int64    // in yen
	// Unsided counts executions of which the source does not say the side: they are not in Net.
	Unsided int
}

// Quantity is Net as people read it.
func (p Position) Quantity() string {
	s := p.Net.FloatString(4)
	if p.Net.IsInt() {
		s = p.Net.Num().String()
	}
	if p.Net.Sign() > 0 {
		return "+" + s
	}
	return s
}

// ReadPositions reads what executions changed since the attack began, by customer, in the order of
// symbols (保有断面: how what they hold differs from before).
func ReadPositions(rows Rows, since Since) (map[string][]Position, error) {
	all := map[string]map[string]*Position{}
	err := since.of(rows, func(r rollup.Row) {
		if r.Kind != rollup.Execution || r.Symbol == "" || !took(r) {
			return
		}
		if all[r.Customer] == nil {
			all[r.Customer] = map[string]*Position{}
		}
		p := all[r.Customer][r.Symbol]
		if p == nil {
			p = &Position{Symbol: r.Symbol, Net: new(big.Rat)}
			all[r.Customer][r.Symbol] = p
		}
		p.add(r)
	})
	out := map[string][]Position{}
	for who, symbols := range all {
		for _, s := range slices.Sorted(maps.Keys(symbols)) {
			out[who] = append(out[who], *symbols[s])
		}
	}
	return out, err
}

func (p *Position) add(r rollup.Row) {
	q, ok := new(big.Rat).SetString(r.Quantity)
	switch {
	case side(r) == 0 || !ok:
		p.Unsided++
	case side(r) > 0:
		p.Net.Add(p.Net, q)
		p.Bought += r.Amount
	default:
		p.Net.Sub(p.Net, q)
		p.Sold += r.Amount
	}
}

// Unsettled are buys that are not settled yet.
type Unsettled struct {
	Buys      int64
	Amount    int64 // in yen
	Customers int64
}

// ReadUnsettled reads the buys since the attack began of which the settlement is still ahead.
func ReadUnsettled(rows Rows, since Since, settled func(traded db.Instant) bool) (out Unsettled, err error) {
	who := map[string]bool{}
	err = since.of(rows, func(r rollup.Row) {
		if r.Kind != rollup.Execution || side(r) <= 0 || !took(r) || settled(r.At) {
			return
		}
		out.Buys++
		out.Amount += r.Amount
		who[r.Customer] = true
	})
	out.Customers = int64(len(who))
	return out, err
}

// Traded are the moments at which affected customers' orders in a symbol were executed.
type Traded map[string][]db.Instant

// ReadTraded reads them since the attack began.
func ReadTraded(rows Rows, since Since) (Traded, error) {
	out := Traded{}
	err := since.of(rows, func(r rollup.Row) {
		if r.Kind == rollup.Execution && r.Symbol != "" && took(r) {
			out[r.Symbol] = append(out[r.Symbol], r.At)
		}
	})
	for _, times := range out {
		slices.Sort(times)
	}
	return out, err
}

// Near is how far a trade of somebody else may be from one of the attack (operations.md 5, PB-02).
const Near = 2 * time.Hour

// Span is the time in which others are looked for; zero when nothing was traded.
func (t Traded) Span() (from, until db.Instant) {
	for _, times := range t {
		if first := times[0].Add(-Near); from == 0 || first < from {
			from = first
		}
		until = max(until, times[len(times)-1].Add(Near))
	}
	return from, until
}

// Others is how many accounts traded a symbol close to the attack: other ones, and those of the attack.
type Others struct {
	Symbol         string
	Accounts, Ours int
}

// All is every account that traded it.
func (o Others) All() int { return o.Accounts + o.Ours }

// ReadOthers counts, for each symbol, the accounts beside those of the attack that traded it within
// Near of it, and those of the attack; the most of both together first.
func ReadOthers(rows Rows, traded Traded, ours Since) ([]Others, int, error) {
	found, hit, all := map[string]map[string]bool{}, map[string]map[string]bool{}, map[string]bool{}
	err := each(rows, func(r rollup.Row) {
		if r.Kind != rollup.Execution || !took(r) || !near(traded[r.Symbol], r.At) {
			return
		}
		if found[r.Symbol] == nil {
			found[r.Symbol], hit[r.Symbol] = map[string]bool{}, map[string]bool{}
		}
		if _, mine := ours[r.Customer]; mine {
			hit[r.Symbol][r.Customer] = true
			return
		}
		found[r.Symbol][r.Customer] = true
		all[r.Customer] = true
	})
	var out []Others
	for s := range traded {
		out = append(out, Others{s, len(found[s]), len(hit[s])})
	}
	slices.SortFunc(out, func(a, b Others) int {
		return cmp.Or(cmp.Compare(b.All(), a.All()), cmp.Compare(a.Symbol, b.Symbol))
	})
	return out, len(all), err
}

// near reports whether a moment is within Near of one of the times, which are in order.
func near(times []db.Instant, at db.Instant) bool {
	i, _ := slices.BinarySearch(times, at)
	return i < len(times) && times[i].Sub(at) <= Near || i > 0 && at.Sub(times[i-1]) <= Near
}
