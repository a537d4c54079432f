package playbooks

import (
	"maps"
	"slices"
	"time"
)

// longestPause is the most time between two attempts of an action.
const longestPause = 7 * 24 * time.Hour

// ways checks where a step leads that does not end well, what it takes back, who may leave it
// out and who signs, and which ways a join waits for.
func (c *checker) ways() {
	taken := map[string]int{}
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		c.onFailure(s)
		c.compensates(s, taken)
		c.retry(s)
		c.skip(s)
		c.signatures(s)
		if s.Kind == Join {
			c.join(s)
		}
	}
}

// onFailure checks that the path of a failure is one: it begins right behind the step, and
// everything else behind the step says whether it waits for that path.
func (c *checker) onFailure(s *Step) {
	if s.OnFailure == "" || s.OnFailure == GoOn {
		return
	}
	at := s.line("on_failure")
	if s.Compensates != "" {
		c.problems.add(at, "failure_compensates", s.ID)
		return
	}
	to, ok := c.d.Step(s.OnFailure)
	switch {
	case !ok:
		c.unknown(at, "failure_unknown", s.OnFailure)
		return
	case to.Kind == End || to.Kind == Join:
		c.problems.add(at, "failure_kind", to.ID)
		return
	case !has(to.After, s.ID):
		c.problems.add(at, "failure_after", to.ID, s.ID)
		return
	}
	for _, id := range c.d.next()[s.ID] {
		other, _ := c.d.Step(id)
		asks := other.When != nil && has(other.When.Steps, s.ID)
		if id != to.ID && !c.before(other)[to.ID] && !asks {
			c.problems.add(other.line("after"), "failure_unclear", id, s.ID, to.ID)
		}
	}
}

// compensates checks that a step that takes work back has one step whose work it is.
func (c *checker) compensates(s *Step, taken map[string]int) {
	if s.Compensates == "" {
		return
	}
	at := s.line("compensates")
	of, ok := c.d.Step(s.Compensates)
	switch {
	case !ok:
		c.unknown(at, "compensates_unknown", s.Compensates)
	case of.Compensates != "" || !slices.Contains([]Kind{Task, Action, Call, Loop}, of.Kind):
		c.problems.add(at, "compensates_kind", of.ID)
	case taken[of.ID] > 0:
		c.problems.add(at, "compensates_twice", of.ID, taken[of.ID])
	default:
		taken[of.ID] = s.Line
	}
}

// retry checks that the pauses between the attempts stay within reason.
func (c *checker) retry(s *Step) {
	if s.Retry == nil {
		return
	}
	pause, _ := s.Retry.Pause.Exact()
	for range s.Retry.Times - 1 {
		if pause *= time.Duration(s.Retry.Factor); pause > longestPause {
			c.problems.add(s.line("retry"), "retry_long", int(longestPause.Hours()/24))
			return
		}
	}
}

func (c *checker) skip(s *Step) {
	if s.Skip == nil {
		return
	}
	c.role(s, "skip", s.Skip.Role)
	if s.Skip.Never && (s.Skip.Role != "" || s.Skip.Second) {
		c.problems.add(s.line("skip"), "skip_never", s.ID)
	}
}

// signatures checks who signs an approval: known roles, each once in a line, and the role that
// is asked for it among them.
func (c *checker) signatures(s *Step) {
	asked := len(s.Signatures) == 0
	for _, line := range s.Signatures {
		seen := map[string]bool{}
		for _, role := range line.Roles {
			c.role(s, "signatures", role)
			if seen[role] {
				c.problems.add(s.line("signatures"), "field_twice", role)
			}
			seen[role], asked = true, asked || role == s.Role
		}
	}
	if !asked && s.Role != "" {
		c.problems.add(s.line("role"), "signature_role", clip(s.Role), s.ID)
	}
}

// join checks how many ways a join needs and that what it cancels leads nowhere else.
func (c *checker) join(s *Step) {
	partial := s.partial()
	switch {
	case s.Need > len(s.After):
		c.problems.add(s.line("need"), "join_need", s.ID, s.Need, len(s.After))
		return
	case partial && s.Rest == "":
		c.problems.add(s.line("need"), "join_rest", s.ID)
	case !partial && s.Rest != "":
		c.problems.add(s.line("rest"), "join_rest_all", s.ID)
	}
	if !partial || s.Rest != RestStopped {
		return
	}
	ways, next := c.d.Between(s.ID), c.d.next()
	for _, id := range slices.Sorted(maps.Keys(ways)) {
		for _, to := range next[id] {
			if other, ok := c.d.Step(to); ok && to != s.ID && !ways[to] {
				c.problems.add(other.line("after"), "join_leak", to, id, s.ID)
			}
		}
	}
}

// partial reports whether a join does not wait for all of its ways.
func (s *Step) partial() bool { return s.Kind == Join && s.Need > 0 && s.Need < len(s.After) }

// before gives every step that comes before a step on the ways that lead to it. What takes work
// back comes after that work.
func (c *checker) before(s *Step) map[string]bool {
	if out, ok := c.earlier[s.ID]; ok {
		return out
	}
	out := c.d.before(s.ID)
	if of, ok := c.d.Step(s.Compensates); ok && s.Compensates != s.ID {
		out = c.d.before(of.ID)
		out[of.ID] = true
	}
	c.earlier[s.ID] = out
	return out
}

// settled gives every step that is surely over when the turn of a step comes. Behind a join that
// does not wait for all of its ways these are fewer than those before it. There is no circle.
func (c *checker) settled(s *Step) map[string]bool {
	if out, ok := c.certain[s.ID]; ok {
		return out
	}
	c.certain[s.ID] = nil // what takes back a step and stands before it, a fault, ends here
	after, enough := s.After, 1
	if s.partial() {
		enough = len(s.After) - s.Need + 1
	}
	if of, ok := c.d.Step(s.Compensates); ok && of.Compensates == "" {
		after = []string{of.ID}
	}
	count := map[string]int{}
	for _, id := range after {
		a, ok := c.d.Step(id)
		if !ok {
			continue
		}
		count[id]++
		for x := range c.settled(a) {
			count[x]++
		}
	}
	out := map[string]bool{}
	for id, n := range count {
		if n >= enough {
			out[id] = true
		}
	}
	c.certain[s.ID] = out
	return out
}
