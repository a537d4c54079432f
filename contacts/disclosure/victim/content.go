package victim

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Fact is something confirmed to have happened on customers' accounts.
type Fact struct {
	At     db.Instant
	What   notice.Event
	Yen    int64 // 0 where no money is concerned
	Detail string
}

// Measure is something the firm did, in the words of either language.
type Measure struct {
	At     db.Instant
	JA, EN string
}

// Said is what is said once per language.
type Said struct{ Plan, Desk, Hours string }

// Content is what a mailing says to everybody.
type Content struct {
	Facts    []Fact // without amounts: those are each customer's own
	Measures []Measure
	JA, EN   Said
	Phone    string
	Next     db.Instant // the day of the next contact
}

// Own is what differs for one customer.
type Own struct {
	Language notice.Language
	Medium   notice.Medium
	Facts    []Fact
}

// Limits of what people type. A notice is read on one or two pages.
const (
	maxRows  = 12
	maxPlan  = 1000 // characters
	maxShort = 200
	maxYen   = int64(1_000_000_000_000)
)

// Defaults are what the settings of the firm say of a notice.
func (s *Store) Defaults() Content {
	f := s.opts.Firm
	return Content{JA: Said{Desk: f.Section}, Phone: f.Phone}
}

// Tidied leaves out empty rows and blanks at the ends, and puts facts in order of time.
func (c Content) Tidied() Content {
	c.Facts = tidied(c.Facts)
	c.Measures = slices.DeleteFunc(slices.Clone(c.Measures), func(m Measure) bool {
		return m.At == 0 && strings.TrimSpace(m.JA+m.EN) == ""
	})
	for i, m := range c.Measures {
		c.Measures[i].JA, c.Measures[i].EN = strings.TrimSpace(m.JA), strings.TrimSpace(m.EN)
	}
	for _, s := range []*Said{&c.JA, &c.EN} {
		s.Plan, s.Desk, s.Hours = strings.TrimSpace(s.Plan), strings.TrimSpace(s.Desk), strings.TrimSpace(s.Hours)
	}
	c.Phone = strings.TrimSpace(c.Phone)
	return c
}

func tidied(facts []Fact) (out []Fact) {
	for _, f := range facts {
		if f.Detail = strings.TrimSpace(f.Detail); f.At != 0 || f.What != "" || f.Yen != 0 || f.Detail != "" {
			out = append(out, f)
		}
	}
	slices.SortStableFunc(out, func(a, b Fact) int { return int(min(max(a.At-b.At, -1), 1)) })
	return out
}

// problems are the fields that cannot be kept as they are. What a notice still lacks is no problem of
// a draft: it is found when the notice is written.
func (c Content) problems() map[string]string {
	bad := map[string]string{}
	checkFacts(bad, "facts", c.Facts)
	if len(c.Measures) > maxRows {
		bad["measures"] = "form.too_long"
	}
	for _, m := range c.Measures {
		long(bad, "measures", m.JA, maxShort)
		long(bad, "measures", m.EN, maxShort)
	}
	for name, s := range map[string]Said{"ja": c.JA, "en": c.EN} {
		long(bad, "plan_"+name, s.Plan, maxPlan)
		long(bad, "desk_"+name, s.Desk, maxShort)
		long(bad, "hours_"+name, s.Hours, maxShort)
	}
	long(bad, "phone", c.Phone, maxShort)
	return bad
}

func checkFacts(bad map[string]string, field string, facts []Fact) {
	if len(facts) > maxRows {
		bad[field] = "form.too_long"
	}
	for _, f := range facts {
		long(bad, field, f.Detail, maxShort)
		if f.What != "" && !slices.Contains(Events, f.What) {
			bad[field] = "form.choice"
		}
		if f.Yen < 0 || f.Yen > maxYen {
			bad[field] = "form.range"
		}
	}
}

func (o Own) tidied() Own { o.Facts = tidied(o.Facts); return o }

func (o Own) check() error {
	bad := map[string]string{}
	checkFacts(bad, "facts", o.Facts)
	if !slices.Contains(Languages, o.Language) {
		bad["language"] = "form.choice"
	}
	if !slices.Contains(Media, o.Medium) {
		bad["medium"] = "form.choice"
	}
	return form(bad)
}

func form(bad map[string]string) error {
	if len(bad) > 0 {
		return fault.Form(bad)
	}
	return nil
}

func long(bad map[string]string, field, s string, most int) {
	if utf8.RuneCountInString(s) > most {
		bad[field] = "form.too_long"
	}
}

// blanks are the blanks of one customer's notice: what is said to everybody and what is the
// customer's own, in order of time.
func (c Content) blanks(o Own, m notice.Medium, firm, no, receipt, name string, at db.Instant) notice.Victim {
	said, measure := c.JA, func(m Measure) string { return m.JA }
	if o.Language == notice.English {
		said, measure = c.EN, func(m Measure) string { return m.EN }
	}
	v := notice.Victim{
		Language: o.Language, Medium: m, Firm: firm, No: no, Date: at.Time(), Recipient: name, Receipt: receipt,
		Plan: said.Plan, Next: when(c.Next), Desk: notice.Desk{Name: said.Desk, Phone: c.Phone, Hours: said.Hours},
	}
	for _, f := range tidied(slices.Concat(c.Facts, o.Facts)) {
		v.Facts = append(v.Facts, notice.Fact{At: when(f.At), Event: f.What, Yen: f.Yen, Detail: f.Detail})
	}
	for _, m := range c.Measures {
		v.Measures = append(v.Measures, notice.Measure{At: when(m.At), Text: measure(m)})
	}
	return v
}

// when keeps a moment that was not said as one that was not said.
func when(i db.Instant) time.Time {
	if i == 0 {
		return time.Time{}
	}
	return i.Time()
}
