package workflow

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"tasuke/internal/db"
	"tasuke/playbooks"
)

// Trial is what a definition is tried with, without a run: everything that people, the program and
// the case would say. What is not said is assumed, and every assumption is noted.
type Trial struct {
	Start    db.Instant
	OpenDay  func(local time.Time) bool
	Rules    playbooks.Rules
	Choices  map[string]string  // the outcome a person chooses, by decision
	Ends     map[string]Outcome // steps that do not end well: Failed or TimedOut
	Facts    map[string]any
	Inputs   map[string]any // inputs and variables of the playbook
	Gives    map[string]any // "step.field": what a person fills in or an action or a call gives
	MaxSteps int            // of all blocks and passes together; 0 for 5000
}

// Tried is the way a definition took.
type Tried struct {
	Steps   []*TriedStep // in the order their turn came; what a step holds stands behind it
	End     db.Instant
	Outcome Outcome // "" when it stands still: a step is held, and a person has to decide
	Assumed []Assumption
}

// TriedStep is one step in one pass.
type TriedStep struct {
	Step        *playbooks.Step
	Playbook    string // the playbook it stands in
	Depth       int    // of blocks and calls
	Pass        int64  // of the loop it stands in
	Ready, Over db.Instant
	Due         db.Instant // its house target
	State       State
	Outcome     Outcome
	Choice      string
	Seen        Seen // why it was left out, or what a switch saw
}

// Late reports whether its turn came only when its target was over.
func (s *TriedStep) Late() bool { return !s.Due.IsZero() && s.Ready > s.Due }

// AssumptionKind is what was not said.
type AssumptionKind string

// What can be assumed.
const (
	AssumedFact    AssumptionKind = "fact"    // Name is nothing, 0 or no
	AssumedInput   AssumptionKind = "input"   // Name is nothing, 0 or no
	AssumedChoice  AssumptionKind = "choice"  // at Name a person chooses Value
	AssumedEvent   AssumptionKind = "event"   // what Name waits for comes at once
	AssumedMoment  AssumptionKind = "moment"  // the moment Name waits for is over
	AssumedValue   AssumptionKind = "value"   // the variable Name keeps its value: what Value gives is not known
	AssumedPasses  AssumptionKind = "passes"  // the loop Name ends after the pass: nothing known changes its condition
	AssumedCall    AssumptionKind = "call"    // the playbook Value of Name cannot be read; it takes no time
	AssumedNoTime  AssumptionKind = "no_time" // Value steps without a target take no time
	AssumedPerson  AssumptionKind = "person"  // Name failed by a person's word and the run goes on
	AssumedFailing AssumptionKind = "failing" // Name failed and nothing says what follows: it is held
)

// Assumption is something that was not said, and what was taken for it.
type Assumption struct {
	Kind        AssumptionKind
	Name, Value string
}

// Simulate works a definition through by the rules of the engine (Advance, Route), with people who
// need all of the time a step is given. Nothing is done, sent or written.
func Simulate(d *playbooks.Definition, t Trial) (Tried, error) {
	if t.MaxSteps == 0 {
		t.MaxSteps = 5000
	}
	s := &simulation{Trial: t, facts: map[string]any{}}
	if err := s.names(d); err != nil {
		return Tried{}, err
	}
	for name, kind := range t.Rules.Facts {
		v, said := t.Facts[name]
		if !said {
			v = map[playbooks.FactKind]any{playbooks.BoolFact: false, playbooks.IntFact: int64(0), playbooks.TextFact: ""}[kind]
		}
		s.facts[name] = v
	}
	vars := map[string]any{}
	for _, list := range [][]playbooks.Variable{d.Inputs, d.Variables} {
		for _, v := range list {
			vars[v.ID] = s.first(v, t.Inputs)
		}
	}
	end, o, err := s.block(&walked{def: d, whole: d, vars: vars, ready: t.Start})
	if err != nil {
		return Tried{}, err
	}
	if s.idle > 0 {
		s.assume(AssumedNoTime, "", fmt.Sprint(s.idle))
	}
	return Tried{Steps: s.steps, End: end, Outcome: o, Assumed: s.assumed}, nil
}

type simulation struct {
	Trial
	facts   map[string]any
	steps   []*TriedStep
	assumed []Assumption
	idle    int // steps of people without a target
}

// walked is a block that is worked through.
type walked struct {
	def, whole *playbooks.Definition
	vars       map[string]any // of the playbook; those of a loop are the same
	pass       int64
	depth      int
	ready      db.Instant

	at      map[string]Status
	records map[string]*TriedStep
	under   []*TriedStep // ready or under way, in the order in which they began
	gives   map[string]map[string]any
}

func (s *simulation) assume(kind AssumptionKind, name, value string) {
	if one := (Assumption{kind, name, value}); !slices.Contains(s.assumed, one) {
		s.assumed = append(s.assumed, one)
	}
}

// first is the value a variable begins with.
func (s *simulation) first(v playbooks.Variable, given map[string]any) any {
	if x, ok := given[v.ID]; ok {
		return x
	}
	if v.Default == nil && v.Required {
		s.assume(AssumedInput, v.ID, "")
		return map[playbooks.FieldType]any{playbooks.NumberField: int64(0), playbooks.YenField: int64(0), playbooks.YesNoField: false, playbooks.ChoiceField: option(v.Options)}[v.Type]
	}
	return v.Default
}

func option(list []playbooks.Named) any {
	if len(list) == 0 {
		return nil
	}
	return list[0].ID
}

// known is what conditions of a block may look at.
func (s *simulation) known(w *walked) playbooks.Values {
	vars := maps.Clone(w.vars)
	if w.pass > 0 {
		vars[playbooks.PassVariable] = w.pass
	}
	return playbooks.Values{Facts: s.facts, Vars: vars}
}

// block works through one block and answers when and how it ended; "" when it stands still.
func (s *simulation) block(w *walked) (db.Instant, Outcome, error) {
	w.at, w.records, w.gives = map[string]Status{}, map[string]*TriedStep{}, map[string]map[string]any{}
	for i := range w.def.Steps {
		w.at[w.def.Steps[i].ID] = Status{State: Waiting}
	}
	now, worst := w.ready, Succeeded
	for {
		over, err := s.advance(w, now)
		if err != nil || over {
			return now, worst, err
		}
		if len(w.under) == 0 {
			return now, "", nil
		}
		next := slices.MinFunc(w.under, func(a, b *TriedStep) int { return cmp.Compare(a.Over, b.Over) })
		w.under = slices.DeleteFunc(w.under, func(x *TriedStep) bool { return x == next })
		now = max(now, next.Over)
		way, err := s.end(w, next)
		switch {
		case err != nil:
			return now, "", err
		case way == WayException:
			return s.giveUp(w, now, next.Outcome)
		case way == WayToday:
			worst = next.Outcome
		}
	}
}

// advance moves everything whose turn has come; true when the end was reached.
func (s *simulation) advance(w *walked, now db.Instant) (over bool, err error) {
	for {
		s.noteFacts(w)
		changes, err := Advance(w.def, w.at, s.known(w))
		if err != nil || len(changes) == 0 {
			return false, err
		}
		for _, c := range changes {
			step, _ := w.def.Step(c.Step)
			if err := s.move(w, step, c, now); err != nil {
				return false, err
			}
			if step.Kind == playbooks.End {
				return true, nil
			}
		}
	}
}

// noteFacts notes the facts that steps whose turn may come look at and nobody has said.
func (s *simulation) noteFacts(w *walked) {
	for i := range w.def.Steps {
		step := &w.def.Steps[i]
		if w.at[step.ID].State != Waiting || !met(step, w.at) {
			continue
		}
		for _, c := range conditions(step) {
			for _, name := range c.Facts {
				if _, said := s.Facts[name]; !said {
					s.assume(AssumedFact, name, fmt.Sprint(s.facts[name]))
				}
			}
		}
	}
}

// move writes down one change and begins what has to be worked at.
func (s *simulation) move(w *walked, step *playbooks.Step, c Change, now db.Instant) error {
	w.at[c.Step] = Status{State: c.To, Choice: c.Choice, Outcome: outcomeOf(c.To)}
	if r := w.records[c.Step]; r != nil { // a join cancels what it does not need
		r.State, r.Outcome, r.Over = c.To, outcomeOf(c.To), now
		w.under = slices.DeleteFunc(w.under, func(x *TriedStep) bool { return x == r })
		return nil
	}
	r := &TriedStep{
		Step: step, Playbook: w.whole.Slug, Depth: w.depth, Pass: w.pass, Ready: now, Over: now,
		State: c.To, Outcome: outcomeOf(c.To), Choice: c.Choice, Seen: c.Seen,
	}
	w.records[c.Step] = r
	if s.steps = append(s.steps, r); len(s.steps) > s.MaxSteps {
		return fmt.Errorf("more than %d steps were walked", s.MaxSteps)
	}
	if c.To != Ready && c.To != Working {
		return nil
	}
	w.under = append(w.under, r)
	return s.begin(w, r)
}

// giveUp takes back what was done, the last first, and works through the exception path.
func (s *simulation) giveUp(w *walked, now db.Instant, o Outcome) (db.Instant, Outcome, error) {
	for _, r := range w.under {
		r.State, r.Outcome, r.Over = Cancelled, WasCanceled, now
	}
	done := slices.DeleteFunc(slices.Collect(maps.Values(w.records)), func(r *TriedStep) bool { return r.Outcome != Succeeded })
	slices.SortStableFunc(done, func(a, b *TriedStep) int {
		return cmp.Or(cmp.Compare(b.Over, a.Over), cmp.Compare(b.Step.Line, a.Step.Line))
	})
	for _, r := range done {
		for i := range w.def.Steps {
			if undo := &w.def.Steps[i]; undo.Compensates == r.Step.ID {
				back := &TriedStep{Step: undo, Playbook: w.whole.Slug, Depth: w.depth, Pass: w.pass, Ready: now, Over: now, State: Finished, Outcome: Succeeded}
				s.steps = append(s.steps, back)
			}
		}
	}
	if w.def.Exception == nil {
		return now, o, nil
	}
	end, ended, err := s.block(&walked{def: w.def.Exception, whole: w.whole, vars: w.vars, depth: w.depth + 1, ready: now})
	if ended == "" || err != nil {
		return end, "", err
	}
	return end, o, nil
}

// names refuses what is said about steps and facts that are not there.
func (s *simulation) names(d *playbooks.Definition) error {
	for _, name := range slices.Sorted(maps.Keys(s.Facts)) {
		if _, ok := s.Rules.Facts[name]; !ok {
			return fmt.Errorf("there is no fact %q", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Inputs)) {
		if _, ok := d.Variable(name); !ok {
			return fmt.Errorf("there is no input or variable %q", name)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.Choices)) {
		step, ok := s.find(d, id, 0)
		if !ok || step.Kind != playbooks.Decision {
			return fmt.Errorf("there is no decision %q", id)
		}
		if _, ok := step.Outcome(s.Choices[id]); !ok {
			return fmt.Errorf("the decision %q has no outcome %q", id, s.Choices[id])
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.Ends)) {
		if step, ok := s.find(d, id, 0); !ok || !mayFail(step.Kind) {
			return fmt.Errorf("there is no step %q that can fail", id)
		}
	}
	return nil
}

func mayFail(k playbooks.Kind) bool {
	return k.ByHand() || k == playbooks.Action || k == playbooks.Wait || k == playbooks.Call || k == playbooks.Loop
}

// find looks for a step in every block and in what is called.
func (s *simulation) find(d *playbooks.Definition, id string, depth int) (*playbooks.Step, bool) {
	if step, ok := d.Step(id); ok {
		return step, true
	}
	for _, b := range d.Blocks() {
		if step, ok := s.find(b, id, depth); ok {
			return step, true
		}
	}
	for _, slug := range d.Calls() {
		if to, ok := s.called(slug); ok && depth < playbooks.MaxCalls {
			if step, ok := s.find(to, id, depth+1); ok {
				return step, true
			}
		}
	}
	return nil, false
}

func (s *simulation) called(slug string) (*playbooks.Definition, bool) {
	if s.Rules.Playbook == nil {
		return nil, false
	}
	return s.Rules.Playbook(slug)
}
