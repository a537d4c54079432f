package playbooks

import (
	"maps"
	"slices"
	"strings"
	"time"
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
		case Wait:
			if s.Event != "" && !has(c.rules.Events, s.Event) {
				c.problems.add(s.line("event"), "event_unknown", clip(s.Event), strings.Join(c.rules.Events, ", "))
			}
		}
	}
}

// action checks that the program knows what is to be done, that every input is given in its type
// and that what has to be approved is.
func (c *checker) action(s *Step) {
	shape, known := c.rules.Actions[s.Do]
	if !known {
		if s.Do != "" {
			c.problems.add(s.line("do"), "action_unknown", clip(s.Do), strings.Join(slices.Sorted(maps.Keys(c.rules.Actions)), ", "))
		}
		return
	}
	for _, name := range slices.Sorted(maps.Keys(shape.Input)) {
		if v, ok := s.With[name]; ok {
			c.input(s, name, v, shape.Input[name])
		} else {
			c.problems.add(s.line("with"), "with_missing", name, s.Do)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.With)) {
		if _, ok := shape.Input[name]; !ok {
			c.problems.add(s.With[name].Line, "with_unknown", clip(name), s.Do, strings.Join(slices.Sorted(maps.Keys(shape.Input)), ", "))
		}
	}
	c.approved(s, shape.NeedsApproval)
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
	case !ok || a.Kind != Approval:
		c.problems.add(at, "approved_unknown", clip(s.ApprovedBy))
	case !c.d.before(s.ID)[a.ID]:
		c.problems.add(at, "approved_later", a.ID)
	case needs != "" && a.Of != needs:
		c.problems.add(at, "approved_other", s.Do, needs, clip(a.Of))
	case !sure(a, s):
		c.problems.add(at, "approved_maybe", a.ID)
	}
}

// sure reports whether a step is done whenever a later one is: it has no condition, or the same.
func sure(earlier, later *Step) bool {
	return earlier.When == nil || later.When != nil && earlier.When.Source == later.When.Source
}

// input checks one input of an action against its type.
func (c *checker) input(s *Step, name string, v Value, want FieldType) {
	if v.From == "" {
		if v.Literal != nil && !literal(v.Literal, want) {
			c.problems.add(v.Line, "with_type", name, string(want))
		}
		return
	}
	id, field, _ := strings.Cut(v.From, ".")
	src, ok := c.d.Step(id)
	if !ok {
		c.problems.add(v.Line, "with_step", id)
		return
	}
	got, there, always := c.gives(src, field)
	switch {
	case !there:
		c.problems.add(v.Line, "with_field", id, field)
	case !c.d.before(s.ID)[id]:
		c.problems.add(v.Line, "with_later", id)
	case !got.fits(want):
		c.problems.add(v.Line, "with_type", name, string(want))
	case !always || !sure(src, s):
		c.problems.add(v.Line, "with_maybe", v.From)
	}
}

// gives answers the type of what a step gives under a name, and whether it always does.
func (c *checker) gives(src *Step, name string) (t FieldType, there, always bool) {
	switch src.Kind {
	case Task:
		f, ok := src.Field(name)
		return f.Type, ok, f.Required
	case Action:
		t, ok := c.rules.Actions[src.Do].Output[name]
		return t, ok, true
	}
	return "", false, false
}

// literal reports whether what is written is of a type.
func literal(v any, t FieldType) bool {
	switch t {
	case NumberField, YenField:
		_, ok := v.(int64)
		return ok
	case YesNoField:
		_, ok := v.(bool)
		return ok
	}
	s, ok := v.(string)
	if !ok {
		return false
	}
	switch t {
	case DateField:
		_, err := time.Parse(time.DateOnly, s)
		return err == nil
	case DatetimeField:
		_, err := time.Parse(time.RFC3339, s)
		return err == nil
	}
	return true
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
			c.problems.add(s.line("back_to"), "back_unknown", clip(s.BackTo))
		case !c.d.before(s.ID)[back.ID]:
			c.problems.add(s.line("back_to"), "back_later", back.ID)
		case back.Kind != Task:
			c.problems.add(s.line("back_to"), "back_kind", back.ID)
		case !sure(back, s):
			c.problems.add(s.line("back_to"), "back_maybe", back.ID)
		}
	}
	if len(s.NotBy) == 0 {
		c.problems.add(s.Line, "approval_alone", s.ID)
	}
}
