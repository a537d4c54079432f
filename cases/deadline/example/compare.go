package example

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"tasuke/cases/deadline"
	"tasuke/cases/deadline/calendar"
)

// fields are the names that may stand under expected, and below each of them. They are in the order in which
// a result is printed.
var fields = map[string][]string{
	"expected": {
		"applies", "effective_from", "due_date", "due_instant", "range", "tz", "day_1", "raw_date", "raw_instant",
		"cutoff_instant", "plan_by", "bound", "force", "rolled_over", "skipped", "checkpoints", "alternatives", "provisional",
	},
	"range":        {"from", "to"},
	"rolled_over":  {"date", "name"},
	"skipped":      {"date", "name"},
	"checkpoints":  {"raw_date", "due_date", "due_instant", "range"},
	"alternatives": {"reading", "due_date", "due_instant", "range", "raw_date", "rolled_over", "skipped", "day_1", "provisional"},
}

// checkFields refuses a name that nothing would compare.
func checkFields(under string, value any) error {
	switch v := value.(type) {
	case map[string]any:
		for name, below := range v {
			if !slices.Contains(fields[under], name) {
				return fmt.Errorf("unknown field %q under %s", name, under)
			}
			if err := checkFields(name, below); err != nil {
				return err
			}
		}
	case []any:
		for _, item := range v {
			if err := checkFields(under, item); err != nil {
				return err
			}
		}
	}
	return nil
}

// Verdict is what became of one example.
type Verdict struct {
	Example     Example
	Got         map[string]any
	Differences []string // empty: passed
}

// Passed says that every expected field was given as expected.
func (v Verdict) Passed() bool { return len(v.Differences) == 0 }

// Check assesses an example and compares every field under expected:
//
//   - a field that is not under expected is not compared;
//   - a field that is there must be in the result, and equal;
//   - lists are equal in length and order, item by item;
//   - alternatives are a set, found by their reading: each one that is expected must be there with the fields
//     it names; a reading the example does not ask about is not compared, but an empty list says there is none.
//
// An example of a duty without a rule fails.
func Check(pack *deadline.Pack, e Example) Verdict {
	v := Verdict{Example: e}
	fail := func(err error) Verdict {
		v.Differences = []string{err.Error()}
		return v
	}
	params, err := facts(pack, e.Params)
	if err != nil {
		return fail(err)
	}
	events, err := e.events(pack)
	if err != nil {
		return fail(err)
	}
	clock, err := pack.Assess(e.Duty, events, params)
	if err != nil {
		return fail(err)
	}
	v.Got = result(clock)
	v.Differences = compare("", e.Expected, v.Got)
	if clock.State == deadline.NotStarted {
		v.Differences = append(v.Differences, clock.Explain(deadline.EN))
	}
	return v
}

func compare(path string, want, got any) []string {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		var all []string
		for _, name := range slices.Sorted(maps.Keys(w)) {
			all = append(all, compareField(join(path, name), name, w[name], g)...)
		}
		return all
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			break
		}
		var all []string
		for i := range w {
			all = append(all, compare(fmt.Sprintf("%s[%d]", path, i), w[i], g[i])...)
		}
		return all
	default:
		if reflect.DeepEqual(want, got) {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s: expected %s, got %s", path, Show(want), Show(got))}
}

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

func compareField(path, name string, want any, got map[string]any) []string {
	have, ok := got[name]
	if !ok {
		return []string{fmt.Sprintf("%s: expected %s, got none", path, Show(want))}
	}
	readings, isList := want.([]any)
	if name == "alternatives" && isList && len(readings) > 0 {
		return compareReadings(path, readings, have)
	}
	return compare(path, want, have)
}

func compareReadings(path string, want []any, got any) []string {
	var all []string
	have, _ := got.([]any)
	for _, w := range want {
		asked, _ := w.(map[string]any)
		i := slices.IndexFunc(have, func(h any) bool {
			reading, ok := h.(map[string]any)
			return ok && asked["reading"] != nil && reading["reading"] == asked["reading"]
		})
		if i < 0 {
			all = append(all, fmt.Sprintf("%s: expected %s, got %s", path, Show(w), Show(got)))
			continue
		}
		all = append(all, compare(fmt.Sprintf("%s[%v]", path, asked["reading"]), w, have[i])...)
	}
	return all
}

// result is a clock in the words of the example format.
func result(c deadline.Clock) map[string]any {
	switch c.State {
	case deadline.NotStarted:
		return map[string]any{}
	case deadline.NotInForce:
		got := map[string]any{"applies": false}
		if c.Started.Before(c.Rule.EffectiveFrom) {
			got["effective_from"] = c.Rule.EffectiveFrom.String()
		}
		return got
	case deadline.NotApplicable:
		return map[string]any{"applies": false, "checkpoints": checkpoints(c)}
	case deadline.Running:
	}
	got := value(c.Value)
	got["applies"] = true
	got["tz"] = c.Rule.Clock.TZ
	got["force"] = string(c.Force)
	got["checkpoints"] = checkpoints(c)
	put(got, "plan_by", c.PlanBy)
	var readings []any
	for _, a := range c.Alternatives {
		reading := value(a.Value)
		reading["reading"] = string(a.Reading)
		readings = append(readings, reading)
	}
	got["alternatives"] = readings
	return got
}

func value(v deadline.Value) map[string]any {
	got := map[string]any{"rolled_over": closed(v.RolledOver), "provisional": v.Provisional}
	put(got, "day_1", v.Day1)
	put(got, "raw_date", v.RawDate)
	put(got, "due_date", v.DueDate)
	if !v.DueInstant.IsZero() {
		got["due_instant"] = v.DueInstant.Format(time.RFC3339)
	}
	if v.Range != nil {
		got["range"] = map[string]any{"from": v.Range.From.String(), "to": v.Range.To.String()}
	}
	if v.Skipped != nil {
		got["skipped"] = closed(v.Skipped)
	}
	return got
}

func put(into map[string]any, name string, d calendar.Date) {
	if !d.IsZero() {
		into[name] = d.String()
	}
}

func closed(days []calendar.Closed) []any {
	all := []any{}
	for _, d := range days {
		all = append(all, map[string]any{"date": d.Date.String(), "name": d.Name})
	}
	return all
}

func checkpoints(c deadline.Clock) []any {
	all := []any{}
	for _, k := range c.Checkpoints {
		v := value(k.Value)
		for _, extra := range []string{"rolled_over", "provisional", "day_1", "skipped"} {
			delete(v, extra)
		}
		all = append(all, v)
	}
	return all
}
