package workflow

import (
	"fmt"
	"maps"
	"slices"

	"tasuke/playbooks"
)

// truth is what a condition answers.
type truth int

const (
	no truth = iota
	yes
	unclear // it compares a variable that nobody knows: a person decides, nothing moves on a guess
)

// ask evaluates a condition and says what it looked at.
func ask(c *playbooks.Condition, known playbooks.Values) (truth, Seen, error) {
	seen := Seen{When: c.Source, Values: c.Values(known)}
	holds, err := c.Holds(known)
	switch {
	case err != nil && slices.ContainsFunc(c.Vars, func(name string) bool { v, ok := known.Vars[name]; return ok && v == nil }):
		return unclear, seen, nil
	case err != nil:
		return no, seen, err
	case holds:
		return yes, seen, nil
	}
	return no, seen, nil
}

// choose takes the first outcome of a switch whose condition holds, the last otherwise. What every
// condition up to it saw is kept.
func choose(s *playbooks.Step, known playbooks.Values) (Change, error) {
	c := Change{Step: s.ID, To: Finished, Seen: Seen{Values: map[string]any{}}}
	for _, o := range s.Outcomes {
		if o.If == nil {
			c.Choice, c.Seen.When = o.ID, ""
			return c, nil
		}
		holds, seen, err := ask(o.If, known)
		if err != nil {
			return Change{}, fmt.Errorf("step %q: %w", s.ID, err)
		}
		maps.Copy(c.Seen.Values, seen.Values)
		switch c.Seen.When = seen.When; holds {
		case yes:
			c.Choice = o.ID
			return c, nil
		case unclear:
			c.To = Held
			return c, nil
		}
	}
	return Change{}, fmt.Errorf("no outcome of the switch %q holds, and none is taken otherwise", s.ID)
}

// conditions are all that a step asks when its turn comes.
func conditions(s *playbooks.Step) (out []*playbooks.Condition) {
	if s.When != nil {
		out = append(out, s.When)
	}
	for _, o := range s.Outcomes {
		for _, c := range []*playbooks.Condition{o.If, o.Suggest} {
			if c != nil {
				out = append(out, c)
			}
		}
	}
	if s.While != nil {
		out = append(out, s.While)
	}
	return out
}

// looks lists the steps a step looks at beside those it comes after: the approval it rests on, the
// decisions and steps its conditions name, and the steps before it that set a variable they name.
func looks(d *playbooks.Definition, s *playbooks.Step) (out []string) {
	if s.ApprovedBy != "" {
		out = append(out, s.ApprovedBy)
	}
	for _, c := range conditions(s) {
		for _, id := range append(slices.Clone(c.Decisions), c.Steps...) {
			if _, here := d.Step(id); here && id != s.ID { // a loop may name what stands in its body
				out = append(out, id)
			}
		}
		out = append(out, setters(d, s, c.Vars)...)
	}
	return out
}

// setters lists the steps before a step that give one of the variables a value.
func setters(d *playbooks.Definition, s *playbooks.Step, vars []string) (out []string) {
	for i := range d.Steps {
		before := &d.Steps[i]
		for _, name := range vars {
			if _, sets := before.Set[name]; sets && before.ID != s.ID && d.Following(before.ID)[s.ID] {
				out = append(out, before.ID)
			}
		}
	}
	return out
}
