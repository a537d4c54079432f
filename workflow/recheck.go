package workflow

import "tasuke/playbooks"

// recheck opens again what was finished on the word that a step was done, with the reason: its
// checks, which are the steps behind it that name it in not_by, the checks of those, the actions
// that rest on an approval among them, and what lies between, so that no check comes before what it
// checks. also names further steps up to which everything between is opened. Other steps that were
// done meanwhile stay done.
func (t *turn) recheck(id, why string, also ...string) error {
	doubted := t.doubted(id, also)
	for i := range t.def.Steps {
		row := t.steps[t.def.Steps[i].ID]
		if !doubted[row.StepID] || !row.State.Over() {
			continue
		}
		next, err := t.renew(row)
		if err != nil {
			return err
		}
		if next.Kind.ByHand() {
			if err := t.remark(next, why); err != nil {
				return err
			}
		}
		if err := t.recordStep("step.renewed", next); err != nil {
			return err
		}
	}
	return nil
}

// doubted gives the steps that recheck is about, whether they are finished or not.
func (t *turn) doubted(id string, also []string) map[string]bool {
	in := map[string]bool{id: true}
	for _, a := range also {
		in[a] = true
	}
	behind := map[string]map[string]bool{}
	for s := range t.def.Following(id) {
		behind[s] = t.def.Following(s)
	}
	for grew := true; grew; {
		grew = false
		for i := range t.def.Steps {
			s := &t.def.Steps[i]
			after, follows := behind[s.ID]
			if follows && !in[s.ID] && (t.checks(s, in) || meet(after, in)) {
				in[s.ID], grew = true, true
			}
		}
	}
	delete(in, id)
	return in
}

// checks reports whether a step is the check of one of those, or rests on it as its approval; one
// that its condition skipped checked nothing.
func (t *turn) checks(s *playbooks.Step, those map[string]bool) bool {
	if t.steps[s.ID].bySkipCondition() {
		return false
	}
	if those[s.ApprovedBy] {
		return true
	}
	for _, id := range s.NotBy {
		if those[id] {
			return true
		}
	}
	return false
}

func meet(a, b map[string]bool) bool {
	for id := range a {
		if b[id] {
			return true
		}
	}
	return false
}
