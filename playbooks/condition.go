package playbooks

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

const maxCondition = 500 // characters

// Condition decides whether a step is done or skipped: comparisons over the outcomes of
// decisions and over facts, with no call, no clock and no arithmetic, so that the same values
// always give the same answer.
type Condition struct {
	Source string
	// Decisions, Facts, Vars and Steps are the names it looks at: decisions and switches by their
	// id, facts.name, vars.name, and steps.id for how an earlier step ended.
	Decisions, Facts, Vars, Steps []string

	tree    ast.Node
	program *vm.Program
}

// compile reads a condition. The second value is the code of what is wrong, with its arguments.
func compile(source string) (*Condition, string, []any) {
	if utf8.RuneCountInString(source) > maxCondition {
		return nil, "when_long", []any{maxCondition}
	}
	tree, err := parser.Parse(source)
	if err != nil {
		return nil, "when_syntax", []any{firstLine(err)}
	}
	c := &Condition{Source: source, tree: tree.Node}
	if bad := c.collect(tree.Node); bad != "" {
		return nil, "when_word", []any{bad}
	}
	c.program, err = expr.Compile(source, expr.AllowUndefinedVariables(), expr.AsBool(), expr.DisableAllBuiltins(), expr.MaxNodes(200))
	if err != nil {
		return nil, "when_syntax", []any{firstLine(err)}
	}
	return c, "", nil
}

var operators = []string{"==", "!=", "<", "<=", ">", ">=", "in", "and", "&&", "or", "||"}

// collect notes the names a condition looks at; what it answers is a part it may not have.
func (c *Condition) collect(n ast.Node) string {
	switch n := n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.BoolNode, *ast.NilNode:
		return ""
	case *ast.IdentifierNode:
		c.Decisions = addOnce(c.Decisions, n.Value)
		return ""
	case *ast.MemberNode:
		return c.collectFact(n)
	case *ast.UnaryNode:
		if n.Operator != "not" && n.Operator != "!" {
			return n.Operator
		}
		return c.collect(n.Node)
	case *ast.BinaryNode:
		if !slices.Contains(operators, n.Operator) {
			return n.Operator
		}
		return c.collectAll(n.Left, n.Right)
	case *ast.ArrayNode:
		return c.collectAll(n.Nodes...)
	}
	return strings.TrimSuffix(strings.TrimPrefix(reflect.TypeOf(n).String(), "*ast."), "Node")
}

func (c *Condition) collectAll(nodes ...ast.Node) string {
	for _, n := range nodes {
		if bad := c.collect(n); bad != "" {
			return bad
		}
	}
	return ""
}

// collectFact accepts facts.name, vars.name and steps.id only.
func (c *Condition) collectFact(n *ast.MemberNode) string {
	base, ok := n.Node.(*ast.IdentifierNode)
	name, named := n.Property.(*ast.StringNode)
	if !ok || !named || n.Optional {
		return "."
	}
	switch base.Value {
	case "facts":
		c.Facts = addOnce(c.Facts, name.Value)
	case "vars":
		c.Vars = addOnce(c.Vars, name.Value)
	case "steps":
		c.Steps = addOnce(c.Steps, name.Value)
	default:
		return "."
	}
	return ""
}

// Values are what a condition may look at.
type Values struct {
	Choices map[string]string // the chosen outcome of each decision and switch, "" for one that was skipped
	Ended   map[string]string // how each step ended: "done", "failed", "timed_out", "cancelled", "skipped"
	Facts   map[string]any    // every fact of the schema
	Vars    map[string]any    // every variable of the run: int64, bool or text; nil for unknown
}

// Holds answers whether the condition is true. A fact or a variable that is missing or of the
// wrong type is an error, never "false"; so is a comparison with a variable that is unknown, other
// than with nil.
func (c *Condition) Holds(v Values) (bool, error) {
	env := map[string]any{"facts": v.Facts, "vars": v.Vars, "steps": v.Ended}
	for _, d := range c.Decisions {
		env[d] = v.Choices[d]
	}
	for _, f := range c.Facts {
		if _, ok := v.Facts[f]; !ok {
			return false, fmt.Errorf("condition %q: the fact %q was not given", c.Source, f)
		}
	}
	for _, name := range c.Vars {
		if _, ok := v.Vars[name]; !ok {
			return false, fmt.Errorf("condition %q: the variable %q was not given", c.Source, name)
		}
	}
	got, err := expr.Run(c.program, env)
	if err != nil {
		return false, fmt.Errorf("condition %q: %w", c.Source, err)
	}
	b, ok := got.(bool)
	if !ok {
		return false, fmt.Errorf("condition %q gave %T instead of yes or no", c.Source, got)
	}
	return b, nil
}

// Values are what the condition looked at, to be kept with what it decided.
func (c *Condition) Values(v Values) map[string]any {
	seen := map[string]any{}
	for _, d := range c.Decisions {
		seen[d] = v.Choices[d]
	}
	for _, f := range c.Facts {
		seen["facts."+f] = v.Facts[f]
	}
	for _, name := range c.Vars {
		seen["vars."+name] = v.Vars[name]
	}
	for _, id := range c.Steps {
		seen["steps."+id] = v.Ended[id]
	}
	return seen
}

// Named lists the outcomes of a decision that the condition names.
func (c *Condition) Named(decision string) (outcomes []string) {
	c.comparisons(c.tree, func(name, _ string, values []ast.Node) {
		if name != decision {
			return
		}
		for _, v := range values {
			if s, ok := v.(*ast.StringNode); ok {
				outcomes = addOnce(outcomes, s.Value)
			}
		}
	})
	return outcomes
}

// comparisons calls f for each comparison of a name with values: the name of a decision, or
// "facts.x", "vars.x" and "steps.x". Where two names are compared, each is told of the other.
func (c *Condition) comparisons(n ast.Node, f func(name, op string, values []ast.Node)) {
	switch n := n.(type) {
	case *ast.UnaryNode:
		c.comparisons(n.Node, f)
	case *ast.BinaryNode:
		c.comparisons(n.Left, f)
		c.comparisons(n.Right, f)
		if name := nameOf(n.Left); name != "" {
			f(name, n.Operator, spread(n.Right))
		}
		if name := nameOf(n.Right); name != "" {
			f(name, n.Operator, spread(n.Left))
		}
	}
}

// nameOf gives the name that a part of a condition is, "" for anything else.
func nameOf(n ast.Node) string {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return n.Value
	case *ast.MemberNode:
		base, ok := n.Node.(*ast.IdentifierNode)
		name, named := n.Property.(*ast.StringNode)
		if ok && named {
			return base.Value + "." + name.Value
		}
	}
	return ""
}

// mentions counts how often a name stands in a condition.
func mentions(n ast.Node, name string) (count int) {
	if nameOf(n) == name {
		return 1
	}
	switch n := n.(type) {
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

func spread(n ast.Node) []ast.Node {
	if a, ok := n.(*ast.ArrayNode); ok {
		return a.Nodes
	}
	return []ast.Node{n}
}

func addOnce(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

func firstLine(err error) string {
	s, _, _ := strings.Cut(err.Error(), "\n")
	return s
}

// parts are the comparisons that must all hold for the condition to hold.
func parts(n ast.Node) []*ast.BinaryNode {
	b, ok := n.(*ast.BinaryNode)
	switch {
	case !ok:
		return nil
	case b.Operator == "and" || b.Operator == "&&":
		return append(parts(b.Left), parts(b.Right)...)
	}
	return []*ast.BinaryNode{b}
}

// present reports whether the condition holds only when a variable has a value.
func (c *Condition) present(variable string) bool {
	return slices.ContainsFunc(parts(c.tree), func(b *ast.BinaryNode) bool {
		_, none := b.Right.(*ast.NilNode)
		return none && b.Operator == "!=" && nameOf(b.Left) == "vars."+variable
	})
}

// needsDone reports whether the condition holds only when a step is done.
func (c *Condition) needsDone(step string) bool {
	return slices.ContainsFunc(parts(c.tree), func(b *ast.BinaryNode) bool {
		word, text := b.Right.(*ast.StringNode)
		return text && word.Value == "done" && b.Operator == "==" && nameOf(b.Left) == "steps."+step
	})
}
