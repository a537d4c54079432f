package deadline

import "slices"

// Condition is a test on one fact. Exactly one of ContainsAny and GreaterThan is set.
type Condition struct {
	Param       string   `yaml:"param"`
	ContainsAny []string `yaml:"contains_any"`
	GreaterThan *int     `yaml:"greater_than"`
	UnlessKnown string   `yaml:"unless_known"` // the test says no once this other fact is known
}

// AppliesIf holds when any of its conditions holds; without conditions it always holds.
type AppliesIf struct {
	Any []Condition `yaml:"any"`
}

// answer is yes, no, or not yet to be told.
type answer int

const (
	no answer = iota
	unknown
	yes
)

func (c Condition) ask(facts Params) answer {
	if _, settled := facts[c.UnlessKnown]; settled && c.UnlessKnown != "" {
		return no
	}
	fact, known := facts[c.Param]
	if !known {
		return unknown
	}
	holds := slices.ContainsFunc(c.ContainsAny, func(item string) bool { return slices.Contains(fact.Items, item) })
	if c.GreaterThan != nil {
		holds = fact.Count > *c.GreaterThan
	}
	if holds {
		return yes
	}
	return no
}

// ask gives the answer of all conditions together, and the one that decided a yes. Threshold conditions come
// last: a duty that stands on another ground does not stand on a number.
func (a AppliesIf) ask(facts Params) (answer, Condition) {
	if len(a.Any) == 0 {
		return yes, Condition{}
	}
	best, by := no, Condition{}
	for _, c := range a.Any {
		got := c.ask(facts)
		if got > best || got == yes && by.GreaterThan != nil {
			best, by = got, c
		}
	}
	return best, by
}

// meet gives a fact that makes the condition true without touching what the other condition asks for.
func (c Condition) meet(without []Condition) (Fact, bool) {
	if c.GreaterThan != nil {
		return Number(*c.GreaterThan + 1), true
	}
	for _, item := range c.ContainsAny {
		taken := slices.ContainsFunc(without, func(o Condition) bool { return slices.Contains(o.ContainsAny, item) })
		if !taken {
			return Ticked(item), true
		}
	}
	return Fact{}, false
}

// Deciding lists the parameters on which the rule's result depends, in the order of the rule.
func (r Rule) Deciding() []string {
	var names []string
	add := func(c Condition) {
		if !slices.Contains(names, c.Param) {
			names = append(names, c.Param)
		}
	}
	for _, c := range r.AppliesIf.Any {
		add(c)
	}
	for _, n := range r.Period.NIf {
		add(n.When)
	}
	return names
}

// OpenVariants are example facts, one for each length the period can have, for a reader who has not said what
// the facts are. There are none when the facts already say what decides, or when the rule has one length.
func (r Rule) OpenVariants(facts Params) []Params {
	if len(r.Period.NIf) == 0 {
		return nil
	}
	var special []Condition
	for _, n := range r.Period.NIf {
		if _, known := facts[n.When.Param]; known {
			return nil
		}
		special = append(special, n.When)
	}
	var all []Params
	for _, c := range r.AppliesIf.Any {
		if fact, ok := c.meet(special); ok {
			all = append(all, Params{c.Param: fact})
			break
		}
	}
	for _, c := range special {
		if fact, ok := c.meet(nil); ok {
			all = append(all, Params{c.Param: fact})
		}
	}
	return all
}

// length is the number of units for these facts, and the condition that replaced the usual number, if one did.
func (p Period) length(facts Params) (int, *Condition) {
	for _, n := range p.NIf {
		if n.When.ask(facts) == yes {
			return n.N, &n.When
		}
	}
	return p.N, nil
}
