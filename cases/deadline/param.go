package deadline

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Kind says what values a parameter takes.
type Kind string

// Kinds of parameters.
const (
	Items Kind = "items" // a set of the declared words, ticked by a person; may be empty
	Count Kind = "count" // a number of persons or things, zero or more
	Word  Kind = "word"  // one of the declared words
)

// Parameter is a fact that a rule depends on, declared in the rule pack.
type Parameter struct {
	Name   string   `yaml:"name"`
	Kind   Kind     `yaml:"kind"`
	Values []string `yaml:"values"` // words that Items and Word may hold
	JA     string   `yaml:"ja"`
	EN     string   `yaml:"en"`
}

// Value of a parameter: Items for Items and Word, Count for Count.
type Fact struct {
	Kind  Kind
	Items []string
	Count int
}

// String is the fact as a person would type it.
func (f Fact) String() string {
	if f.Kind == Count {
		return strconv.Itoa(f.Count)
	}
	return strings.Join(f.Items, ",")
}

// Params are the facts known, by the name of the parameter. A name that is missing is not known, which is
// not the same as none.
type Params map[string]Fact

// Number gives a fact of kind Count.
func Number(n int) Fact { return Fact{Kind: Count, Count: n} }

// Ticked gives a fact of kind Items.
func Ticked(items ...string) Fact { return Fact{Kind: Items, Items: items} }

// PlanOn is the one parameter that every pack has: on which day of a guidance window a planning date is
// asked for.
const PlanOn = "plan_on"

// Values of PlanOn.
const (
	WindowStart = "window_start"
	WindowEnd   = "window_end"
)

var planOn = Parameter{Name: PlanOn, Kind: Word, Values: []string{WindowStart, WindowEnd}, JA: "計画日", EN: "planning date"}

// Read turns text as typed by a person ("2,3", "1001", "") into a fact of this parameter.
func (p Parameter) Read(text string) (Fact, error) {
	text = strings.TrimSpace(text)
	if p.Kind == Count {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return Fact{}, fmt.Errorf("parameter %s takes a whole number of zero or more, not %q", p.Name, text)
		}
		return Number(n), nil
	}
	var items []string
	if text != "" {
		items = strings.Split(text, ",")
	}
	return p.choose(items)
}

func (p Parameter) choose(items []string) (Fact, error) {
	fact := Fact{Kind: p.Kind}
	for _, item := range items {
		item = strings.TrimSpace(item)
		if !slices.Contains(p.Values, item) {
			return Fact{}, fmt.Errorf("parameter %s takes %s, not %q", p.Name, strings.Join(p.Values, ", "), item)
		}
		fact.Items = append(fact.Items, item)
	}
	if p.Kind == Word && len(fact.Items) != 1 {
		return Fact{}, fmt.Errorf("parameter %s takes one of %s", p.Name, strings.Join(p.Values, ", "))
	}
	return fact, nil
}

// Parameter finds the declaration of a parameter.
func (p *Pack) Parameter(name string) (Parameter, bool) {
	if name == PlanOn {
		return planOn, true
	}
	i := slices.IndexFunc(p.Parameters, func(have Parameter) bool { return have.Name == name })
	if i < 0 {
		return Parameter{}, false
	}
	return p.Parameters[i], true
}

// check refuses facts that no rule of the pack could read, so that a misspelt name never passes as "not known".
func (p *Pack) check(facts Params) error {
	for name, fact := range facts {
		declared, ok := p.Parameter(name)
		if !ok {
			return fmt.Errorf("unknown parameter %q", name)
		}
		if fact.Kind != declared.Kind {
			return fmt.Errorf("parameter %s is of kind %s, not %s", name, declared.Kind, fact.Kind)
		}
		if _, err := declared.Read(fact.String()); err != nil {
			return err
		}
	}
	return nil
}
