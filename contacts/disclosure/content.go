package disclosure

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tasuke/cases/incident"
	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/db"
)

// Text is what is written in one language. Numbers are not written: they come from the snapshot.
type Text struct {
	Title        string `json:"title"`
	Changes      string `json:"changes"` // of an update
	Outline      string `json:"outline"`
	Cause        string `json:"cause"`        // empty: under investigation
	Compensation string `json:"compensation"` // of the final notice
	Prevention   string `json:"prevention"`   // of the final notice
	Reason       string `json:"reason"`       // of a correction: what was wrong
	DeskName     string `json:"desk_name"`
	DeskHours    string `json:"desk_hours"`
}

// Measure is something the firm did, in both languages.
type Measure struct {
	At db.Instant `json:"at"`
	JA string     `json:"ja"`
	EN string     `json:"en"`
}

// Content is everything that people write and choose.
type Content struct {
	JA        Text       `json:"ja"`
	EN        Text       `json:"en"`
	English   bool       `json:"english"` // also in English; the Japanese text counts
	DeskPhone string     `json:"desk_phone"`
	Measures  []Measure  `json:"measures"`
	Next      db.Instant `json:"next"`    // of the next notice; zero while not decided
	Figures   []string   `json:"figures"` // of the snapshot, "unit.stage"
}

// In is the text in a language.
func (c Content) In(l notice.Language) Text {
	if l == notice.English {
		return c.EN
	}
	return c.JA
}

// Languages are those it is published in, Japanese first.
func (c Content) Languages() []notice.Language {
	if c.English {
		return []notice.Language{notice.Japanese, notice.English}
	}
	return []notice.Language{notice.Japanese}
}

// Keys are the chosen numbers.
func (c Content) Keys() (out []incident.CountKey) {
	for _, s := range c.Figures {
		if k, ok := incident.ParseCountKey(s); ok {
			out = append(out, k)
		}
	}
	return out
}

// Limits of what people type, in characters.
const (
	maxTitle    = 120
	maxText     = 4000
	maxDesk     = 200
	maxMeasures = 30
)

func (t Text) parts() map[string]*string {
	return map[string]*string{"title": &t.Title, "changes": &t.Changes, "outline": &t.Outline, "cause": &t.Cause,
		"compensation": &t.Compensation, "prevention": &t.Prevention, "reason": &t.Reason, "desk_name": &t.DeskName, "desk_hours": &t.DeskHours}
}

func (t Text) tidied() Text {
	for _, s := range []*string{&t.Title, &t.Changes, &t.Outline, &t.Cause, &t.Compensation, &t.Prevention, &t.Reason, &t.DeskName, &t.DeskHours} {
		*s = strings.TrimSpace(*s)
	}
	return t
}

// Tidied is the content without blanks around texts, without empty measures, in order.
func (c Content) Tidied() Content {
	c.JA, c.EN, c.DeskPhone = c.JA.tidied(), c.EN.tidied(), strings.TrimSpace(c.DeskPhone)
	var measures []Measure
	for _, m := range c.Measures {
		m.JA, m.EN = strings.TrimSpace(m.JA), strings.TrimSpace(m.EN)
		if m != (Measure{}) {
			measures = append(measures, m)
		}
	}
	slices.SortStableFunc(measures, func(a, b Measure) int { return int(a.At.Sub(b.At) / time.Microsecond) })
	c.Measures = measures
	slices.Sort(c.Figures)
	c.Figures = slices.Compact(c.Figures)
	return c
}

// Problems gives field -> message key for what cannot even be kept. A draft may be incomplete.
func (c Content) Problems() map[string]string {
	bad := map[string]string{}
	long := func(field, s string, most int) {
		if utf8.RuneCountInString(s) > most {
			bad[field] = "form.too_long"
		}
	}
	for _, l := range []notice.Language{notice.Japanese, notice.English} {
		for name, s := range c.In(l).parts() {
			most := maxText
			switch name {
			case "title":
				most = maxTitle
			case "desk_name", "desk_hours":
				most = maxDesk
			}
			long(name+"_"+string(l), *s, most)
		}
	}
	long("desk_phone", c.DeskPhone, maxDesk)
	if len(c.Measures) > maxMeasures {
		bad["measures"] = "form.too_long"
	}
	for _, m := range c.Measures {
		long("measures", m.JA, maxText)
		long("measures", m.EN, maxText)
	}
	for _, s := range c.Figures {
		if _, ok := incident.ParseCountKey(s); !ok {
			bad["figures"] = "form.choice"
		}
	}
	return bad
}

// public are the blanks of the notice in one language, without numbers.
func (c Content) public(d Disclosure, l notice.Language, firm string, at time.Time) notice.Public {
	t := c.In(l)
	p := notice.Public{
		Language: l, Report: d.Kind, Ordinal: int(d.Ordinal), Firm: firm, No: d.No, Date: at,
		Title: t.Title, Outline: t.Outline, Cause: t.Cause, Next: c.Next.Time(),
		Desk: notice.Desk{Name: t.DeskName, Phone: c.DeskPhone, Hours: t.DeskHours},
	}
	switch d.Kind {
	case notice.Update:
		p.Changes = t.Changes
	case notice.Final:
		p.Compensation, p.Prevention = t.Compensation, t.Prevention
	case notice.Correction:
		p.Corrects.Reason = t.Reason
	case notice.First:
	}
	for _, m := range c.Measures {
		text := m.JA
		if l == notice.English {
			text = m.EN
		}
		p.Measures = append(p.Measures, notice.Measure{At: m.At.Time(), Text: text})
	}
	return p
}
