package cacao

import (
	"fmt"
	"slices"
	"strings"

	"tasuke/playbooks"
)

// edge is one way to a step: what is over before, and when this way is taken ("" is always).
type edge struct {
	after []string
	when  string
}

// span is what one CACAO step became: steps of ours, one after the other, and the steps of its
// branches.
type span struct {
	first string   // the step whose being skipped means that the span is not taken
	sure  bool     // first has no condition: it is always taken
	last  string   // done when the span has succeeded
	tails []string // all of these are over when the span is
	fails []string // steps whose failure is the failure of the span
}

func (s span) taken() string {
	if s.sure {
		return ""
	}
	return fmt.Sprintf(`steps.%s != "skipped"`, s.first)
}

func (s span) failed() string {
	var all []string
	for _, id := range s.fails {
		all = append(all, fmt.Sprintf(`steps.%s in ["failed", "timed_out"]`, id))
	}
	return strings.Join(all, " or ")
}

// by gives the condition of a pointer. A branching step has succeeded when none of its branches
// failed; any other when its last step is done.
func (s span) by(label string, branching bool) string {
	switch {
	case label == "on_failure":
		if f := s.failed(); f != "" {
			return f
		}
		return fmt.Sprintf(`steps.%s == "failed"`, s.last) // never: nothing in it can fail
	case label == "on_success" && !branching:
		return fmt.Sprintf(`steps.%s == "done"`, s.last)
	case label == "on_success" && len(s.fails) > 0:
		return allOf(s.taken(), "not ("+s.failed()+")")
	}
	return s.taken()
}

func allOf(conditions ...string) string {
	conditions = slices.DeleteFunc(conditions, func(c string) bool { return c == "" })
	return strings.Join(conditions, " and ")
}

// join makes one way in of several: everything is over, and one of the conditions holds.
func join(edges []edge) (after []string, when string) {
	var conditions []string
	always := false
	for _, e := range edges {
		for _, id := range e.after {
			if !slices.Contains(after, id) {
				after = append(after, id)
			}
		}
		always = always || e.when == ""
		if !slices.Contains(conditions, e.when) {
			conditions = append(conditions, e.when)
		}
	}
	switch {
	case always:
		return after, ""
	case len(conditions) == 1:
		return after, conditions[0]
	}
	return after, "(" + strings.Join(conditions, ") or (") + ")"
}

// both says one text in both languages: CACAO has one.
func both(s string) playbooks.Text { return playbooks.Text{JA: s, EN: s} }

// tidy makes a text of a document bearable for a page: no control characters, no end of line at the
// ends, at most limit characters.
func tidy(s string, limit int) (out string, cut bool) {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t', r == 0x2028, r == 0x2029:
			return ' '
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xfeff:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	s = strings.TrimSpace(s)
	if r := []rune(s); len(r) > limit {
		return strings.TrimSpace(string(r[:limit])) + "…", true
	}
	return s, false
}

func line(s string, limit int) string {
	out, _ := tidy(strings.Join(strings.Fields(s), " "), limit)
	return out
}
