package pages

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// both gives a text in both languages: where no English was written, the Japanese stands for it, and
// the other way round, so that nobody is kept from writing a playbook by a second language.
func both(ja, en string) playbooks.Text {
	t := playbooks.Text{JA: strings.TrimSpace(unixLines(ja)), EN: strings.TrimSpace(unixLines(en))}
	if t.EN == "" {
		t.EN = t.JA
	}
	if t.JA == "" {
		t.JA = t.EN
	}
	return t
}

// formed puts what was typed into a step. What cannot be read is named by field.
type formed struct {
	stepForm
	wrong map[string]string
}

// step is old with what the form says; body, row and what the form does not show stay.
func (f stepForm) step(old playbooks.Step) (playbooks.Step, error) {
	r := formed{f, map[string]string{}}
	s := old
	s.Kind = playbooks.Kind(f.Kind)
	if !slices.Contains(playbooks.Kinds, s.Kind) {
		return old, fault.Field("kind", "form.choice")
	}
	s.Title, s.Instructions = both(f.TitleJA, f.TitleEN), both(f.TextJA, f.TextEN)
	s.Role, s.After, s.NotBy = f.Role, f.After, f.NotBy
	s.Target = r.length("target", f.TargetN, f.TargetUnit)
	s.Target.From = playbooks.Origin(f.TargetFrom)
	if !s.Target.Set() {
		s.Target = playbooks.Target{}
	} else if s.Target.From == "" {
		s.Target.From = playbooks.FromStart
	}
	s.When = r.reads("when", f.condition())
	s.Outcomes = r.outcomes(old)
	s.Checklist = r.checklist(old)
	s.Fields = r.fields(old)
	s.Document, s.Evidence = both(f.DocumentJA, f.DocumentEN), both(f.ProofJA, f.ProofEN)
	s.Clauses = strings.Fields(strings.NewReplacer(",", " ", "、", " ").Replace(f.Clauses))
	s.Timeout, s.OnFailure = r.length("timeout", f.TimeoutN, f.TimeoutUnit), f.OnFailure
	s.Do, s.Prepare, s.ApprovedBy, s.With = f.Do, f.Prepare, f.ApprovedBy, r.with()
	s.Set = r.set()
	s.Retry = r.retry()
	s.Of, s.BackTo, s.Signatures = f.Of, f.BackTo, r.signs()
	r.waits(&s)
	s.Need, s.Rest = r.need(), playbooks.Rest(f.Rest)
	s.Playbook = f.Playbook
	r.loop(&s)
	s.Skip = nil
	if f.SkipNever || f.SkipSecond || f.SkipRole != "" {
		s.Skip = &playbooks.SkipRule{Never: f.SkipNever, Second: f.SkipSecond, Role: f.SkipRole}
	}
	if len(r.wrong) > 0 {
		return s, fault.Form(r.wrong)
	}
	return playbooks.Trim(s), nil
}

// length reads a number and its unit.
func (r *formed) length(field, n, unit string) playbooks.Target {
	if n = strings.TrimSpace(n); n == "" {
		return playbooks.Target{}
	}
	t, ok := playbooks.ParseLength(n + unit)
	if !ok {
		r.wrong[field] = "draft.length"
	}
	return t
}

// reads reads a condition.
func (r *formed) reads(field, source string) *playbooks.Condition {
	if strings.TrimSpace(source) == "" {
		return nil
	}
	c, ok := playbooks.ReadCondition(strings.TrimSpace(source))
	if !ok {
		r.wrong[field] = "draft.condition"
	}
	return c
}

// outcomes drops rows in which nothing was said; a row keeps its id as long as it is there.
func (r *formed) outcomes(old playbooks.Step) (out []playbooks.Outcome) {
	used := map[string]bool{}
	for i, o := range r.shown("").Outcomes {
		if o.JA == "" && o.EN == "" {
			continue
		}
		id := o.ID
		if id == "" {
			id = freeName(o.EN, "outcome", used, old.Outcomes)
		}
		used[id] = true
		one := playbooks.Outcome{Named: playbooks.Named{ID: id, Text: both(o.JA, o.EN)}, GoesOn: o.GoesOn}
		if c := r.reads("outcome_if."+strconv.Itoa(i), o.If); r.Kind == string(playbooks.Switch) {
			one.If = c
		} else {
			one.Suggest = c
		}
		out = append(out, one)
	}
	return out
}

var notID = regexp.MustCompile(`[^a-z0-9]+`)

// freeName makes an id of an English word, or a numbered one.
func freeName(en, word string, used map[string]bool, old []playbooks.Outcome) string {
	base := strings.Trim(notID.ReplaceAllString(strings.ToLower(en), "_"), "_")
	if base == "" || base[0] < 'a' || base[0] > 'z' || len(base) > 30 || playbooks.IsReserved(base) {
		base = word
	}
	taken := func(id string) bool {
		return used[id] || slices.ContainsFunc(old, func(o playbooks.Outcome) bool { return o.ID == id })
	}
	id := base
	for n := 2; taken(id); n++ {
		id = base + "_" + strconv.Itoa(n)
	}
	return id
}

// checklist reads one item a line, Japanese and English with a bar between; an item that was there
// keeps its id.
func (r *formed) checklist(old playbooks.Step) (out []playbooks.Named) {
	used := map[string]bool{}
	for _, line := range strings.Split(unixLines(r.Checklist), "\n") {
		ja, en, _ := strings.Cut(line, "|")
		text := both(ja, en)
		if text.Empty() {
			continue
		}
		id := ""
		for _, was := range old.Checklist {
			if was.Text.JA == text.JA && !used[was.ID] {
				id = was.ID
				break
			}
		}
		for n := 1; id == "" || used[id]; n++ {
			id = "item_" + strconv.Itoa(n)
			if slices.ContainsFunc(old.Checklist, func(was playbooks.Named) bool { return was.ID == id }) {
				id = ""
			}
		}
		used[id] = true
		out = append(out, playbooks.Named{ID: id, Text: text})
	}
	return out
}

func (r *formed) fields(old playbooks.Step) (out []playbooks.Field) {
	used := map[string]bool{}
	for _, f := range r.shown("").Fields {
		if f.JA == "" && f.EN == "" {
			continue
		}
		id := f.ID
		for n := 1; id == "" || used[id]; n++ {
			if id = freeName(f.EN, "field", used, nil); used[id] {
				id = "field_" + strconv.Itoa(n)
			}
		}
		used[id] = true
		one := playbooks.Field{ID: id, Label: both(f.JA, f.EN), Type: playbooks.FieldType(f.Type), Required: f.Required, Help: both(f.HelpJA, f.HelpEN)}
		if one.Type == playbooks.ChoiceField {
			one.Options = options(f.Options, was(old, id))
		}
		out = append(out, one)
	}
	return out
}

// was gives the options that a field had.
func was(old playbooks.Step, id string) []playbooks.Named {
	if f, ok := old.Field(id); ok {
		return f.Options
	}
	return nil
}

// options reads choices, separated by commas, Japanese and English with a bar between.
func options(text string, old []playbooks.Named) (out []playbooks.Named) {
	used := map[string]bool{}
	for _, part := range strings.FieldsFunc(unixLines(text), func(r rune) bool { return r == ',' || r == '、' || r == '\n' }) {
		ja, en, _ := strings.Cut(part, "|")
		t := both(ja, en)
		if t.Empty() {
			continue
		}
		id := ""
		for _, o := range old {
			if o.Text.JA == t.JA {
				id = o.ID
			}
		}
		if id == "" || used[id] {
			id = freeName(t.EN, "option", used, nil)
		}
		used[id] = true
		out = append(out, playbooks.Named{ID: id, Text: t})
	}
	return out
}

func (r *formed) with() map[string]playbooks.Value {
	out := map[string]playbooks.Value{}
	for i, name := range r.WithName {
		value := at(r.WithValue, i)
		if name = strings.TrimSpace(name); name == "" || value == "" {
			continue
		}
		v, ok := playbooks.ReadValue(value)
		if !ok {
			r.wrong["with."+name] = "draft.value"
		}
		out[name] = v
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// set reads one variable a line: name = value.
func (r *formed) set() map[string]playbooks.Value {
	out := map[string]playbooks.Value{}
	for _, line := range strings.Split(unixLines(r.Set), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		v, readable := playbooks.ReadValue(strings.TrimSpace(value))
		if name = strings.TrimSpace(name); !ok || !readable || name == "" {
			r.wrong["set"] = "draft.set"
		}
		out[name] = v
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// whole reads a whole number; nothing is 0.
func (r *formed) whole(field, text string) int {
	if text = strings.TrimSpace(text); text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 9999 {
		r.wrong[field] = "form.range"
	}
	return n
}

func (r *formed) retry() *playbooks.Retry {
	if strings.TrimSpace(r.RetryTimes) == "" {
		return nil
	}
	return &playbooks.Retry{Times: r.whole("retry_times", r.RetryTimes), Pause: r.length("retry_pause", r.RetryPauseN, r.RetryUnit), Factor: 1}
}

func (r *formed) signs() (out []playbooks.Signature) {
	for i, line := range r.signLines() {
		if roles := strings.Fields(line.Roles); len(roles) > 0 {
			out = append(out, playbooks.Signature{Roles: roles, Count: max(1, r.whole("signatures", at(r.SignCount, i)))})
		}
	}
	return out
}

// waits takes what a wait waits for, and nothing else.
func (r *formed) waits(s *playbooks.Step) {
	s.Event, s.For, s.Until = "", playbooks.Target{}, ""
	if s.Kind != playbooks.Wait {
		return
	}
	switch r.WaitFor {
	case "event":
		s.Event = r.Event
	case "for":
		s.For = r.length("for", r.ForN, r.ForUnit)
	case "until":
		if v, ok := playbooks.ReadValue(strings.TrimSpace(r.Until)); ok && v.From != "" {
			s.Until = v.From
		} else {
			r.wrong["until"] = "draft.value"
		}
	default:
		r.wrong["wait_for"] = "form.choice"
	}
}

// need reads how many ways a join waits for: nothing is all of them.
func (r *formed) need() int {
	return r.whole("need", r.Need)
}

func (r *formed) loop(s *playbooks.Step) {
	s.While, s.UntilTrue = nil, nil
	if s.Kind != playbooks.Loop {
		return
	}
	c := r.reads("loop_text", r.LoopText)
	if r.LoopBy == "until" {
		s.UntilTrue = c
	} else {
		s.While = c
	}
	s.Max, s.AtMax = r.whole("max", r.Max), r.AtMax
}
