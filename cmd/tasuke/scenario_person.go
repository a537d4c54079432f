package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// onRecord is what people of a scenario write where they have nothing to say.
const onRecord = "記録のとおり"

// plainly is how a step is finished where a table says nothing: every box is ticked, required fields
// get a plain value.
func (w *rehearsal) plainly(s playbooks.Step, fields map[string]any) workflow.Done {
	d := workflow.Done{Comment: onRecord, Fields: map[string]string{}}
	for _, c := range s.Checklist {
		d.Checked = append(d.Checked, c.ID)
	}
	for _, f := range s.Fields {
		if v, ok := fields[f.ID]; ok {
			d.Fields[f.ID] = asForm(v)
		} else if f.Required {
			d.Fields[f.ID] = w.plainValue(f)
		}
	}
	return d
}

// plainValue is the plain value of a field.
func (w *rehearsal) plainValue(f playbooks.Field) string {
	now := w.at.In(scenarioDay.Location())
	if len(f.Options) > 0 {
		return f.Options[0].ID
	}
	return map[playbooks.FieldType]string{playbooks.TextField: onRecord, playbooks.NumberField: "1", playbooks.YenField: "1", playbooks.YesNoField: "yes",
		playbooks.DateField: now.Format(time.DateOnly), playbooks.DatetimeField: now.Format("2006-01-02T15:04")}[f.Type]
}

// asForm is a value of a table as a form sends it.
func asForm(v any) string {
	switch v := v.(type) {
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case uint64:
		return strconv.FormatUint(v, 10)
	}
	return fmt.Sprint(v)
}

// notThem says that somebody may not, and somebody else may.
func notThem(err error) bool {
	f := new(fault.Error)
	return errors.As(err, &f) && (f.Kind == fault.Forbidden || f.Key == "actor.four_eyes" || f.Key == "workflow.signature.twice")
}

// whoMay are the people of a step's roles, in the order they are asked.
func (w *rehearsal) whoMay(t workflow.Task) (people []actor.Actor) {
	roles := []string{t.Role}
	for _, line := range t.Step.Signatures {
		roles = append(roles, line.Roles...)
	}
	var seen []string
	for _, r := range roles {
		if !slices.Contains(seen, r) {
			seen, people = append(seen, r), append(people, w.cast[actor.Role(r)]...)
		}
	}
	return people
}

// finished has the first who may finish a step. What changed meanwhile is left to the next look.
func (w *rehearsal) finished(ctx context.Context, t workflow.Task, d workflow.Done) error {
	var why error
	for _, by := range w.whoMay(t) {
		_, err := w.runs.Complete(ctx, by, t.ID, t.Rev, d)
		if !notThem(err) {
			return err
		}
		why = err
	}
	return why
}
