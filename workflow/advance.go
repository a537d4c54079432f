package workflow

import (
	"fmt"
	"maps"
	"slices"

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
	Step   string
	To     State
	Choice string // of a switch
	Seen   Seen   // of a skipped step, a switch and a step that is held: the conditions and the values they had
}

// Advance answers which waiting steps move, given where every step stands, the subject's facts and
// the run's variables: to Ready for people, to Working for the engine, to Skipped when the condition
// is false, to Finished for a switch, a fork, a join and the end, to Cancelled where a join stops the
// ways it does not need, and to Held when a condition asks for a variable nobody knows. It reads and
// writes nothing. A fact that is missing, a step without status and a kind nobody can run are
// errors: nothing moves on a guess.
func Advance(d *playbooks.Definition, now map[string]Status, known playbooks.Values) ([]Change, error) {
	at := maps.Clone(now)
	known.Choices, known.Ended = map[string]string{}, map[string]string{}
	for id, s := range now {
		known.Choices[id], known.Ended[id] = s.Choice, ended(s)
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
			seen, leave := unneeded(takers[s.ID], at)
			c := Change{Step: s.ID, To: Skipped, Seen: seen}
			if !leave {
				var err error
				if c, err = next(s, known); err != nil {
					return nil, err
				}
			}
			for _, c := range slices.Concat(stopped(d, s, c, at), uncalled(d, s, at), []Change{c}) {
				st := Status{c.To, c.Choice, outcomeOf(c.To)}
				at[c.Step], known.Choices[c.Step], known.Ended[c.Step] = st, c.Choice, ended(st)
				out, moved = append(out, c), true
			}
		}
	}
	return out, nil
}

// ended says how a step ended in the words of conditions, "" while it has not.
func ended(s Status) string {
	switch s.State {
	case Skipped:
		return string(WasSkipped)
	case Cancelled:
		return string(WasCanceled)
	case Finished:
		return string(s.Outcome)
	}
	return ""
}

// outcomeOf is the outcome of a step that the engine moves to a state.
func outcomeOf(to State) Outcome {
	return map[State]Outcome{Finished: Succeeded, Skipped: WasSkipped, Cancelled: WasCanceled}[to]
}

// free reports whether nothing holds a step back: everything in after is finished, or as many ways as
// a join needs, and so is everything else it looks at. The end waits for every other step, so that a
// step that is done again after the end keeps the run open.
func free(d *playbooks.Definition, s *playbooks.Step, at map[string]Status) bool {
	if !met(s, at) {
		return false
	}
	for _, id := range looks(d, s) {
		if !at[id].State.Over() {
			return false
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

func next(s *playbooks.Step, known playbooks.Values) (Change, error) {
	if s.When != nil {
		holds, seen, err := ask(s.When, known)
		switch {
		case err != nil:
			return Change{}, fmt.Errorf("step %q: %w", s.ID, err)
		case holds == unclear:
			return Change{Step: s.ID, To: Held, Seen: seen}, nil
		case holds == no:
			return Change{Step: s.ID, To: Skipped, Seen: seen}, nil
		}
	}
	switch s.Kind {
	case playbooks.Task, playbooks.Decision, playbooks.Approval:
		return Change{Step: s.ID, To: Ready}, nil
	case playbooks.Action, playbooks.Wait, playbooks.Call, playbooks.Loop:
		return Change{Step: s.ID, To: Working}, nil
	case playbooks.Switch:
		return choose(s, known)
	case playbooks.Parallel, playbooks.Join, playbooks.End:
		return Change{Step: s.ID, To: Finished}, nil
	}
	return Change{}, fmt.Errorf("step %q is of kind %q, which cannot be run", s.ID, s.Kind)
}
