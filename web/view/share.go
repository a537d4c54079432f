package view

import (
	"slices"
	"strconv"
	"strings"

	"tasuke/contacts/isac"
	"tasuke/contacts/isac/stix"
	"tasuke/internal/db"
	"tasuke/web/words"
)

// ShareRow is one share in a list.
type ShareRow struct {
	isac.Entry
	IncidentNo string
}

// ShareList is a page of the list of shares.
type ShareList struct {
	Rows                 []ShareRow
	State                string
	Open                 bool
	Incident, IncidentNo string
	Next                 string
}

// ShareOfIncident are the shares of one incident, and the form of a new one.
type ShareOfIncident struct {
	ID, No, Title string
	Over          bool
	Rows          []ShareRow
	Next          string
	Form          ShareForm
	New           bool // the form was sent and is shown again
}

// DeskChoice is an office that a share may be mailed to.
type DeskChoice struct {
	ID, Name, Section, Mail string
	Stale                   bool
}

// WrongLine says what is wrong with a line of a list that was typed.
type WrongLine struct {
	N   int
	Key string
}

// Leftover is a piece of a pasted text that was not taken.
type Leftover struct {
	Line         int
	Text, Reason string
}

// ShareForm is a share as it is typed.
type ShareForm struct {
	Rev                                           int64
	Title, TLP, Channel, Desk                     string
	AttackOrigin, Method, Purpose, Countermeasure string
	ObservedFrom, ObservedTo                      string
	Confidence, Language                          string
	Indicators, Paste                             string
	Desks                                         []DeskChoice
	Wrong                                         []WrongLine // lines of Indicators
	// Read says that Paste was read: so many values were taken, and Left were not.
	Read  bool
	Taken int
	Left  []Leftover
	// Stands says that somebody saved first: what stands is on the page, what was typed in the form.
	Stands bool
}

// ShareFormOf is the form of what a share says.
func ShareFormOf(s Shell, c isac.Content) ShareForm {
	f := ShareForm{Title: c.Title, TLP: string(c.TLP), Channel: string(c.Channel), Desk: c.DeskID, AttackOrigin: c.AttackOrigin, Method: c.Method,
		Purpose: c.Purpose, Countermeasure: c.Countermeasure, ObservedFrom: s.Input(c.ObservedFrom), ObservedTo: s.Input(c.ObservedTo),
		Confidence: strconv.Itoa(c.Confidence), Language: c.Language}
	var lines []string
	for _, i := range c.Indicators {
		lines = append(lines, IndicatorLine(i))
	}
	f.Indicators = strings.Join(lines, "\n")
	return f
}

// IndicatorLine is a value as a line of the form.
func IndicatorLine(i isac.Indicator) string {
	seen, label := "", i.Label
	if i.Seen > 0 {
		seen = strconv.Itoa(i.Seen)
	}
	if label == "" {
		label = "unknown"
	}
	return strings.TrimRight(strings.Join([]string{string(i.Kind), i.Value, cellMoment(i.From), cellMoment(i.Until), seen, label, i.Note}, " | "), " |")
}

func cellMoment(at db.Instant) string {
	if at == 0 {
		return ""
	}
	return at.In(words.Tokyo).Format("2006-01-02 15:04")
}

// SharePage is one share with everything that is known of it.
type SharePage struct {
	isac.Sheet
	Form      ShareForm
	Edit      bool // the form was sent and is shown again
	Why       string
	Read      bool
	Found     []isac.Found
	HandAt    string
	Reference string
}

func (p SharePage) path(rest string) string { return "/shares/" + p.Share.ID + rest }

// Can reports whether the table offers an event to the reader now, held back or not.
func (p SharePage) Can(e isac.Event) bool { return p.choice(e) != nil }

func (p SharePage) choice(e isac.Event) *isac.Choice {
	for _, c := range p.Choices {
		if c.Event == e {
			return &c
		}
	}
	return nil
}

// buttons are the moves that need no more than a reason.
func (p SharePage) buttons() (out []isac.Choice) {
	for _, c := range p.Choices {
		if !c.Form {
			out = append(out, c)
		}
	}
	return out
}

func (p SharePage) wantsReason() bool {
	return slices.ContainsFunc(p.buttons(), func(c isac.Choice) bool { return c.Reason })
}

// withoutAddress says that the share has no desk to be mailed to, so that mail is not offered.
func (p SharePage) withoutAddress() bool { return p.Content.DeskID == "" }

func shareTone(state isac.State) string {
	switch state {
	case isac.Sent, isac.Feedback, isac.Closed:
		return "ok"
	case isac.Unclear:
		return "bad"
	case isac.Withdrawn:
		return ""
	}
	return "warn"
}

// tlpTone: what may hardly travel stands out.
func tlpTone(t stix.TLP) string {
	switch t {
	case stix.Red, stix.AmberStrict:
		return "bad"
	case stix.Amber:
		return "warn"
	}
	return ""
}

// shareField names a place of a share: a field, or the n-th value or note.
func shareField(s Shell, field string) string {
	if kind, n, ok := strings.Cut(field, "-"); ok {
		return s.T("share.field."+kind, "N", n)
	}
	return s.T("share.field." + field)
}

// sharePlaces are the places that the guard named, in words.
func sharePlaces(s Shell, list string) string {
	var out []string
	for _, x := range strings.Split(list, ", ") {
		kind, field, _ := strings.Cut(x, "@")
		out = append(out, shareField(s, field)+": "+s.T("leak.kind."+kind))
	}
	return strings.Join(out, s.T("list.comma"))
}

func labelWord(s Shell, label string) string {
	switch label {
	case isac.Own:
		return s.T("share.label.own")
	case "":
		return s.T("share.label.unknown")
	}
	return label
}
