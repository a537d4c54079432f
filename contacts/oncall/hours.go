// Package oncall is the part of the directory that is about the firm's own staff: who of a role is on
// call (当番) when, when a role or a person is left in peace (静穏時間), and where each of them gets mail.
// It says whom a reminder reaches at a moment.
package oncall

import (
	"strings"
	"time"
)

// Hours are hours of a week in Japan. Days are those on which they begin, "1" for Monday to "7".
// Hours that end at or before their beginning go on into the next day.
type Hours struct {
	Days  string `db:"days"`
	From  int64  `db:"from_min"` // minutes of the day
	Until int64  `db:"until_min"`
}

// EveryDay is all days of a week.
const EveryDay = "1234567"

// day is the minutes of one.
const day = 24 * 60

// japan is where the hours are. Japan has had one offset since 1951.
var japan = time.FixedZone("Asia/Tokyo", 9*60*60)

// Hold reports whether a moment lies in the hours; their end does not.
func (h Hours) Hold(at time.Time) bool {
	local := at.In(japan)
	minute := int64(local.Hour()*60 + local.Minute())
	if h.From < h.Until {
		return h.on(local) && h.From <= minute && minute < h.Until
	}
	return h.on(local) && minute >= h.From || h.on(local.AddDate(0, 0, -1)) && minute < h.Until
}

// on reports whether the hours begin on the day of a local time.
func (h Hours) on(local time.Time) bool {
	n := int(local.Weekday())
	if n == 0 {
		n = 7
	}
	return strings.Contains(h.Days, string(rune('0'+n)))
}

// tidy puts the days in order, each once; false for what is no hours.
func (h Hours) tidy() (Hours, bool) {
	days := ""
	for _, d := range EveryDay {
		if strings.ContainsRune(h.Days, d) {
			days += string(d)
		}
	}
	right := days != "" && len(days) == len(h.Days) && 0 <= h.From && h.From < day && 0 <= h.Until && h.Until < day
	h.Days = days
	return h, right
}
