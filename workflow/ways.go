package workflow

import "tasuke/playbooks"

// met reports whether everything a step comes after is over, or as many ways as a join needs have
// come. A way has come when its last step is finished, however it ended; one that was skipped or
// cancelled has not, and when no more can come the join does not wait for them.
func met(s *playbooks.Step, at map[string]Status) bool {
	come, over := 0, 0
	for _, id := range s.After {
		switch st := at[id].State; {
		case st == Finished:
			come, over = come+1, over+1
		case st.Over():
			over++
		}
	}
	return over == len(s.After) || s.Kind == playbooks.Join && s.Need > 0 && come >= s.Need
}

// stopped lists the changes that a join makes of the ways it does not need: what is not over between
// the fork and the join is cancelled.
func stopped(d *playbooks.Definition, s *playbooks.Step, c Change, at map[string]Status) (out []Change) {
	if s.Kind != playbooks.Join || s.Rest != playbooks.RestStopped || c.To != Finished {
		return nil
	}
	between := d.Between(s.ID)
	for i := range d.Steps {
		if id := d.Steps[i].ID; between[id] && !at[id].State.Over() {
			out = append(out, Change{Step: id, To: Cancelled})
		}
	}
	return out
}
