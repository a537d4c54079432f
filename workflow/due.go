package workflow

import (
	"fmt"
	"math"
	"time"

	"tasuke/internal/db"
	"tasuke/playbooks"
)

// japan is where days begin and end. Japan has had one offset since 1951.
var japan = time.FixedZone("Asia/Tokyo", 9*60*60)

// never sorts steps without a target behind all others.
const never = db.Instant(math.MaxInt64)

// due is the moment a target is over, zero when there is none. Minutes and hours are exact. Days
// end with their last second in Japan: "0d" is today, "1bd" the next business day.
func due(t playbooks.Target, t0, ready db.Instant, openDay func(time.Time) bool) (db.Instant, error) {
	if !t.Set() {
		return 0, nil
	}
	from := t0
	if t.From == playbooks.FromReady {
		from = ready
	}
	if length, exact := t.Exact(); exact {
		return from.Add(length), nil
	}
	day := from.In(japan)
	switch t.Unit {
	case playbooks.Days:
		day = day.AddDate(0, 0, t.N)
	case playbooks.BusinessDays:
		var err error
		if day, err = businessDay(day, t.N, openDay); err != nil {
			return 0, err
		}
	default:
		return 0, fmt.Errorf("a target in %q, which nobody can count", t.Unit)
	}
	y, m, d := day.Date()
	return db.At(time.Date(y, m, d, 23, 59, 59, 0, japan)), nil
}

// businessDay is the nth open day after day; the 0th is day itself or the first open one after it.
func businessDay(day time.Time, n int, open func(time.Time) bool) (time.Time, error) {
	if n == 0 {
		day, n = day.AddDate(0, 0, -1), 1
	}
	for closed := 0; n > 0; {
		day = day.AddDate(0, 0, 1)
		if open(day) {
			n, closed = n-1, 0
		} else if closed++; closed > 31 { // no calendar is closed for a month
			return day, fmt.Errorf("no business day in the month before %s", day.Format(time.DateOnly))
		}
	}
	return day, nil
}
