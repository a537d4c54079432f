package workflow

import (
	"slices"

	"tasuke/playbooks"
)

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
	between := waysOf(d, s)
	for i := range d.Steps {
		if id := d.Steps[i].ID; between[id] && !at[id].State.Over() {
			out = append(out, Change{Step: id, To: Cancelled})
		}
	}
	return out
}

// waysOf gives the steps between a join and its fork, the last step that all its ways follow.
func waysOf(d *playbooks.Definition, join *playbooks.Step) map[string]bool {
	follows := map[string]map[string]bool{}
	for i := range d.Steps {
		id := d.Steps[i].ID
		after := d.Following(id)
		all := after[join.ID] && !slices.ContainsFunc(join.After, func(last string) bool { return last != id && !after[last] })
		if all {
			follows[id] = after
		}
	}
	between := map[string]bool{}
	for id, after := range follows {
		if nearer(follows, id, after) {
			continue
		}
		for i := range d.Steps {
			if s := d.Steps[i].ID; after[s] && d.Following(s)[join.ID] {
				between[s] = true
			}
		}
	}
	return between
}

// nearer reports whether another of the forks stands behind this one.
func nearer(forks map[string]map[string]bool, id string, after map[string]bool) bool {
	for other := range forks {
		if other != id && after[other] {
			return true
		}
	}
	return false
}
