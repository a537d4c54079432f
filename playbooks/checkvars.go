package playbooks

import (
	"maps"
	"slices"
	"strings"
)

// PassVariable is the number of the pass, a variable that every loop's body has.
const PassVariable = "pass"

// variables checks what a run keeps and what a calling playbook may read.
func (w *document) variables() {
	first := map[string]int{}
	for _, list := range [][]Variable{w.d.Inputs, w.d.Variables} {
		for _, v := range list {
			switch at, twice := first[v.ID]; {
			case v.ID == PassVariable:
				w.problems.add(v.Line, "vars_pass")
			case twice && v.ID != "" && at != v.Line:
				w.problems.add(v.Line, "id_twice", v.ID, at)
			}
			first[v.ID] = v.Line
			if v.Default != nil && !fitting(v.Default, v.Type, v.Options) {
				w.problems.add(v.Line, "vars_default", v.ID, string(v.Type))
			}
		}
	}
	for _, v := range w.d.Variables {
		if v.Required {
			w.problems.add(v.Line, "vars_required", v.ID)
		}
	}
	w.outputs()
}

func (w *document) outputs() {
	seen := map[string]bool{}
	for _, name := range w.d.Outputs {
		if _, ok := w.d.Variable(name); !ok {
			w.problems.add(w.d.outputsAt, "output_unknown", clip(name), w.variableNames())
		} else if seen[name] {
			w.problems.add(w.d.outputsAt, "field_twice", name)
		}
		seen[name] = true
	}
}

func (w *document) variableNames() string {
	var names []string
	for _, list := range [][]Variable{w.d.Inputs, w.d.Variables} {
		for _, v := range list {
			names = append(names, v.ID)
		}
	}
	if len(names) == 0 {
		return "-"
	}
	return strings.Join(names, ", ")
}

// variable finds what vars.name is in this block.
func (c *checker) variable(name string) (Variable, bool) {
	if _, body := c.from[c.d]; name == PassVariable && body {
		return Variable{ID: PassVariable, Type: NumberField, Required: true}, true
	}
	return c.document.d.Variable(name)
}

// given reports whether a variable has a value from the start, which nothing may take away.
func (v Variable) given() bool { return v.Default != nil || v.Required }

// known reports whether a variable surely has a value when the turn of a step comes: from the
// start, or because a step that is over by then, here or outside the block, always sets it.
func (c *checker) known(s *Step, v Variable) bool {
	if v.given() || s.When != nil && s.When.present(v.ID) {
		return true
	}
	for id := range c.settled(s) {
		if x, ok := c.d.Step(id); ok && c.sets(x, v.ID) && c.sure(x, s) {
			return true
		}
	}
	at, body := c.from[c.d]
	return body && at.outer.known(at.loop, v)
}

// sets reports whether a step that is done gives a variable a value that is not nothing.
func (c *checker) sets(s *Step, name string) bool {
	v, ok := s.Set[name]
	if !ok {
		return false
	}
	g, ok := c.setFrom(s, v)
	return ok && g.always
}

// set checks the variables a step gives values to.
func (c *checker) set(s *Step) {
	for _, name := range slices.Sorted(maps.Keys(s.Set)) {
		v, ok := c.document.d.Variable(name)
		switch {
		case !ok:
			c.problems.add(s.Set[name].Line, "vars_unknown", clip(name), c.variableNames())
		case slices.ContainsFunc(c.document.d.Inputs, func(in Variable) bool { return in.ID == name }):
			c.problems.add(s.Set[name].Line, "set_input", name)
		default:
			c.setOne(s, v, s.Set[name])
		}
	}
}

func (c *checker) setOne(s *Step, v Variable, from Value) {
	g, ok := c.setFrom(s, from)
	switch {
	case !ok && strings.HasPrefix(from.From, "vars."):
		c.problems.add(from.Line, "vars_unknown", clip(strings.TrimPrefix(from.From, "vars.")), c.variableNames())
	case !ok && strings.Contains(from.From, "."):
		c.problems.add(from.Line, "set_form", clip(from.From))
	case !ok:
		c.problems.add(from.Line, "with_field", s.ID, clip(from.From))
	case !g.fits(v.Type, v.Options):
		c.problems.add(from.Line, "set_type", v.ID, string(v.Type))
	case g.personal && !v.Personal:
		c.problems.add(from.Line, "set_personal", v.ID)
	case !g.always && v.given():
		c.problems.add(from.Line, "set_maybe", v.ID)
	}
}

// setFrom gives what a value of set is: a field or output of the step itself, a variable, or
// what is written.
func (c *checker) setFrom(s *Step, v Value) (gift, bool) {
	name, isVariable := strings.CutPrefix(v.From, "vars.")
	switch {
	case v.From == "":
		return gift{literal: v.Literal, always: v.Literal != ""}, v.Literal != nil
	case isVariable:
		return c.fromVariable(s, name)
	case strings.Contains(v.From, "."):
		return gift{}, false
	}
	return c.gives(s, v.From)
}
