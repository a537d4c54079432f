package view

import (
	"slices"
	"strconv"
	"strings"

	"tasuke/contacts/police"
	"tasuke/web/words"
)

// PoliceRow is one consultation in a list.
type PoliceRow struct {
	police.Entry
	IncidentNo string
}

// PoliceList is a page of the list of consultations.
type PoliceList struct {
	Rows                 []PoliceRow
	State                string
	Open                 bool
	Incident, IncidentNo string
	Next                 string
}

// PoliceOfIncident are the consultations about one incident, and the form of a new one.
type PoliceOfIncident struct {
	ID, No, Title string
	Over          bool
	Rows          []PoliceRow
	Next          string
	Form          PoliceForm
	New           bool // the form was sent and is shown again
}

// PoliceForm is a consultation as it is typed.
type PoliceForm struct {
	Rev                             int64
	Kind, FiledBy                   string
	Agency, Section, Officer, Phone string
	Offences, Cases                 []string
	Recognition, Timeline           string
	Sold, Bought, Withdrawn, Net    string
	Method, Evidence                string
	Measures, Wish, Person          string
	All                             []police.Case // to choose from
	WrongLines, WrongProofs         []WrongLine
	// Stands says that somebody saved first: what stands is on the page, what was typed in the form.
	Stands bool
}

// PoliceFormOf is the form of what is brought to the police.
func PoliceFormOf(s Shell, c police.Content) PoliceForm {
	f := PoliceForm{Kind: string(c.Kind), FiledBy: string(c.FiledBy), Agency: c.Agency, Section: c.Section, Officer: c.Officer, Phone: c.Phone,
		Offences: choices(c.Offences), Cases: c.Cases, Recognition: c.Recognition, Sold: typedYen(c.Damages.Sold), Bought: typedYen(c.Damages.Bought),
		Withdrawn: typedYen(c.Damages.Withdrawn), Net: typedYen(c.Damages.Net), Method: c.Method, Measures: c.Measures, Wish: c.Wish, Person: c.Person}
	var lines, proofs []string
	for _, e := range c.Timeline {
		port := ""
		if e.Port > 0 {
			port = strconv.Itoa(e.Port)
		}
		lines = append(lines, rowLine(e.At.In(words.Tokyo).Format("2006-01-02 15:04:05"), e.Operation, e.IP, port, e.Agent, e.Device, e.Case))
	}
	for _, p := range c.Evidence {
		proofs = append(proofs, rowLine(p.No, p.SHA256, p.Kept))
	}
	f.Timeline, f.Evidence = strings.Join(lines, "\n"), strings.Join(proofs, "\n")
	return f
}

// rowLine is a row as a line of a form.
func rowLine(cells ...string) string { return strings.TrimRight(strings.Join(cells, " | "), " |") }

func typedYen(n int64) string {
	if n < 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// HeldForm is what was typed about a consultation that took place.
type HeldForm struct{ At, Officer, Note string }

// TakenForm is what was typed about an acceptance.
type TakenForm struct{ At, Number string }

// AgreedForm is what was typed about a consent.
type AgreedForm struct {
	At, Case, How string
	Given         bool
}

// PolicePage is one consultation with everything that is known of it.
type PolicePage struct {
	police.Sheet
	Form   PoliceForm
	Edit   bool // the form was sent and is shown again
	Why    string
	Held   HeldForm
	Taken  TakenForm
	Agreed AgreedForm
}

func (p PolicePage) path(rest string) string { return "/police/" + p.Report.ID + rest }

func (p PolicePage) choice(e police.Event) *police.Choice {
	for _, c := range p.Choices {
		if c.Event == e {
			return &c
		}
	}
	return nil
}

// buttons are the moves that need no more than a reason.
func (p PolicePage) buttons() (out []police.Choice) {
	for _, c := range p.Choices {
		if !c.Form {
			out = append(out, c)
		}
	}
	return out
}

func (p PolicePage) wantsReason() bool {
	return slices.ContainsFunc(p.buttons(), func(c police.Choice) bool { return c.Reason })
}

// number is the receipt number that counts; empty for none.
func (p PolicePage) number() string {
	if len(p.Receipts) == 0 {
		return ""
	}
	return p.Receipts[0].Number
}

// concerned are the cases that the consultation is about.
func (p PolicePage) concerned() (out []police.Case) {
	for _, c := range p.Cases {
		if slices.Contains(p.Content.Cases, c.ID) {
			out = append(out, c)
		}
	}
	return out
}

// agreed is the last word of a victim on being named; nil before the first.
func (p PolicePage) agreed(caseID string) *police.Consent {
	for _, c := range p.Consents {
		if c.CaseID == caseID {
			return &c
		}
	}
	return nil
}

func policeTone(state police.State) string {
	switch state {
	case police.Accepted, police.Investigating, police.Concluded:
		return "ok"
	case police.Declined:
		return "bad"
	case police.Dropped:
		return ""
	}
	return "warn"
}

// policePlaces are names of fields in words.
func policePlaces(s Shell, list string) string {
	var out []string
	for _, f := range strings.Split(list, ", ") {
		out = append(out, s.T("police."+f))
	}
	return strings.Join(out, s.T("list.comma"))
}

// policeYen is an amount, or that nobody knows it.
func policeYen(s Shell, n int64) string {
	if n < 0 {
		return s.T("police.unknown")
	}
	return s.Yen(n)
}
