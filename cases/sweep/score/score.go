// Package score proposes a verdict on a customer whom a sweep touched, with its reasons
// (operations.md 8.2, 8.3). It is pure, and proposes only: people decide.
//
// How common a value is, is asked of the days before the attack. Counted in the attack, the
// address an attacker used on many victims would look like one that many people share, and be
// thrown away.
package score

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Class is a kind of trace. Two values of one class count once: they say the same.
type Class string

// The classes.
const (
	Network   Class = "network"
	Device    Class = "device"
	Contact   Class = "contact"
	Bank      Class = "bank"
	Behaviour Class = "behaviour"
)

// Pivot is what a value of some kind is worth.
type Pivot struct {
	Class  Class
	Weight float64 // 0 to 100
	// Limit is the number of customers in the baseline above which a value says nothing.
	Limit int
	// Hard pivots make probable alone: two customers do not share them by chance.
	Hard bool
}

// Model is a set of weights. A sweep keeps the version it used.
type Model struct {
	Version string
	Pivots  map[string]Pivot
	// Probable and Suspect are the scores from which each is proposed; probable needs two classes.
	Probable, Suspect int
	// OwnFor is how long before the attack a customer must have used a value for it to be the
	// customer's own.
	OwnFor time.Duration
	// Fresh multiplies the weight of a value that nobody used in the baseline and Burst customers or
	// more in the attack.
	Fresh float64
	Burst int
	// PayoutWithin and TradeWithin are how soon after a change money or an order must follow.
	PayoutWithin, TradeWithin time.Duration
}

// BaselineDays is how many days before the attack make the baseline.
const BaselineDays = 60

// Standard is the model of operations.md 8.2, as far as logs alone can feed it.
func Standard() Model {
	return Model{
		Version: "2026-1", Probable: 80, Suspect: 50, OwnFor: 30 * 24 * time.Hour, Fresh: 1.2, Burst: 3,
		PayoutWithin: 14 * 24 * time.Hour, TradeWithin: 24 * time.Hour,
		Pivots: map[string]Pivot{
			"ip":          {Network, 60, 30, false},
			"network":     {Network, 20, 300, false},
			"device":      {Device, 80, 20, false},
			"destination": {Bank, 100, 3, true},
			"mail":        {Contact, 90, 4, true},
			"phone":       {Contact, 90, 4, true},
			"account":     {Bank, 100, 1, true}, // a customer's own account number, named by somebody
			"domain":      {Contact, 30, 500, false},

			"payout_after_change":      {Behaviour, 50, 0, false},
			"payout_after_change_sold": {Behaviour, 70, 0, false},
			"trade_after_change":       {Behaviour, 60, 0, false},
		},
	}
}

// Evidence is a value a customer was seen with.
type Evidence struct {
	Pivot string // a key of Model.Pivots
	Value string // as it may be shown
	// Baseline and Attack count the customers seen with it in the baseline and since the attack began.
	Baseline, Attack int
	// Vouched: it comes from a confirmed case, the police or a peer.
	Vouched bool
	// Override: somebody decided that it says something although it is common.
	Override bool
	// N, First and Last are of this customer's events since the attack began.
	N           int
	First, Last time.Time
	// Failed counts those of N that were logins with a wrong password.
	Failed int
	// OwnSince is when this customer used it first, before the attack; zero: never.
	OwnSince time.Time
}

// Subject is a customer to be judged.
type Subject struct {
	Customer string
	Evidence []Evidence
	// Stolen: the customer's own device or session was taken over, so it clears nobody.
	Stolen bool
}

// Verdict is what is proposed.
type Verdict string

// The proposals. Probable: lock at once. Suspect: a person looks within 24 hours. Listed: shown,
// nothing is done. Cleared: everything seen is the customer's own.
const (
	Probable Verdict = "probable"
	Suspect  Verdict = "suspect"
	Listed   Verdict = "listed"
	Cleared  Verdict = "cleared"
)

// Reason is why a value counts or not.
type Reason struct {
	Pivot string
	Value string
	// Key is a message key "sweep.reason.*", Args its arguments.
	Key  string
	Args map[string]any
	// Points is the weight that was left of the value, 0 to 120.
	Points int
	// Used is true for the one value of its class that went into the score.
	Used bool
}

// Proposal is a verdict with the reasons, the weightiest first.
type Proposal struct {
	Verdict Verdict
	Score   int // 0 to 100
	Classes []Class
	Hard    bool
	Reasons []Reason
}

// full is the weight at which one class alone would make the score 100.
const full = 120

// Propose judges a customer.
func (m Model) Propose(s Subject, attack time.Time) Proposal {
	var p Proposal
	best := map[Class]int{}
	own := 0
	for _, e := range s.Evidence {
		r, points, hard := m.weigh(e, s.Stolen, attack)
		if r.Key == "sweep.reason.own" {
			own++
		}
		p.Hard = p.Hard || hard
		p.Reasons = append(p.Reasons, r)
		if c := m.Pivots[e.Pivot].Class; points > 0 {
			best[c] = max(best[c], r.Points)
		}
	}
	slices.SortStableFunc(p.Reasons, func(a, b Reason) int { return cmp.Compare(b.Points, a.Points) })
	left, used := 1.0, map[Class]bool{}
	for i, r := range p.Reasons {
		c := m.Pivots[r.Pivot].Class
		if r.Points == 0 || used[c] {
			continue
		}
		used[c], p.Reasons[i].Used = true, true
		p.Classes = append(p.Classes, c)
		left *= 1 - float64(best[c])/full
	}
	p.Score = int(math.Round(100 * (1 - left)))
	p.Verdict = m.verdict(p, own == len(s.Evidence) && own > 0)
	return p
}

func (m Model) verdict(p Proposal, own bool) Verdict {
	switch {
	case own:
		return Cleared
	case p.Hard || p.Score >= m.Probable && len(p.Classes) >= 2:
		return Probable
	case p.Score >= m.Suspect:
		return Suspect
	}
	return Listed
}

// Suppressed reports whether a value is so common that it says nothing. It is asked before rows
// are read: nobody wants the rows of a hundred thousand customers of one carrier.
func (m Model) Suppressed(pivot string, baseline int) bool {
	p, ok := m.Pivots[pivot]
	return !ok || p.Class != Behaviour && baseline > p.Limit
}

// weigh says what one value is worth for a customer, and why.
func (m Model) weigh(e Evidence, stolen bool, attack time.Time) (r Reason, points int, hard bool) {
	p := m.Pivots[e.Pivot]
	r = Reason{Pivot: e.Pivot, Value: e.Value, Args: map[string]any{"Count": e.N, "Baseline": e.Baseline, "Attack": e.Attack, "Limit": p.Limit}}
	switch {
	case p.Class == Behaviour:
		r.Key, r.Points = "sweep.reason."+e.Pivot, int(p.Weight)
		return r, r.Points, false
	case e.Override && m.isOwn(e, stolen && p.Class == Device, attack):
		r.Key = "sweep.reason.own"
		return r, 0, false
	case e.Override && m.Suppressed(e.Pivot, e.Baseline): // a person stands for it: no decay, and never hard
		r.Key, r.Points = "sweep.reason.overridden", int(math.Round(p.Weight*recency(e.Last, attack)))
		return r, r.Points, false
	case m.Suppressed(e.Pivot, e.Baseline):
		r.Key = "sweep.reason.shared"
		return r, 0, false
	case e.N > 0 && e.Failed == e.N:
		r.Key = "sweep.reason.tried" // somebody knocked; the account was not entered
		return r, 0, false
	case m.isOwn(e, stolen && p.Class == Device, attack):
		r.Key = "sweep.reason.own"
		return r, 0, false
	}
	if hard = p.Hard && (e.Attack >= 2 || e.Vouched); hard {
		r.Key, r.Points = "sweep.reason.hard", int(p.Weight)
		return r, r.Points, true
	}
	w := p.Weight * rarity(e.Baseline, p.Limit) * recency(e.Last, attack)
	r.Key = "sweep.reason.seen"
	if e.Baseline == 0 && e.Attack >= m.Burst {
		w *= m.Fresh
		r.Key = "sweep.reason.burst"
	}
	r.Points = int(math.Round(min(w, full-1)))
	return r, r.Points, false
}

// isOwn is the rule of the known value (8.3, 3).
func (m Model) isOwn(e Evidence, stolen bool, attack time.Time) bool {
	return !stolen && !e.Vouched && !e.OwnSince.IsZero() && attack.Sub(e.OwnSince) >= m.OwnFor
}

// rarity falls from 1 for a value nobody or one customer used to 0 at the limit.
func rarity(n, limit int) float64 {
	if n <= 1 || limit <= 1 {
		return 1
	}
	return max(0, 1-math.Log10(float64(n))/math.Log10(float64(limit)))
}

// recency halves with each 30 days that the last sighting lies before the attack.
func recency(last, attack time.Time) float64 {
	if last.IsZero() || !last.Before(attack) {
		return 1
	}
	return math.Pow(0.5, attack.Sub(last).Hours()/(30*24))
}
