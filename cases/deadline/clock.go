package deadline

import (
	"time"

	"tasuke/cases/deadline/calendar"
)

// State of a duty's clock.
type State string

// States. A passed limit is Running and overdue: late is still due.
const (
	NotStarted    State = "not_started"    // the event that starts it has not happened
	NotInForce    State = "not_in_force"   // the event lies outside the days for which there is a rule
	NotApplicable State = "not_applicable" // the facts say the duty does not arise, or a person ruled it out
	Running       State = "running"
)

// Reading names another way to read a rule.
type Reading string

// Readings.
const (
	FirstDayExcluded Reading = "first_day_excluded" // 民法140条
	FromThresholdDay Reading = "from_threshold_day" // counted from the day the threshold was passed
)

// Alternative is what another reading gives. The clock's own value is never later.
type Alternative struct {
	Reading Reading
	Value
}

// Checkpoint is a value that a change of facts replaced; it stays on record.
type Checkpoint struct {
	Value
	Changed Date // local day of the change
}

// Held is a lower recount that did not lower anything: only a person decides that.
type Held struct {
	Param    string
	Reported int
	Kept     int
}

// Clock is where one duty stands. Value is the date to work to.
type Clock struct {
	Value
	Rule         Rule
	State        State
	Undecided    bool // the facts do not say yet whether the duty arises; until then it counts
	Force        DateForce
	Start        Event
	Started      Date // local day of Start
	Length       int  // units of the period
	LengthBy     *Condition
	Threshold    *Event // the count that raised the duty after its clock had started
	Held         *Held
	PlanBy       Date // planning date, where asked for
	PlanFor      Date // the day of guidance it was made for
	Alternatives []Alternative
	Checkpoints  []Checkpoint

	pack *Pack
}

// Limit is the last day of the clock's own value: the due date, or the last day of a guidance window.
func (c Clock) Limit() (Date, bool) {
	switch {
	case c.Range != nil:
		return c.Range.To, true
	case !c.DueDate.IsZero():
		return c.DueDate, true
	case !c.DueInstant.IsZero():
		return calendar.Of(c.DueInstant, c.Rule.Clock.zone), true
	}
	return Date{}, false
}

// End is the first instant at which the duty is late; ok is false for a duty without a date (速やかに alone).
func (c Clock) End() (at time.Time, ok bool) {
	if !c.DueInstant.IsZero() {
		return c.DueInstant.Add(time.Nanosecond), true
	}
	day, ok := c.Limit()
	if !ok {
		return time.Time{}, false
	}
	return day.End(c.Rule.Clock.zone), true
}

// Remaining is the time left at now, negative once it is late.
func (c Clock) Remaining(now time.Time) (left time.Duration, ok bool) {
	end, ok := c.End()
	if !ok {
		return 0, false
	}
	return end.Sub(now), true
}

// Overdue says that the limit has passed at now. The duty stays open and wants the reason for the delay (R13).
func (c Clock) Overdue(now time.Time) bool {
	end, ok := c.End()
	return ok && !now.Before(end)
}

// LastOpenDayBefore is the last open day before the limit: the day to have it filed by when the limit falls
// right after closed days. ok is false for a duty without a date or without a calendar.
func (c Clock) LastOpenDayBefore() (Date, bool) {
	limit, ok := c.Limit()
	if !ok || c.Rule.Calendar == "" {
		return Date{}, false
	}
	return c.Rule.calendar.LastOpen(limit.AddDays(-1)), true
}
