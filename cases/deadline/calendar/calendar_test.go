package calendar

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"
	"time"
)

const cabinetOffice = "../../../../shared/testdata/holidays/syukujitsu-utf8.csv"

func day(t *testing.T, s string) Date {
	t.Helper()
	d, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWhatIsNotADateIsRefused(t *testing.T) {
	for _, s := range []string{"", "2026-02-29", "2026-13-01", "2026-1-1", "2026/01/01", "2026-01-01T00:00:00Z", "明日"} {
		if d, err := Parse(s); err == nil {
			t.Errorf("%q was read as %s", s, d)
		}
	}
}

func TestAnUnknownCalendarIsAnError(t *testing.T) {
	if _, err := ByID("JP-BANK"); err == nil {
		t.Error("a calendar without data was found")
	}
}

func TestTheNamesOfClosedDays(t *testing.T) {
	for on, want := range map[string]string{
		"2027-01-01": "元日", // a holiday comes before the year end
		"2027-01-02": "年末年始",
		"2021-01-02": "年末年始", // a Saturday inside the year end
		"2026-12-29": "年末年始",
		"2026-12-28": "",
		"2027-01-04": "",
		"2026-01-04": "日曜日",
		"2026-09-19": "土曜日",
		"2026-05-06": "振替休日",
		"2026-09-22": "国民の休日",
		"2025-03-20": "春分の日",
		"2019-04-30": "国民の休日",
		"2019-10-14": "体育の日",
		"2020-07-24": "スポーツの日",
		"2020-10-12": "",
	} {
		if got, _ := JPGov().Closed(day(t, on)); got.Name != want {
			t.Errorf("%s is %q, want %q", on, got.Name, want)
		}
	}
}

func TestOpenDaysAroundTheYearEnd(t *testing.T) {
	next, passed := JPGov().NextOpen(day(t, "2026-12-29"))
	if next != day(t, "2027-01-04") || len(passed) != 6 {
		t.Errorf("next open day %s after %d closed days", next, len(passed))
	}
	if last := JPGov().LastOpen(day(t, "2027-01-03")); last != day(t, "2026-12-28") {
		t.Errorf("last open day %s", last)
	}
}

func TestHolidaysBeyondThePublishedOnesAreNotKnown(t *testing.T) {
	for on, want := range map[string]bool{"1999-12-31": false, "2000-01-01": true, "2027-12-31": true, "2028-01-01": false} {
		if got := JPGov().Known(day(t, on)); got != want {
			t.Errorf("%s known: %v", on, got)
		}
	}
}

func TestAnAddedClosureLeavesTheOldCalendarAlone(t *testing.T) {
	before, on := JPGov(), day(t, "2026-12-01")
	after := before.With(Closed{on, "臨時休庁", "closure by order"})
	if !before.Open(on) || after.Open(on) {
		t.Error("With must give a new calendar")
	}
}

func TestMonthsWithoutACorrespondingDayEndOnTheirLast(t *testing.T) {
	for _, test := range []struct {
		from, want string
		n          int
		ok         bool
	}{
		{"2027-01-31", "2027-02-28", 1, false},
		{"2028-01-31", "2028-02-29", 1, false},
		{"2026-11-30", "2026-12-30", 1, true},
		{"2026-12-15", "2027-02-15", 2, true},
	} {
		if got, ok := day(t, test.from).InMonth(test.n); got != day(t, test.want) || ok != test.ok {
			t.Errorf("%s + %d months = %s, %v", test.from, test.n, got, ok)
		}
	}
}

func TestADayEndsWhereTheNextBeginsAlsoWhenClocksChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	d := day(t, "2026-03-29")
	if length := d.End(berlin).Sub(d.Start(berlin)); length != 23*time.Hour {
		t.Errorf("the day lasted %s", length)
	}
}

// The published list calls substitute days and days between holidays simply 休日, so names are compared for
// the others only; 2019-10-14 it writes 体育の日（スポーツの日）.
func TestEveryDayOf2000To2027EqualsThePublishedList(t *testing.T) {
	file, err := os.Open(cabinetOffice)
	if err != nil {
		t.Skipf("the published list is not beside this repository: %v", err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	published := map[Date]string{}
	for _, row := range rows[1:] {
		on, err := time.Parse("2006/1/2", row[0])
		if err != nil {
			t.Fatal(err)
		}
		published[fromTime(on)] = row[1]
	}
	compared := 0
	for d := day(t, "2000-01-01"); !d.After(day(t, "2027-12-31")); d = d.AddDays(1) {
		compared++
		want, is := published[d]
		got, has := JPGov().named[d]
		if is != has || is && want != "休日" && !strings.HasPrefix(want, got.Name) {
			t.Errorf("%s: %q here, %q published", d, got.Name, want)
		}
	}
	t.Logf("%d days compared, %d holidays published in all", compared, len(published))
}
