package workflow

import (
	"fmt"

	"tasuke/playbooks"
)

// Way is what follows when a step did not end well.
type Way string

// The ways, in the order in which they are looked for.
const (
	WayHeld      Way = "held"       // a person decides
	WayOnFailure Way = "on_failure" // the step that is named for it gets its turn
	WayGoOn      Way = "continue"   // it is on record, and the run goes on
	WayException Way = "exception"  // the run is given up: its exception path
	WayToday     Way = "as_today"   // a person has said so: the run goes on, and ends no better
)

// Failure is a step that did not end well, and where.
type Failure struct {
	Step     *playbooks.Step
	Outcome  Outcome
	ByPerson bool  // somebody completed it so
	Phase    Phase // of the run
	Path     bool  // the run, or what its block stands in, says what follows when a step fails
}

// Route says what follows when a step did not end well. What is unknown is never led anywhere by
// itself: somebody has to look first. A run that is given up is not given up again.
func Route(f Failure) Way {
	failed := f.Outcome == Failed || f.Outcome == TimedOut
	switch {
	case !failed && f.ByPerson:
		return WayToday
	case !failed:
		return WayHeld
	case f.Step.OnFailure == playbooks.GoOn:
		return WayGoOn
	case f.Step.OnFailure != "" && f.Phase == Stepping:
		return WayOnFailure
	case f.Path && f.Phase == Stepping:
		return WayException
	case f.ByPerson:
		return WayToday
	}
	return WayHeld
}

// failed reports whether a step failed or its time was over, whatever was decided about it since.
func (s Status) failed() bool {
	return s.State == Finished && (s.Outcome == Failed || s.Outcome == TimedOut)
}

// fail ends a step that did not end well the way its playbook says. While the run is paused nothing
// follows: what would give the run up is held until it is resumed.
func (t *turn) fail(row *StepRun, o Outcome) error {
	way, err := t.route(row, o, false)
	if err != nil {
		return err
	}
	put := t.run.Phase == Undoing && row.Kind == playbooks.Action && t.ownWayBack(row.StepID) && o != Unknown
	if way == WayHeld && !put || way == WayException && t.paused() {
		return t.putBefore(row, o)
	}
	if err := t.begin(); err != nil {
		return err
	}
	if row.Kind == playbooks.Approval {
		if err := t.leaveResting(row, notApproved); err != nil {
			return err
		}
	}
	row.Outcome = o
	return t.finish(row, Finished, "", "step.failed")
}

// notApproved is the remark on an action whose approval was not given in time.
const notApproved = "時間内に承認されませんでした。 / not approved in time"

func (t *turn) route(row *StepRun, o Outcome, byPerson bool) (Way, error) {
	step, ok := t.def.Step(row.StepID)
	if !ok {
		return "", fmt.Errorf("the playbook has no step %q", row.StepID)
	}
	return Route(Failure{Step: step, Outcome: o, ByPerson: byPerson, Phase: t.run.Phase, Path: t.hasPath()}), nil
}

// hasPath reports whether something is said for a failure without a path of its own: the run has an
// exception path, or it is a pass of a loop and the loop, or what the loop stands in, has one.
func (t *turn) hasPath() bool {
	return t.def.Exception != nil || pathAbove(t.whole, t.run.Block)
}

// pathAbove looks outwards from a block; an exception path has nothing above it.
func pathAbove(whole *playbooks.Definition, block string) bool {
	for block != "" && block != playbooks.ExceptionBlock {
		outer, loop := around(whole, block)
		if loop == nil {
			return false
		}
		if loop.OnFailure != "" || outer.Exception != nil {
			return true
		}
		block = outer.Block
	}
	return false
}

// around finds what a loop's block stands in, and the loop.
func around(d *playbooks.Definition, block string) (*playbooks.Definition, *playbooks.Step) {
	for i := range d.Steps {
		if d.Steps[i].Body != nil && d.Steps[i].Body.Block == block {
			return d, &d.Steps[i]
		}
	}
	for _, b := range d.Blocks() {
		if outer, loop := around(b, block); loop != nil {
			return outer, loop
		}
	}
	return nil, nil
}

// gated says of every step that takes over failures whose failures those are.
func gated(d *playbooks.Definition) map[string][]string {
	var out map[string][]string
	for i := range d.Steps {
		s := &d.Steps[i]
		if s.OnFailure == "" || s.OnFailure == playbooks.GoOn {
			continue
		}
		if out == nil {
			out = map[string][]string{}
		}
		out[s.OnFailure] = append(out[s.OnFailure], s.ID)
	}
	return out
}

// unneeded answers why a step that takes over failures is left out: none of those it is for failed.
func unneeded(of []string, at map[string]Status) (Seen, bool) {
	if len(of) == 0 {
		return Seen{}, false
	}
	seen := Seen{Values: map[string]any{}}
	for i, id := range of {
		if at[id].failed() {
			return Seen{}, false
		}
		if i > 0 {
			seen.When += " or "
		}
		seen.When += fmt.Sprintf("steps.%s in [%q, %q]", id, Failed, TimedOut)
		seen.Values["steps."+id] = string(at[id].Outcome)
	}
	return seen, true
}

// takenOver reports whether a failure was led on as the playbook says: it makes the run no worse.
func (t *turn) takenOver(row *StepRun) bool {
	step, ok := t.def.Step(row.StepID)
	if !ok || !(Status{State: row.State, Outcome: row.Outcome}).failed() || step.OnFailure == "" {
		return false
	}
	if step.OnFailure == playbooks.GoOn {
		return true
	}
	by, ok := t.steps[step.OnFailure]
	return ok && by.State == Finished
}
