// Package evaluate measures how well sweeps find victims, on a world whose truth is known 評価. It
// plays the desk: a few victims have called, their rows are read for indicators, rounds are asked,
// hits are reviewed, and what confirmed victims show goes into the next round (operations.md 8.4).
// It is pure but for the rounds, which it is handed.
package evaluate

import (
	"context"
	"slices"
	"time"

	"tasuke/cases/sweep/round"
	"tasuke/cases/sweep/score"
	"tasuke/cases/sweep/world"
	"tasuke/internal/db"
)

// Ask asks one round.
type Ask func(ctx context.Context, q round.Question) (round.Answer, error)

// Round is one round as it went.
type Round struct {
	Since     time.Time // from when sightings counted
	Sought    int       // indicators
	Common    int       // of those, suppressed
	Listed    int       // customers touched
	Probable  int
	Suspect   int
	Confirmed int // new ones, by the review
}

// Result is what the sweep of one campaign came to.
type Result struct {
	Campaign string
	Victims  int // of the campaign, those known from the start too
	Known    int
	Rounds   []Round
	// Probable and Suspect judge the customers who were proposed as probable, and as suspect or
	// probable, in any round.
	Probable, Suspect Rate
	Kinds             []Kind
	// Tried are those wrongly proposed (suspect or probable) whom the attackers tried in vain.
	Tried int
}

// Rate compares a set of customers with the truth. Victims known from the start are in neither.
type Rate struct {
	Proposed int // customers
	Right    int // of those, victims of any campaign
	Found    int // of those, of this campaign
	Of       int // victims of this campaign nobody knew of
}

// Precision is the share of proposed customers who are victims; 1 when nobody was proposed.
func (r Rate) Precision() float64 { return share(r.Right, r.Proposed) }

// Recall is the share of unknown victims of the campaign who were proposed.
func (r Rate) Recall() float64 { return share(r.Found, r.Of) }

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

// Kind is how many victims of a kind were proposed as suspect or probable.
type Kind struct {
	Name      string
	Found, Of int
}

// Limits of a sweep.
const (
	maxRounds = 12
	// quiet is after how many rounds without a new victim a sweep ends.
	quiet = 2
)

// back is how far before the first fraud that is known the rounds look, one after the other; the
// last holds for all that follow.
var back = []time.Duration{24 * time.Hour, 7 * 24 * time.Hour, 30 * 24 * time.Hour}

// Sweep plays the sweep of one campaign, of which so many victims have called: the first ones who
// lost something, or those the world was told to have. Reviewers look at whoever is proposed as
// suspect or probable and are always right; only what they confirm gives new indicators.
func Sweep(ctx context.Context, truth world.Truth, campaign, known int, model score.Model, ask Ask) (Result, error) {
	d := newDesk(truth, campaign)
	called := d.callers(known)
	d.result.Known = len(called)
	for _, v := range called {
		d.confirm(v, truth.Until) // their own calls are about the attack, not about weeks before
	}
	for silent := 0; silent < quiet && len(d.result.Rounds) < maxRounds; {
		q := round.Question{Sought: d.sought, Attack: db.At(d.first), Since: db.At(d.since()), Model: model}
		a, err := ask(ctx, q)
		if err != nil {
			return d.result, err
		}
		if d.review(a, q) > 0 {
			silent = 0
		} else {
			silent++
		}
	}
	d.compare(called)
	return d.result, nil
}

// desk is a sweep under way.
type desk struct {
	truth     world.Truth
	campaign  int
	victims   map[string]world.Victim // of all campaigns
	confirmed map[string]bool
	best      map[string]score.Verdict
	sought    []round.Sought
	first     time.Time // of the fraud that is known
	result    Result
}

func newDesk(truth world.Truth, campaign int) *desk {
	d := &desk{truth: truth, campaign: campaign, victims: map[string]world.Victim{}, confirmed: map[string]bool{}, best: map[string]score.Verdict{}}
	for _, a := range truth.Campaigns {
		for _, v := range a.Victims {
			was, twice := d.victims[v.Customer]
			if twice {
				v.Rows = slices.Concat(was.Rows, v.Rows)
			}
			d.victims[v.Customer] = v
		}
	}
	c := truth.Campaigns[campaign]
	d.result.Campaign, d.result.Victims = c.Name, len(c.Victims)
	return d
}

// callers are the victims who noticed first.
func (d *desk) callers(n int) (out []world.Victim) {
	list := slices.Clone(d.truth.Campaigns[d.campaign].Victims)
	slices.SortStableFunc(list, func(a, b world.Victim) int { // those the story names come first
		if a.Given != b.Given {
			return map[bool]int{true: -1, false: 1}[a.Given]
		}
		return 0
	})
	for _, v := range list {
		if len(out) < n && v.Loss != "access" {
			out = append(out, v)
		}
	}
	return out
}

// since is from when the next round counts.
func (d *desk) since() time.Time {
	at := d.first.Add(-back[min(len(d.result.Rounds), len(back)-1)])
	if at.Before(d.truth.From) {
		return d.truth.From
	}
	return at
}

// review looks at the hits of a round and gives how many victims are new.
func (d *desk) review(a round.Answer, q round.Question) (found int) {
	r := Round{Since: q.Since.Time(), Sought: len(q.Sought), Listed: len(a.Customers)}
	for _, v := range a.Values {
		if v.Suppressed {
			r.Common++
		}
	}
	for _, c := range a.Customers {
		switch c.Proposal.Verdict {
		case score.Probable:
			r.Probable++
		case score.Suspect:
			r.Suspect++
		default:
			continue
		}
		if d.best[c.Hit.Customer] != score.Probable {
			d.best[c.Hit.Customer] = c.Proposal.Verdict
		}
		if v, guilty := d.victims[c.Hit.Customer]; guilty && !d.confirmed[v.Customer] {
			found++
			d.confirm(v, q.Since.Time())
		}
	}
	r.Confirmed = found
	d.result.Rounds = append(d.result.Rounds, r)
	return found
}
