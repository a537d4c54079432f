package playbooks

// passes checks when a loop ends: what decides it can change while the loop runs.
func (c *checker) passes(s *Step) {
	for field, w := range map[string]*Condition{"while": s.While, "until_true": s.UntilTrue} {
		if w == nil || s.Kind != Loop {
			continue
		}
		a := asked{w, s, s.line(field), nil}
		if len(w.Decisions)+len(w.Steps) > 0 {
			c.problems.add(a.at, "loop_names", append(append([]string{}, w.Decisions...), w.Steps...)[0])
			continue
		}
		n := len(c.problems)
		c.condition(a)
		if len(c.problems) == n && s.Body != nil && len(w.Facts) == 0 && !changes(s.Body, w.Vars) {
			c.problems.add(a.at, "loop_never", s.ID)
		}
	}
}

// changes reports whether some step of a block, or of one inside it, sets one of the variables.
func changes(d *Definition, vars []string) bool {
	for i := range d.Steps {
		for _, name := range vars {
			if _, set := d.Steps[i].Set[name]; set {
				return true
			}
		}
	}
	for _, b := range d.Blocks() {
		if changes(b, vars) {
			return true
		}
	}
	return false
}
