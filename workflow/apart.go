package workflow

import (
	"fmt"
	"slices"

	"tasuke/internal/actor"
	"tasuke/playbooks"
)

// apart keeps the steps of a pair in different hands (four eyes): who did a step that this one
// names in not_by cannot do this one, and who did the check cannot do the checked step again.
// Only the current iterations count. Leaving a step out counts as doing it.
func (t *turn) apart(step *playbooks.Step) error {
	for _, id := range step.NotBy {
		if err := t.notDoneByMe(id); err != nil {
			return err
		}
	}
	for i := range t.def.Steps {
		if check := &t.def.Steps[i]; slices.Contains(check.NotBy, step.ID) {
			if err := t.notDoneByMe(check.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *turn) notDoneByMe(id string) error {
	row, ok := t.steps[id]
	if !ok || !row.State.Over() {
		return nil
	}
	signers, err := t.signers(id)
	if err != nil {
		return err
	}
	for _, who := range append(signers, row.DoneBy) {
		if err := actor.FourEyes(who, t.by); err != nil {
			return err
		}
	}
	return nil
}

// notMadeByMe refuses who wrote what is to be approved. The steps before it say who finished them,
// which need not be who wrote it.
func (t *turn) notMadeByMe(of string) error {
	a, ok := t.s.approvables[of]
	if !ok || a.Makers == nil {
		return nil
	}
	makers, err := a.Makers(t.ctx, t.tx, t.run.Subject)
	if err != nil {
		return fmt.Errorf("read who made what %q approves: %w", of, err)
	}
	for _, id := range makers {
		if err := actor.FourEyes(id, t.by); err != nil {
			return err
		}
	}
	return nil
}
