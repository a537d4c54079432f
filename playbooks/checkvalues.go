package playbooks

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// anyType is what a further input of an open action takes.
const anyType FieldType = "any"

// gift is what is known of a value before there is one.
type gift struct {
	typ      FieldType // "" when nobody knows: an action or a playbook that cannot be read
	options  []Named   // of a choice
	literal  any       // what is written; then there is no typ
	always   bool      // it cannot be missing
	personal bool
}

// fits reports whether a value can be taken as another type; options are those of a choice, nil for any.
func (g gift) fits(as FieldType, options []Named) bool {
	if as == anyType {
		return true
	}
	if g.literal != nil {
		return fitting(g.literal, as, options)
	}
	if g.typ == "" {
		return true
	}
	if as == ChoiceField && g.typ == ChoiceField {
		return !slices.ContainsFunc(g.options, func(o Named) bool { return !fitting(o.ID, as, options) })
	}
	return g.typ.fits(as)
}

// fitting reports whether what is written is of a type and, of a choice, one of its options.
func fitting(v any, t FieldType, options []Named) bool {
	if t != ChoiceField || options == nil {
		return literal(v, t)
	}
	return slices.ContainsFunc(options, func(o Named) bool { return o.ID == v })
}

// literal reports whether what is written is of a type.
func literal(v any, t FieldType) bool {
	switch t {
	case NumberField, YenField:
		_, ok := v.(int64)
		return ok
	case YesNoField:
		_, ok := v.(bool)
		return ok
	}
	s, ok := v.(string)
	if !ok {
		return false
	}
	switch t {
	case DateField:
		_, err := time.Parse(time.DateOnly, s)
		return err == nil
	case DatetimeField:
		_, err := time.Parse(time.RFC3339, s)
		return err == nil
	}
	return true
}

// taken is an input that a step fills by with: of an action, or of a playbook that is called.
type taken struct {
	typ      FieldType
	options  []Named
	needed   bool
	personal bool // it may hold what is personal
}

// inputs checks that with gives what is taken, in its type, and nothing else.
func (c *checker) inputs(s *Step, what string, takes map[string]taken) {
	for _, name := range slices.Sorted(maps.Keys(takes)) {
		if v, ok := s.With[name]; ok {
			c.input(s, name, v, takes[name])
		} else if takes[name].needed {
			c.problems.add(s.line("with"), "with_missing", name, what)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.With)) {
		if _, ok := takes[name]; !ok {
			c.problems.add(s.With[name].Line, "with_unknown", clip(name), what, strings.Join(slices.Sorted(maps.Keys(takes)), ", "))
		}
	}
}

// input checks one value against what is taken.
func (c *checker) input(s *Step, name string, v Value, want taken) {
	g, ok := c.value(s, v, v.Line)
	switch {
	case !ok:
	case !g.fits(want.typ, want.options):
		c.problems.add(v.Line, "with_type", name, string(want.typ))
	case g.personal && !want.personal:
		c.problems.add(v.Line, "set_personal", name)
	case !g.always && want.needed:
		c.problems.add(v.Line, "with_maybe", v.From)
	}
}

// value gives what with or until refers to, as it is when the turn of a step comes. What is wrong
// with the reference is noted and gives false.
func (c *checker) value(s *Step, v Value, at int) (gift, bool) {
	if v.From == "" {
		return gift{literal: v.Literal, always: true}, v.Literal != nil
	}
	id, field, dotted := strings.Cut(v.From, ".")
	if !dotted {
		c.problems.add(at, "with_bare", v.From)
		return gift{}, false
	}
	if id == "vars" {
		g, ok := c.fromVariable(s, field)
		if !ok {
			c.problems.add(at, "vars_unknown", clip(field), c.variableNames())
		}
		return g, ok
	}
	return c.fromStep(s, id, field, at)
}

func (c *checker) fromVariable(s *Step, name string) (gift, bool) {
	v, ok := c.variable(name)
	return gift{typ: v.Type, options: v.Options, always: ok && c.known(s, v), personal: v.Personal}, ok
}

func (c *checker) fromStep(s *Step, id, field string, at int) (g gift, ok bool) {
	src, ok := c.d.Step(id)
	if !ok {
		c.unknown(at, "with_step", id)
		return g, false
	}
	g, ok = c.gives(src, field)
	switch {
	case !ok:
		c.problems.add(at, "with_field", id, field)
	case !c.before(s)[id]:
		c.problems.add(at, "with_later", id)
		ok = false
	default:
		g.always = g.always && c.settled(s)[id] && c.sure(src, s)
	}
	return g, ok
}

// gives answers what a step gives under a name when it is done.
func (c *checker) gives(src *Step, name string) (gift, bool) {
	if f, ok := src.Field(name); ok && src.Kind == Task {
		return gift{typ: f.Type, options: f.Options, always: f.Required}, true
	}
	switch src.Kind {
	case Task, Decision: // what was prepared may be missing: people never wait for it
		t, ok := c.rules.Actions[src.Prepare].Output[name]
		return gift{typ: t}, ok
	case Action:
		shape, known := c.rules.Actions[src.Do]
		t, ok := shape.Output[name]
		return gift{typ: t, always: true}, ok || !known && src.Do != ""
	case Call:
		return c.output(src, name)
	}
	return gift{}, false
}

// sure reports whether a step is done whenever the turn of a later one has come: it has no
// condition, or the same, and does not lie on a path of failure; or the later one asks for it.
func (c *checker) sure(earlier, later *Step) bool {
	if later.When != nil && later.When.needsDone(earlier.ID) {
		return true
	}
	if earlier.OnFailure != "" || c.handlers[earlier.ID] {
		return false
	}
	return earlier.When == nil || later.When != nil && earlier.When.Source == later.When.Source
}
