package playbooks

import "strings"

// MaxCalls is how deep playbooks may call each other.
const MaxCalls = 8

// call checks that another playbook is there and is given what it takes.
func (c *checker) call(s *Step) {
	if c.rules.Playbook == nil || s.Playbook == "" {
		return
	}
	to, ok := c.called(s.Playbook)
	if !ok {
		c.problems.add(s.line("playbook"), "call_unknown", clip(s.Playbook))
		return
	}
	takes := map[string]taken{}
	for _, in := range to.Inputs {
		takes[in.ID] = taken{typ: in.Type, options: in.Options, needed: in.Required, personal: in.Personal}
	}
	c.inputs(s, to.Slug, takes)
}

// called gives another playbook; the one that is checked is itself.
func (w *document) called(slug string) (*Definition, bool) {
	if slug == w.d.Slug {
		return w.d, true
	}
	if w.rules.Playbook == nil {
		return nil, false
	}
	return w.rules.Playbook(slug)
}

// output gives what a call gives under a name; of a playbook that cannot be read nothing is known.
func (c *checker) output(s *Step, name string) (gift, bool) {
	if c.rules.Playbook == nil {
		return gift{always: true}, true
	}
	to, ok := c.called(s.Playbook)
	if !ok {
		return gift{always: true}, true // the call itself is the fault
	}
	v, ok := to.Variable(name)
	return gift{typ: v.Type, options: v.Options, always: v.given(), personal: v.Personal}, ok && has(to.Outputs, name)
}

// Calls lists the playbooks that a definition calls, in any block, each once.
func (d *Definition) Calls() (slugs []string) {
	for i := range d.Steps {
		if s := &d.Steps[i]; s.Kind == Call && s.Playbook != "" {
			slugs = addOnce(slugs, s.Playbook)
		}
	}
	for _, b := range d.Blocks() {
		for _, slug := range b.Calls() {
			slugs = addOnce(slugs, slug)
		}
	}
	return slugs
}

// circleOfCalls checks that no playbook comes back to itself through calls, and how deep they go.
func (w *document) circleOfCalls() {
	deepest := map[string]int{} // calls below a playbook that was looked at
	var path []string
	var visit func(d *Definition) int
	visit = func(d *Definition) (depth int) {
		if n, ok := deepest[d.Slug]; ok {
			return n
		}
		path = append(path, d.Slug)
		defer func() { path = path[:len(path)-1] }()
		for _, slug := range d.Calls() {
			if has(path, slug) {
				w.problems.add(w.callLine(path, slug), "call_circle", clip(strings.Join(append(path, slug), " → ")))
				continue
			}
			if to, ok := w.called(slug); ok {
				depth = max(depth, visit(to)+1)
			}
		}
		deepest[d.Slug] = depth
		return depth
	}
	if depth := visit(w.d); depth > MaxCalls {
		w.problems.add(1, "call_deep", MaxCalls, depth)
	}
}

// callLine is where the definition itself sets out on a path of calls.
func (w *document) callLine(path []string, slug string) int {
	first := append(path, slug)[1]
	if s, ok := w.d.callOf(first); ok {
		return s.line("playbook")
	}
	return 1
}

func (d *Definition) callOf(slug string) (*Step, bool) {
	for i := range d.Steps {
		if d.Steps[i].Kind == Call && d.Steps[i].Playbook == slug {
			return &d.Steps[i], true
		}
	}
	for _, b := range d.Blocks() {
		if s, ok := b.callOf(slug); ok {
			return s, true
		}
	}
	return nil, false
}
