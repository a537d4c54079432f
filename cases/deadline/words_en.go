package deadline

import (
	"fmt"
	"strings"
	"time"

	"tasuke/cases/deadline/calendar"
)

// english says the same as japanese, sentence by sentence.
type english struct{}

func (english) notStarted(events []string) string {
	return fmt.Sprintf("The event that starts the period (%s) is not on record, so no period runs.", strings.Join(events, ", or "))
}

func (english) notInForce(event string, on Date, r Rule) string {
	if on.Before(r.EffectiveFrom) {
		return fmt.Sprintf("%s, %s, is before the rule took effect on %s, so the duty does not arise.", upper(event), on, r.EffectiveFrom)
	}
	return fmt.Sprintf("%s, %s, is after the rule ended on %s, so this rule does not count it.", upper(event), on, r.EffectiveTo)
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (english) notApplicable(params []string) string {
	return fmt.Sprintf("On the recorded facts (%s) the duty does not arise.", strings.Join(params, ", "))
}

func (english) undecided(params []string) string {
	return fmt.Sprintf("Not settled: %s. Until a person decides, the duty is counted as arising.", strings.Join(params, ", "))
}

func (e english) counted(event, recorded string, c Clock) string {
	start := fmt.Sprintf("%s, %s", event, c.Started)
	if recorded != "" {
		start += fmt.Sprintf(" (recorded as %s, counted on the local date in %s)", recorded, c.Rule.Clock.TZ)
	}
	if c.Rule.Period.Unit == NoPeriod {
		return fmt.Sprintf("On record: %s; %s.", start, c.Rule.Period.Wording.EN)
	}
	if !c.ends() {
		return fmt.Sprintf("From %s: %q.%s No number of days is set.", start, c.Rule.Period.Wording.EN, enDuty(c.Rule.Force))
	}
	if c.Rule.Period.Unit == Hours || c.Rule.Period.Unit == Minutes {
		from := c.Start.moment(c.Rule.Clock.zone).In(c.Rule.Clock.zone).Format(time.RFC3339)
		return fmt.Sprintf("%d %s from %s, %s, end at %s.", c.Length, enUnits[c.Rule.Period.Unit], event, from, c.DueInstant.Format(time.RFC3339))
	}
	if c.Day1 == c.Started {
		return fmt.Sprintf("Day 1 is %s; %s.", start, e.reached(c.Value, c))
	}
	return fmt.Sprintf("Day 1 is %s, the day after %s; %s.", c.Day1, start, e.reached(c.Value, c))
}

var enUnits = map[Unit]string{CalendarDays: "days", BusinessDays: "open days", Months: "month(s)", Hours: "hours", Minutes: "minutes"}

// enDuty keeps the duty apart from its number of days.
func enDuty(f Force) string {
	if f == STAT || f == STATGUID {
		return " To act promptly is a statutory duty."
	}
	return ""
}

func (english) reached(v Value, c Clock) string {
	switch {
	case v.Range != nil:
		w := c.Rule.Period.Window
		return fmt.Sprintf("the window runs from day %d, %s, to day %d, %s", w[0], v.Range.From, w[1], v.Range.To)
	case c.Rule.Period.Unit == Months:
		return fmt.Sprintf("%d month(s) end on %s", c.Length, v.RawDate)
	case c.Rule.Period.Unit == BusinessDays && len(v.Skipped) > 0:
		return fmt.Sprintf("open day %d is %s (not counted: %s)", c.Length, v.RawDate, enClosed(v.Skipped))
	case c.Rule.Period.Unit == BusinessDays:
		return fmt.Sprintf("open day %d is %s", c.Length, v.RawDate)
	}
	return fmt.Sprintf("day %d is %s", c.Length, v.RawDate)
}

func enClosed(days []calendar.Closed) string { return closedList(days, EN, " to ", ", ") }

func (english) length(param string, c Clock) string {
	if over := c.LengthBy.GreaterThan; over != nil {
		return fmt.Sprintf("The period is %d %s because the %s is more than %d.", c.Length, enUnits[c.Rule.Period.Unit], param, *over)
	}
	return fmt.Sprintf("The period is %d %s because the %s include %s.", c.Length, enUnits[c.Rule.Period.Unit], param, strings.Join(c.LengthBy.ContainsAny, ", "))
}

func (english) due(c Clock) string {
	label := c.Force.Label(EN)
	switch {
	case c.Range != nil:
		return fmt.Sprintf("The number of days is %s; closed days do not move it later. The wording is %q.%s", label, c.Rule.Period.Wording.EN, enDuty(c.Rule.Force))
	case !c.DueInstant.IsZero():
		return fmt.Sprintf("Due at %s (%s). Closed days do not extend a period set in hours.", c.DueInstant.Format(time.RFC3339), label)
	case len(c.RolledOver) > 0:
		return fmt.Sprintf("Offices are closed (%s), so it is due on the next open day, %s (%s).", enClosed(c.RolledOver), c.DueDate, label)
	case c.Rule.rolls():
		return fmt.Sprintf("That day is open, so it is due on %s (%s).", c.DueDate, label)
	}
	return fmt.Sprintf("Due on %s (%s). Closed days do not extend it.", c.DueDate, label)
}

func (english) plan(c Clock) string {
	if c.PlanBy == c.PlanFor {
		return fmt.Sprintf("Plan for %s (an open day).", c.PlanBy)
	}
	if c.PlanBy == c.Started && !c.Rule.calendar.Open(c.PlanBy) {
		return fmt.Sprintf("Plan for %s (no open day up to %s, so the day of the event itself; never earlier).", c.PlanBy, c.PlanFor)
	}
	closed, _ := c.Rule.calendar.Closed(c.PlanFor)
	return fmt.Sprintf("Plan for %s (%s is closed, %s, so the plan moves to the open day before).", c.PlanBy, c.PlanFor, closed.NameEN)
}

func (e english) alternative(a Alternative, c Clock) string {
	reading := "if the first day is not counted (Civil Code art. 140)"
	if a.Reading == FromThresholdDay {
		reading = fmt.Sprintf("if counted from %s, the day the threshold was passed", c.Threshold.on(c.Rule.Clock.zone))
	}
	text := fmt.Sprintf("Another reading: %s, %s", reading, e.end(a.Value, c))
	if a.same(c.Value) || !a.DueDate.IsZero() && a.DueDate == c.DueDate {
		return text + "; the deadline stays the same."
	}
	return text + ". Work to the earlier one."
}

func (e english) end(v Value, c Clock) string {
	if !v.DueInstant.IsZero() {
		return "due at " + v.DueInstant.Format(time.RFC3339)
	}
	text := e.reached(v, c)
	if v.Range != nil {
		return text
	}
	if len(v.RolledOver) > 0 {
		return fmt.Sprintf("%s, closed (%s), due on the next open day, %s", text, enClosed(v.RolledOver), v.DueDate)
	}
	return fmt.Sprintf("%s, due on %s", text, v.DueDate)
}

func (english) checkpoint(k Checkpoint) string {
	return fmt.Sprintf("The earlier date %s, replaced by the change of %s, stays on record as a checkpoint.", replaced(k.Value, " to "), k.Changed)
}

func (english) held(param string, h Held) string {
	return fmt.Sprintf("A recount of the %s gave %d, below the earlier %d; duty and date stay until a person decides.", param, h.Reported, h.Kept)
}

func (english) provisional(known Date) string {
	return fmt.Sprintf("Holidays are published up to %s; later dates are provisional.", known)
}

func (english) effect(text string) string { return upper(text) + "." }

func (english) basis(sources []string) string { return "Basis: " + strings.Join(sources, "; ") + "." }

func (english) rule(r Rule) string { return fmt.Sprintf("Rule %s, version %d.", r.ID, r.Version) }

func (english) review(doubts []string) string {
	return "To be confirmed: " + strings.Join(doubts, "; ") + "."
}
