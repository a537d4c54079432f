package deadline

import (
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"tasuke/cases/deadline/calendar"
)

const rounds = 3000

// some gives a random moment from 2022-04 to 2033 and random facts; the seed is fixed, so a failure repeats.
func some(r *rand.Rand) ([]Event, Params) {
	begin := time.Date(2022, time.April, 2, 0, 0, 0, 0, time.UTC)
	moment := begin.Add(time.Duration(r.Int64N(int64(11 * 365 * 24 * time.Hour))))
	facts := Params{"appi_rule7_items": Ticked([]string{"1", "2", "3"}[r.IntN(3)])}
	if r.IntN(2) == 0 {
		facts[PlanOn] = Fact{Kind: Word, Items: []string{[]string{WindowStart, WindowEnd}[r.IntN(2)]}}
	}
	return []Event{{Type: BecameAware, At: moment}}, facts
}

func each(t *testing.T, test func(t *testing.T, r *rand.Rand, duty string, events []Event, facts Params, c Clock)) {
	t.Helper()
	r := rand.New(rand.NewPCG(26, 8))
	for range rounds {
		events, facts := some(r)
		for _, duty := range []string{"JP-APPI-SOKUHO", "JP-APPI-KAKUHO"} {
			c := assess(t, pack(t), duty, events, facts)
			test(t, r, duty, events, facts, c)
			if t.Failed() {
				t.Fatalf("%s after %v with %v", duty, events, facts)
			}
		}
	}
}

func TestADueDateIsNeverBeforeItsEvent(t *testing.T) {
	each(t, func(t *testing.T, _ *rand.Rand, _ string, _ []Event, _ Params, c Clock) {
		limit, ok := c.Limit()
		if !ok || limit.Before(c.Started) || !c.PlanBy.IsZero() && c.PlanBy.Before(c.Started) {
			t.Errorf("event %s, limit %s, plan %s", c.Started, limit, c.PlanBy)
		}
	})
}

func TestNoAlternativeIsEarlierThanTheDateToWorkTo(t *testing.T) {
	each(t, func(t *testing.T, _ *rand.Rand, _ string, _ []Event, _ Params, c Clock) {
		for _, a := range c.Alternatives {
			if a.DueDate.Before(c.DueDate) || c.Range != nil && a.Range.To.Before(c.Range.To) {
				t.Errorf("%s gives %s %v, before %s %v", a.Reading, a.DueDate, a.Range, c.DueDate, c.Range)
			}
		}
	})
}

func TestOnlyStatutoryDaysTowardANationalOrganMove(t *testing.T) {
	each(t, func(t *testing.T, _ *rand.Rand, duty string, _ []Event, _ Params, c Clock) {
		open := calendar.JPGov()
		switch {
		case duty == "JP-APPI-SOKUHO" && (len(c.RolledOver) > 0 || c.Range.From != c.Started.AddDays(2) || c.Range.To != c.Started.AddDays(4)):
			t.Errorf("a window of guidance moved to %v", *c.Range)
		case duty == "JP-APPI-SOKUHO" && c.PlanBy.After(c.PlanFor):
			t.Errorf("the plan moved later, to %s", c.PlanBy)
		case duty == "JP-APPI-KAKUHO" && (!open.Open(c.DueDate) || c.RawDate.DaysUntil(c.DueDate) != len(c.RolledOver)):
			t.Errorf("from %s to %s over %v", c.RawDate, c.DueDate, c.RolledOver)
		}
	})
}

func TestTheSameInstantInAnyZoneGivesTheSameDate(t *testing.T) {
	each(t, func(t *testing.T, r *rand.Rand, duty string, events []Event, facts Params, c Clock) {
		zone := time.FixedZone("", (r.IntN(27)-12)*3600+r.IntN(4)*900)
		moved := assess(t, pack(t), duty, []Event{{Type: BecameAware, At: events[0].At.In(zone)}}, facts)
		if !moved.same(c.Value) || moved.PlanBy != c.PlanBy {
			t.Errorf("%s in %s, otherwise %s", moved.DueDate, zone, c.DueDate)
		}
	})
}

func TestAnAddedClosedDayNeverMakesAStatutoryDateEarlier(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for range 40 {
		closed := calendar.NewDate(2026, time.January, 1+r.IntN(400))
		more := calendar.JPGov().With(calendar.Closed{Date: closed, Name: "臨時休庁", NameEN: "closure by order"})
		other := reload(t, more)
		for range 200 {
			start := calendar.NewDate(2026, time.January, 1+r.IntN(400)).Start(time.UTC)
			events, facts := []Event{{Type: BecameAware, At: start}}, Params{"appi_rule7_items": Ticked("2")}
			before := assess(t, pack(t), "JP-APPI-KAKUHO", events, facts)
			after := assess(t, other, "JP-APPI-KAKUHO", events, facts)
			if after.DueDate.Before(before.DueDate) {
				t.Fatalf("closing %s moves %s to %s", closed, before.DueDate, after.DueDate)
			}
		}
	}
}

func reload(t *testing.T, cal calendar.Calendar) *Pack {
	t.Helper()
	file, err := os.Open("rules/jp-appi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	p, err := Load(file, func(string) (calendar.Calendar, error) { return cal, nil })
	if err != nil {
		t.Fatal(err)
	}
	return p
}
