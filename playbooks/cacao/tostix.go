package cacao

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"

	"tasuke/playbooks"
)

// spoken is what the conditions of a definition look at, as variables of CACAO: name -> type.
type spoken map[string]string

// comparison writes one of our conditions as a comparison expression of STIX. Outcomes, endings and
// facts are variables there. false: it cannot be written, and the text is ours.
func (v spoken) comparison(c *playbooks.Condition) (string, bool) {
	tree, err := parser.Parse(c.Source)
	if err != nil {
		return c.Source, false
	}
	got, ok := v.node(tree.Node)
	if !ok {
		return c.Source, false
	}
	return got, true
}

var stixOperators = map[string]string{"==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "in": "IN", "and": "AND", "&&": "AND", "or": "OR", "||": "OR"}

func (v spoken) node(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.UnaryNode:
		inner, ok := v.node(n.Node)
		return "NOT (" + inner + ")", ok
	case *ast.BinaryNode:
		op := stixOperators[n.Operator]
		if op == "AND" || op == "OR" {
			left, one := v.node(n.Left)
			right, two := v.node(n.Right)
			return "(" + left + " " + op + " " + right + ")", one && two
		}
		return v.compare(n.Left, op, n.Right)
	}
	name, ok := v.name(n, "bool") // a yes or no by itself
	return name + ":value = 'true'", ok
}

func (v spoken) compare(left ast.Node, op string, right ast.Node) (string, bool) {
	if _, none := right.(*ast.NilNode); none {
		name, ok := v.name(left, "string")
		switch op {
		case "!=":
			return "EXISTS " + name + ":value", ok
		case "=":
			return "NOT (EXISTS " + name + ":value)", ok
		}
		return "", false
	}
	value, kind, ok := stixValue(right)
	if !ok || op == "" {
		return "", false
	}
	name, ok := v.name(left, kind)
	return fmt.Sprintf("%s:value %s %s", name, op, value), ok
}

// name gives the variable a name of ours is in CACAO, and notes its type.
func (v spoken) name(n ast.Node, kind string) (string, bool) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		return v.note(outcomeVar(n.Value), "string")
	case *ast.MemberNode:
		base, ok := n.Node.(*ast.IdentifierNode)
		property, named := n.Property.(*ast.StringNode)
		if !ok || !named {
			return "", false
		}
		switch base.Value {
		case "vars":
			return runVar(property.Value), true // declared with its own type
		case "steps":
			return v.note(endedVar(property.Value), "string")
		case "facts":
			return v.note("__fact_"+property.Value+"__", kind)
		}
	}
	return "", false
}

func (v spoken) note(name, kind string) (string, bool) {
	v[name] = kind
	return name, true
}

func outcomeVar(id string) string { return "__outcome_" + id + "__" }
func endedVar(id string) string   { return "__ended_" + id + "__" }
func runVar(id string) string     { return "__" + id + "__" }

// stixValue writes a constant or a list of them.
func stixValue(n ast.Node) (value, kind string, ok bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(n.Value) + "'", "string", true
	case *ast.IntegerNode:
		return strconv.Itoa(n.Value), "integer", true
	case *ast.BoolNode:
		return "'" + strconv.FormatBool(n.Value) + "'", "bool", true
	case *ast.ArrayNode:
		var all []string
		for _, one := range n.Nodes {
			s, k, ok := stixValue(one)
			if !ok {
				return "", "", false
			}
			all, kind = append(all, s), k
		}
		return "(" + strings.Join(all, ", ") + ")", kind, len(all) > 0
	}
	return "", "", false
}
