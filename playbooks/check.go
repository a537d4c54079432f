package playbooks

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/types"
)

// Check finds what is wrong with the meaning of a definition: roles, clauses, references,
// the shape of the graph, and what conditions compare.
func Check(d *Definition, rules Rules) Problems {
	c := &checker{d: d, rules: rules}
	c.words()
	c.references()
	c.ends()
	c.shape()
	if c.circles() {
		c.reach()
		c.apart()
		c.kinds()
		c.conditions()
	}
	c.outcomes()
	return c.problems.sorted()
}

type checker struct {
	d        *Definition
	rules    Rules
	problems Problems
}

// words checks roles, clauses and ids against what the firm knows.
func (c *checker) words() {
	known, edition := c.rules.Clauses[c.d.Guideline]
	if c.d.Guideline != "" && !edition {
		editions := strings.Join(slices.Sorted(maps.Keys(c.rules.Clauses)), ", ")
		c.problems.add(1, "edition", clip(c.d.Guideline), editions)
	}
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		if s.Role != "" && !has(c.rules.Roles, s.Role) {
			c.problems.add(s.line("role"), "role_unknown", clip(s.Role), strings.Join(c.rules.Roles, ", "))
		}
		for _, clause := range s.Clauses {
			if c.d.Guideline == "" {
				c.problems.add(s.line("clauses"), "field_missing", "guideline")
			} else if edition && !has(known, clause) {
				c.problems.add(s.line("clauses"), "clause_unknown", clip(clause), c.d.Guideline)
			}
		}
		for _, line := range c.d.Constants {
			if line.ID == s.ID && s.ID != "" {
				c.problems.add(s.line("id"), "id_twice", s.ID, line.Line)
			}
		}
	}
}

// conditions checks every when against the decisions before the step and the fact schema.
func (c *checker) conditions() {
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		if s.When == nil {
			continue
		}
		if i == 0 || s.Kind == End {
			c.problems.add(s.line("when"), "when_first")
			continue
		}
		before := len(c.problems)
		c.names(s)
		if len(c.problems) == before {
			c.types(s)
		}
		if len(c.problems) == before && !c.possible(s) {
			c.problems.add(s.line("when"), "when_never")
		}
	}
}

// apart checks that not_by names steps of people that are finished before the step.
func (c *checker) apart() {
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		at, upstream, seen := s.line("not_by"), map[string]bool{}, map[string]bool{}
		if len(s.NotBy) > 0 {
			upstream = c.d.before(s.ID)
		}
		for _, id := range s.NotBy {
			switch other, ok := c.d.Step(id); {
			case !ok:
				c.problems.add(at, "not_by_unknown", clip(id))
			case !other.Kind.ByHand():
				c.problems.add(at, "not_by_kind", id)
			case !upstream[id]:
				c.problems.add(at, "not_by_later", id)
			case seen[id]:
				c.problems.add(at, "field_twice", id)
			}
			seen[id] = true
		}
	}
}

// names checks that a condition looks only at decisions finished before the step, compared
// with outcomes they have, and at facts there are.
func (c *checker) names(s *Step) {
	at := s.line("when")
	upstream := c.d.before(s.ID)
	for _, id := range s.When.Decisions {
		switch d, ok := c.d.Step(id); {
		case !ok || d.Kind != Decision:
			code := "when_decision"
			if slices.ContainsFunc(c.d.Constants, func(n Named) bool { return n.ID == id }) {
				code = "constant_effect" // nothing may hang on it
			}
			c.problems.add(at, code, clip(id))
		case !upstream[id]:
			c.problems.add(at, "when_later", id)
		}
	}
	for _, f := range s.When.Facts {
		if _, ok := c.rules.Facts[f]; !ok {
			c.problems.add(at, "when_fact", clip(f), strings.Join(slices.Sorted(maps.Keys(c.rules.Facts)), ", "))
		}
	}
	c.compared(s)
}

// compared checks that decisions are compared with their outcomes by ==, != or in, and stand
// nowhere else.
func (c *checker) compared(s *Step) {
	at, good := s.line("when"), map[string]int{}
	s.When.comparisons(s.When.tree, func(name, op string, values []ast.Node) {
		d, ok := c.d.Step(name)
		if !ok || d.Kind != Decision || !has([]string{"==", "!=", "in"}, op) {
			return
		}
		for _, v := range values {
			text, ok := v.(*ast.StringNode)
			if !ok {
				return
			}
			if _, ok := d.Outcome(text.Value); !ok {
				c.problems.add(at, "when_outcome", name, clip(text.Value))
			}
		}
		good[name]++
	})
	for _, id := range s.When.Decisions {
		if d, ok := c.d.Step(id); ok && d.Kind == Decision && good[id] != mentions(s.When.tree, id) {
			c.problems.add(at, "when_compare", id)
		}
	}
}

// mentions counts how often a name stands in a condition.
func mentions(n ast.Node, name string) (count int) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		if n.Value == name {
			return 1
		}
	case *ast.UnaryNode:
		return mentions(n.Node, name)
	case *ast.BinaryNode:
		return mentions(n.Left, name) + mentions(n.Right, name)
	case *ast.ArrayNode:
		for _, e := range n.Nodes {
			count += mentions(e, name)
		}
	}
	return count
}

// types compiles a condition against the types of what it names.
func (c *checker) types(s *Step) {
	facts := types.Map{}
	for name, kind := range c.rules.Facts {
		facts[name] = map[FactKind]types.Type{BoolFact: types.Bool, IntFact: types.Int, TextFact: types.String}[kind]
	}
	env := types.Map{"facts": facts}
	for _, id := range s.When.Decisions {
		env[id] = types.String
	}
	if _, err := expr.Compile(s.When.Source, expr.Env(env), expr.AsBool(), expr.DisableAllBuiltins()); err != nil {
		c.problems.add(s.line("when"), "when_syntax", firstLine(err))
	}
}

const maxCases = 4096 // combinations of outcomes tried for one condition

// possible reports whether some choice of outcomes makes a condition true. A condition over
// facts, or over very many outcomes, is taken to be possible.
func (c *checker) possible(s *Step) bool {
	if len(s.When.Facts)+len(s.When.Vars)+len(s.When.Steps) > 0 {
		return true
	}
	cases := []map[string]string{{}}
	for _, id := range s.When.Decisions {
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
		ok, err := s.When.Holds(Values{Choices: one})
		return ok && err == nil
	})
}

// outcomes checks that every outcome of a decision leads somewhere, or says that it does not.
func (c *checker) outcomes() {
	for i := range c.d.Steps {
		d := &c.d.Steps[i]
		for _, o := range d.Outcomes {
			used := slices.ContainsFunc(c.d.Steps, func(s Step) bool {
				return s.When != nil && has(s.When.Named(d.ID), o.ID)
			})
			if !used && !o.GoesOn && o.ID != "" {
				c.problems.add(o.Line, "outcome_unused", o.ID)
			}
		}
	}
}
