package workflow

import (
	"fmt"
	"slices"

	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/playbooks"
)

// history sorts the older iterations and the comments of a run, by step.
func (t *turn) history(old []StepRun, said []Comment) (earlier map[string][]Task, comments map[string][]Comment, err error) {
	earlier, comments, owner := map[string][]Task{}, map[string][]Comment{}, map[string]string{}
	for _, s := range t.steps {
		owner[s.ID] = s.StepID
	}
	for i := range old {
		if err := t.unsealRow(&old[i]); err != nil {
			return nil, nil, err
		}
		owner[old[i].ID] = old[i].StepID
		earlier[old[i].StepID] = append(earlier[old[i].StepID], t.task(&old[i]))
	}
	for _, c := range said {
		if c.Text, err = t.unseal(place("step_comment", "body", c.ID), c.Sealed); err != nil {
			return nil, nil, err
		}
		comments[owner[c.StepRunID]] = append(comments[owner[c.StepRunID]], c)
	}
	return earlier, comments, nil
}

// unsealRow opens the comment of a step and what was filled in.
func (t *turn) unsealRow(row *StepRun) (err error) {
	if row.Comment, err = t.unseal(place("step_run", "comment", row.ID), row.Sealed); err != nil {
		return err
	}
	row.Fields, err = t.fields(row)
	return err
}

// unseal opens a comment; one whose key was erased is empty.
func (t *turn) unseal(p vault.Place, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	text, err := t.s.opts.Sealer.Open(t.ctx, t.tx, p, sealed)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	} else if err != nil {
		return "", fmt.Errorf("open a comment: %w", err)
	}
	return text, nil
}

// holds lists what a waiting step waits for.
func holds(d *playbooks.Definition, s *playbooks.Step, state State, now map[string]Status) (out []string) {
	if state != Waiting {
		return nil
	}
	for _, id := range append(slices.Clone(s.After), looks(d, s)...) {
		if !now[id].State.Over() && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
