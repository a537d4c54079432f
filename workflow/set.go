package workflow

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/playbooks"
)

// sealedAt is where a personal variable is kept.
func (t *turn) sealedAt(name string) vault.Place {
	return place("run_variable", "sealed", t.scope.runID+":"+name)
}

// sets does what a step says it sets, when it has succeeded.
func (t *turn) sets(row *StepRun, to State) error {
	step, ok := t.def.Step(row.StepID)
	if !ok || to != Finished || row.Outcome != Succeeded || len(step.Set) == 0 {
		return nil
	}
	return t.set(row, step)
}

// set gives variables their values when a step has succeeded. What the step did not give, because
// a field was left empty or it was done by hand, nobody knows: the value from before would be
// another's.
func (t *turn) set(row *StepRun, step *playbooks.Step) error {
	for _, name := range slices.Sorted(maps.Keys(step.Set)) {
		value, err := t.gave(row, step, step.Set[name])
		if err != nil && !errors.Is(err, errInput) {
			return fmt.Errorf("set vars.%s: %w", name, err)
		}
		if err := t.put(name, value); err != nil {
			return err
		}
	}
	return nil
}

// gave is one value for a variable: what is written, what the step itself gave, or another variable.
func (t *turn) gave(row *StepRun, step *playbooks.Step, v playbooks.Value) (any, error) {
	switch {
	case v.From == "":
		return v.Literal, nil
	case strings.Contains(v.From, "."):
		return t.given(v.From)
	case step.Kind == playbooks.Task:
		kept, ok := row.Fields[v.From]
		f, known := step.Field(v.From)
		if !ok || !known {
			return nil, errInput
		}
		return native(f.Type, kept)
	}
	return t.outputOf(row, step, v.From)
}

// outputOf is what an action or a called playbook gave under a name.
func (t *turn) outputOf(row *StepRun, step *playbooks.Step, name string) (any, error) {
	if v, ok := row.Output[name]; ok {
		return v, nil
	}
	if step.Kind == playbooks.Call {
		return t.calledGave(row, name)
	}
	return nil, fmt.Errorf("%s.%s: %w", row.StepID, name, errInput)
}

// begins gives the inputs of a run the values it begins with: as a form sends them, in any spelling
// a person may use. All that is wrong comes back at once, under "input.<id>".
func (t *turn) begins(raw map[string]string) error {
	wrong, values := map[string]string{}, map[string]any{}
	for id := range raw {
		if !slices.ContainsFunc(t.whole.Inputs, func(v playbooks.Variable) bool { return v.ID == id }) {
			wrong["input."+id] = "workflow.field.unknown"
		}
	}
	for _, v := range t.whole.Inputs {
		text := strings.TrimSpace(raw[v.ID])
		if text == "" {
			if v.Required && v.Default == nil {
				wrong["input."+v.ID] = "workflow.field.needed"
			}
			continue
		}
		kept, bad := typed(&playbooks.Field{ID: v.ID, Type: v.Type, Options: v.Options}, text)
		if bad != "" {
			wrong["input."+v.ID] = bad
			continue
		}
		var err error
		if values[v.ID], err = native(v.Type, kept); err != nil {
			return err
		}
	}
	if len(wrong) > 0 {
		return fault.Form(wrong)
	}
	return t.putAll(values)
}

func (t *turn) putAll(values map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if err := t.put(name, values[name]); err != nil {
			return err
		}
	}
	return nil
}

// shown is what a run keeps, as a page shows it.
func (t *turn) shown() (out []Kept, err error) {
	if !keeps(t.whole) {
		return nil, nil
	}
	rows, err := t.variables()
	if err != nil {
		return nil, err
	}
	for _, v := range slices.Concat(t.whole.Inputs, t.whole.Variables) {
		k := Kept{Variable: v, At: rows[v.ID].At}
		row, ever := rows[v.ID]
		switch {
		case ever:
			k.Known, k.Value = bool(row.Known), row.Value
		case v.Default != nil:
			k.Known, k.Value = true, written(v.Default)
		}
		if v.Personal {
			k.Value = ""
		}
		out = append(out, k)
	}
	return out, nil
}
