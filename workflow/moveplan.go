package workflow

import (
	"reflect"
	"slices"

	"tasuke/playbooks"
)

// Standing is what a plan must know of a step of a run.
type Standing struct {
	Status
	Begun       bool // it was ever its turn
	ByCondition bool // it was skipped, and not by a person
	Below       bool // runs that it began are still at work
}

// Obstacle is why a run cannot move to another version: a step, and what is in the way of it.
type Obstacle struct {
	Step  string
	Title playbooks.Text
	Why   string // a word of Obstacles
}

// What can be in the way of a move.
const (
	Vanishes    = "vanishes"     // a step that was begun is not there any more
	OtherKind   = "other_kind"   // a step that was begun is of another kind
	OtherWork   = "other_work"   // a step that the engine is at, or that is held, does something else
	ChoiceGone  = "choice_gone"  // what was chosen is not there any more
	PartAtWork  = "part_at_work" // a part of the run is still worked through
	RunGivingUp = "giving_up"    // the run is given up: no step, it is the run
)

// Obstacles lists what can be in the way.
var Obstacles = []string{Vanishes, OtherKind, OtherWork, ChoiceGone, PartAtWork, RunGivingUp}

// Plan says what becomes of a run's steps when it moves to another version of its playbook: ids of
// steps in the order of the new version, those that go in the order of the old one.
type Plan struct {
	Kept, Added, Changed, Removed []string
	Blocked                       []Obstacle
}

// PlanMove compares two versions over how far a run has come. It reads and writes nothing. A run may
// move when nothing is in the way: what was begun is still there and of the same kind, what was
// chosen can still be chosen, and nothing is at work in another way than it began.
func PlanMove(old, now *playbooks.Definition, at map[string]Standing) Plan {
	var p Plan
	for i := range now.Steps {
		s := &now.Steps[i]
		was, had := old.Step(s.ID)
		switch {
		case !had:
			p.Added = append(p.Added, s.ID)
			continue
		case same(was, s):
			p.Kept = append(p.Kept, s.ID)
		default:
			p.Changed = append(p.Changed, s.ID)
		}
		if why := inTheWay(was, s, at[s.ID]); why != "" {
			p.Blocked = append(p.Blocked, Obstacle{s.ID, s.Title, why})
		}
	}
	for i := range old.Steps {
		s := &old.Steps[i]
		if _, has := now.Step(s.ID); has {
			continue
		}
		p.Removed = append(p.Removed, s.ID)
		if st := at[s.ID]; st.started() {
			p.Blocked = append(p.Blocked, Obstacle{s.ID, s.Title, Vanishes})
		}
	}
	return p
}

// started reports whether something happened at a step that has to stay to be seen.
func (s Standing) started() bool { return s.State != Waiting && !s.ByCondition }

func inTheWay(was, s *playbooks.Step, at Standing) string {
	switch {
	case at.Below:
		return PartAtWork
	case !at.started():
		return ""
	case was.Kind != s.Kind:
		return OtherKind
	case (at.State == Working || at.State == Held) && at.Begun && !sameWork(was, s):
		return OtherWork
	case at.Choice != "" && (s.Kind == playbooks.Decision || s.Kind == playbooks.Switch):
		if _, ok := s.Outcome(at.Choice); !ok {
			return ChoiceGone
		}
	}
	return ""
}

// same reports whether a step says the same in two versions, wherever it stands in the file.
func same(a, b *playbooks.Step) bool { return reflect.DeepEqual(plain(*a), plain(*b)) }

// sameWork reports whether the engine does the same in a step.
func sameWork(a, b *playbooks.Step) bool {
	work := func(s *playbooks.Step) playbooks.Step {
		return plain(playbooks.Step{
			Do: s.Do, With: s.With, ApprovedBy: s.ApprovedBy, Event: s.Event, For: s.For, Until: s.Until, Playbook: s.Playbook,
			While: s.While, UntilTrue: s.UntilTrue, Max: s.Max, Body: s.Body, Prepare: s.Prepare,
		})
	}
	return reflect.DeepEqual(work(a), work(b))
}

// plain is a step without the lines it was read from, its conditions as they are written.
func plain(s playbooks.Step) playbooks.Step {
	out := playbooks.Step{
		ID: s.ID, Kind: s.Kind, Row: s.Row, Title: s.Title, Instructions: s.Instructions, Role: s.Role, Target: s.Target,
		After: slices.Sorted(slices.Values(s.After)), NotBy: slices.Sorted(slices.Values(s.NotBy)), Do: s.Do, ApprovedBy: s.ApprovedBy,
		Of: s.Of, BackTo: s.BackTo, Event: s.Event, For: s.For, Until: s.Until, Timeout: s.Timeout, Retry: s.Retry,
		OnFailure: s.OnFailure, Compensates: s.Compensates, Skip: s.Skip, Prepare: s.Prepare, Signatures: s.Signatures,
		Need: s.Need, Rest: s.Rest, Playbook: s.Playbook, Max: s.Max, AtMax: s.AtMax, Document: s.Document, Evidence: s.Evidence,
		Clauses: s.Clauses, When: source(s.When), While: source(s.While), UntilTrue: source(s.UntilTrue),
		With: values(s.With), Set: values(s.Set), Checklist: texts(s.Checklist),
	}
	for _, o := range s.Outcomes {
		o.Line, o.If, o.Suggest = 0, source(o.If), source(o.Suggest)
		out.Outcomes = append(out.Outcomes, o)
	}
	for _, f := range s.Fields {
		f.Line, f.Options = 0, texts(f.Options)
		out.Fields = append(out.Fields, f)
	}
	if s.Body != nil {
		out.Body = &playbooks.Definition{}
		for i := range s.Body.Steps {
			out.Body.Steps = append(out.Body.Steps, plain(s.Body.Steps[i]))
		}
	}
	return out
}

func source(c *playbooks.Condition) *playbooks.Condition {
	if c == nil {
		return nil
	}
	return &playbooks.Condition{Source: c.Source}
}

func texts(list []playbooks.Named) (out []playbooks.Named) {
	for _, n := range list {
		n.Line = 0
		out = append(out, n)
	}
	return out
}

func values(m map[string]playbooks.Value) map[string]playbooks.Value {
	if len(m) == 0 {
		return nil
	}
	out := map[string]playbooks.Value{}
	for name, v := range m {
		v.Line = 0
		out[name] = v
	}
	return out
}
