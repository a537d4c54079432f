package playbooks

import (
	"slices"
	"strings"
)

// Saying is one thing a step or a playbook says, for people.
type Saying struct {
	Field string // "retry.times"
	Name  Text   // what the field is called, with the entry in brackets
	Value Text
}

// Sayings lists what a step says in some of its fields, in the order in which they are written. A
// field of several values comes once for each.
func (s *Step) Sayings(fields ...string) (out []Saying) {
	for _, one := range flat("", stepSheet(s)) {
		field, rest, _ := strings.Cut(one.field, ".")
		if !slices.Contains(fields, field) {
			continue
		}
		name := FieldName(field)
		if rest != "" {
			name = Text{name.JA + "(" + rest + ")", name.EN + " (" + rest + ")"}
		}
		out = append(out, Saying{one.field, name, inWords(field, one.value)})
	}
	return out
}

// inWords says what the words of the language mean.
func inWords(field string, v Text) Text {
	for _, key := range []string{field + "=" + v.EN, "=" + v.EN} {
		if t, ok := valueWords[key]; ok {
			return t
		}
	}
	return v
}

var valueWords = map[string]Text{
	"=true": {"はい", "yes"}, "=false": {"いいえ", "no"},
	"on_failure=continue": {"記録して先へ進む", "it is on record, and the run goes on"},
	"at_max=continue":     {"失敗とせず先へ進む", "no failure: the run goes on"},
	"rest=continue":       {"続ける", "they go on"}, "rest=cancel": {"中止する", "they are cancelled"},
	"need=any": {"一つ", "one"},
}
