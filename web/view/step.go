package view

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// shownValue is one thing that was filled in, given or shown, with the page it is the address of.
type shownValue struct{ Name, Value, Href string }

// shownHref is the page of a record that is to be read before it is approved, "" for a reader who
// may not open it.
func shownHref(s Shell, ref string) string {
	kind, id, _ := strings.Cut(ref, ":")
	switch {
	case kind == "bank_request" && s.Actor.May(actor.BankRead):
		return "/bank/" + id
	case kind == "fact_sheet" && s.Actor.May(actor.FactsRead):
		return "/incidents/" + id + "/facts"
	}
	return recordHref(s, kind, id)
}

// recordPages are the pages of records that playbooks prepare and have approved, by the kind of the
// record or the name of an output.
var recordPages = map[string]struct {
	path string
	need actor.Permission
}{
	"filing": {"/filings/", actor.FilingRead}, "share": {"/shares/", actor.ShareRead}, "police": {"/police/", actor.PoliceRead}, "report": {"/police/", actor.PoliceRead},
	"disclosure": {"/disclosures/", actor.DisclosureRead}, "notice": {"/notices/", actor.NoticeRead}, "mailing": {"/notices/", actor.NoticeRead},
	"remedy": {"/remedies/", actor.RemedyRead}, "sweep": {"/sweeps/", actor.SweepRead}, "document": {"/papers/", actor.FactsRead},
}

func recordHref(s Shell, kind, id string) string {
	p, ok := recordPages[kind]
	if !ok || id == "" || !s.Actor.May(p.need) {
		return ""
	}
	return p.path + id
}

// values puts into words what a person filled in and what an action gave.
func values(s Shell, t workflow.Task) (out []shownValue) {
	for _, f := range t.Step.Fields {
		if raw, ok := t.Fields[f.ID]; ok && raw != "" {
			out = append(out, shownValue{Name: f.Label.In(s.Lang), Value: fieldWord(s, f, raw)})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.Output)) {
		out = append(out, shownValue{s.Or("output."+name, name), outputWord(s, t.Output[name]), outputHref(s, t.Step.Do, name, t.Output[name])})
	}
	return out
}

// fieldWord is a value that was filled in, as it is read.
func fieldWord(s Shell, f playbooks.Field, raw string) string {
	n, err := strconv.ParseInt(raw, 10, 64)
	switch {
	case f.Type == playbooks.YenField && err == nil:
		return s.Yen(n)
	case f.Type == playbooks.NumberField && err == nil:
		return s.Count(n)
	case f.Type == playbooks.YesNoField:
		return s.T("case.answer." + raw)
	case f.Type == playbooks.ChoiceField:
		if o, ok := f.Option(raw); ok {
			return o.Text.In(s.Lang)
		}
	case f.Type == playbooks.DatetimeField:
		if at, err := time.Parse(time.RFC3339, raw); err == nil {
			return s.When(db.At(at))
		}
	}
	return raw
}

func outputWord(s Shell, v any) string {
	switch v := v.(type) {
	case int64:
		return s.Count(v)
	case bool:
		if v {
			return s.T("case.answer.yes")
		}
		return s.T("case.answer.no")
	}
	return fmt.Sprint(v)
}

// outputHref is the page of a record that an action made; "" when the reader may not see it.
func outputHref(s Shell, do, name string, v any) string {
	id, ok := v.(string)
	if !ok || do == "" {
		return ""
	}
	return recordHref(s, name, id)
}

// fieldName is the name of a field in the form, and of its fault.
func fieldName(f playbooks.Field) string { return "field." + f.ID }

func fieldLabel(s Shell, f playbooks.Field) string {
	label := f.Label.In(s.Lang)
	if f.Type == playbooks.YenField {
		label = s.T("field.in_yen", "Label", label)
	}
	if f.Required {
		label = s.T("field.is_required", "Label", label)
	}
	return label
}

// described ties a control to the help or the fault below it.
func described(s Shell, f playbooks.Field) templ.Attributes {
	out := templ.Attributes{}
	wrong := s.Wrong(fieldName(f)) != ""
	if wrong || !f.Help.Empty() {
		out["aria-describedby"] = "w-" + fieldName(f)
	}
	if wrong {
		out["aria-invalid"] = "true"
	}
	return out
}

// underWay says what the program is at, or why it stopped.
func underWay(s Shell, t workflow.Task) string {
	until := s.When(t.WakeAt)
	switch {
	case t.State == workflow.Held:
		return s.T("task.held." + string(t.Outcome))
	case t.Step.Event != "" && t.WakeAt.IsZero():
		return s.T("task.awaits_event", "Event", eventWord(s, t.Step.Event))
	case t.Step.Event != "":
		return s.T("task.awaits_event_until", "Event", eventWord(s, t.Step.Event), "Until", until)
	case t.StepRun.Kind == playbooks.Wait:
		return s.T("task.awaits_moment", "Until", until)
	}
	return s.T("task.acting", "What", doWord(s, t.Step.Do))
}

// workWord says what went wrong with an action and when it is tried again.
func workWord(s Shell, w *workflow.Work) string {
	var parts []string
	if w != nil && w.Problem != "" {
		parts = append(parts, s.T("task.problem", "Problem", s.Or(w.Problem, w.Problem)))
	}
	if w != nil && w.State == effect.Queued && w.Attempt > 0 && !w.NotBefore.IsZero() {
		parts = append(parts, s.T("task.next_attempt", "At", s.When(w.NotBefore)))
	}
	return strings.Join(parts, " ")
}

func doWord(s Shell, name string) string { return s.Or("step.do."+name, name) }

func eventWord(s Shell, name string) string { return s.Or("step.event."+name, name) }

// doer is who finished a step: a person, or the program.
func doer(s Shell, t workflow.StepRun) string {
	if strings.HasPrefix(t.DoneBy, "system:") {
		return s.T("task.by_program")
	}
	return t.DoneByName
}

// chosen is the text of the outcome that a decision or an approval ended with.
func chosen(s Shell, t workflow.Task) string {
	if t.StepRun.Kind == playbooks.Approval {
		return s.T("approval." + t.Choice)
	}
	if o, ok := t.Step.Outcome(t.Choice); ok {
		return o.Text.In(s.Lang)
	}
	return t.Choice
}

// fingerprint is the beginning of a fingerprint, enough to compare two by eye.
func fingerprint(digest string) string {
	if len(digest) > 16 {
		return digest[:16] + "…"
	}
	return digest
}
