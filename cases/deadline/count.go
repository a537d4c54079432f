package deadline

import (
	"time"

	"tasuke/cases/deadline/calendar"
)

// count gives the value of a period of n units from the moment or day an event happened, under one first-day
// reading. Hours and minutes run on instants, everything else on local days (R1).
func (r Rule) count(from Event, n int, first FirstDay) Value {
	start := from.on(r.Clock.zone)
	switch r.Period.Unit {
	case Soft:
		return r.window(start, first)
	case CalendarDays:
		day1 := dayOne(start, first)
		return r.limit(day1, day1.AddDays(n-1))
	case Months:
		return r.months(start, n, first)
	case BusinessDays:
		return r.businessDays(start, n, first)
	case Hours:
		return r.after(from, time.Duration(n)*time.Hour)
	case Minutes:
		return r.after(from, time.Duration(n)*time.Minute)
	case NoPeriod:
	}
	return Value{}
}

// dayOne is the local day that counts as day 1 (R2).
func dayOne(start Date, first FirstDay) Date {
	if first == Excluded {
		return start.AddDays(1)
	}
	return start
}

// limit ends a period on a day and moves it off closed days where the rule says so (R3).
func (r Rule) limit(day1, raw Date) Value {
	v := Value{Day1: day1, RawDate: raw, DueDate: raw}
	if r.rolls() {
		v.DueDate, v.RolledOver = r.calendar.NextOpen(raw)
	}
	v.Provisional = r.Calendar != "" && !r.calendar.Known(v.DueDate)
	return v
}

// window gives the guidance days beside a soft wording; they never move (R4).
func (r Rule) window(start Date, first FirstDay) Value {
	if r.Period.Window == nil {
		return Value{}
	}
	day1 := dayOne(start, first)
	return Value{Day1: day1, Range: &Window{
		From: day1.AddDays(r.Period.Window[0] - 1),
		To:   day1.AddDays(r.Period.Window[1] - 1),
	}}
}

// months counts by the calendar (R5). 民法143条: from day 1, the period ends the day before the day of the same
// number, or on the last day of a month that has no such day. Regulation 1182/71 art. 3(2)(c): it ends on the
// day of the same number as the event's, or on the last day of the month.
func (r Rule) months(start Date, n int, first FirstDay) Value {
	day1 := dayOne(start, first)
	if r.Period.Method == Regulation1182 {
		end, _ := start.InMonth(n)
		return r.limit(day1, end)
	}
	end, corresponds := day1.InMonth(n)
	if corresponds {
		end = end.AddDays(-1)
	}
	return r.limit(day1, end)
}

// businessDays counts open days only and names those it skips.
func (r Rule) businessDays(start Date, n int, first FirstDay) Value {
	var skipped []calendar.Closed
	day := dayOne(start, first)
	for {
		closed, is := r.calendar.Closed(day)
		if is {
			skipped = append(skipped, closed)
		} else if n--; n == 0 {
			break
		}
		day = day.AddDays(1)
	}
	v := r.limit(dayOne(start, first), day)
	v.Skipped = skipped
	return v
}

// after runs a number of elapsed hours or minutes; no calendar moves it.
func (r Rule) after(from Event, length time.Duration) Value {
	return Value{DueInstant: from.moment(r.Clock.zone).Add(length).In(r.Clock.zone)}
}

// plan is the planning date for a day of guidance: the last open day on or before it, never before the day of
// the event (R4).
func (r Rule) plan(target, start Date) Date {
	if day := r.calendar.LastOpen(target); !day.Before(start) {
		return day
	}
	return start
}
