package workflow

import (
	"context"
	"errors"
	"fmt"

	"tasuke/internal/db"
	"tasuke/playbooks"
)

// beginCall begins another playbook, in the version that was pinned when the first run began. Without
// an input it needs it cannot begin, and the step has failed.
func (t *turn) beginCall(row *StepRun, step *playbooks.Step) error {
	v, err := t.s.pinned(t.ctx, t.tx, t.run.TopID, step.Playbook)
	if err != nil {
		return err
	}
	values, err := t.handed(step, v.Definition)
	if errors.Is(err, errInput) {
		return t.asEngine(func() error { return t.fail(row, Failed) })
	} else if err != nil {
		return err
	}
	c := t.child(Run{VersionID: v.ID, Slug: v.Slug, ParentStep: row.ID})
	return c.launch(v, func() error { return c.putAll(values) })
}

// handed is what a called playbook begins with.
func (t *turn) handed(step *playbooks.Step, called *playbooks.Definition) (map[string]any, error) {
	values := map[string]any{}
	for _, in := range called.Inputs {
		v, given := step.With[in.ID]
		if !given {
			if in.Required && in.Default == nil {
				return nil, fmt.Errorf("input %q: %w", in.ID, errInput)
			}
			continue
		}
		value, err := v.Literal, error(nil)
		if v.From != "" {
			value, err = t.given(v.From)
		}
		if err != nil && (in.Required || !errors.Is(err, errInput)) {
			return nil, fmt.Errorf("input %q: %w", in.ID, err)
		}
		values[in.ID] = value
	}
	return values, nil
}

// returned finishes a call. What holds no personal data is kept on its row for all to see; the rest
// stays sealed in the run that gave it.
func (t *turn) returned(row *StepRun, step *playbooks.Step, c *turn) error {
	row.Output = nil
	for _, name := range c.whole.Outputs {
		v, ok := c.whole.Variable(name)
		if !ok || v.Personal {
			continue
		}
		value, err := c.variable(name)
		if err != nil {
			return err
		}
		if value == nil {
			continue
		}
		if row.Output == nil {
			row.Output = Output{}
		}
		row.Output[name] = value
	}
	return t.succeed(row, step)
}

// calledGave reads an output that is not on the row of a call: a personal one, from the run that gave
// it. One that nobody knows is errInput.
func (t *turn) calledGave(row *StepRun, name string) (any, error) {
	r, ok, err := t.last(row)
	if err != nil {
		return nil, err
	}
	if !ok || r.Outcome != Succeeded {
		return nil, fmt.Errorf("%s.%s: %w", row.StepID, name, errInput)
	}
	c, err := t.s.turn(t.ctx, t.tx, player, r.ID)
	if err != nil {
		return nil, err
	}
	value, err := c.variable(name)
	if err == nil && value == nil {
		err = fmt.Errorf("%s.%s: %w", row.StepID, name, errInput)
	}
	return value, err
}

// pinned gives the version of a called playbook that a run works with.
func (s *Store) pinned(ctx context.Context, tx *db.Tx, topID, slug string) (*Version, error) {
	var id string
	if err := tx.Get(ctx, &id, `SELECT playbook_version_id FROM run_pin WHERE run_id = ? AND slug = ?`, topID, slug); err != nil {
		return nil, fmt.Errorf("find the version of %s that the run is pinned to: %w", slug, err)
	}
	return s.version(ctx, tx, id)
}
