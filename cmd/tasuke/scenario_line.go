package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/playbooks/scenario"
	"tasuke/workflow"
)

// works goes through a scenario and gives all that was not as its table has it. An act that could not
// be done ends it; an expectation that does not hold does not.
func (w *rehearsal) works(ctx context.Context, slug string, s scenario.Scenario) ([]scenario.Problem, error) {
	w.plain = s.Plain
	if err := w.given(ctx, slug, s.Given); err != nil {
		return nil, err
	}
	first := 0 // what fails and who is silent from the very beginning
	for ; first < len(s.Steps) && (s.Steps[first].Breaks != nil || s.Steps[first].Outside != nil); first++ {
		if err := w.line(ctx, s.Steps[first]); err != nil {
			return nil, err
		}
	}
	if err := w.settle(ctx); err != nil {
		return nil, err
	}
	for _, l := range s.Steps[first:] {
		before := len(w.problems)
		if err := w.line(ctx, l); err != nil {
			return nil, err
		}
		if err := w.settle(ctx); err != nil {
			return nil, err
		}
		if len(w.problems) > before && acts(l) {
			return w.problems, nil
		}
	}
	return w.problems, w.ends(ctx, s)
}

// acts reports whether something happens in a line, rather than being looked at.
func acts(l scenario.Line) bool {
	return l.Expect == nil && l.Gives == nil && l.Passes == nil && l.Refused == nil
}

// line is one line of a table.
func (w *rehearsal) line(ctx context.Context, l scenario.Line) error {
	switch {
	case l.Do != "":
		return w.do(ctx, l)
	case l.Skip != "":
		return w.skip(ctx, l)
	case l.Refused != nil:
		return w.refused(ctx, l)
	case l.Rest != nil:
		return w.rest(ctx, l.At, *l.Rest)
	case l.Advance != "":
		t, _ := playbooks.ParseLength(l.Advance) // Check has looked at its form
		return w.passes(ctx, w.after(t))
	case l.Event != "":
		if err := w.tell(ctx, l.Event); err != nil {
			w.add(l.At, "「%s」は起きませんでした: %s", "%s did not happen: %s", l.Event, cause{err})
		}
		return nil
	case l.Outside != nil:
		for side, how := range l.Outside {
			w.silent[side] = how == "silent"
		}
		return nil
	case l.Confirm > 0:
		return w.confirmsMore(ctx, l.Confirm)
	case l.Undo != "":
		return w.givesUp(ctx, l)
	case l.Breaks != nil:
		w.broken.set(l.Breaks.Do, l.Breaks.Times)
		return nil
	}
	return w.looks(ctx, l)
}

// do has a person of a role finish a step.
func (w *rehearsal) do(ctx context.Context, l scenario.Line) error {
	s, ok, err := w.turnOf(ctx, l.At, l.Do)
	if err != nil || !ok {
		return err
	}
	by, ok := w.cast.one(l.As)
	if !ok {
		w.add(l.At, "「%s」という人はいません。", "There is nobody called %s.", l.As)
		return nil
	}
	d := w.plainly(s.Step, l.Fields)
	if d.Outcome = l.Outcome + l.Choice; l.Comment != "" {
		d.Comment = l.Comment
	}
	if s.Kind == playbooks.Approval {
		if err := w.bring(ctx, s.Step.Of); err != nil {
			w.add(l.At, "「%s」を承認できるところまで進められません: %s", "%s cannot be brought to where it is approved: %s", l.Do, cause{err})
			return nil
		}
		if s, err = w.row(ctx, s.Task); err != nil {
			return err
		}
		d.Digest, d.Fields = s.Now, nil
	}
	if _, err := w.runs.Complete(ctx, by, s.ID, s.Rev, d); err != nil {
		w.add(l.At, "「%s」を %s が行えません: %s", "%s cannot be done by %s: %s", l.Do, l.As, cause{err})
	}
	return nil
}

// turnOf is a step whose turn it is; it is said when it is not.
func (w *rehearsal) turnOf(ctx context.Context, at int, name string) (workflow.StepView, bool, error) {
	s, ok, err := w.step(ctx, name)
	switch {
	case err != nil:
		return s, false, err
	case !ok:
		w.add(at, "「%s」は始まっていません。", "%s was not begun.", name)
	case s.State.Over():
		w.add(at, "「%s」はもう終わっています(%s)。", "%s is over: %s.", name, stands(s))
		ok = false
	case s.State == workflow.Waiting:
		w.add(at, "「%s」の番ではありません。待っている手順: %s", "It is not the turn of %s: it waits for %s", name, strings.Join(s.Waits, ", "))
		ok = false
	}
	return s, ok, err
}

// skip has a step left out, by two people where two have to agree.
func (w *rehearsal) skip(ctx context.Context, l scenario.Line) error {
	role, _, _ := strings.Cut(l.As, ".")
	for _, as := range []string{l.As, role + ".2", role + ".3"} {
		s, ok, err := w.turnOf(ctx, l.At, l.Skip)
		if err != nil || !ok {
			return err
		}
		by, _ := w.cast.one(as)
		why := l.Comment
		if why == "" {
			why = onRecord
		}
		if _, err = w.runs.Skip(ctx, by, s.ID, s.Rev, why); err != nil && (as == l.As || !notThem(err)) {
			w.add(l.At, "「%s」を %s が飛ばせません: %s", "%s cannot be left out by %s: %s", l.Skip, as, cause{err})
			return nil
		}
		if s, _, err = w.step(ctx, l.Skip); err != nil || s.State.Over() {
			return err
		}
	}
	w.add(l.At, "「%s」は飛ばされていません。", "%s was not left out.", l.Skip)
	return nil
}

// givesUp cancels the run and has what was done taken back.
func (w *rehearsal) givesUp(ctx context.Context, l scenario.Line) error {
	r, err := w.tried(ctx)
	if err != nil {
		return err
	}
	by, ok := w.cast.one(l.Undo)
	if !ok {
		w.add(l.At, "「%s」という人はいません。", "There is nobody called %s.", l.Undo)
		return nil
	}
	if _, err := w.runs.CancelUndoing(ctx, by, r.ID, r.Rev, onRecord); err != nil {
		w.add(l.At, "%s が実行を取りやめられません: %s", "The run cannot be given up by %s: %s", l.Undo, cause{err})
	}
	return nil
}

// refused looks that somebody may not do a step, and that it stays as it was.
func (w *rehearsal) refused(ctx context.Context, l scenario.Line) error {
	was, ok, err := w.step(ctx, l.Refused.Do)
	if err != nil {
		return err
	}
	by, known := w.cast.one(l.Refused.As)
	if !ok || !known {
		w.add(l.At, "「%s」は始まっていません。", "%s was not begun.", l.Refused.Do)
		return nil
	}
	d := w.plainly(was.Step, nil)
	switch was.Kind {
	case playbooks.Decision:
		d.Outcome = was.Step.Outcomes[0].ID
	case playbooks.Approval:
		d = workflow.Done{Outcome: workflow.Approved, Comment: onRecord, Digest: was.Now}
	}
	_, refusal := w.runs.Complete(ctx, by, was.ID, was.Rev, d)
	now, _, err := w.step(ctx, l.Refused.Do)
	if err != nil {
		return err
	}
	if !isRefusal(refusal) || now.Rev != was.Rev || now.State != was.State {
		w.add(l.At, "「%s」は %s に拒まれるはずでしたが、%s です: %s", "%s should be refused to %s, and is %s: %s", l.Refused.Do, l.Refused.As, stands(now), cause{refusal})
	}
	return nil
}

// isRefusal: the step may also not be there at all for who may not even see it.
func isRefusal(err error) bool {
	return fault.Is(err, fault.Refused) || fault.Is(err, fault.Forbidden) || fault.Is(err, fault.NotFound)
}

// looks compares what came of it with the table, in the order of names.
func (w *rehearsal) looks(ctx context.Context, l scenario.Line) error {
	for _, name := range slices.Sorted(maps.Keys(l.Expect)) {
		if err := w.expects(ctx, l.At, name, l.Expect[name]); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Gives)) {
		if err := w.gave(ctx, l.At, name, l.Gives[name]); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(l.Passes)) {
		s, _, err := w.step(ctx, name)
		if err != nil {
			return err
		}
		if len(s.Runs) != l.Passes[name] {
			w.add(l.At, "「%s」は%d回のはずでしたが、%d回です。", "%s should have had %d passes, and had %d.", name, l.Passes[name], len(s.Runs))
		}
	}
	return nil
}
