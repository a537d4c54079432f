package reminder

import (
	"slices"
	"testing"
	"time"

	"tasuke/internal/db"
)

// ten in the morning in Japan, a Wednesday.
var begin = time.Date(2026, 11, 4, 10, 0, 0, 0, japan)

func at(d time.Duration) db.Instant { return db.At(begin).Add(d) }

// shown writes a plan as text: "half 12h0m0s".
func shown(plan []moment) (out []string) {
	for _, m := range plan {
		out = append(out, m.rung+" "+m.at.Sub(at(0)).String())
	}
	return out
}

func ladderNamed(t *testing.T, name string) Ladder {
	t.Helper()
	i := slices.IndexFunc(Standard(), func(l Ladder) bool { return l.Name == name })
	if i < 0 {
		t.Fatalf("no ladder %s", name)
	}
	return Standard()[i]
}

func TestATermLeavesOutTheRungsItHasNoRoomFor(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		ladder    string
		term, now time.Duration
		want      []string
	}{
		"five days have every rung": {Filing, 120 * time.Hour, 0,
			[]string{"half 60h0m0s", "three_quarters 90h0m0s", "day_left 96h0m0s", "hours_left 116h0m0s", "supervisor 118h0m0s", "overdue 120h0m0s", "executive 121h0m0s"}},
		"in 36 hours a day before the end would lie before the rung in front of it": {Filing, 36 * time.Hour, 0,
			[]string{"half 18h0m0s", "three_quarters 27h0m0s", "hours_left 32h0m0s", "supervisor 34h0m0s", "overdue 36h0m0s", "executive 37h0m0s"}},
		"a day before the end of one day is its beginning": {Filing, 24 * time.Hour, 0,
			[]string{"half 12h0m0s", "three_quarters 18h0m0s", "hours_left 20h0m0s", "supervisor 22h0m0s", "overdue 24h0m0s", "executive 25h0m0s"}},
		"a day before the end of 96 hours is the same moment as 75 %": {Filing, 96 * time.Hour, 0,
			[]string{"half 48h0m0s", "three_quarters 72h0m0s", "hours_left 92h0m0s", "supervisor 94h0m0s", "overdue 96h0m0s", "executive 97h0m0s"}},
		"three hours have no four hours before": {Filing, 3 * time.Hour, 0,
			[]string{"half 1h30m0s", "three_quarters 2h15m0s", "overdue 3h0m0s", "executive 4h0m0s"}},
		"of what was over before anybody could be told the last one is said": {Filing, 120 * time.Hour, 97 * time.Hour,
			[]string{"day_left 96h0m0s", "hours_left 116h0m0s", "supervisor 118h0m0s", "overdue 120h0m0s", "executive 121h0m0s"}},
		"a term that is over has its last word only, for each that is told": {Filing, 120 * time.Hour, 500 * time.Hour,
			[]string{"supervisor 118h0m0s", "overdue 120h0m0s", "executive 121h0m0s"}},
		"a term that was over when it began has that too":  {Filing, -time.Hour, 0, []string{"overdue -1h0m0s", "executive 0s"}},
		"a task is spoken of at its target and after":      {Task, 2 * time.Hour, 0, []string{"target 2h0m0s", "hour_after 3h0m0s", "supervisor 4h0m0s", "executive 6h0m0s"}},
		"a task late by half an hour when it became ready": {Task, -30 * time.Minute, 0, []string{"target -30m0s", "hour_after 30m0s", "supervisor 1h30m0s", "executive 3h30m0s"}},
		"a bank is chased without an end":                  {BankChase, 0, 0, []string{"first 2h0m0s", "second 6h0m0s", "daily 24h0m0s"}},
		"a bank that was written to five days ago":         {BankChase, 0, 121 * time.Hour, []string{"daily 120h0m0s"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			due := at(test.term)
			if test.ladder == BankChase {
				due = 0
			}
			if got := shown(ladderNamed(t, test.ladder).plan(at(0), due, at(test.now), history{}, true)); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestWithoutAnEndNothingCountsFromIt(t *testing.T) {
	t.Parallel()
	for _, name := range []string{Filing, Task} {
		if got := ladderNamed(t, name).plan(at(0), 0, at(0), history{}, true); len(got) > 0 {
			t.Errorf("%s: %v", name, shown(got))
		}
	}
}

func TestDailyIsTenInTheMorningInJapanWhateverTheZoneOfTheServer(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-11-04T09:59:59+09:00": "2026-11-04T10:00:00+09:00",
		"2026-11-04T10:00:00+09:00": "2026-11-05T10:00:00+09:00",
		"2026-11-04T16:00:00Z":      "2026-11-05T10:00:00+09:00", // one in the morning of the next day in Japan
		"2026-12-31T23:00:00+09:00": "2027-01-01T10:00:00+09:00",
	} {
		from, err := time.Parse(time.RFC3339, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := ten(db.At(from)).In(japan).Format(time.RFC3339); got != want {
			t.Errorf("after %s comes %s, want %s", in, got, want)
		}
	}
}

func TestARungThatWasSaidIsNotPlannedAgain(t *testing.T) {
	t.Parallel()
	l := ladderNamed(t, BankChase)
	said := history{rungs: map[string]bool{"first": true, "second": true, "daily": true}, n: 2, last: at(48 * time.Hour)}
	got := l.plan(at(0), 0, at(50*time.Hour), said, false)
	if want := []string{"daily 72h0m0s"}; !slices.Equal(shown(got), want) || got[0].n != 3 {
		t.Errorf("%v of n %d", shown(got), got[0].n)
	}
}

func TestWhatOfAKnownMatterWasMissedIsPlannedOnceEach(t *testing.T) {
	t.Parallel()
	filing := ladderNamed(t, Filing).plan(at(0), at(120*time.Hour), at(119*time.Hour), history{rungs: map[string]bool{"half": true}}, false)
	if want := []string{"three_quarters 90h0m0s", "day_left 96h0m0s", "hours_left 116h0m0s", "supervisor 118h0m0s", "overdue 120h0m0s", "executive 121h0m0s"}; !slices.Equal(shown(filing), want) {
		t.Errorf("%v", shown(filing))
	}
	chase := ladderNamed(t, BankChase).plan(at(0), 0, at(80*time.Hour), history{rungs: map[string]bool{"first": true}}, false)
	if want := []string{"second 6h0m0s", "daily 24h0m0s"}; !slices.Equal(shown(chase), want) { // the next of the open end comes with it
		t.Errorf("%v", shown(chase))
	}
}

func TestALadderGoesUpFromWhoHasTakenTheMatterOn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{Task, BankCall, BankSend, Filing} {
		l := ladderNamed(t, name)
		var told []Level
		for _, r := range l.Rungs {
			if r.To != ToRole || !slices.Contains(told, ToRole) {
				told = append(told, r.To)
			}
		}
		if want := []Level{ToAssignee, ToRole, ToSupervisor, ToExecutive}; !slices.Equal(told, want) {
			t.Errorf("%s tells %v", name, told)
		}
	}
}
