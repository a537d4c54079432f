package playbooks

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

const maxInputs = 20 // of one action

// from is the form of an input that comes from an earlier step.
var from = regexp.MustCompile(`^\$\{((?:[a-z][a-z0-9_]*\.)?[a-z][a-z0-9_]*)\}$`)

// needs notes what a step of its kind must say, and gives what is said to the person.
func (r *reader) needs(f fields, s *Step) Text {
	said := "instructions"
	for _, key := range must[s.Kind] {
		switch key {
		case "role", "of", "back_to", "do", "playbook":
			r.need(f, key)
		case "instructions", "question":
			said = key
			if _, there := f.value[key]; !there {
				r.problems.add(f.line, "field_missing", key)
			}
		}
	}
	switch s.Kind {
	case Decision:
		if len(s.Outcomes) < 2 {
			r.problems.add(max(f.line, f.at["outcomes"]), "outcomes_few")
		}
	case Wait:
		r.waits(f)
	case Switch:
		r.chooses(f, s)
	case Loop:
		r.loops(f, s)
	}
	return r.text(f, said)
}

// waits asks for exactly one of an event, a length and a moment, and for a timeout beside an event only.
func (r *reader) waits(f fields) {
	n := 0
	for _, key := range []string{"event", "for", "until"} {
		if _, there := f.at[key]; there {
			n++
			r.need(f, key)
		}
	}
	if n != 1 {
		r.problems.add(max(f.line, f.at["for"]), "wait_one")
	}
	_, event := f.at["event"]
	if at, there := f.at["timeout"]; there && !event {
		r.problems.add(at, "wait_timeout")
	}
}

// length reads how long a wait lasts, counted from when it begins.
func (r *reader) length(f fields, key string) Target {
	raw := r.word(f, key)
	t, ok := parseLength(raw)
	if !ok {
		if _, there := f.at[key]; there {
			r.problems.add(f.at[key], "length", clip(raw))
		}
		return Target{}
	}
	return t
}

// fields reads what the person of a task fills in.
func (r *reader) fields(f fields) (out []Field) {
	var names []Named
	for _, n := range r.list(f, "fields", 20) {
		b := r.block(n, "fields", "id", "label", "type", "required", "options", "help")
		one := Field{
			ID: r.id(b, "id"), Label: r.needText(b, "label"), Type: FieldType(r.need(b, "type")), Required: r.flag(b, "required"),
			Options: r.named(b, "options", 40), Help: r.text(b, "help"), Line: b.line,
		}
		r.fieldType(b, one)
		names = r.once(names, Named{ID: one.ID, Line: one.Line})
		out = append(out, one)
	}
	return out
}

func (r *reader) fieldType(b fields, one Field) {
	_, options := b.at["options"]
	switch {
	case one.Type == "":
	case !slices.Contains(FieldTypes, one.Type):
		r.problems.add(b.at["type"], "type_unknown", clip(string(one.Type)), typeNames())
	case one.Type == ChoiceField && len(one.Options) < 2:
		r.problems.add(max(b.line, b.at["options"]), "options_few")
	case one.Type != ChoiceField && options:
		r.problems.add(b.at["options"], "options_type", string(one.Type))
	}
}

func typeNames() string {
	out := make([]string, len(FieldTypes))
	for i, t := range FieldTypes {
		out[i] = string(t)
	}
	return strings.Join(out, ", ")
}

// with reads the input of an action.
func (r *reader) with(f fields, field string) map[string]Value {
	n, ok := f.value[field]
	if !ok {
		return nil
	}
	b := r.mapping(n, field, func(string, int) bool { return true })
	if len(b.value) > maxInputs {
		r.problems.add(f.at[field], "list_many", field, maxInputs)
		return nil
	}
	out := map[string]Value{}
	for _, key := range slices.Sorted(maps.Keys(b.value)) {
		out[key] = r.value(b.value[key], key, b.at[key])
	}
	return out
}

func (r *reader) value(n ast.Node, key string, at int) Value {
	v := Value{Line: at}
	switch n := n.(type) {
	case *ast.BoolNode:
		v.Literal = n.Value
		return v
	case *ast.IntegerNode:
		if number, ok := whole(n.Value); ok {
			v.Literal = number
			return v
		}
		r.problems.add(at, "with_value", clip(key))
		return v
	}
	s := r.scalar(n, clip(key))
	switch m := from.FindStringSubmatch(s); {
	case m != nil:
		v.From = m[1]
	case strings.Contains(s, "${"):
		r.problems.add(at, "with_form", clip(s))
	default:
		v.Literal = s
	}
	return v
}

func whole(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case uint64:
		return int64(n), n <= math.MaxInt64 //nolint:gosec // the second value says whether it fits
	}
	return 0, false
}
