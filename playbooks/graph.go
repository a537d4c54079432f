package playbooks

import "strings"

// references checks what after names.
func (c *checker) references() {
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		at, seen := s.line("after"), map[string]bool{}
		switch {
		case i == 0 && s.Compensates != "":
			c.problems.add(s.line("compensates"), "compensates_first", s.ID)
		case i == 0 && len(s.After) > 0:
			c.problems.add(at, "after_first")
		case len(s.After) > 0 && s.Compensates != "":
			c.problems.add(at, "compensates_after", s.ID)
		case i > 0 && len(s.After) == 0 && s.Compensates == "":
			c.problems.add(s.Line, "after_none")
		}
		for _, id := range s.After {
			switch other, ok := c.d.Step(id); {
			case !ok:
				c.unknown(at, "after_unknown", id)
			case other.Kind == End:
				c.problems.add(at, "after_end", id)
			case other.Compensates != "":
				c.problems.add(at, "after_compensates", id)
			case seen[id]:
				c.problems.add(at, "field_twice", id)
			}
			seen[id] = true
		}
	}
}

// ends checks that there is one end.
func (c *checker) ends() {
	first := 0
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		switch {
		case s.Kind != End:
		case first > 0:
			c.problems.add(s.Line, "end_second", first)
		default:
			first = s.Line
		}
	}
	if first == 0 {
		c.problems.add(c.d.Steps[len(c.d.Steps)-1].Line, "end_missing")
	}
}

// circles reports each circle once and answers whether there is none.
func (c *checker) circles() bool {
	const open, closed = 1, 2
	state, clean := map[string]int{}, true
	var path []string
	var visit func(id string)
	visit = func(id string) {
		s, ok := c.d.Step(id)
		if !ok || state[id] == closed {
			return
		}
		if state[id] == open {
			clean = false
			c.problems.add(s.line("after"), "cycle", circle(path, id))
			return
		}
		state[id] = open
		path = append(path, id)
		for _, a := range s.After {
			visit(a)
		}
		path = path[:len(path)-1]
		state[id] = closed
	}
	for i := range c.d.Steps {
		visit(c.d.Steps[i].ID)
	}
	return clean
}

// circle writes the steps of a circle in the order they would run.
func circle(path []string, id string) string {
	out := id
	for i := len(path) - 1; i >= 0; i-- {
		out += " → " + path[i]
		if path[i] == id {
			break
		}
	}
	if n := strings.Count(out, "→"); n > 8 {
		return clip(out)
	}
	return out
}

// reach checks that every step can be reached from the first and leads to the end. The end
// has no condition and is alone, so a run reaches it on every path.
func (c *checker) reach() {
	next := c.d.next()
	from := walk(next, c.d.Steps[0].ID)
	back := map[string]bool{}
	for i := range c.d.Steps {
		if s := &c.d.Steps[i]; s.Kind == End {
			for id := range c.d.before(s.ID) {
				back[id] = true
			}
		}
	}
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		if !from[s.ID] && i > 0 && len(s.After) > 0 {
			c.problems.add(s.Line, "unreachable", s.ID)
		}
		if s.Kind != End && s.Compensates == "" && !back[s.ID] && len(back) > 0 {
			c.problems.add(s.Line, "end_lost", s.ID)
		}
	}
}

// next gives the steps that wait for each step.
func (d *Definition) next() map[string][]string {
	out := map[string][]string{}
	for i := range d.Steps {
		for _, a := range d.Steps[i].After {
			out[a] = append(out[a], d.Steps[i].ID)
		}
	}
	return out
}

// before gives every step that is finished before a step.
func (d *Definition) before(id string) map[string]bool {
	prev := map[string][]string{}
	for i := range d.Steps {
		prev[d.Steps[i].ID] = d.Steps[i].After
	}
	out := walk(prev, id)
	delete(out, id)
	return out
}

// Following gives every step that waits, directly or through others, for a step.
func (d *Definition) Following(id string) map[string]bool {
	out := walk(d.next(), id)
	delete(out, id)
	return out
}

// Between gives the steps of the ways that meet at a join: those that lead to it from where the
// ways parted. The steps that every way has in common come before that.
func (d *Definition) Between(join string) map[string]bool {
	s, ok := d.Step(join)
	if !ok {
		return nil
	}
	ways := map[string]int{}
	for _, id := range s.After {
		ways[id]++
		for x := range d.before(id) {
			ways[x]++
		}
	}
	out := map[string]bool{}
	for id, n := range ways {
		if n < len(s.After) {
			out[id] = true
		}
	}
	return out
}

func walk(arrows map[string][]string, from string) map[string]bool {
	seen := map[string]bool{from: true}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, id := range arrows[queue[0]] {
			if !seen[id] {
				seen[id] = true
				queue = append(queue, id)
			}
		}
	}
	return seen
}
