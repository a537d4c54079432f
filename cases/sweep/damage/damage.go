// Package damage reads from the event logs what happened in the accounts of the customers of an
// incident: payouts, orders, positions, symbols, unsettled buys, and who was behind a wave of failed
// logins. It is pure: rows come in, counts go out. An event that came with two files of one source is
// counted once when the source gives its events ids.
package damage

import (
	"iter"
	"slices"
	"strings"

	"tasuke/cases/sweep/rollup"
	"tasuke/internal/db"
)

// Rows are events as rollup.Store gives them.
type Rows = iter.Seq2[rollup.Row, error]

// Since says, for each customer number, from when on events belong to the attack.
type Since map[string]db.Instant

// First is the earliest moment of all.
func (s Since) First() (first db.Instant) {
	for _, at := range s {
		if first == 0 || at < first {
			first = at
		}
	}
	return first
}

// Refs are the customer numbers, in order.
func (s Since) Refs() []string {
	out := make([]string, 0, len(s))
	for ref := range s {
		out = append(out, ref)
	}
	slices.Sort(out)
	return out
}

// each calls f for every event once.
func each(rows Rows, f func(rollup.Row)) error {
	seen := map[string]bool{}
	for row, err := range rows {
		if err != nil {
			return err
		}
		if row.Ref != "" {
			id := row.Source + "\x00" + string(row.Kind) + "\x00" + row.Ref
			if seen[id] {
				continue
			}
			seen[id] = true
		}
		f(row)
	}
	return nil
}

// of is each for the events of the customers since the attack on them began.
func (s Since) of(rows Rows, f func(rollup.Row)) error {
	return each(rows, func(r rollup.Row) {
		if from, ours := s[r.Customer]; ours && r.At >= from {
			f(r)
		}
	})
}

// failures are the results, as sources say them, of what did not take place.
var failures = []string{"cancelled", "canceled", "cancel", "rejected", "reject", "failed", "fail", "error", "returned", "recalled", "ng", "取消", "取消済", "失敗", "拒否", "エラー", "組戻し", "返却"}

// took reports whether an order, execution or payout took place, as far as its source says. A source
// that says nothing logs what took place.
func took(r rollup.Row) bool {
	return !slices.Contains(failures, strings.ToLower(strings.TrimSpace(r.Result)))
}

var (
	buys  = []string{"buy", "b", "bid", "long", "買", "買付", "買い"}
	sells = []string{"sell", "s", "ask", "short", "売", "売却", "売付", "売り"}
)

// side is 1 for a buy, -1 for a sale and 0 where the source does not say.
func side(r rollup.Row) int {
	switch s := strings.ToLower(strings.TrimSpace(r.Side)); {
	case slices.Contains(buys, s):
		return 1
	case slices.Contains(sells, s):
		return -1
	}
	return 0
}

// Payouts are withdrawals of the customers.
type Payouts struct {
	Sent      int64
	Yen       int64
	Customers int64
	Rows      []rollup.Row // in the order of time
}

// ReadPayouts reads the withdrawals since the attack began.
func ReadPayouts(rows Rows, since Since) (out Payouts, err error) {
	who := map[string]bool{}
	err = since.of(rows, func(r rollup.Row) {
		if r.Kind != rollup.Withdrawal || !took(r) {
			return
		}
		out.Sent++
		out.Yen += r.Amount
		who[r.Customer] = true
		out.Rows = append(out.Rows, r)
	})
	slices.SortStableFunc(out.Rows, byTime)
	out.Customers = int64(len(who))
	return out, err
}

func byTime(a, b rollup.Row) int {
	switch {
	case a.At < b.At:
		return -1
	case a.At > b.At:
		return 1
	}
	return 0
}

// Orders are orders and executions of the customers.
type Orders struct {
	Orders     int64
	Executions int64
	Symbols    int64
	Amount     int64 // of the executions, in yen
}

// ReadOrders reads them since the attack began.
func ReadOrders(rows Rows, since Since) (out Orders, err error) {
	symbols := map[string]bool{}
	err = since.of(rows, func(r rollup.Row) {
		switch {
		case !took(r):
			return
		case r.Kind == rollup.Order:
			out.Orders++
		case r.Kind == rollup.Execution:
			out.Executions++
			out.Amount += r.Amount
		default:
			return
		}
		if r.Symbol != "" {
			symbols[r.Symbol] = true
		}
	})
	out.Symbols = int64(len(symbols))
	return out, err
}

// Timeline gives the events of each customer since the attack began, in the order of time.
func Timeline(rows Rows, since Since) (map[string][]rollup.Row, error) {
	out := map[string][]rollup.Row{}
	err := since.of(rows, func(r rollup.Row) { out[r.Customer] = append(out[r.Customer], r) })
	for _, list := range out {
		slices.SortStableFunc(list, byTime)
	}
	return out, err
}

// Held are the segments that hold rows of the customers.
type Held struct {
	Segments    map[rollup.Digest]bool
	Customers   int64
	First, Last db.Instant
}

// ReadHeld reads which segments hold them.
func ReadHeld(rows Rows) (out Held, err error) {
	out.Segments = map[rollup.Digest]bool{}
	who := map[string]bool{}
	for r, err := range rows {
		if err != nil {
			return out, err
		}
		out.Segments[r.Chunk] = true
		who[r.Customer] = true
		if out.First == 0 || r.At < out.First {
			out.First = r.At
		}
		out.Last = max(out.Last, r.At)
	}
	out.Customers = int64(len(who))
	return out, nil
}
