package view

import (
	"slices"
	"strings"

	"tasuke/cases"
	"tasuke/cases/customer"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/signin"
	"tasuke/internal/states"
)

// CaseRow is one case in a list.
type CaseRow struct {
	cases.Entry
	IncidentNo   string // "" where the whole list belongs to one incident
	AssigneeName string
}

// CaseFilter is what the list of cases was narrowed to.
type CaseFilter struct {
	State, Query         string
	Incident, IncidentNo string
	Mine                 bool
}

// CaseList is a page of the list of cases.
type CaseList struct {
	Rows   []CaseRow
	Count  int
	More   bool // there are more than Count
	Filter CaseFilter
	Next   string // address of the next page; "" with a query, which stays out of addresses
	After  string // cursor of the next page
	Saved  SavedFilters
	// Colleagues are whom chosen cases can be given to.
	Colleagues []signin.Colleague
}

// count is the number of cases as text: "1,000+" where nobody counted further.
func (l CaseList) count(s Shell) string {
	n := s.Count(int64(l.Count))
	if l.More {
		n += "+"
	}
	return n
}

// CasePage is one case with everything that is known of it.
type CasePage struct {
	cases.Sheet
	IncidentNo, IncidentTitle string
	Assignee                  string // the shown name
	Colleagues                []signin.Colleague
	Inquiries                 []inquiry.Inquiry
	MoreInquiries             bool
	// Plain is the customer's data, on the answer to a reveal only.
	Plain   *customer.Customer
	Purpose string
	// What was typed, when a form has to be shown again.
	Typed cases.Details
	Loss  string
	Edit  bool
	Why   string
	Note  cases.Note
	Stop  StopForm
}

// StopForm is what was typed in the forms of the containment panel.
type StopForm struct {
	What     string // "account" or a function
	Channels []string
	ID       string // of the containment whose release was asked for
	Level    string
	Why      string
}

func (p CasePage) path(rest string) string { return "/cases/" + p.Case.ID + rest }

// wantsReason reports whether one of the buttons needs a reason.
func (p CasePage) wantsReason() bool {
	return slices.ContainsFunc(p.Choices, func(c states.Choice[cases.State, cases.Event]) bool { return c.Reason })
}

// agreeable lists the moves that wait for a second person and that this person has not agreed to.
func (p CasePage) agreeable(by actor.Actor) (out []cases.Event) {
	for _, c := range p.Choices {
		mine := slices.ContainsFunc(p.Agreements, func(a cases.Agreement) bool { return a.Event == c.Event && a.ByID == by.ID })
		if c.Why == "case.guard.second_person" && !mine {
			out = append(out, c.Event)
		}
	}
	return out
}

// correctable are the entries of the contact log that a new one may take the place of.
func (p CasePage) correctable() (out []cases.Note) {
	for _, n := range p.Notes {
		if n.CorrectedBy == "" {
			out = append(out, n)
		}
	}
	return out
}

// assignable are the colleagues who may work on cases.
func (p CasePage) assignable() (out []signin.Colleague) {
	for _, c := range p.Colleagues {
		if c.Actor().May(actor.CaseWrite) || c.ID == p.Case.Assignee {
			out = append(out, c)
		}
	}
	return out
}

// mayStop reports whether a person's role may say what was seen on a channel.
func mayStop(by actor.Actor) bool {
	none := func(cases.StopEvent) cases.StopFacts { return cases.StopFacts{} }
	return by.May(actor.CaseWrite) && len(cases.Stops.Choices(cases.StopRequested, by, none)) > 0
}

// asks reports whether the release of k can be asked for by this person now.
func asks(k cases.Containment, by actor.Actor) bool {
	return slices.ContainsFunc(k.Choices(by), func(c states.Choice[cases.StopState, cases.StopEvent]) bool { return c.Event == cases.ReleaseAsked })
}

// stopped counts the required channels that were seen stopped.
func stopped(k cases.Containment) (done, all int) {
	for _, c := range k.Channels {
		if c.Required {
			all++
			if c.State == cases.ChannelVerified {
				done++
			}
		}
	}
	return done, all
}

func stopTone(state cases.StopState) string {
	switch state {
	case cases.Active, cases.Released:
		return "ok"
	case cases.Failed:
		return "bad"
	}
	return "warn"
}

func channelTone(state cases.ChannelState) string {
	switch state {
	case cases.ChannelVerified:
		return "ok"
	case cases.ChannelNotOK:
		return "bad"
	}
	return "warn"
}

// stopName says what is stopped: the whole account or one function.
func stopName(s Shell, scope cases.Scope, target cases.Target) string {
	if target != "" {
		return s.T("containment.target." + string(target))
	}
	return s.T("containment.scope." + string(scope))
}

// maskedName is a customer in one line, as screens may show one.
func maskedName(s Shell, m cases.Masked) string {
	if m.Erased {
		return s.T("case.customer_erased")
	}
	return strings.TrimSpace(m.Name + "（" + m.Kana + "） " + m.Account)
}

// caseWords says which words the codes in a line of a case's story are.
var caseWords = map[string]string{
	"From": "case.state.", "To": "case.state.", "Event": "case.event.", "Source": "case.source.", "Scope": "containment.scope.",
	"Target": "containment.target.", "Channel": "containment.channel.", "Direction": "case.direction.", "Medium": "case.medium.",
	"Counterparty": "case.counterparty.", "Result": "case.result.",
}

// caseLine is a line of a case's story as a sentence; who finds the names of accounts.
func caseLine(s Shell, kind string, args map[string]string, who func(id string) string) string {
	if strings.HasPrefix(kind, "bank.") {
		return bankTold(s, kind, args)
	}
	var list []any
	for k, v := range args {
		word := caseWord(s, kind, k, v)
		if kind == "case.assigned" {
			word = who(v)
		}
		list = append(list, k, word)
	}
	return strings.TrimSpace(emptied.Replace(s.T(kind, list...)))
}

// emptied takes away what an argument that is not there leaves in front of a mark.
var emptied = strings.NewReplacer(" ,", ",", " 、", "、", " )", ")", " ）", "）")

// who is the shown name of an account; of one that is no longer active only that it is somebody.
func (p CasePage) who(s Shell) func(string) string {
	return func(id string) string {
		for _, c := range p.Colleagues {
			if c.ID == id {
				return c.Name
			}
		}
		if id == "" {
			return s.T("case.nobody")
		}
		return s.T("case.former")
	}
}

func caseWord(s Shell, kind, name, value string) string {
	prefix := caseWords[name]
	switch {
	case name == "Fields":
		fields := strings.Split(value, ",")
		for i, f := range fields {
			fields[i] = s.Or("case.field."+f, f)
		}
		return strings.Join(fields, s.T("list.comma"))
	case prefix == "", value == "":
		return value
	case kind == "containment.channel" && name == "Result":
		prefix = "containment.channel_state."
	}
	return s.Or(prefix+value, value)
}
