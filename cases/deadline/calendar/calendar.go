// Package calendar knows on which days offices are closed, from which source, and up to which day that source
// is published. It computes no holiday: the days are committed facts.
package calendar

import (
	"fmt"
	"maps"
	"sync"
	"time"
)

//go:generate go run generate.go

// Closed is a day on which the offices of a calendar do not work, with the name that a reader knows it by.
type Closed struct {
	Date   Date
	Name   string
	NameEN string
}

// Calendar is a set of closed days. It never changes; With gives a new one.
type Calendar struct {
	ID           string
	KnownFrom    Date // first day for which the source speaks
	KnownThrough Date // last day for which the source is published; later days are a projection
	Source       string
	Basis        Text
	named        map[Date]Closed
	fixed        func(Date) (Closed, bool)
}

// Text is one wording in both languages.
type Text struct{ JA, EN string }

// Closed says whether the offices are closed on a day, and why.
func (c Calendar) Closed(d Date) (Closed, bool) {
	if closed, ok := c.named[d]; ok {
		return closed, true
	}
	return c.fixed(d)
}

// Open is the opposite of Closed.
func (c Calendar) Open(d Date) bool {
	_, closed := c.Closed(d)
	return !closed
}

// Known says whether a day lies in the published part of the source. A date of law beyond it is provisional.
func (c Calendar) Known(d Date) bool {
	return !d.Before(c.KnownFrom) && !d.After(c.KnownThrough)
}

// NextOpen is the first open day on or after d, with the closed days passed over.
func (c Calendar) NextOpen(d Date) (Date, []Closed) {
	var passed []Closed
	for {
		closed, is := c.Closed(d)
		if !is {
			return d, passed
		}
		passed = append(passed, closed)
		d = d.AddDays(1)
	}
}

// LastOpen is the last open day on or before d.
func (c Calendar) LastOpen(d Date) Date {
	for !c.Open(d) {
		d = d.AddDays(-1)
	}
	return d
}

// With adds closed days, e.g. a closure by order, which no standing list has.
func (c Calendar) With(days ...Closed) Calendar {
	c.named = maps.Clone(c.named)
	for _, day := range days {
		c.named[day.Date] = day
	}
	return c
}

// JPGov is the calendar of the national administrative organs of Japan, 行政機関の休日に関する法律1条: Saturdays
// and Sundays, national holidays, and 29 December to 3 January. The days after the published holidays
// (KnownThrough) up to 2035 are a projection of the same source.
func JPGov() Calendar { return jpGov() }

var jpGov = sync.OnceValue(func() Calendar {
	named := make(map[Date]Closed, len(holidays))
	for _, h := range holidays {
		d := NewDate(h.year, h.month, h.day)
		named[d] = Closed{d, h.name, h.nameEN}
	}
	return Calendar{
		ID:           "JP-GOV",
		KnownFrom:    NewDate(2000, time.January, 1),
		KnownThrough: NewDate(2027, time.December, 31),
		Source:       holidaySource,
		Basis:        Text{JA: "行政機関の休日に関する法律2条", EN: "Act on Holidays of Administrative Organs, art. 2"},
		named:        named,
		fixed:        yearEndOrWeekend,
	}
})

// ByID finds a calendar by the name that rules use.
func ByID(id string) (Calendar, error) {
	if id == "JP-GOV" {
		return JPGov(), nil
	}
	return Calendar{}, fmt.Errorf("unknown calendar %q", id)
}

func yearEndOrWeekend(d Date) (Closed, bool) {
	yearEnd := d.month == time.December && d.day >= 29 || d.month == time.January && d.day <= 3
	switch {
	case yearEnd:
		return Closed{d, "年末年始", "year-end and New Year closure"}, true
	case d.Weekday() == time.Saturday:
		return Closed{d, "土曜日", "Saturday"}, true
	case d.Weekday() == time.Sunday:
		return Closed{d, "日曜日", "Sunday"}, true
	}
	return Closed{}, false
}
