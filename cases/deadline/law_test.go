package deadline

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func pack(t *testing.T) *Pack {
	t.Helper()
	p, err := Standard()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func day(t *testing.T, s string) Date {
	t.Helper()
	var d Date
	if err := d.UnmarshalText([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return d
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

func aware(t *testing.T, s string) []Event {
	t.Helper()
	return []Event{{Type: BecameAware, At: at(t, s)}}
}

func assess(t *testing.T, p *Pack, duty string, events []Event, facts Params) Clock {
	t.Helper()
	c, err := p.Assess(duty, events, facts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWhatCannotBeAssessedIsAnErrorAndNotADate(t *testing.T) {
	someEvent := aware(t, "2026-06-01T09:00:00+09:00")
	set := func(kind EventType, facts Params) []Event {
		return append(someEvent, Event{Type: kind, At: someEvent[0].At.Add(time.Hour), Set: facts})
	}
	tests := map[string]struct {
		duty   string
		events []Event
		facts  Params
		says   string
	}{
		"a duty without a rule":                      {"JP-MYN-KAKUHO", someEvent, nil, "no rule for this duty: JP-MYN-KAKUHO"},
		"a misspelt parameter":                       {"JP-APPI-KAKUHO", someEvent, Params{"appi_rule7_item": Ticked("2")}, "unknown parameter"},
		"a count where items are asked":              {"JP-APPI-KAKUHO", someEvent, Params{"appi_rule7_items": Number(2)}, "kind items, not count"},
		"an item the law does not have":              {"JP-APPI-KAKUHO", someEvent, Params{"appi_rule7_items": Ticked("5")}, `not "5"`},
		"fewer than no persons":                      {"JP-APPI-KAKUHO", someEvent, Params{"affected_persons": Number(-1)}, "zero or more"},
		"a planning day that is none":                {"JP-APPI-SOKUHO", someEvent, Params{PlanOn: {Kind: Word}}, "plan_on"},
		"a recount that changes items":               {"JP-APPI-KAKUHO", set(CountUpdated, Params{"appi_rule7_items": Ticked("2")}), nil, "takes counts only"},
		"an event that may not change facts":         {"JP-APPI-KAKUHO", set(BecameAware, Params{"affected_persons": Number(1)}), nil, "changes no facts"},
		"a misspelt parameter in a later event":      {"JP-APPI-KAKUHO", set(Reclassified, Params{"items": Ticked("2")}), nil, "unknown parameter"},
		"a duty of a pack that is not built in (EU)": {"EU-GDPR33", someEvent, nil, "no rule for this duty"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := pack(t).Assess(test.duty, test.events, test.facts)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v and the error %v, want one that says %q", c.DueDate, err, test.says)
			}
		})
	}
	if _, err := pack(t).Assess("NONE-1", nil, nil); !errors.Is(err, ErrUnknownDuty) {
		t.Errorf("got %v", err)
	}
}

func TestNothingRunsBeforeTheEventThatStartsIt(t *testing.T) {
	c := assess(t, pack(t), "JP-APPI-KAKUHO", nil, Params{"appi_rule7_items": Ticked("3")})
	if c.State != NotStarted || c.ends() {
		t.Errorf("state %s, due %s", c.State, c.DueDate)
	}
	if _, ok := c.End(); ok {
		t.Error("a clock that has not started has an end")
	}
}

func TestASecondNoticeOfTheSameThingDoesNotRestartTheClock(t *testing.T) {
	events := append(aware(t, "2026-06-09T09:00:00+09:00"), aware(t, "2026-06-01T09:00:00+09:00")...)
	if c := assess(t, pack(t), "JP-APPI-KAKUHO", events, Params{"appi_rule7_items": Ticked("2")}); c.Day1 != day(t, "2026-06-01") {
		t.Errorf("day 1 is %s", c.Day1)
	}
}

func TestAnItemFoundAfterTheThresholdNeedsNoReadingFromTheThresholdDay(t *testing.T) {
	events := append(aware(t, "2027-06-01T09:00:00+09:00"),
		Event{Type: CountUpdated, At: at(t, "2027-06-10T09:00:00+09:00"), Set: Params{"affected_persons": Number(1001)}},
		Event{Type: Reclassified, At: at(t, "2027-06-12T09:00:00+09:00"), Set: Params{"appi_rule7_items": Ticked("3")}})
	c := assess(t, pack(t), "JP-APPI-KAKUHO", events, Params{"appi_rule7_items": Ticked(), "affected_persons": Number(640)})
	for _, a := range c.Alternatives {
		if a.Reading == FromThresholdDay {
			t.Errorf("item 3 has no head count, yet there is %+v", a)
		}
	}
	if c.DueDate != day(t, "2027-07-30") || len(c.Checkpoints) != 1 {
		t.Errorf("due %s, checkpoints %v", c.DueDate, c.Checkpoints)
	}
}

func TestALowerRecountIsShownAndLowersNothing(t *testing.T) {
	events := append(aware(t, "2025-05-12T09:00:00+09:00"),
		Event{Type: CountUpdated, At: at(t, "2025-05-19T09:00:00+09:00"), Set: Params{"affected_persons": Number(980)}})
	c := assess(t, pack(t), "JP-APPI-KAKUHO", events, Params{"appi_rule7_items": Ticked(), "affected_persons": Number(1050)})
	if c.State != Running || c.Held == nil || c.Held.Reported != 980 || c.Held.Kept != 1050 {
		t.Errorf("state %s, held %+v", c.State, c.Held)
	}
}

// The sentences of Japanese law, one line each: period, first day, day of the event, result.
func TestPeriodsAsTheLawCountsThem(t *testing.T) {
	month := Period{Unit: Months, N: 1, FirstDay: Excluded, Method: CivilCode143}
	european := Period{Unit: Months, N: 1, FirstDay: Excluded, Method: Regulation1182}
	for _, test := range []struct {
		law    string
		period Period
		event  string
		want   string
	}{
		{"民法140条: the first day is not counted", Period{Unit: CalendarDays, N: 30, FirstDay: Excluded}, "2026-06-01", "2026-07-01"},
		{"規則8条2項 as the guideline counts it: the first day is day 1", Period{Unit: CalendarDays, N: 30, FirstDay: Included}, "2026-06-01", "2026-06-30"},
		{"民法143条: the day before the corresponding day", month, "2026-06-15", "2026-07-15"},
		{"民法143条: no corresponding day, last day of the month", month, "2027-01-30", "2027-02-28"},
		{"民法143条: from the first of a month to its last day", month, "2027-01-31", "2027-02-28"},
		{"民法143条: in a leap year", month, "2028-01-30", "2028-02-29"},
		{"民法143条: across a year", month, "2026-11-30", "2026-12-31"},
		{"Regulation 1182/71: the same date of the next month", european, "2026-06-15", "2026-07-15"},
		{"Regulation 1182/71: else its last day", european, "2027-01-31", "2027-02-28"},
		{"business days leave the year end out", Period{Unit: BusinessDays, N: 1, FirstDay: Excluded}, "2026-12-28", "2027-01-04"},
		{"business days, the event's own day being the first", Period{Unit: BusinessDays, N: 2, FirstDay: Included}, "2026-12-28", "2027-01-04"},
	} {
		t.Run(test.law, func(t *testing.T) {
			r := pack(t).Rules[1]
			r.Period, r.Roll = test.period, NoRoll
			got := r.count(Event{Type: BecameAware, At: day(t, test.event).Start(r.Clock.zone)}, test.period.N, test.period.FirstDay)
			if got.RawDate != day(t, test.want) {
				t.Errorf("from %s to %s, want %s", test.event, got.RawDate, test.want)
			}
		})
	}
}

func TestHoursAreElapsedAlsoWhenClocksChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	r := Rule{Period: Period{Unit: Hours, N: 72}, Clock: ClockRule{zone: berlin}}
	got := r.count(Event{At: at(t, "2026-03-27T17:20:00+01:00")}, 72, "")
	if want := at(t, "2026-03-30T18:20:00+02:00"); !got.DueInstant.Equal(want) {
		t.Errorf("due %s, want %s", got.DueInstant, want)
	}
	r.Period.Unit = Minutes
	if got = r.count(Event{At: at(t, "2026-12-31T23:50:00+09:00")}, 15, ""); !got.DueInstant.Equal(at(t, "2027-01-01T00:05:00+09:00")) {
		t.Errorf("due %s", got.DueInstant)
	}
	dateOnly := r.count(Event{At: at(t, "2026-12-31T23:50:00+09:00"), DateOnly: true}, 15, "")
	if want := day(t, "2026-12-31").Start(berlin).Add(15 * time.Minute); !dateOnly.DueInstant.Equal(want) {
		t.Errorf("with the day alone due %s, want the earliest, %s", dateOnly.DueInstant, want)
	}
}

func TestALimitLastsToTheEndOfTheLocalDayAndStaysDueAfterIt(t *testing.T) {
	c := assess(t, pack(t), "JP-APPI-KAKUHO", aware(t, "2026-11-30T23:59:00+09:00"), Params{"appi_rule7_items": Ticked("2")})
	for now, late := range map[string]bool{
		"2027-01-04T23:59:59+09:00": false,
		"2027-01-05T00:00:00+09:00": true,
		"2027-01-04T15:00:00Z":      true,
		"2027-03-01T00:00:00+09:00": true,
	} {
		if got := c.Overdue(at(t, now)); got != late {
			t.Errorf("at %s overdue is %v", now, got)
		}
	}
	if left, ok := c.Remaining(at(t, "2027-01-04T12:00:00+09:00")); !ok || left != 12*time.Hour {
		t.Errorf("%s left, %v", left, ok)
	}
	if last, ok := c.LastOpenDayBefore(); !ok || last != day(t, "2026-12-28") {
		t.Errorf("last open day before the limit: %s, %v", last, ok)
	}
}

func TestADutyWithoutDaysIsNeverOverdue(t *testing.T) {
	c := assess(t, pack(t), "JP-APPI-HONNIN", aware(t, "2026-06-01T09:00:00+09:00"), Params{"appi_rule7_items": Ticked("3")})
	if _, ok := c.Remaining(at(t, "2030-01-01T00:00:00Z")); ok || c.Overdue(at(t, "2030-01-01T00:00:00Z")) {
		t.Error("速やかに has no date that could pass")
	}
	if _, ok := c.LastOpenDayBefore(); ok {
		t.Error("and no day before it")
	}
}

func TestAwarenessADayEarlierCanCostAWeek(t *testing.T) {
	events, facts := aware(t, "2026-11-30T10:00:00+09:00"), Params{"appi_rule7_items": Ticked("2")}
	earlier, err := pack(t).WhatIf("JP-APPI-KAKUHO", events, facts, -1)
	if err != nil {
		t.Fatal(err)
	}
	now := assess(t, pack(t), "JP-APPI-KAKUHO", events, facts)
	if now.DueDate != day(t, "2027-01-04") || earlier.DueDate != day(t, "2026-12-28") {
		t.Errorf("due %s, a day earlier %s", now.DueDate, earlier.DueDate)
	}
	if _, err := pack(t).WhatIf("NONE-1", events, facts, -1); !errors.Is(err, ErrUnknownDuty) {
		t.Errorf("got %v", err)
	}
}
