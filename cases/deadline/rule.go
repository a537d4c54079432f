package deadline

import (
	"time"

	"tasuke/cases/deadline/calendar"
)

// Rule is one version of one duty.
type Rule struct {
	ID            string    `yaml:"id"`
	Version       int       `yaml:"version"`
	Title         Wording   `yaml:"title"`
	Addressee     Wording   `yaml:"addressee"`
	NationalOrgan bool      `yaml:"national_organ"` // a national administrative organ of Japan; only these move a limit (R3)
	Inbound       bool      `yaml:"inbound"`        // the firm receives
	Trigger       Wording   `yaml:"trigger"`
	AppliesIf     AppliesIf `yaml:"applies_if"`
	Clock         ClockRule `yaml:"clock"`
	Period        Period    `yaml:"period"`
	Roll          Roll      `yaml:"roll"`
	Calendar      string    `yaml:"calendar"` // of the roll, of business days and of planning dates
	Force         Force     `yaml:"force"`
	EffectiveFrom Date      `yaml:"effective_from"` // first and last local day of the clock event
	EffectiveTo   Date      `yaml:"effective_to"`
	Form          string    `yaml:"form"`
	Next          []string  `yaml:"next"`   // duties that follow
	Effect        *Wording  `yaml:"effect"` // what meeting the duty brings about
	Sources       []Wording `yaml:"sources"`
	Conf          Mark      `yaml:"conf"`
	ConfDetail    []Detail  `yaml:"conf_detail"`
	Review        bool      `yaml:"review_required"`

	calendar calendar.Calendar
}

// Wording is a text of a rule pack in both languages; both are required.
type Wording struct {
	JA string `yaml:"ja"`
	EN string `yaml:"en"`
}

func (w Wording) in(lang Lang) string { return in(Text(w), lang) }

// In gives the wording in one language.
func (w Wording) In(lang Lang) string { return w.in(lang) }

// ClockRule says which event starts the period and in which zone its days are counted.
type ClockRule struct {
	Events []EventType `yaml:"events"` // the earliest of them counts
	Of     string      `yaml:"of"`     // whose event, where it may be somebody else's
	TZ     string      `yaml:"tz"`

	zone *time.Location
}

// Period is how long.
type Period struct {
	Unit        Unit     `yaml:"unit"`
	N           int      `yaml:"n"`
	NIf         []NIf    `yaml:"n_if"`   // the first that matches replaces N
	Window      []int    `yaml:"window"` // first and last calendar day of guidance beside a soft wording
	FirstDay    FirstDay `yaml:"first_day"`
	Alternative FirstDay `yaml:"first_day_alternative"` // the other reading, shown beside the date
	Method      Method   `yaml:"method"`
	Wording     Wording  `yaml:"wording"`
}

// NIf is another length under a condition.
type NIf struct {
	When Condition `yaml:"when"`
	N    int       `yaml:"n"`
}

// Unit of a period.
type Unit string

// Units.
const (
	Soft         Unit = "soft" // 速やかに, 直ちに: no number; a guidance window may stand beside it
	CalendarDays Unit = "cd"
	BusinessDays Unit = "bd"
	Months       Unit = "mo"
	Hours        Unit = "h"
	Minutes      Unit = "min"
	NoPeriod     Unit = "none"
)

// FirstDay says whether the day of the event is day 1 or the day after it is.
type FirstDay string

// First-day readings.
const (
	Included FirstDay = "incl"
	Excluded FirstDay = "excl" // 民法140条
)

// Method of month arithmetic.
type Method string

// Methods (R5).
const (
	CivilCode143   Method = "civil_code_143"
	Regulation1182 Method = "reg_1182_71_art_3_2_c"
)

// Roll is what happens when the last day is a closed one.
type Roll string

// Rolls. NextOpen is lawful only for a statutory period in days or months toward a national administrative
// organ (行政機関の休日に関する法律2条); loading a pack refuses any other use.
const (
	NoRoll   Roll = "none"
	NextOpen Roll = "next_open"
)

// Force of a duty.
type Force string

// Forces.
const (
	STAT     Force = "STAT"
	GUID     Force = "GUID"
	SRO      Force = "SRO"
	CONTRACT Force = "CONTRACT"
	VOL      Force = "VOL"
	STATGUID Force = "STAT+GUID" // the duty is statutory, its number of days is guidance
)

var dateForces = map[Force]DateForce{
	STAT: Statutory, GUID: Guidance, SRO: Guidance, STATGUID: Guidance, CONTRACT: House, VOL: House,
}

// DateForce is the label of the dates that come from a duty of this force.
func (f Force) DateForce() DateForce { return dateForces[f] }

// Mark says how well a statement of a rule is known: P primary text, Q quoted primary text, S secondary,
// M not checked, U not established.
type Mark string

// doubtful marks must not be shown as fact without a person's review.
func (m Mark) doubtful() bool { return m == "M" || m == "U" }

// Detail is the mark of one part of a rule, with the name of that part.
type Detail struct {
	Part string `yaml:"part"`
	Mark Mark   `yaml:"mark"`
	JA   string `yaml:"ja"`
	EN   string `yaml:"en"`
}

// Doubts are the parts of the rule that counsel has to confirm.
func (r Rule) Doubts() []Detail {
	var open []Detail
	for _, d := range r.ConfDetail {
		if d.Mark.doubtful() {
			open = append(open, d)
		}
	}
	return open
}

// InForce says whether the version holds for a clock event on this local day.
func (r Rule) InForce(on Date) bool {
	return !on.Before(r.EffectiveFrom) && (r.EffectiveTo.IsZero() || !on.After(r.EffectiveTo))
}

// rolls says whether the limit moves off closed days.
func (r Rule) rolls() bool { return r.Roll == NextOpen }
