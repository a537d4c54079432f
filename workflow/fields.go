package workflow

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tasuke/internal/fault"
	"tasuke/internal/text"
	"tasuke/playbooks"
)

const maxField = 1000 // characters

// filled checks what was filled in against the fields of a task and gives it in one spelling:
// digits without separators, dates as 2026-03-01, moments with their offset. Required fields are
// needed when the task is done, not when it failed. All that is wrong comes back at once.
func filled(step *playbooks.Step, raw map[string]string, done bool) (map[string]string, error) {
	out, wrong := map[string]string{}, map[string]string{}
	for id := range maps.Keys(raw) {
		if _, ok := step.Field(id); !ok {
			wrong["field."+id] = "workflow.field.unknown"
		}
	}
	for i := range step.Fields {
		f := &step.Fields[i]
		value := strings.TrimSpace(raw[f.ID])
		if value == "" {
			if f.Required && done {
				wrong["field."+f.ID] = "workflow.field.needed"
			}
			continue
		}
		kept, bad := typed(f, value)
		if bad != "" {
			wrong["field."+f.ID] = bad
			continue
		}
		out[f.ID] = kept
	}
	if len(wrong) > 0 {
		return nil, fault.Form(wrong)
	}
	return out, nil
}

var (
	wholeNumber = regexp.MustCompile(`^-?[0-9]{1,15}$`)
	separators  = strings.NewReplacer(",", "", "、", "", "円", "", "¥", "", `\`, "", "−", "-")
)

// typed gives a value in its one spelling, or the key of what is wrong with it.
func typed(f *playbooks.Field, value string) (kept, bad string) {
	switch {
	case !utf8.ValidString(value) || strings.ContainsRune(value, 0):
		return "", "workflow.field.text"
	case utf8.RuneCountInString(value) > maxField:
		return "", "workflow.field.long"
	}
	switch f.Type {
	case playbooks.TextField:
		return value, ""
	case playbooks.NumberField, playbooks.YenField:
		return amount(f.Type, value)
	case playbooks.DateField:
		if day, ok := text.Date(value); ok {
			return day, ""
		}
		return "", "workflow.field.date"
	case playbooks.DatetimeField:
		return moment(value)
	case playbooks.ChoiceField:
		if _, ok := f.Option(value); ok {
			return value, ""
		}
		return "", "workflow.field.choice"
	case playbooks.YesNoField:
		if value == "yes" || value == "no" {
			return value, ""
		}
		return "", "workflow.field.choice"
	}
	return "", "workflow.field.unknown"
}

func amount(t playbooks.FieldType, value string) (kept, bad string) {
	digits := strings.TrimSpace(separators.Replace(text.Fold(value)))
	n, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case !wholeNumber.MatchString(digits) || err != nil:
		return "", "workflow.field.number"
	case t == playbooks.YenField && n < 0:
		return "", "workflow.field.yen"
	}
	return strconv.FormatInt(n, 10), ""
}

// moment reads a moment as a browser writes it, in Japan, or with an offset of its own.
func moment(value string) (kept, bad string) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, value, japan); err == nil {
			return at.In(japan).Format(time.RFC3339), ""
		}
	}
	return "", "workflow.field.datetime"
}

// fill seals what was filled in, once the run is taken.
func (t *turn) fill(row *StepRun, fields map[string]string) error {
	row.Fields, row.Filled = fields, nil
	if len(fields) == 0 {
		return nil
	}
	plain, err := json.Marshal(fields)
	if err != nil {
		return fmt.Errorf("write what was filled in: %w", err)
	}
	row.Filled, err = t.s.opts.Sealer.Seal(t.ctx, t.tx, sealSubject(t.run.ID), place("step_run", "filled", row.ID), string(plain))
	if err != nil {
		return fmt.Errorf("seal what was filled in: %w", err)
	}
	return nil
}

// fields opens what was filled in; nothing when its key was erased.
func (t *turn) fields(row *StepRun) (map[string]string, error) {
	plain, err := t.unseal(place("step_run", "filled", row.ID), row.Filled)
	if err != nil || plain == "" {
		return nil, err
	}
	out := map[string]string{}
	if err := json.Unmarshal([]byte(plain), &out); err != nil {
		return nil, fmt.Errorf("read what was filled in: %w", err)
	}
	return out, nil
}

// openItems reports whether a checklist item of a step was not ticked.
func openItems(step *playbooks.Step, checked []string) bool {
	return slices.ContainsFunc(step.Checklist, func(n playbooks.Named) bool { return !slices.Contains(checked, n.ID) })
}
