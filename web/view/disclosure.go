package view

import (
	"slices"
	"strings"

	"tasuke/cases/incident"
	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/notice"
)

// DisclosureRow is one public notice in a list.
type DisclosureRow struct {
	disclosure.Disclosure
	IncidentNo string
}

// DisclosureList is a page of the list of public notices; of an incident it has the form for a new one.
type DisclosureList struct {
	Rows                 []DisclosureRow
	State                string
	Open, Own            bool
	Incident, IncidentNo string
	Correctable          []disclosure.Disclosure
	Kind, Corrects       string // as typed
	Next                 string
}

// DisclosurePage is one public notice with everything that is known of it.
type DisclosurePage struct {
	disclosure.Sheet
	// The form as typed, when it has to be shown again.
	Typed         disclosure.Content
	TypedSnapshot string
	Next          string
	At            []string // of the measures
	Edit          bool
	// Theirs is what somebody else saved meanwhile.
	Theirs                            *disclosure.Content
	Why, SignWhy                      string
	PublishAt, WithdrawJA, WithdrawEN string
}

// MeasureTimes are the moments of the measures as a form shows them.
func MeasureTimes(s Shell, c disclosure.Content) (out []string) {
	for _, m := range c.Measures {
		out = append(out, s.Input(m.At))
	}
	return out
}

func (p DisclosurePage) path(rest string) string { return "/disclosures/" + p.Disclosure.ID + rest }

// choice is the button of an event, nil when the table does not offer it to this person.
func (p DisclosurePage) choice(e disclosure.Event) *disclosure.Choice {
	for _, c := range p.Choices {
		if c.Event == e {
			return &c
		}
	}
	return nil
}

// buttons are the moves that need no more than a reason.
func (p DisclosurePage) buttons() (out []disclosure.Choice) {
	for _, c := range p.Choices {
		if !c.Form && (c.Event != disclosure.OverrideGiven || c.Why == "") {
			out = append(out, c)
		}
	}
	return out
}

func (p DisclosurePage) wantsReason() bool {
	return slices.ContainsFunc(p.buttons(), func(c disclosure.Choice) bool { return c.Reason })
}

// signing is the step that this person could sign now, with its button.
func (p DisclosurePage) signing() (disclosure.Step, *disclosure.Choice) {
	for step, e := range map[disclosure.Step]disclosure.Event{disclosure.FactsStep: disclosure.FactsSigned, disclosure.LawStep: disclosure.LawSigned, disclosure.ExecutiveStep: disclosure.ExecutiveSigned} {
		if c := p.choice(e); c != nil {
			return step, c
		}
	}
	return "", nil
}

// signature is the one of a step that holds, nil while there is none.
func (p DisclosurePage) signature(step disclosure.Step) *disclosure.Signature {
	for _, g := range p.Signed {
		if g.Step == step && g.Holds {
			return &g
		}
	}
	return nil
}

// missing are the fields that keep it from being signed, in the order of the form.
func (p DisclosurePage) missing() (out []string) {
	for name := range p.Missing {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// measures are the rows of the form: what is there and three more.
func (p DisclosurePage) measures() []disclosure.Measure {
	return append(slices.Clone(p.Typed.Measures), make([]disclosure.Measure, 3)...)
}

func (p DisclosurePage) measureAt(i int) string {
	if i < len(p.At) {
		return p.At[i]
	}
	return ""
}

// chosen are the numbers of the snapshot that is chosen in the form.
func (p DisclosurePage) chosen() incident.Snapshot {
	for _, s := range p.Snapshots {
		if s.ID == p.TypedSnapshot {
			return s
		}
	}
	return p.Snapshot
}

// keys are every number of the snapshots to choose from, in order.
func (p DisclosurePage) keys() (out []incident.CountKey) {
	for _, u := range incident.CountUnits {
		for _, st := range incident.CountStages {
			k := incident.CountKey{Unit: u, Stage: st}
			if slices.ContainsFunc(append(slices.Clone(p.Snapshots), p.Snapshot), func(s incident.Snapshot) bool { _, ok := s.Count(k); return ok }) {
				out = append(out, k)
			}
		}
	}
	return out
}

// textField is one field of the text in both languages.
type textField struct {
	Name   string
	JA, EN string
	Rows   int // 1 is a line
	Max    int
}

func (p DisclosurePage) textFields() []textField {
	a, b := p.Typed.JA, p.Typed.EN
	all := []textField{{"title", a.Title, b.Title, 1, 120}}
	switch p.Disclosure.Kind {
	case notice.Update:
		all = append(all, textField{"changes", a.Changes, b.Changes, 4, 4000})
	case notice.Correction:
		all = append(all, textField{"reason", a.Reason, b.Reason, 4, 4000})
	case notice.First, notice.Final:
	}
	all = append(all, textField{"outline", a.Outline, b.Outline, 6, 4000}, textField{"cause", a.Cause, b.Cause, 3, 4000})
	if p.Disclosure.Kind == notice.Final {
		all = append(all, textField{"compensation", a.Compensation, b.Compensation, 4, 4000}, textField{"prevention", a.Prevention, b.Prevention, 4, 4000})
	}
	return append(all, textField{"desk_name", a.DeskName, b.DeskName, 1, 200}, textField{"desk_hours", a.DeskHours, b.DeskHours, 1, 200})
}

func disclosureTone(state disclosure.State) string {
	switch state {
	case disclosure.Published:
		return "ok"
	case disclosure.Corrected, disclosure.Withdrawn:
		return "bad"
	case disclosure.Superseded, disclosure.Void:
		return ""
	}
	return "warn"
}

// blankName is a field of the form in the reader's words: outline_ja is the outline in Japanese.
func blankName(s Shell, field string) string {
	for _, l := range []string{"ja", "en"} {
		if name, ok := strings.CutSuffix(field, "_"+l); ok {
			return s.T("disclosure.field."+name) + s.T("disclosure.in."+l)
		}
	}
	return s.T("disclosure.field." + field)
}

// why is the sentence of what held a notice back at its moment.
func (p DisclosurePage) why(s Shell, l disclosure.Line) string {
	if l.Args["Why"] == "" {
		return ""
	}
	return s.Or(l.Args["Why"], "")
}

// kinds are the kinds of a leak in words.
func leakKinds(s Shell, codes string) string {
	var out []string
	for _, c := range strings.Split(codes, ", ") {
		out = append(out, s.Or("leak.kind."+c, c))
	}
	return strings.Join(out, s.T("list.comma"))
}

// theirs are the texts that somebody else saved otherwise meanwhile.
func (p DisclosurePage) theirs() (out []textField) {
	if p.Theirs == nil {
		return nil
	}
	now := p
	now.Typed = *p.Theirs
	saved := now.textFields()
	for i, f := range p.textFields() {
		if saved[i].JA != f.JA || saved[i].EN != f.EN {
			out = append(out, saved[i])
		}
	}
	return out
}
