package workflow

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tasuke/playbooks"
)

var errInput = errors.New("an input of the action has no value")

// input reads what an action is given from the run as it is now. A value that is missing, for
// example because the task that should give it failed, is errInput.
func (t *turn) input(step *playbooks.Step) (map[string]any, error) {
	out := make(map[string]any, len(step.With))
	for name, v := range step.With {
		if v.From == "" {
			out[name] = v.Literal
			continue
		}
		value, err := t.given(v.From)
		if err != nil {
			return nil, fmt.Errorf("input %q: %w", name, err)
		}
		out[name] = value
	}
	return out, nil
}

// given reads "step.field" or "vars.name".
func (t *turn) given(from string) (any, error) {
	id, name, _ := strings.Cut(from, ".")
	if id == "vars" {
		value, err := t.variable(name)
		if err == nil && value == nil {
			err = fmt.Errorf("%s: %w", from, errInput)
		}
		return value, err
	}
	step, ok := t.def.Step(id)
	row, there := t.steps[id]
	if !ok || !there || row.State != Finished {
		return nil, fmt.Errorf("%s: %w", from, errInput)
	}
	if step.Kind == playbooks.Action || step.Kind == playbooks.Call {
		return t.outputOf(row, step, name)
	}
	fields, err := t.fields(row)
	if err != nil {
		return nil, err
	}
	value, ok := fields[name]
	f, known := step.Field(name)
	if !ok || !known {
		return nil, fmt.Errorf("%s: %w", from, errInput)
	}
	return native(f.Type, value)
}

// native gives a kept value in the type an action takes it in.
func native(t playbooks.FieldType, value string) (any, error) {
	switch t {
	case playbooks.NumberField, playbooks.YenField:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("a number that is none: %w", err)
		}
		return n, nil
	case playbooks.YesNoField:
		return value == "yes", nil
	}
	return value, nil
}

// output checks what an action gave against its shape: every name, no other, each in its type.
func output(shape playbooks.Shape, got map[string]any) (Output, error) {
	out := Output{}
	for name, want := range shape.Output {
		v, ok := got[name]
		if !ok {
			return nil, fmt.Errorf("the action did not give %q", name)
		}
		if n, ok := v.(int); ok {
			v = int64(n)
		}
		if !fits(v, want) {
			return nil, fmt.Errorf("the action gave %T for %q, which is %s", v, name, want)
		}
		out[name] = v
	}
	for name := range got {
		if _, ok := shape.Output[name]; !ok {
			return nil, fmt.Errorf("the action gave %q, which nobody asked for", name)
		}
	}
	return out, nil
}

func fits(v any, t playbooks.FieldType) bool {
	switch v.(type) {
	case int64:
		return t == playbooks.NumberField || t == playbooks.YenField
	case bool:
		return t == playbooks.YesNoField
	case string:
		return t != playbooks.NumberField && t != playbooks.YenField && t != playbooks.YesNoField
	}
	return false
}
