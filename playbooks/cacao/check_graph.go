package cacao

import (
	"slices"
	"strings"
)

// graph checks where the pointers of a workflow lead.
func (c *checker) graph() {
	c.flow = flowOf(object(c.tree, "workflow"))
	start, exception := text(c.tree, "workflow_start"), text(c.tree, "workflow_exception")
	c.enters(start, exception)
	dangling := false
	for _, id := range c.flow.order {
		n := c.flow.nodes[id]
		for _, a := range slices.Concat(n.next, n.branches) {
			if _, ok := c.flow.nodes[a.to]; !ok {
				dangling = true
				c.found.add("/workflow"+pointer(id)+pointer(a.label), "step_missing", clip(a.to))
			} else if c.flow.nodes[a.to].kind == "start" {
				c.found.add("/workflow"+pointer(id)+pointer(a.label), "start_inside", a.to)
			}
		}
	}
	if circle := c.flow.circle(); circle != nil {
		c.found.add("/workflow"+pointer(circle[0]), "circle", clip(strings.Join(circle, " → ")))
		return
	}
	if !dangling && c.flow.nodes[start] != nil {
		c.scopes(start, exception)
	}
}

// enters checks the two ways into a workflow.
func (c *checker) enters(start, exception string) {
	n, ok := c.flow.nodes[start]
	switch {
	case start == "":
	case !ok:
		c.found.add("/workflow_start", "step_missing", clip(start))
	case n.kind != "start":
		c.found.add("/workflow_start", "start_kind", clip(start))
	}
	n, ok = c.flow.nodes[exception]
	switch {
	case exception == "":
	case !ok:
		c.found.add("/workflow_exception", "step_missing", clip(exception))
	case n.kind == "start":
		c.found.add("/workflow_exception", "exception_kind", clip(exception))
	}
}

// scopes checks that every branch is a stretch of its own with one end of its own, and that every
// step can be reached.
func (c *checker) scopes(start, exception string) {
	reached, owner := map[string]bool{}, map[string]scope{}
	all := c.flow.within("", "workflow_start", start)
	for _, s := range all {
		c.branch(s)
		for _, id := range s.steps {
			reached[id] = true
			if other, taken := owner[id]; taken {
				c.found.add(place(s), "branch_shared", clip(id), place(other))
				break
			}
			owner[id] = s
		}
	}
	if exception != "" {
		for _, s := range c.flow.within("", "workflow_exception", exception) {
			if s.owner != "" && !reached[s.owner] {
				c.branch(s)
			}
			for _, id := range s.steps {
				if other, taken := owner[id]; taken && s.owner != "" && !reached[s.owner] && other.owner != "" {
					c.found.add(place(s), "branch_shared", clip(id), place(other))
				}
				owner[id] = s
			}
		}
		for id := range owner {
			reached[id] = true
		}
	}
	for _, id := range c.flow.order {
		if !reached[id] {
			c.found.add("/workflow"+pointer(id), "unreachable")
		}
	}
}

func (c *checker) branch(s scope) {
	switch {
	case len(s.ends) == 0:
		c.found.add(place(s), "end_none")
	case s.owner != "" && len(s.ends) > 1:
		c.found.add(place(s), "branch_ends", len(s.ends))
	}
}

func place(s scope) string {
	switch {
	case s.owner == "":
		return "/" + s.label
	case strings.HasPrefix(s.owner, "switch-condition"):
		return "/workflow" + pointer(s.owner) + "/cases" + pointer(s.label)
	}
	return "/workflow" + pointer(s.owner) + pointer(s.label)
}
