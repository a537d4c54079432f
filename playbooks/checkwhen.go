package playbooks

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/types"
)

// Endings are how a step can have ended, as a condition names it by steps.id.
var Endings = []string{"done", "failed", "timed_out", "cancelled", "skipped"}

// asked is one condition of a step, with what it may look at.
type asked struct {
	*Condition
	step    *Step
	at      int
	visible map[string]bool // the steps of the block it may name
}

// conditions checks every condition against what is before the step, the facts and the variables.
func (c *checker) conditions() {
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		if s.When != nil && (i == 0 || s.Kind == End) {
			c.problems.add(s.line("when"), "when_first")
		} else if s.When != nil && c.condition(asked{s.When, s, s.line("when"), c.before(s)}) {
			c.problems.add(s.line("when"), "when_never")
		}
		for _, o := range s.Outcomes {
			for _, w := range []*Condition{o.If, o.Suggest} {
				if w != nil && c.condition(asked{w, s, o.Line, c.settled(s)}) {
					c.problems.add(o.Line, "if_never", o.ID)
				}
			}
		}
		c.passes(s)
	}
}

// condition checks one condition and answers whether it is sound but can never hold.
func (c *checker) condition(a asked) (never bool) {
	n := len(c.problems)
	c.decisions(a)
	c.endings(a)
	c.facts(a)
	c.looked(a)
	c.compared(a)
	if len(c.problems) == n {
		c.types(a)
	}
	return len(c.problems) == n && !c.possible(a)
}

// decisions checks that the condition looks only at decisions and switches before the step.
func (c *checker) decisions(a asked) {
	for _, id := range a.Decisions {
		switch d, ok := c.d.Step(id); {
		case slices.ContainsFunc(c.document.d.Constants, func(n Named) bool { return n.ID == id }):
			c.problems.add(a.at, "constant_effect", clip(id)) // nothing may hang on it
		case !ok:
			c.unknown(a.at, "when_decision", id)
		case !d.Kind.chooses():
			c.problems.add(a.at, "when_decision", id)
		case !a.visible[id]:
			c.problems.add(a.at, "when_later", id)
		}
	}
}

// chooses reports whether a step of this kind ends with one of its outcomes.
func (k Kind) chooses() bool { return k == Decision || k == Switch }

// endings checks that the condition looks only at how steps before this one ended.
func (c *checker) endings(a asked) {
	for _, id := range a.Steps {
		switch _, ok := c.d.Step(id); {
		case !ok:
			c.unknown(a.at, "when_step", id)
		case !a.visible[id]:
			c.problems.add(a.at, "when_step_later", id)
		}
	}
}

func (c *checker) facts(a asked) {
	for _, f := range a.Facts {
		if _, ok := c.rules.Facts[f]; !ok {
			c.problems.add(a.at, "when_fact", clip(f), strings.Join(slices.Sorted(maps.Keys(c.rules.Facts)), ", "))
		}
	}
}

// looked checks that the variables are there, may be looked at and have a value by then.
func (c *checker) looked(a asked) {
	for _, name := range a.Vars {
		v, ok := c.variable(name)
		switch {
		case !ok:
			c.problems.add(a.at, "vars_unknown", clip(name), c.variableNames())
		case v.Personal:
			c.problems.add(a.at, "vars_personal", name)
		case !c.known(a.step, v) && !a.withNil(name):
			c.problems.add(a.at, "vars_empty", name)
		}
	}
}

// withNil reports whether the condition asks if a variable has a value.
func (a asked) withNil(name string) (found bool) {
	a.comparisons(a.tree, func(n, _ string, values []ast.Node) {
		for _, v := range values {
			_, none := v.(*ast.NilNode)
			found = found || n == "vars."+name && none
		}
	})
	return found
}

// compared checks that decisions and endings are compared with what they can be by ==, != or in
// and stand nowhere else, and that variables are compared with values they can have.
func (c *checker) compared(a asked) {
	good := map[string]int{}
	a.comparisons(a.tree, func(name, op string, values []ast.Node) {
		kind, id, _ := strings.Cut(name, ".")
		switch {
		case kind == "vars":
			c.comparedVariable(a, id, op, values)
		case kind == "facts":
		case has([]string{"==", "!=", "in"}, op) && c.comparedStep(a, kind, id, values):
			good[name]++
		}
	})
	for _, id := range a.Decisions {
		if d, ok := c.d.Step(id); ok && d.Kind.chooses() && good[id] != mentions(a.tree, id) {
			c.problems.add(a.at, "when_compare", id)
		}
	}
	for _, id := range a.Steps {
		if _, ok := c.d.Step(id); ok && good["steps."+id] != mentions(a.tree, "steps."+id) {
			c.problems.add(a.at, "when_step_compare", id, strings.Join(Endings, ", "))
		}
	}
}

// comparedStep checks what a decision (no id) or an ending (kind "steps") is compared with, and
// answers whether it is texts only.
func (c *checker) comparedStep(a asked, kind, id string, values []ast.Node) bool {
	for _, v := range values {
		text, ok := v.(*ast.StringNode)
		if !ok {
			return false
		}
		if kind == "steps" {
			if !has(Endings, text.Value) {
				c.problems.add(a.at, "when_ending", id, clip(text.Value), strings.Join(Endings, ", "))
			}
			continue
		}
		d, ok := c.d.Step(kind)
		if !ok || !d.Kind.chooses() {
			continue
		}
		if _, ok := d.Outcome(text.Value); !ok {
			c.problems.add(a.at, "when_outcome", kind, clip(text.Value))
		}
	}
	return len(values) > 0
}

// comparedVariable checks that only what has an order is compared by it, and a choice with its options.
func (c *checker) comparedVariable(a asked, name, op string, values []ast.Node) {
	v, ok := c.variable(name)
	if !ok {
		return
	}
	if has([]string{"<", "<=", ">", ">="}, op) && !has([]string{"number", "yen", "date"}, string(v.Type)) {
		c.problems.add(a.at, "vars_order", name, string(v.Type))
	}
	for _, n := range values {
		text, ok := n.(*ast.StringNode)
		if !ok {
			continue
		}
		if v.Type == ChoiceField && !slices.ContainsFunc(v.Options, func(o Named) bool { return o.ID == text.Value }) {
			c.problems.add(a.at, "vars_option", name, clip(text.Value))
		}
		if v.Type == DateField && !literal(text.Value, DateField) {
			c.problems.add(a.at, "vars_date", clip(text.Value))
		}
	}
}

// types compiles a condition against the types of what it names.
func (c *checker) types(a asked) {
	env := types.Map{"facts": types.Map{}, "vars": types.Map{}, "steps": types.Map{}}
	for name, kind := range c.rules.Facts {
		env["facts"].(types.Map)[name] = map[FactKind]types.Type{BoolFact: types.Bool, IntFact: types.Int, TextFact: types.String}[kind]
	}
	for _, name := range a.Vars {
		v, _ := c.variable(name)
		env["vars"].(types.Map)[name] = v.Type.condition()
	}
	for _, id := range a.Steps {
		env["steps"].(types.Map)[id] = types.String
	}
	for _, id := range a.Decisions {
		env[id] = types.String
	}
	if _, err := expr.Compile(a.Source, expr.Env(env), expr.AsBool(), expr.DisableAllBuiltins()); err != nil {
		c.problems.add(a.at, "when_syntax", firstLine(err))
	}
}

// condition is the type a variable has in a condition.
func (t FieldType) condition() types.Type {
	switch t {
	case NumberField, YenField:
		return types.Int
	case YesNoField:
		return types.Bool
	}
	return types.String
}

const maxCases = 4096 // combinations of outcomes tried for one condition

// possible reports whether some choice of outcomes makes a condition true. A condition over
// facts, variables or endings, or over very many outcomes, is taken to be possible.
func (c *checker) possible(a asked) bool {
	if len(a.Facts)+len(a.Vars)+len(a.Steps) > 0 {
		return true
	}
	cases := []map[string]string{{}}
	for _, id := range a.Decisions {
		d, _ := c.d.Step(id)
		if len(cases)*(len(d.Outcomes)+1) > maxCases {
			return true
		}
		var next []map[string]string
		for _, base := range cases {
			for _, choice := range append([]Outcome{{}}, d.Outcomes...) { // the first: skipped
				one := maps.Clone(base)
				one[id] = choice.ID
				next = append(next, one)
			}
		}
		cases = next
	}
	return slices.ContainsFunc(cases, func(one map[string]string) bool {
		ok, err := a.Holds(Values{Choices: one})
		return ok && err == nil
	})
}
