package calendar

import (
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar without a time and without a zone. A day of law is such a day, read
// in a named zone. The zero Date means "no day".
type Date struct {
	year  int
	month time.Month
	day   int
}

const layout = "2006-01-02"

// NewDate gives the day y-m-d; a day past the end of its month runs on into the next one.
func NewDate(y int, m time.Month, d int) Date {
	return fromTime(time.Date(y, m, d, 0, 0, 0, 0, time.UTC))
}

// Of is the local day on which an instant falls in a zone.
func Of(at time.Time, zone *time.Location) Date { return fromTime(at.In(zone)) }

// Written is the day as an instant was written down, in the instant's own offset. It is for records that know
// the day only.
func Written(at time.Time) Date { return fromTime(at) }

func fromTime(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// Parse reads YYYY-MM-DD. A day that does not exist is an error.
func Parse(s string) (Date, error) {
	t, err := time.Parse(layout, s)
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a date of the form YYYY-MM-DD", s)
	}
	return fromTime(t), nil
}

func (d Date) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

// String is YYYY-MM-DD, or nothing for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format(layout)
}

// MonthDay is MM-DD, for lists that stand beside a full date.
func (d Date) MonthDay() string { return d.utc().Format("01-02") }

// IsZero says that no day is meant.
func (d Date) IsZero() bool { return d == Date{} }

// AddDays moves by calendar days.
func (d Date) AddDays(n int) Date { return NewDate(d.year, d.month, d.day+n) }

// Before, After: order of days.
func (d Date) Before(o Date) bool { return d.utc().Before(o.utc()) }

// After says that d is later than o.
func (d Date) After(o Date) bool { return o.Before(d) }

// DaysUntil counts calendar days from d to o, negative when o is earlier.
func (d Date) DaysUntil(o Date) int { return int(o.utc().Sub(d.utc()) / (24 * time.Hour)) }

// Weekday of the day.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// InMonth gives the day of the same number n months later; ok is false when that month has no such day, and
// then the last day of the month is given.
func (d Date) InMonth(n int) (day Date, ok bool) {
	last := NewDate(d.year, d.month+time.Month(n)+1, 0)
	if d.day > last.day {
		return last, false
	}
	return NewDate(d.year, d.month+time.Month(n), d.day), true
}

// Start is the first instant of the day in a zone.
func (d Date) Start(zone *time.Location) time.Time {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, zone)
}

// End is the first instant after the day in a zone. The last second of the day, 23:59:59, is still inside.
func (d Date) End(zone *time.Location) time.Time { return d.AddDays(1).Start(zone) }

// MarshalText writes YYYY-MM-DD.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD; empty text is the zero Date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	got, err := Parse(string(text))
	*d = got
	return err
}
