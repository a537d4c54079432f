package notice

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"tasuke/internal/fault"
	"tasuke/internal/text"
)

// blanks gathers what is wrong, by the name of the blank.
type blanks map[string]string

func (b blanks) needs(name, value string) {
	if strings.TrimSpace(value) == "" {
		b[name] = "notice.blank"
		return
	}
	b.says(name, value)
}

// says checks what somebody typed. A notice never has a link in a blank: customers are told to go to the
// firm's site by themselves, since a link is what phishing mail has.
func (b blanks) says(name, value string) {
	folded := text.Fold(value)
	switch {
	case anyLink.MatchString(folded):
		b[name] = "notice.link"
	case unsaid.MatchString(strings.Join(strings.Fields(folded), " ")):
		b[name] = "notice.word"
	}
}

func (b blanks) moment(name string, t time.Time) {
	if t.IsZero() {
		b[name] = "notice.blank"
	}
}

func (b blanks) wrong(name string, bad bool, key string) {
	if bad {
		b[name] = key
	}
}

func (b blanks) result() error {
	if len(b) > 0 {
		return fault.Form(b)
	}
	return nil
}

// Unsayable is the key of why a text must not stand in a notice (a link, a word nobody may say); empty
// when it may.
func Unsayable(s string) string {
	b := blanks{}
	b.says("text", s)
	return b["text"]
}

var (
	anyLink = regexp.MustCompile(`https?:|www\.|hxxps?:|[a-z0-9-]+\.(?:co\.jp|or\.jp|ne\.jp|jp|com|net|org|info|biz|io|app|example)\b(?:/|$|[^@a-z0-9.])`)
	// unsaid are promises that nobody has decided on, assurances nobody can give, and the report of which
	// the customer must not learn (犯罪による収益の移転防止に関する法律 8条).
	unsaid = regexp.MustCompile(`疑わしい取引|str届出|全額(?:を)?補償|必ず(?:全額|補償|返金)|補償(?:を)?(?:いたします|致します|します|お約束)|絶対に?安全|完全に安全|二度と(?:起こ|発生)|` +
		`suspicious transaction|\bstr filing|fully compensate|full compensation|we will compensate|we guarantee|completely safe|never happen again`)
)

func (b blanks) common(l Language, firm, no string, date time.Time, d Desk) {
	b.wrong("language", l != Japanese && l != English, "notice.language")
	b.needs("firm", firm)
	b.needs("no", no)
	b.moment("date", date)
	b.needs("desk.name", d.Name)
	b.needs("desk.phone", d.Phone)
	b.needs("desk.hours", d.Hours)
}

func (b blanks) measures(all []Measure, date time.Time) {
	b.wrong("measures", len(all) == 0, "notice.blank")
	for i, m := range all {
		name := fmt.Sprintf("measures.%d", i)
		b.needs(name, m.Text)
		b.wrong(name, m.At.IsZero() || m.At.After(date), "notice.moment")
	}
}

func (v Victim) check() error {
	b := blanks{}
	b.common(v.Language, v.Firm, v.No, v.Date, v.Desk)
	b.wrong("medium", !slices.Contains([]Medium{ByMail, ByLetter, OnSite}, v.Medium), "notice.medium")
	b.needs("recipient", v.Recipient)
	b.needs("receipt", v.Receipt)
	b.needs("plan", v.Plan)
	b.moment("next", v.Next)
	b.wrong("next", !v.Next.IsZero() && v.Next.Before(v.Date), "notice.moment")
	b.wrong("facts", len(v.Facts) == 0, "notice.blank")
	for i, f := range v.Facts {
		name := fmt.Sprintf("facts.%d", i)
		b.says(name, f.Detail)
		b.wrong(name, f.At.IsZero() || f.At.After(v.Date), "notice.moment")
		b.wrong(name, f.Yen < 0 || !slices.Contains([]Event{Login, Trade, Withdrawal, Destination, Profile}, f.Event), "notice.fact")
	}
	b.measures(v.Measures, v.Date)
	return b.result()
}

func (p Public) check() error {
	b := blanks{}
	b.common(p.Language, p.Firm, p.No, p.Date, p.Desk)
	b.wrong("report", !slices.Contains([]Report{First, Update, Final, Correction}, p.Report), "notice.report")
	b.needs("title", p.Title)
	b.needs("outline", p.Outline)
	b.says("compensation", p.Compensation)
	for name, blank := range map[string]struct {
		needed bool
		text   string
	}{"cause": {p.Report == Final, p.Cause}, "changes": {p.Report == Update, p.Changes}, "prevention": {p.Report == Final, p.Prevention}, "reason": {p.Report == Correction, p.Corrects.Reason}} {
		if b.says(name, blank.text); blank.needed {
			b.needs(name, blank.text)
		}
	}
	b.wrong("corrects", p.Report == Correction && (p.Corrects.No == "" || p.Corrects.At.IsZero()), "notice.blank")
	b.wrong("next", !p.Next.IsZero() && p.Next.Before(p.Date), "notice.moment")
	b.measures(p.Measures, p.Date)
	b.wrong("figures", len(p.Figures) == 0, "notice.blank")
	if key := checkFigures(p.Figures, p.Date); key != "" {
		b["figures"] = key
	}
	return b.result()
}
