package playbooks

import (
	"maps"
	"slices"
	"strings"
)

// shape checks how many ways begin and meet at a step.
func (c *checker) shape() {
	next := c.d.next()
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		switch {
		case s.Kind == Parallel && len(next[s.ID]) < 2:
			c.problems.add(s.Line, "parallel_few", s.ID)
		case s.Kind == Join && len(s.After) < 2:
			c.problems.add(s.line("after"), "join_few", s.ID)
		}
	}
}

// kinds checks what the kinds of step name: actions, approvables, events and other steps.
func (c *checker) kinds() {
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		switch s.Kind {
		case Action:
			c.action(s)
		case Approval:
			c.approval(s)
		case Task, Decision:
			c.prepared(s)
		case Call:
			c.call(s)
		case Wait:
			c.wait(s)
		}
		c.set(s)
	}
	c.duplicates()
}

func (c *checker) wait(s *Step) {
	if s.Event != "" && !has(c.rules.Events, s.Event) {
		c.problems.add(s.line("event"), "event_unknown", clip(s.Event), strings.Join(c.rules.Events, ", "))
	}
	if s.Until == "" {
		return
	}
	at := s.line("until")
	switch g, ok := c.value(s, Value{From: s.Until}, at); {
	case !ok:
	case g.typ != "" && g.typ != DateField && g.typ != DatetimeField:
		c.problems.add(at, "until_type", s.Until)
	case !g.always:
		c.problems.add(at, "with_maybe", s.Until)
	}
}

// prepared checks what the program does for the person of a step: something it may do unasked.
func (c *checker) prepared(s *Step) {
	if s.Prepare == "" {
		if len(s.With) > 0 {
			c.problems.add(s.line("with"), "with_alone", s.ID)
		}
		return
	}
	if shape, known := c.shapeOf(s, "prepare", s.Prepare); !known {
		return
	} else if shape.NeedsApproval != "" {
		c.problems.add(s.line("prepare"), "prepare_approval", s.Prepare)
		return
	}
	c.inputs(s, s.Prepare, c.takes(s.Prepare))
}

// action checks that the program knows what is to be done, that every input is given in its type
// and that what has to be approved is.
func (c *checker) action(s *Step) {
	shape, known := c.shapeOf(s, "do", s.Do)
	if !known {
		return
	}
	c.inputs(s, s.Do, c.takesOf(s, shape))
	c.approved(s, shape.NeedsApproval)
}

// shapeOf finds an action; one that nobody knows is noted.
func (c *checker) shapeOf(s *Step, field, name string) (Shape, bool) {
	shape, known := c.rules.Actions[name]
	if !known && name != "" {
		c.problems.add(s.line(field), "action_unknown", clip(name), strings.Join(slices.Sorted(maps.Keys(c.rules.Actions)), ", "))
	}
	return shape, known
}

// takes gives the inputs of an action. All of them are needed.
func (c *checker) takes(action string) map[string]taken {
	out := map[string]taken{}
	for name, t := range c.rules.Actions[action].Input {
		out[name] = taken{typ: t, needed: true, personal: true}
	}
	return out
}

// takesOf is takes with the further inputs that an open action is given: each may be missing, and is
// then missed when the action acts.
func (c *checker) takesOf(s *Step, shape Shape) map[string]taken {
	out := c.takes(s.Do)
	for name := range s.With {
		if _, fixed := out[name]; !fixed && shape.Open {
			out[name] = taken{typ: anyType, personal: true}
		}
	}
	return out
}

// duplicates finds two actions that do the same at the same time.
func (c *checker) duplicates() {
	for i := range c.d.Steps {
		s := &c.d.Steps[i]
		for j := range i {
			other := &c.d.Steps[j]
			same := s.Kind == Action && other.Kind == Action && s.Do != "" && s.Do == other.Do && condition(s) == condition(other) && sameInput(s, other)
			apart := s.Compensates != "" || other.Compensates != "" || c.handlers[s.ID] || c.handlers[other.ID]
			if same && !apart && !c.before(s)[other.ID] && !c.before(other)[s.ID] {
				c.problems.add(s.line("do"), "work_twice", s.ID, other.ID, other.Line)
			}
		}
	}
}

func condition(s *Step) string {
	if s.When == nil {
		return ""
	}
	return s.When.Source
}

func sameInput(a, b *Step) bool {
	return maps.EqualFunc(a.With, b.With, func(x, y Value) bool { return x.From == y.From && x.Literal == y.Literal })
}

// approved checks the approval an action rests on.
func (c *checker) approved(s *Step, needs string) {
	at := s.line("approved_by")
	if s.ApprovedBy == "" {
		if needs != "" {
			c.problems.add(at, "approved_missing", s.Do, needs)
		}
		return
	}
	switch a, ok := c.d.Step(s.ApprovedBy); {
	case !ok:
		c.unknown(at, "approved_unknown", s.ApprovedBy)
	case a.Kind != Approval:
		c.problems.add(at, "approved_unknown", clip(s.ApprovedBy))
	case !c.before(s)[a.ID]:
		c.problems.add(at, "approved_later", a.ID)
	case needs != "" && a.Of != needs:
		c.problems.add(at, "approved_other", s.Do, needs, clip(a.Of))
	case !c.sure(a, s):
		c.problems.add(at, "approved_maybe", a.ID)
	}
}

// approval checks that the program can show what is approved, where a rejected one goes back to,
// and that somebody else approves.
func (c *checker) approval(s *Step) {
	if s.Of != "" && !has(c.rules.Approvables, s.Of) {
		c.problems.add(s.line("of"), "approvable_unknown", clip(s.Of), strings.Join(c.rules.Approvables, ", "))
	}
	if s.BackTo != "" {
		switch back, ok := c.d.Step(s.BackTo); {
		case !ok:
			c.unknown(s.line("back_to"), "back_unknown", s.BackTo)
		case !c.settled(s)[back.ID]:
			c.problems.add(s.line("back_to"), "back_later", back.ID)
		case back.Kind != Task:
			c.problems.add(s.line("back_to"), "back_kind", back.ID)
		case !c.sure(back, s):
			c.problems.add(s.line("back_to"), "back_maybe", back.ID)
		}
	}
	if len(s.NotBy) == 0 {
		c.problems.add(s.Line, "approval_alone", s.ID)
	}
}
