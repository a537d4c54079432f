package score

import (
	"slices"
	"time"
)

// Act is something a customer's account did, in the words of the event logs.
type Act struct {
	Kind string // destination_change, profile_change, order, execution, withdrawal
	At   time.Time
}

// Behaviour finds what attackers do, in any order of the acts, since the attack began: a
// destination changed and money out soon after, more so with sales between (the pattern of 2020);
// the profile changed and an order or a payout within a day. Each is found once.
func (m Model) Behaviour(acts []Act, attack time.Time) (out []Evidence) {
	acts = slices.Clone(acts)
	slices.SortStableFunc(acts, func(a, b Act) int { return a.At.Compare(b.At) })
	acts = slices.DeleteFunc(acts, func(a Act) bool { return a.At.Before(attack) })
	var payout, trade Evidence
	for i, from := range acts {
		for _, to := range acts[i:] {
			gap := to.At.Sub(from.At)
			switch {
			case from.Kind == "destination_change" && to.Kind == "withdrawal" && gap <= m.PayoutWithin:
				pivot := "payout_after_change"
				if sold(acts[i:], to.At) {
					pivot = "payout_after_change_sold"
				}
				payout = better(payout, pivot, from, to)
			case from.Kind == "profile_change" && (to.Kind == "order" || to.Kind == "withdrawal") && gap <= m.TradeWithin:
				trade = better(trade, "trade_after_change", from, to)
			}
		}
	}
	for _, e := range []Evidence{payout, trade} {
		if e.Pivot != "" {
			out = append(out, e)
		}
	}
	return out
}

// sold reports whether something was traded up to a moment.
func sold(acts []Act, until time.Time) bool {
	return slices.ContainsFunc(acts, func(a Act) bool { return (a.Kind == "execution" || a.Kind == "order") && !a.At.After(until) })
}

// better keeps the first pair of acts, and one with sales before one without.
func better(was Evidence, pivot string, from, to Act) Evidence {
	if was.Pivot == "" || was.Pivot != pivot && pivot == "payout_after_change_sold" {
		return Evidence{Pivot: pivot, N: was.N + 1, First: from.At, Last: to.At}
	}
	was.N++
	return was
}
