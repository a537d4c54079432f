package playbooks

import (
	"strconv"
	"strings"
)

// What a form needs of the language: one value, one length or one condition at a time.

// ParseLength reads "30s", "10m", "2h", "3d" or "1bd".
func ParseLength(s string) (Target, bool) { return parseLength(s) }

// IsReserved reports whether a word belongs to the condition language, so that no id may be it.
func IsReserved(word string) bool { return has(reserved, word) }

// ReadCondition reads a condition; false for one that cannot be read.
func ReadCondition(source string) (*Condition, bool) {
	c, code, _ := compile(source)
	return c, code == ""
}

// ReadValue reads a value as it is written in with and set: ${step.field}, ${vars.name}, a whole
// number, true, false or text. False for a reference that cannot be read.
func ReadValue(s string) (Value, bool) {
	if m := from.FindStringSubmatch(s); m != nil {
		return Value{From: m[1]}, true
	}
	if strings.Contains(s, "${") {
		return Value{}, false
	}
	if s == "true" || s == "false" {
		return Value{Literal: s == "true"}, true
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && strconv.FormatInt(n, 10) == s {
		return Value{Literal: n}, true
	}
	return Value{Literal: s}, true
}

// WriteValue writes a value as ReadValue reads it; "" for none.
func WriteValue(v Value) string {
	switch x := v.Literal.(type) {
	case string:
		return x
	case int64:
		return strconv.FormatInt(x, 10)
	case bool:
		return strconv.FormatBool(x)
	}
	if v.From == "" {
		return ""
	}
	return "${" + v.From + "}"
}

// Trim drops what a step of its kind does not have, so that a step whose kind was changed has no
// leftovers.
func Trim(s Step) Step {
	may := func(field string) bool { return has(may[s.Kind], field) }
	drop := func(field string, empty func()) {
		if !may(field) {
			empty()
		}
	}
	if !may("instructions") && !may("question") {
		s.Instructions = Text{}
	}
	drop("role", func() { s.Role = "" })
	drop("target", func() { s.Target = Target{} })
	drop("not_by", func() { s.NotBy = nil })
	drop("when", func() { s.When = nil })
	drop("outcomes", func() { s.Outcomes = nil })
	drop("checklist", func() { s.Checklist = nil })
	drop("fields", func() { s.Fields = nil })
	drop("do", func() { s.Do = "" })
	drop("with", func() { s.With = nil })
	drop("approved_by", func() { s.ApprovedBy = "" })
	drop("of", func() { s.Of = "" })
	drop("back_to", func() { s.BackTo = "" })
	drop("event", func() { s.Event, s.For, s.Until = "", Target{}, "" })
	drop("timeout", func() { s.Timeout = Target{} })
	drop("retry", func() { s.Retry = nil })
	drop("on_failure", func() { s.OnFailure = "" })
	drop("compensates", func() { s.Compensates = "" })
	drop("skip", func() { s.Skip = nil })
	drop("set", func() { s.Set = nil })
	drop("prepare", func() { s.Prepare = "" })
	drop("signatures", func() { s.Signatures = nil })
	drop("need", func() { s.Need, s.Rest = 0, "" })
	drop("playbook", func() { s.Playbook = "" })
	drop("steps", func() { s.While, s.UntilTrue, s.Max, s.AtMax, s.Body = nil, nil, 0, "", nil })
	drop("document", func() { s.Document = Text{} })
	drop("evidence", func() { s.Evidence = Text{} })
	drop("clauses", func() { s.Clauses = nil })
	return s
}

// kept are the faults that lose nothing of what was written: all else that a reader finds could not
// be read, and is not there any more when the definition is written again.
var kept = []string{
	"field_missing", "text_missing", "outcomes_few", "options_few", "slug", "id_form", "id_word", "id_twice", "type_unknown", "options_type",
	"wait_one", "wait_timeout", "switch_if", "loop_bound", "loop_one", "retry_pause", "rest_unknown", "at_max",
}

// Lossy reports whether a definition that was read with these problems lacks something of its text.
func (p Problems) Lossy() bool {
	for _, one := range p {
		if !has(kept, one.code) {
			return true
		}
	}
	return false
}
