package scenario

import (
	"strconv"
	"strings"

	"tasuke/playbooks"
)

// Place is a step as a table names it: through the calls and loops above it, each with the pass of a
// loop, 0 for the newest.
type Place struct {
	Above []Part
	Step  *playbooks.Step
}

// Part is a call or a loop on the way to a step.
type Part struct {
	ID   string
	Pass int
}

// Library finds a playbook by its id.
type Library func(slug string) (*playbooks.Definition, bool)

// Find follows a name, "leak/reports/fsa_write" or "chase#2/chase_call", from a playbook. "exception/x"
// is a step of the exception path.
func (l Library) Find(d *playbooks.Definition, name string) (p Place, ok bool) {
	parts := strings.Split(name, "/")
	for _, part := range parts[:len(parts)-1] {
		id, number, numbered := strings.Cut(part, "#")
		pass, err := strconv.Atoi(number)
		if numbered && (err != nil || pass < 1) {
			return Place{}, false
		}
		if d, ok = l.below(d, id, numbered); !ok {
			return Place{}, false
		}
		p.Above = append(p.Above, Part{id, pass})
	}
	p.Step, ok = d.Step(parts[len(parts)-1])
	return p, ok
}

// below is what a call or a loop works through.
func (l Library) below(d *playbooks.Definition, id string, numbered bool) (*playbooks.Definition, bool) {
	if id == playbooks.ExceptionBlock && d.Exception != nil && !numbered {
		return d.Exception, true
	}
	s, ok := d.Step(id)
	switch {
	case !ok:
		return nil, false
	case s.Kind == playbooks.Loop:
		return s.Body, s.Body != nil
	case s.Kind == playbooks.Call && !numbered:
		return l(s.Playbook)
	}
	return nil, false
}
