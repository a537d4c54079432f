package view

import (
	"slices"
	"strings"

	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/contacts/filing"
	"tasuke/internal/db"
)

// FilingRow is one filing in a list.
type FilingRow struct {
	filing.Entry
	IncidentNo string
}

// FilingList is a page of the list of filings.
type FilingList struct {
	Rows                 []FilingRow
	State                string
	Open                 bool
	Incident, IncidentNo string
	Next                 string
}

// FilingPage is one filing with everything that is known of it.
type FilingPage struct {
	filing.Sheet
	// The form as typed, when it has to be shown again.
	Fields FactFields
	Typed  filing.Payload
	Edit   bool
	Why    string // of the moves
	Hand   HandForm
}

// HandForm is what was typed about the handing in.
type HandForm struct {
	Channel, At, Receipt string
	StaleSeen            bool
}

func (p FilingPage) path(rest string) string { return "/filings/" + p.Filing.ID + rest }

// choice is the button of an event, nil when the table does not offer it to this person.
func (p FilingPage) choice(e filing.Event) *filing.Choice {
	for _, c := range p.Choices {
		if c.Event == e {
			return &c
		}
	}
	return nil
}

// buttons are the moves that need no more than a reason.
func (p FilingPage) buttons() (out []filing.Choice) {
	for _, c := range p.Choices {
		if !c.Form && !hidden(p.Filing, c) {
			out = append(out, c)
		}
	}
	return out
}

// hidden leaves out buttons that could only say why not: nobody asked for a waiver, or the fact
// sheet says nothing new.
func hidden(f filing.Filing, c filing.Choice) bool {
	switch c.Event {
	case filing.WaiverAgreed, filing.WaiverWithdrawn:
		return f.WaiverBy == ""
	case filing.WaiverAsked:
		return f.WaiverBy != "" || c.Why != ""
	case filing.SheetTaken:
		return !f.Stale()
	}
	return false
}

func (p FilingPage) wantsReason() bool {
	return slices.ContainsFunc(p.buttons(), func(c filing.Choice) bool { return c.Reason })
}

// stale are the items of the fact sheet that the banner shows, then and now.
func (p FilingPage) stale() (out []incident.FactItem) {
	for _, k := range p.Filing.StaleItems {
		out = append(out, incident.FactItem(k))
	}
	return out
}

// limit is the clock of the duty as long as nothing was handed in.
func (p FilingPage) limit(now db.Instant) (Clock, bool) {
	return Clock{Clock: p.Clock, Now: now}, p.Filing.Open() && !p.Filing.Amends() && p.Clock.Clock.State != ""
}

// filingItems are items of a report in the reader's words.
func filingItems(s Shell, items filing.Items) string {
	names := make([]string, len(items))
	for i, k := range items {
		if slices.Contains(incident.FactItems, incident.FactItem(k)) {
			names[i] = factTitle(s, incident.FactItem(k))
		} else {
			names[i] = s.T("filing.field." + k)
		}
	}
	return strings.Join(names, s.T("list.comma"))
}

func filingTone(state filing.State) string {
	switch state {
	case filing.Submitted, filing.Receipted, filing.Final:
		return "ok"
	case filing.NotRequired:
		return ""
	}
	return "warn"
}

// forceLabel is the force of a limit in the reader's language.
func forceLabel(s Shell, f deadline.DateForce) string { return f.Label(lang(s)) }

// addressLine is who reports, in one line for reading.
func addressLine(r filing.Reporter) string {
	parts := []string{r.Name, r.Registration, r.Address, r.Representative, r.Section, r.Person, r.Phone, r.Mail}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " / ")
}

// reporterField is one line of the form about who reports.
type reporterField struct{ Name, Value string }

func reporterFields(r filing.Reporter) []reporterField {
	return []reporterField{
		{"name", r.Name}, {"registration", r.Registration}, {"address", r.Address}, {"representative", r.Representative},
		{"section", r.Section}, {"person", r.Person}, {"phone", r.Phone}, {"mail", r.Mail},
	}
}
