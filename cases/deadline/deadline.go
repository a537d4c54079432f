// Package deadline says when a notification duty is due, and why, in a sentence that a lawyer can check.
//
// The rules are data: versioned packs in rules/*.yaml, chosen by the local date of the event that starts the
// clock. The arithmetic is pure: events, facts and rules go in, a Clock comes out; there is no present moment
// in here except where a caller hands one in. The package knows no incident, no database and no screen.
package deadline

import (
	"time"
	_ "time/tzdata" // the zones of law must not depend on the machine

	"tasuke/cases/deadline/calendar"
)

// Date is a local day in the zone of a duty.
type Date = calendar.Date

// Text is one wording in Japanese and English.
type Text = calendar.Text

// Lang is a language of explanations.
type Lang string

// The two languages every explanation is written in.
const (
	JA Lang = "ja"
	EN Lang = "en"
)

func in(t Text, lang Lang) string {
	if lang == EN {
		return t.EN
	}
	return t.JA
}

// DateForce is what stands beside every date, so that nobody takes guidance for law.
type DateForce string

// The three labels of a date.
const (
	Statutory DateForce = "statutory" // 法定期限: a number of hours, days or months set by law
	Guidance  DateForce = "guidance"  // 目安: guidance, self-regulation, the day window of 速やかに
	House     DateForce = "house"     // 社内目標: contract, voluntary
)

// Label is the word of a screen for the force.
func (f DateForce) Label(lang Lang) string { return in(forceLabels[f], lang) }

var forceLabels = map[DateForce]Text{
	Statutory: {JA: "法定期限", EN: "statutory deadline"},
	Guidance:  {JA: "目安", EN: "guidance, not a statutory deadline"},
	House:     {JA: "社内目標", EN: "house target"},
}

// Window is a stretch of days, both included.
type Window struct{ From, To Date }

// Value is one reading of a period: the days it counts and the day or moment it ends.
// Dates that the rule does not have are zero.
type Value struct {
	Day1        Date              // local day counted as day 1
	RawDate     Date              // last day before any move to an open day
	DueDate     Date              // the limit is the end of this local day, 23:59:59
	DueInstant  time.Time         // exact limit of hours and minutes
	Range       *Window           // window of guidance; never moved
	RolledOver  []calendar.Closed // closed days the limit was moved over
	Skipped     []calendar.Closed // closed days that a count of business days left out
	Provisional bool              // the due date lies beyond the published holidays (R12)
}

// same says that two readings end at the same time.
func (v Value) same(o Value) bool {
	ranges := v.Range == nil && o.Range == nil || v.Range != nil && o.Range != nil && *v.Range == *o.Range
	return ranges && v.DueDate == o.DueDate && v.RawDate == o.RawDate && v.DueInstant.Equal(o.DueInstant)
}

// ends says whether the reading has an end at all; 速やかに alone has none.
func (v Value) ends() bool { return v.Range != nil || !v.DueDate.IsZero() || !v.DueInstant.IsZero() }
