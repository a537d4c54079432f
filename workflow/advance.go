package workflow

import (
	"fmt"
	"maps"

	"tasuke/playbooks"
)

// Status is what Advance must know of a step.
type Status struct {
	State   State
	Choice  string
	Outcome Outcome
}

// Change is one step that moves on by itself.
type Change struct {
	Step string
	To   State
	Seen Seen // of a skipped step: its condition and the values it had
}

// Advance answers which waiting steps move, given where every step stands and the subject's
// facts: to Ready for people, to Working for the engine, to Skipped when the condition is false, or
// to Finished for a fork, a join and the end. It reads and writes nothing. A fact that is missing, a step without status and a kind nobody can run are
// errors: nothing moves on a guess.
func Advance(d *playbooks.Definition, now map[string]Status, facts map[string]any) ([]Change, error) {
	at, choices := maps.Clone(now), map[string]string{}
	for id, s := range now {
		choices[id] = s.Choice
	}
	var out []Change
	takers := gated(d)
	for moved := true; moved; {
		moved = false
		for i := range d.Steps {
			s := &d.Steps[i]
			st, ok := at[s.ID]
			if !ok {
				return nil, fmt.Errorf("the run has no row for step %q of %s", s.ID, d.Slug)
			}
			if st.State != Waiting || s.Compensates != "" || !free(d, s, at) {
				continue
			}
			c, err := next(s, choices, facts)
			if err != nil {
				return nil, err
			}
			if seen, leave := unneeded(takers[s.ID], at); leave {
				c = Change{s.ID, Skipped, seen}
			}
			if s.Kind == playbooks.End {
				out = append(out, uncalled(d, at)...)
			}
			at[s.ID] = Status{State: c.To, Outcome: outcomeOf(c.To)}
			out, moved = append(out, c), true
		}
	}
	return out, nil
}

// free reports whether nothing holds a step back: everything in after is finished, and so are
// the approval it rests on and every decision its condition names. The end waits for every other step, so that a step that
// is done again after the end keeps the run open.
func free(d *playbooks.Definition, s *playbooks.Step, at map[string]Status) bool {
	for _, id := range s.After {
		if !at[id].State.Over() {
			return false
		}
	}
	if s.ApprovedBy != "" && !at[s.ApprovedBy].State.Over() {
		return false
	}
	if s.When != nil {
		for _, id := range s.When.Decisions {
			if !at[id].State.Over() {
				return false
			}
		}
	}
	if s.Kind != playbooks.End {
		return true
	}
	for i := range d.Steps {
		other := &d.Steps[i]
		spare := other.Kind == playbooks.End || other.Compensates != "" && at[other.ID].State == Waiting
		if !spare && !at[other.ID].State.Over() {
			return false
		}
	}
	return true
}

// outcomeOf is how a step ended that the engine has just moved.
func outcomeOf(to State) Outcome {
	switch to {
	case Finished:
		return Succeeded
	case Skipped:
		return WasSkipped
	}
	return ""
}

func next(s *playbooks.Step, choices map[string]string, facts map[string]any) (Change, error) {
	if s.When != nil {
		holds, err := s.When.Holds(playbooks.Values{Choices: choices, Facts: facts})
		if err != nil {
			return Change{}, fmt.Errorf("step %q: %w", s.ID, err)
		}
		if !holds {
			return Change{s.ID, Skipped, Seen{When: s.When.Source, Values: s.When.Values(playbooks.Values{Choices: choices, Facts: facts})}}, nil
		}
	}
	switch s.Kind {
	case playbooks.Task, playbooks.Decision, playbooks.Approval:
		return Change{Step: s.ID, To: Ready}, nil
	case playbooks.Action, playbooks.Wait:
		return Change{Step: s.ID, To: Working}, nil
	case playbooks.Parallel, playbooks.Join, playbooks.End:
		return Change{Step: s.ID, To: Finished}, nil
	}
	return Change{}, fmt.Errorf("step %q is of kind %q, which cannot be run", s.ID, s.Kind)
}
