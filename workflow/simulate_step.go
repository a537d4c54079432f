package workflow

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tasuke/internal/db"
	"tasuke/playbooks"
)

// begin finds out how long a step takes and how it ends.
func (s *simulation) begin(w *walked, r *TriedStep) error {
	r.Outcome, r.Over = Succeeded, r.Ready
	step := r.Step
	if o, said := s.Ends[step.ID]; said {
		r.Outcome = o
	}
	if r.Outcome == TimedOut && step.Timeout.Set() {
		return s.until(r, step.Timeout)
	}
	switch step.Kind {
	case playbooks.Task, playbooks.Decision, playbooks.Approval:
		return s.person(w, r)
	case playbooks.Wait:
		return s.wait(w, r)
	case playbooks.Loop:
		return s.loop(w, r)
	case playbooks.Call:
		return s.call(w, r)
	}
	return nil
}

// until lets a step last for a length from when its turn came.
func (s *simulation) until(r *TriedStep, length playbooks.Target) error {
	over, err := due(length, s.Start, r.Ready, s.OpenDay)
	r.Over = max(r.Ready, over)
	return err
}

// person is somebody who needs all of the time the step is given.
func (s *simulation) person(w *walked, r *TriedStep) (err error) {
	if r.Due, err = due(r.Step.Target, s.Start, r.Ready, s.OpenDay); err != nil {
		return err
	}
	if r.Due.IsZero() {
		s.idle++
	}
	r.Over = max(r.Ready, r.Due)
	if r.Step.Kind != playbooks.Decision || r.Outcome != Succeeded {
		return nil
	}
	if choice, said := s.Choices[r.Step.ID]; said {
		r.Choice = choice
		return nil
	}
	r.Choice = r.Step.Outcomes[0].ID
	known := s.values(w)
	for _, o := range r.Step.Outcomes {
		if o.Suggest == nil {
			continue
		}
		if holds, _, err := ask(o.Suggest, known); err != nil {
			return fmt.Errorf("step %q: %w", r.Step.ID, err)
		} else if holds == yes {
			r.Choice = o.ID
			break
		}
	}
	s.assume(AssumedChoice, r.Step.ID, r.Choice)
	return nil
}

// values are what conditions may look at, with how the steps of the block ended.
func (s *simulation) values(w *walked) playbooks.Values {
	known := s.known(w)
	known.Choices, known.Ended = map[string]string{}, map[string]string{}
	for id, st := range w.at {
		known.Choices[id], known.Ended[id] = st.Choice, ended(st)
	}
	return known
}

func (s *simulation) wait(w *walked, r *TriedStep) error {
	switch step := r.Step; {
	case step.Event != "":
		s.assume(AssumedEvent, step.ID, step.Event)
		return nil
	case step.Until != "":
		v, _ := s.value(w, r, playbooks.Value{From: step.Until})
		at, ok := momentOf(v)
		if !ok {
			s.assume(AssumedMoment, step.ID, step.Until)
		}
		r.Over = max(r.Ready, at)
		return nil
	}
	return s.until(r, r.Step.For)
}

// momentOf reads a moment, or the end of a day in Japan.
func momentOf(v any) (db.Instant, bool) {
	text, _ := v.(string)
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return db.At(at), true
	}
	day, err := time.ParseInLocation(time.DateOnly, text, japan)
	if err != nil {
		return 0, false
	}
	return db.At(day.AddDate(0, 0, 1).Add(-time.Second)), true
}

// loop works through the passes.
func (s *simulation) loop(w *walked, r *TriedStep) error {
	step := r.Step
	for pass := int64(1); ; pass++ {
		if step.While != nil {
			holds, seen, err := ask(step.While, s.known(w))
			if err != nil {
				return fmt.Errorf("step %q: %w", step.ID, err)
			}
			if r.Seen = seen; holds != yes {
				return nil
			}
		}
		if pass > int64(step.Max) {
			if step.AtMax != playbooks.GoOn {
				r.Outcome = Failed
			}
			return nil
		}
		before, doubts := fmt.Sprint(w.vars), len(s.assumed)
		end, o, err := s.block(&walked{def: step.Body, whole: w.whole, vars: w.vars, pass: pass, depth: w.depth + 1, ready: r.Over})
		if err != nil {
			return err
		}
		if r.Over = end; o != Succeeded {
			r.Outcome = o
			return nil
		}
		if step.UntilTrue != nil {
			holds, seen, err := ask(step.UntilTrue, s.known(w))
			if err != nil {
				return fmt.Errorf("step %q: %w", step.ID, err)
			}
			if r.Seen = seen; holds == yes {
				return nil
			}
		}
		if fmt.Sprint(w.vars) == before && (pass > 1 || len(s.assumed) > doubts || !usesPass(step.Body)) {
			s.assume(AssumedPasses, step.ID, fmt.Sprint(pass))
			return nil
		}
	}
}

// usesPass reports whether a block asks which pass it is.
func usesPass(d *playbooks.Definition) bool {
	asks := func(c *playbooks.Condition) bool { return c != nil && slices.Contains(c.Vars, playbooks.PassVariable) }
	return slices.ContainsFunc(d.Steps, func(s playbooks.Step) bool {
		return asks(s.When) || slices.ContainsFunc(s.Outcomes, func(o playbooks.Outcome) bool { return asks(o.If) || asks(o.Suggest) })
	})
}

// call works through another playbook, with variables of its own.
func (s *simulation) call(w *walked, r *TriedStep) error {
	to, ok := s.called(r.Step.Playbook)
	if !ok || w.depth > 40 {
		s.assume(AssumedCall, r.Step.ID, r.Step.Playbook)
		return nil
	}
	given := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(r.Step.With)) {
		if x, known := s.value(w, r, r.Step.With[name]); known {
			given[name] = x
		}
	}
	vars := map[string]any{}
	for _, list := range [][]playbooks.Variable{to.Inputs, to.Variables} {
		for _, v := range list {
			vars[v.ID] = s.first(v, given)
		}
	}
	end, o, err := s.block(&walked{def: to, whole: to, vars: vars, depth: w.depth + 1, ready: r.Ready})
	if err != nil {
		return err
	}
	if r.Over = max(r.Over, end); r.Outcome == Succeeded {
		r.Outcome = o
	}
	w.gives[r.Step.ID] = map[string]any{}
	for _, name := range to.Outputs {
		w.gives[r.Step.ID][name] = vars[name]
	}
	return nil
}

// end writes down how a step ended and what follows.
func (s *simulation) end(w *walked, r *TriedStep) (Way, error) {
	r.State = Finished
	if r.Outcome == "" { // what it holds stands still, and so does it
		r.State = Held
	}
	w.at[r.Step.ID] = Status{State: r.State, Choice: r.Choice, Outcome: r.Outcome}
	switch r.Outcome {
	case Succeeded:
		s.set(w, r)
		return "", nil
	case "":
		return WayHeld, nil
	}
	way := Route(Failure{Step: r.Step, Outcome: r.Outcome, ByPerson: r.Step.Kind.ByHand() && r.Outcome == Failed, Path: w.def.Exception != nil})
	switch way {
	case WayHeld:
		r.State = Held
		w.at[r.Step.ID] = Status{State: Held, Outcome: r.Outcome}
		s.assume(AssumedFailing, r.Step.ID, string(r.Outcome))
	case WayToday:
		s.assume(AssumedPerson, r.Step.ID, string(r.Outcome))
	}
	return way, nil
}

// set gives variables their values when a step has succeeded.
func (s *simulation) set(w *walked, r *TriedStep) {
	for _, name := range slices.Sorted(maps.Keys(r.Step.Set)) {
		v := r.Step.Set[name]
		if x, known := s.value(w, r, v); known {
			w.vars[name] = x
		} else {
			s.assume(AssumedValue, name, r.Step.ID+"."+v.From)
		}
	}
}

// value is what is written, a variable, or what a step gives as far as somebody has said it.
func (s *simulation) value(w *walked, r *TriedStep, v playbooks.Value) (any, bool) {
	if v.From == "" {
		return v.Literal, true
	}
	step, field, dotted := strings.Cut(v.From, ".")
	switch {
	case !dotted:
		step, field = r.Step.ID, v.From
	case step == "vars":
		x := s.known(w).Vars[field]
		return x, x != nil
	}
	if x, said := s.Gives[step+"."+field]; said {
		return x, true
	}
	x := w.gives[step][field]
	return x, x != nil
}
