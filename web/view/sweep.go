package view

import (
	"fmt"
	"slices"
	"strings"

	"tasuke/cases/customer"
	"tasuke/cases/sweep"
	"tasuke/cases/sweep/indicator"
	"tasuke/cases/sweep/score"
	"tasuke/internal/actor"
)

// SweepRow is one sweep in a list.
type SweepRow struct {
	sweep.Entry
	IncidentNo string
}

// SweepList is a page of the list of sweeps.
type SweepList struct {
	Rows                 []SweepRow
	State                string
	Open                 bool
	Incident, IncidentNo string
	Next                 string
}

// SweepPlan is where an incident's sweep is prepared: what was pasted, the indicators, the start.
type SweepPlan struct {
	IncidentID, IncidentNo string
	Sweep                  *sweep.Sheet // nil before the first indicator
	Paste                  PasteForm
	// Reading is what the pasted text holds, before anything is kept; nil when nothing was read.
	Reading    *indicator.Reading
	Start      SweepStart
	Indicators []sweep.Indicator
	Status     string
	Next       string
}

// PasteForm is the paste as it was typed.
type PasteForm struct {
	Text, Source, TLP, Confidence, ValidUntil, Note string
	Activate                                        bool
	// Digest is of the text that was read: what is saved is what was shown.
	Digest string
	// Skip are the found values that were unticked.
	Skip []int
}

// SweepStart is the start of a round as it was typed.
type SweepStart struct{ AttackAt, Lookback string }

func (p SweepPlan) path(rest string) string { return "/incidents/" + p.IncidentID + "/sweep" + rest }

func (p SweepPlan) kept(i int) bool { return !slices.Contains(p.Paste.Skip, i) }

// mayActivate reports whether the reader's role makes indicators active.
func mayActivate(s Shell) bool { return s.Actor.Has(actor.Responder) }

// startWhy is why a round cannot be started now; may is false when the reader may not.
func (p SweepPlan) startWhy() (why string, may bool) {
	if p.Sweep == nil {
		return "", false
	}
	for _, c := range p.Sweep.Choices {
		if c.Event == sweep.RoundStarted {
			return c.Why, true
		}
	}
	return "", false
}

func (p SweepPlan) proposed() bool {
	return slices.ContainsFunc(p.Indicators, func(x sweep.Indicator) bool { return x.Status == sweep.Proposed })
}

// SweepPage is one sweep with one of its rounds.
type SweepPage struct {
	sweep.Sheet
	Hits      []sweep.Hit
	Customers map[string]customer.Candidate // masked, by id
	Verdict   string
	Delta     string
	Waiting   bool
	Next      string
	Why       string // as typed
}

func (p SweepPage) path(rest string) string { return "/sweeps/" + p.Sweep.ID + rest }

func (p SweepPage) choice(e sweep.Event) *sweep.Choice {
	for _, c := range p.Choices {
		if c.Event == e {
			return &c
		}
	}
	return nil
}

// buttons are the moves that need no more than a reason.
func (p SweepPage) buttons() (out []sweep.Choice) {
	for _, c := range p.Choices {
		switch c.Event {
		case sweep.RoundRetried, sweep.CoverageSigned, sweep.WorkConcluded, sweep.WorkReopened, sweep.WorkDropped:
			out = append(out, c)
		}
	}
	return out
}

// last reports whether nothing newer has an answer than the round that is shown.
func (p SweepPage) last() bool { return p.Round != nil && p.Round.N >= p.Sweep.Answered }

// roundQuery is the query of another round's page.
func (p SweepPage) roundQuery(n int64) string { return p.path(fmt.Sprintf("?round=%d", n)) }

// HitPage is one hit with its evidence.
type HitPage struct {
	sweep.HitSheet
	Customer *customer.Candidate
	// As typed, when the form has to be shown again.
	Reason, Comment string
	Stated          bool
}

func (p HitPage) path() string { return "/sweeps/" + p.Sweep.ID + "/hits/" + p.Hit.ID }

// proposedEvent is the judgement that the score proposes: Ctrl+Enter sends it.
func (p HitPage) proposedEvent() sweep.Judgement {
	switch p.Hit.Proposed {
	case score.Probable:
		return sweep.ProbableSaid
	case score.Cleared:
		return sweep.ClearedSaid
	}
	return ""
}

// whys are the sentences of why a judgement is not open, each reason once with its judgements.
func (p HitPage) whys(s Shell) (out []string) {
	var reasons []string
	names := map[string][]string{}
	for _, c := range p.Choices {
		if c.Why == "" {
			continue
		}
		if len(names[c.Why]) == 0 {
			reasons = append(reasons, c.Why)
		}
		names[c.Why] = append(names[c.Why], s.T("sweep.judge."+string(c.Event)))
	}
	for _, why := range reasons {
		out = append(out, strings.Join(names[why], s.T("list.comma"))+": "+s.T(why))
	}
	return out
}

// IndicatorPage is one indicator.
type IndicatorPage struct {
	sweep.IndicatorSheet
	// Plain is the value after a reveal, on this one answer only.
	Plain, Purpose string
	Why            string // as typed
}

func (p IndicatorPage) path(rest string) string {
	return "/sweeps/" + p.Sweep.ID + "/indicators/" + p.Indicator.ID + rest
}

// mayOverride: the last round found it too common, and a new one can be started.
func (p IndicatorPage) mayOverride(s Shell) bool {
	return p.Measured != nil && p.Measured.Suppressed && !p.Indicator.Overridden && s.Actor.May(actor.SweepWrite) &&
		p.Sweep.Answered == p.Sweep.Round && p.Sweep.State != sweep.Concluded
}

// buttons are the changes that make sense now: nobody agrees to what nobody said.
func (p IndicatorPage) buttons() (out []sweep.IndicatorChoice) {
	for _, c := range p.Choices {
		switch c.Event {
		case sweep.BenignAgreed, sweep.BenignWithdrawn:
			if p.Indicator.BenignBy == "" {
				continue
			}
		case sweep.BenignAsked:
			if p.Indicator.BenignBy != "" {
				continue
			}
		}
		out = append(out, c)
	}
	return out
}

func (p IndicatorPage) wantsReason() bool {
	return slices.ContainsFunc(p.buttons(), func(c sweep.IndicatorChoice) bool { return c.Reason })
}

func sweepTone(st sweep.State) string {
	switch st {
	case sweep.Concluded:
		return "ok"
	case sweep.Failed:
		return "bad"
	case sweep.Dropped, sweep.Running:
		return ""
	}
	return "warn"
}

func hitTone(v sweep.Verdict) string {
	switch v {
	case sweep.Confirmed:
		return "bad"
	case sweep.Probable:
		return "warn"
	case sweep.Cleared:
		return "ok"
	}
	return ""
}

func proposedTone(v score.Verdict) string {
	if v == score.Probable {
		return "warn"
	}
	return ""
}

func statusTone(v sweep.Status) string {
	if v == sweep.Active {
		return "ok"
	}
	return ""
}

// customerLine is a customer of a hit as screens may show one.
func customerLine(s Shell, all map[string]customer.Candidate, h sweep.Hit) string {
	c, ok := all[h.CustomerID]
	switch {
	case !h.Registered():
		return s.T("sweep.unregistered")
	case !ok || c.Erased:
		return s.T("case.customer_erased")
	}
	return c.MaskedName + " " + c.MaskedAccount
}

// precision is a share in words.
func precision(s Shell, t sweep.Tally) string {
	if t.Precision < 0 {
		return s.T("sweep.precision_none")
	}
	return fmt.Sprintf("%d %%", t.Precision)
}

// reasonText is why a value counts or not, as a sentence.
func reasonText(s Shell, r sweep.Reason) string {
	var list []any
	for k, v := range r.Args {
		list = append(list, k, v)
	}
	return s.T(r.Key, list...)
}

// pivotName is what a reason is about.
func pivotName(s Shell, p HitPage, r sweep.Reason) string {
	if x, ok := p.Values[r.IndicatorID]; ok {
		return s.T("sweep.indicator.kind."+string(x.Kind)) + " " + x.Shown
	}
	return s.T("sweep.behaviour")
}

// lackText says what a round did not cover.
func lackText(s Shell, l sweep.Lack) string {
	kind := ""
	if l.Kind != "" {
		kind = s.T("sweep.event." + string(l.Kind))
	}
	return s.T(l.Key, "Source", l.Source, "Kind", kind, "From", s.When(l.From), "Until", s.When(l.Until), "Count", l.Count)
}

// sweepLine is a line of the history of a sweep.
func sweepLine(s Shell, l sweep.Line) string {
	list := []any{"Round", l.Round}
	for _, k := range []string{"Count", "Due"} {
		list = append(list, k, l.Args[k])
	}
	if l.IndicatorID != "" {
		return s.T("sweep.changed."+l.Event, list...)
	}
	return s.T("sweep.did."+l.Event, list...)
}

// contactNames are the contact data that a row holds as hashes, in words.
func contactNames(s Shell, x sweep.Shown) (out []string) {
	for _, k := range []string{"destination", "mail", "phone"} {
		if slices.Contains(splitWords(x.Contacts), k) {
			out = append(out, s.T("sweep.contact."+k))
		}
	}
	return out
}

func splitWords(text string) []string {
	var w sweep.Words
	if err := w.Scan(text); err != nil {
		return nil
	}
	return w
}
