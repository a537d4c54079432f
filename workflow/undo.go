package workflow

import "tasuke/playbooks"

// uncalled leaves out, before the end, the steps that would take back others: the run was not given up.
func uncalled(d *playbooks.Definition, at map[string]Status) (out []Change) {
	for i := range d.Steps {
		s := &d.Steps[i]
		if s.Compensates == "" || at[s.ID].State != Waiting {
			continue
		}
		at[s.ID] = Status{State: Skipped, Outcome: WasSkipped}
		out = append(out, Change{Step: s.ID, To: Skipped, Seen: notTakenBack(s, at)})
	}
	return out
}

// notTakenBack is why a step that takes back another is left out.
func notTakenBack(s *playbooks.Step, at map[string]Status) Seen {
	return Seen{Why: WhyNotUndone, Values: map[string]any{"steps." + s.Compensates: string(at[s.Compensates].Outcome)}}
}

func (t *turn) undo() error                    { return nil }
func (t *turn) givesUp(*StepRun) (bool, error) { return false, nil }
