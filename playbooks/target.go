package playbooks

import (
	"regexp"
	"strconv"
	"time"
)

// Unit is how a target time is counted.
type Unit string

// The units. Days and business days end with the local day: "0d" is the end of the same day.
const (
	Seconds      Unit = "s" // of waits, timeouts and pauses only
	Minutes      Unit = "m"
	Hours        Unit = "h"
	Days         Unit = "d"
	BusinessDays Unit = "bd"
)

// Origin is the moment a target counts from.
type Origin string

// The origins.
const (
	FromStart Origin = "start" // T0 of the run
	FromReady Origin = "ready" // the moment the step could be begun
)

// Target is the time a step is expected to take: a house target (社内目標), never a term of law.
// The zero Target means that none is set.
type Target struct {
	N    int
	Unit Unit
	From Origin
}

// Set reports whether there is a target.
func (t Target) Set() bool { return t.Unit != "" }

// Exact is the length of a target in minutes or hours; days need a calendar and give false.
func (t Target) Exact() (time.Duration, bool) {
	switch t.Unit {
	case Seconds:
		return time.Duration(t.N) * time.Second, true
	case Minutes:
		return time.Duration(t.N) * time.Minute, true
	case Hours:
		return time.Duration(t.N) * time.Hour, true
	}
	return 0, false
}

var targetForm = regexp.MustCompile(`^(0|[1-9][0-9]{0,3})(m|h|d|bd)$`)

// parseTarget reads "10m", "2h", "3d" or "1bd". Nothing may be due at once ("0m").
func parseTarget(s string) (Target, bool) {
	m := targetForm.FindStringSubmatch(s)
	if m == nil {
		return Target{}, false
	}
	n, err := strconv.Atoi(m[1])
	t := Target{N: n, Unit: Unit(m[2]), From: FromStart}
	_, exact := t.Exact()
	return t, err == nil && (n > 0 || !exact)
}

var secondsForm = regexp.MustCompile(`^([1-9][0-9]{0,3})s$`)

// parseLength reads how long a wait, a timeout or a pause is: as a target, or "30s".
func parseLength(s string) (Target, bool) {
	m := secondsForm.FindStringSubmatch(s)
	if m == nil {
		t, ok := parseTarget(s)
		t.From = FromReady
		return t, ok
	}
	n, err := strconv.Atoi(m[1])
	return Target{N: n, Unit: Seconds, From: FromReady}, err == nil
}

// String writes a length as it is read, "" for none.
func (t Target) String() string {
	if !t.Set() {
		return ""
	}
	return strconv.Itoa(t.N) + string(t.Unit)
}
