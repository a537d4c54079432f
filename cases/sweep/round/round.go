// Package round asks the event logs one round of questions 影響調査の一巡: which customers were
// touched by the indicators since the attack began, with which rows, how common each indicator was
// before, and what verdict that proposes. It keeps nothing; a sweep keeps its answer.
package round

import (
	"cmp"
	"context"
	"slices"

	"tasuke/cases/sweep/indicator"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/score"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Logs is what a round asks; rollup.Store is one.
type Logs interface {
	ProbesOf(i indicator.Indicator) []rollup.Probe
	Baseline(ctx context.Context, probes []rollup.Probe, first, last rollup.Day) ([]int, error)
	Candidates(ctx context.Context, probes []rollup.Probe, since db.Instant) ([]rollup.Match, error)
	Evidence(ctx context.Context, customers []string, probes []rollup.Probe, since db.Instant, rows int, each func(rollup.Row)) ([]rollup.Hit, error)
	Coverage(ctx context.Context) ([]rollup.Coverage, error)
}

// Sought is an indicator of a round.
type Sought struct {
	indicator.Indicator
	// Vouched: it comes from a confirmed case, the police or a peer.
	Vouched bool
	// Override: somebody wants it asked for although it is common.
	Override bool
}

// Question is what a round is asked.
type Question struct {
	Sought []Sought
	// Attack is when the attack began, the first compromise that is known: baselines are of the days
	// before, and what is a customer's own, or long ago, is so by it.
	Attack db.Instant
	// Since is from when sightings count, Attack when zero. Looking further back for what was tried
	// out before must not move the baseline: it would run out, and common values look rare.
	Since db.Instant
	// Rows is how many rows are shown of a customer, 20 when zero.
	Rows  int
	Model score.Model
}

// Answer is what a round found.
type Answer struct {
	// Values tell of each indicator, in the order of the question.
	Values []Value
	// Customers were touched by at least one indicator that says something, the highest score first.
	Customers []Customer
	// Coverage says for which time "nobody else" holds.
	Coverage []rollup.Coverage
	Model    string
}

// Value is how common an indicator is.
type Value struct {
	Pivot    string
	Baseline int // customers on the days before the attack
	Attack   int // customers since
	// Suppressed: too common before the attack to say anything; nobody is listed for it alone.
	Suppressed bool
	// Unheld: the logs hold no such values.
	Unheld bool
}

// Customer is somebody who was touched.
type Customer struct {
	Hit      rollup.Hit
	Proposal score.Proposal
}

// Ask asks one round. It fails with fault.Invalid when there is nothing to ask for.
func Ask(ctx context.Context, logs Logs, q Question) (a Answer, err error) {
	if len(q.Sought) == 0 {
		return a, fault.New(fault.Invalid, "sweep.round.empty", nil)
	}
	if q.Attack.IsZero() {
		return a, fault.New(fault.Invalid, "sweep.round.attack", nil)
	}
	if q.Rows <= 0 {
		q.Rows = 20
	}
	if q.Since.IsZero() || q.Since > q.Attack {
		q.Since = q.Attack
	}
	r := asked{logs: logs, q: q, own: map[mark]db.Instant{}}
	a.Model = q.Model.Version
	if a.Coverage, err = logs.Coverage(ctx); err != nil {
		return a, err
	}
	if err := r.measure(ctx); err != nil {
		return a, err
	}
	a.Values = r.values
	touched, err := r.candidates(ctx)
	if err != nil || len(touched) == 0 {
		return a, err
	}
	a.Customers, err = r.judge(ctx, touched)
	return a, err
}

// asked is a round under way.
type asked struct {
	logs   Logs
	q      Question
	values []Value
	probes []rollup.Probe
	owner  []int // of each probe, the indicator
	own    map[mark]db.Instant
}

// mark is a customer's use of an indicator.
type mark struct {
	customer string
	sought   int
}

// measure finds out how common each indicator was before the attack and is since.
func (r *asked) measure(ctx context.Context) error {
	for i, s := range r.q.Sought {
		probes := r.logs.ProbesOf(s.Indicator)
		r.values = append(r.values, Value{Pivot: pivot(s.Indicator, probes), Unheld: len(probes) == 0})
		for _, p := range probes {
			r.probes, r.owner = append(r.probes, p), append(r.owner, i)
		}
	}
	first, last := rollup.Before(r.q.Attack, score.BaselineDays)
	users, err := r.logs.Baseline(ctx, r.probes, first, last)
	if err != nil {
		return err
	}
	for i, n := range users {
		r.values[r.owner[i]].Baseline += n // of a domain and of what lies below it: at most both
	}
	for i, v := range r.values {
		r.values[i].Suppressed = !r.q.Sought[i].Override && r.q.Model.Suppressed(v.Pivot, v.Baseline)
	}
	return nil
}

// pivot is what the model calls an indicator.
func pivot(i indicator.Indicator, probes []rollup.Probe) string {
	switch {
	case i.Kind == indicator.URL && len(probes) > 0 && probes[0].Field == rollup.ByIP:
		return string(indicator.IP)
	case i.Kind == indicator.URL:
		return string(indicator.Domain)
	}
	return string(i.Kind)
}

// candidates gives the customers with an indicator that says something, since the attack.
func (r *asked) candidates(ctx context.Context) ([]string, error) {
	var probes []rollup.Probe
	var owner []int
	for i, p := range r.probes {
		if !r.values[r.owner[i]].Suppressed {
			probes, owner = append(probes, p), append(owner, r.owner[i])
		}
	}
	matches, err := r.logs.Candidates(ctx, probes, 0)
	if err != nil {
		return nil, err
	}
	since := map[mark]bool{}
	touched := map[string]bool{}
	for _, m := range matches {
		k := mark{m.Customer, owner[m.Probe]}
		if m.First < r.q.Attack && (r.own[k] == 0 || m.First < r.own[k]) {
			r.own[k] = m.First
		}
		if m.Last >= r.q.Since && !since[k] {
			since[k], touched[m.Customer] = true, true
			r.values[k.sought].Attack++
		}
	}
	out := make([]string, 0, len(touched))
	for c := range touched {
		out = append(out, c)
	}
	slices.Sort(out)
	return out, nil
}

// judge reads the rows of the touched customers and proposes.
func (r *asked) judge(ctx context.Context, touched []string) ([]Customer, error) {
	acts := map[string][]score.Act{}
	hits, err := r.logs.Evidence(ctx, touched, r.probes, r.q.Since, r.q.Rows, func(row rollup.Row) {
		if row.Kind != rollup.Login {
			acts[row.Customer] = append(acts[row.Customer], score.Act{Kind: string(row.Kind), At: row.At.Time()})
		}
	})
	if err != nil {
		return nil, err
	}
	out := make([]Customer, 0, len(hits))
	for _, h := range hits {
		s := score.Subject{Customer: h.Customer, Evidence: append(r.evidence(h), r.q.Model.Behaviour(acts[h.Customer], r.q.Since.Time())...)}
		out = append(out, Customer{h, r.q.Model.Propose(s, r.q.Attack.Time())})
	}
	slices.SortStableFunc(out, func(a, b Customer) int { return cmp.Compare(b.Proposal.Score, a.Proposal.Score) })
	return out, nil
}

// evidence joins what several probes of one indicator found.
func (r *asked) evidence(h rollup.Hit) (out []score.Evidence) {
	at := map[int]int{}
	for _, p := range h.Probes {
		i := r.owner[p.Probe]
		s, v := r.q.Sought[i], r.values[i]
		n, seen := at[i]
		if !seen {
			n = len(out)
			at[i] = n
			out = append(out, score.Evidence{
				Pivot: v.Pivot, Value: s.Value, Baseline: v.Baseline, Attack: v.Attack, Vouched: s.Vouched, Override: s.Override,
				First: p.First.Time(), Last: p.Last.Time(), OwnSince: r.own[mark{h.Customer, i}].Time(),
			})
		}
		e := &out[n]
		e.N, e.Failed = e.N+p.N, e.Failed+p.Failed
		if t := p.First.Time(); t.Before(e.First) {
			e.First = t
		}
		if t := p.Last.Time(); t.After(e.Last) {
			e.Last = t
		}
	}
	return out
}
