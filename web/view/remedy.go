package view

import (
	"slices"
	"strings"

	"tasuke/cases/remedy"
)

// RemedyRow is one compensation in a list.
type RemedyRow struct {
	remedy.Assessment
	IncidentNo string
}

// RemedyList is a page of the list of compensations, with what they add up to.
type RemedyList struct {
	Rows                 []RemedyRow
	State                string
	Open                 bool
	Incident, IncidentNo string
	Exposure             remedy.Exposure
	Next                 string
}

// RemedyPage is one compensation with everything that is known of it.
type RemedyPage struct {
	remedy.Sheet
	IncidentNo string
	// What was typed, when a form has to be shown again.
	Why, Total, Until, At, Answer, Note string
}

func (p RemedyPage) path(rest string) string { return "/remedies/" + p.Assessment.ID + rest }

// choice is the button of an event, nil when the table does not offer it to this person.
func (p RemedyPage) choice(e remedy.Event) *remedy.Choice { return remedyChoice(p.Choices, e) }

func remedyChoice(list []remedy.Choice, e remedy.Event) *remedy.Choice {
	for _, c := range list {
		if c.Event == e {
			return &c
		}
	}
	return nil
}

// buttons are the moves that need no more than a reason; on the page of the losses stand those
// about the facts.
func (p RemedyPage) buttons() []remedy.Choice {
	return slices.DeleteFunc(slices.Clone(p.Choices), func(c remedy.Choice) bool { return c.Form || aboutFacts(c.Event) || quietMove(c) })
}

// quietMove leaves out a button that could only say why not.
func quietMove(c remedy.Choice) bool { return c.Why != "" && c.Event == remedy.NothingToPay }

func aboutFacts(e remedy.Event) bool {
	return e == remedy.FactsEstablished || e == remedy.FactsReopened || e == remedy.NothingToPay || e == remedy.TakenUpAgain
}

func (p RemedyPage) wantsReason() bool {
	return slices.ContainsFunc(p.buttons(), func(c remedy.Choice) bool { return c.Reason || c.Event == remedy.ApprovalGiven })
}

// step is what changed from the version before.
type remedyStep struct {
	remedy.Version
	First                       bool
	LossYen, OfferYen           int64
	Added, Changed, Gone, Moved int
}

// steps are the versions, the newest first, with what changed in each.
func (p RemedyPage) steps() []remedyStep {
	out := make([]remedyStep, len(p.Versions))
	for i, v := range p.Versions {
		out[i] = remedyStep{Version: v, First: i == len(p.Versions)-1, LossYen: v.LossYen, OfferYen: v.OfferYen}
		if out[i].First {
			continue
		}
		was := p.Versions[i+1]
		out[i].LossYen, out[i].OfferYen = v.LossYen-was.LossYen, v.OfferYen-was.OfferYen
		if !v.Erased && !was.Erased {
			out[i].compare(was.Items, v.Items)
		}
	}
	return out
}

// compare counts the transactions that came, were corrected, or are judged otherwise.
func (x *remedyStep) compare(was, now []remedy.Item) {
	for _, n := range now {
		i := slices.IndexFunc(was, func(o remedy.Item) bool { return o.TransactionID == n.TransactionID })
		switch {
		case i < 0:
			x.Added++
		case was[i].Why != n.Why:
			x.Moved++
		case was[i].Revision != n.Revision:
			x.Changed++
		}
	}
}

// said is what changed, in the reader's words.
func (x remedyStep) said(s Shell) string {
	if x.First {
		return s.T("remedy.version_first")
	}
	var parts []string
	for _, part := range []struct {
		key string
		n   int
	}{{"remedy.version_added", x.Added}, {"remedy.version_moved", x.Moved}, {"remedy.version_changed", x.Changed}} {
		if part.n > 0 {
			parts = append(parts, s.T(part.key, "N", part.n))
		}
	}
	parts = append(parts, s.T("remedy.version_delta", "Loss", signedYen(s, x.LossYen), "Offer", signedYen(s, x.OfferYen)))
	return strings.Join(parts, s.T("list.comma"))
}

// signed is an amount that may go up or down.
func signedYen(s Shell, n int64) string {
	if n > 0 {
		return "+" + s.Yen(n)
	}
	return s.Yen(n)
}

// RemedyEntry is one transaction as it is typed.
type RemedyEntry struct {
	Kind, OccurredAt, ExternalID, Symbol, Side, Qty, Price, Gross, Fee, Tax, Claim, Verdict string
}

// NewRemedyEntry is a stated transaction as a form shows it.
func NewRemedyEntry(s Shell, e remedy.Entry) RemedyEntry {
	return RemedyEntry{Kind: string(e.Kind), OccurredAt: s.Input(e.OccurredAt), ExternalID: e.ExternalID, Symbol: e.Symbol, Side: string(e.Side), Qty: e.Qty, Price: e.Price,
		Gross: remedy.Grouped(e.GrossYen), Fee: remedy.Grouped(e.FeeYen), Tax: remedy.Grouped(e.TaxYen), Claim: string(e.Claim), Verdict: string(e.Verdict)}
}

// RemedyCase is the page of a case's losses.
type RemedyCase struct {
	remedy.CaseSheet
	IncidentNo string
	// What was typed, when a form has to be shown again, and which form that was.
	Form     string // "add", "paste", "correct", "verdicts", "calculate" or "move"
	Entry    RemedyEntry
	Text     string
	Preview  *remedy.Preview
	Typed    map[string]remedy.Judgement // of transactions by id
	Rate     string
	Why      string
	Reason   string // of the rate
	Factors  map[remedy.FactorCode]bool
	Evidence map[remedy.FactorCode]string
}

func (p RemedyCase) path(rest string) string { return "/cases/" + p.Case.ID + "/remedy" + rest }

func (p RemedyCase) choice(e remedy.Event) *remedy.Choice { return remedyChoice(p.Choices, e) }

// editable reports whether this person may change transactions now.
func (p RemedyCase) editable() bool {
	c := p.choice(remedy.TransactionsChanged)
	return c != nil && c.Why == ""
}

// voids reports whether a change takes back what somebody has checked or approved.
func (p RemedyCase) voids() bool {
	return p.Assessment.CheckedBy != "" || p.Assessment.OfferVersion > 0
}

// stated is a transaction's claim and verdict as typed, else as recorded.
func (p RemedyCase) stated(t remedy.Transaction) (remedy.Claim, remedy.Verdict) {
	if j, ok := p.Typed[t.ID]; ok {
		return j.Claim, j.Verdict
	}
	return t.Claim, t.Verdict
}

func (p RemedyCase) buttons() (out []remedy.Choice) {
	for _, c := range p.Choices {
		if aboutFacts(c.Event) && !quietMove(c) {
			out = append(out, c)
		}
	}
	return out
}

func (p RemedyCase) wantsReason() bool {
	return slices.ContainsFunc(p.buttons(), func(c remedy.Choice) bool { return c.Reason })
}

func remedyTone(state remedy.State) string {
	switch state {
	case remedy.Agreed:
		return "ok"
	case remedy.Rejected, remedy.NoAnswer:
		return "bad"
	case remedy.Dropped:
		return ""
	}
	return "warn"
}

func verdictTone(v remedy.Verdict) string {
	switch v {
	case remedy.Fraud:
		return "bad"
	case remedy.Own:
		return ""
	}
	return "warn"
}

// asset is what was traded, in one line.
func asset(symbol, qty, price string) string {
	parts := slices.DeleteFunc([]string{symbol, qty}, func(x string) bool { return x == "" })
	if price != "" {
		parts = append(parts, "@", price)
	}
	return strings.Join(parts, " ")
}

// roleWords are roles in the reader's words.
func roleWords[T ~string](s Shell, roles []T) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = s.T("role." + string(r))
	}
	return strings.Join(names, s.T("list.comma"))
}
