package pages

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/web/view"
)

// stepForm is a step of a draft as a browser sends it.
type stepForm struct {
	Rev         int64    `form:"rev"`
	Kind        string   `form:"kind"`
	TitleJA     string   `form:"title_ja"`
	TitleEN     string   `form:"title_en"`
	TextJA      string   `form:"text_ja"`
	TextEN      string   `form:"text_en"`
	Role        string   `form:"role"`
	TargetN     string   `form:"target_n"`
	TargetUnit  string   `form:"target_unit"`
	TargetFrom  string   `form:"target_from"`
	After       []string `form:"after"`
	NotBy       []string `form:"not_by"`
	When        string   `form:"when"`
	WhenText    string   `form:"when_text"`
	OutcomeID   []string `form:"outcome_id"`
	OutcomeJA   []string `form:"outcome_ja"`
	OutcomeEN   []string `form:"outcome_en"`
	OutcomeIf   []string `form:"outcome_if"`
	OutcomeGoes []string `form:"outcome_goes"` // numbers of rows
	Checklist   string   `form:"checklist"`
	FieldID     []string `form:"field_id"`
	FieldJA     []string `form:"field_ja"`
	FieldEN     []string `form:"field_en"`
	FieldType   []string `form:"field_type"`
	FieldOpts   []string `form:"field_options"`
	FieldHelpJA []string `form:"field_help_ja"`
	FieldHelpEN []string `form:"field_help_en"`
	FieldNeeded []string `form:"field_required"` // numbers of rows
	DocumentJA  string   `form:"document_ja"`
	DocumentEN  string   `form:"document_en"`
	ProofJA     string   `form:"evidence_ja"`
	ProofEN     string   `form:"evidence_en"`
	Clauses     string   `form:"clauses"`
	TimeoutN    string   `form:"timeout_n"`
	TimeoutUnit string   `form:"timeout_unit"`
	OnFailure   string   `form:"on_failure"`
	Do          string   `form:"do"`
	Prepare     string   `form:"prepare"`
	ApprovedBy  string   `form:"approved_by"`
	WithName    []string `form:"with_name"`
	WithValue   []string `form:"with_value"`
	Set         string   `form:"set"`
	RetryTimes  string   `form:"retry_times"`
	RetryPauseN string   `form:"retry_pause_n"`
	RetryUnit   string   `form:"retry_pause_unit"`
	Of          string   `form:"of"`
	BackTo      string   `form:"back_to"`
	SignRoles   []string `form:"sign_roles"`
	SignCount   []string `form:"sign_count"`
	WaitFor     string   `form:"wait_for"`
	Event       string   `form:"event"`
	ForN        string   `form:"for_n"`
	ForUnit     string   `form:"for_unit"`
	Until       string   `form:"until"`
	Need        string   `form:"need"`
	Rest        string   `form:"rest"`
	Playbook    string   `form:"playbook"`
	LoopBy      string   `form:"loop_by"`
	LoopText    string   `form:"loop_text"`
	Max         string   `form:"max"`
	AtMax       string   `form:"at_max"`
	SkipNever   bool     `form:"skip_never"`
	SkipSecond  bool     `form:"skip_second"`
	SkipRole    string   `form:"skip_role"`
}

// at gives an entry of a list that may be shorter.
func at(list []string, i int) string {
	if i < len(list) {
		return strings.TrimSpace(list[i])
	}
	return ""
}

// shown is what was typed, on its way back to the reader.
func (f stepForm) shown(id string) view.StepForm {
	out := view.StepForm{
		Rev: f.Rev, ID: id, Kind: f.Kind, TitleJA: f.TitleJA, TitleEN: f.TitleEN, TextJA: unixLines(f.TextJA), TextEN: unixLines(f.TextEN),
		Role: f.Role, TargetN: f.TargetN, TargetUnit: f.TargetUnit, TargetFrom: f.TargetFrom, After: f.After, NotBy: f.NotBy,
		When: f.condition(), WhenText: f.WhenText, Checklist: unixLines(f.Checklist), DocumentJA: f.DocumentJA, DocumentEN: f.DocumentEN,
		ProofJA: f.ProofJA, ProofEN: f.ProofEN, Clauses: f.Clauses, TimeoutN: f.TimeoutN, TimeoutUnit: f.TimeoutUnit, OnFailure: f.OnFailure,
		Do: f.Do, Prepare: f.Prepare, ApprovedBy: f.ApprovedBy, Set: unixLines(f.Set), RetryTimes: f.RetryTimes, RetryPauseN: f.RetryPauseN,
		RetryPauseUnit: f.RetryUnit, Of: f.Of, BackTo: f.BackTo, WaitFor: f.WaitFor, Event: f.Event, ForN: f.ForN, ForUnit: f.ForUnit, Until: f.Until,
		Need: f.Need, Rest: f.Rest, Playbook: f.Playbook, LoopBy: f.LoopBy, LoopText: f.LoopText, Max: f.Max, AtMax: f.AtMax,
		SkipNever: f.SkipNever, SkipSecond: f.SkipSecond, SkipRole: f.SkipRole,
	}
	for i := range f.OutcomeJA {
		out.Outcomes = append(out.Outcomes, view.OutcomeForm{ID: at(f.OutcomeID, i), JA: at(f.OutcomeJA, i), EN: at(f.OutcomeEN, i), If: at(f.OutcomeIf, i),
			GoesOn: slices.Contains(f.OutcomeGoes, strconv.Itoa(i))})
	}
	for i := range f.FieldJA {
		out.Fields = append(out.Fields, view.FieldForm{ID: at(f.FieldID, i), JA: at(f.FieldJA, i), EN: at(f.FieldEN, i), Type: at(f.FieldType, i),
			Options: at(f.FieldOpts, i), HelpJA: at(f.FieldHelpJA, i), HelpEN: at(f.FieldHelpEN, i), Required: slices.Contains(f.FieldNeeded, strconv.Itoa(i))})
	}
	for i := range f.WithName {
		out.With = append(out.With, view.InputForm{Name: at(f.WithName, i), Value: at(f.WithValue, i)})
	}
	for i := range f.SignRoles {
		out.Signs = append(out.Signs, view.SignForm{Roles: at(f.SignRoles, i), Count: at(f.SignCount, i)})
	}
	return out
}

// condition is the one that was chosen, or the one that was written.
func (f stepForm) condition() string {
	if f.When == "write" {
		return strings.TrimSpace(f.WhenText)
	}
	return f.When
}

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
	for i := range r.SignRoles {
		roles := strings.FieldsFunc(at(r.SignRoles, i), func(c rune) bool { return c == ' ' || c == ',' || c == '、' })
		if len(roles) == 0 {
			continue
		}
		out = append(out, playbooks.Signature{Roles: roles, Count: max(1, r.whole("signatures", at(r.SignCount, i)))})
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

// need reads how many ways a join waits for: nothing and "all" are all of them.
func (r *formed) need() int {
	switch n := strings.TrimSpace(r.Need); n {
	case "", "all":
		return 0
	case "any":
		return 1
	default:
		return r.whole("need", n)
	}
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

// stepShown is a step as its form shows it.
func stepShown(rev int64, s playbooks.Step, rules playbooks.Rules) view.StepForm {
	f := view.StepForm{
		Rev: rev, ID: s.ID, Kind: string(s.Kind), TitleJA: s.Title.JA, TitleEN: s.Title.EN, TextJA: s.Instructions.JA, TextEN: s.Instructions.EN,
		Role: s.Role, TargetFrom: string(s.Target.From), After: s.After, NotBy: s.NotBy, When: source(s.When), Checklist: listed(s.Checklist),
		DocumentJA: s.Document.JA, DocumentEN: s.Document.EN, ProofJA: s.Evidence.JA, ProofEN: s.Evidence.EN, Clauses: strings.Join(s.Clauses, " "),
		OnFailure: s.OnFailure, Do: s.Do, Prepare: s.Prepare, ApprovedBy: s.ApprovedBy, Of: s.Of, BackTo: s.BackTo, Event: s.Event,
		Rest: string(s.Rest), Playbook: s.Playbook, AtMax: s.AtMax,
	}
	f.TargetN, f.TargetUnit = parts(s.Target)
	f.TimeoutN, f.TimeoutUnit = parts(s.Timeout)
	f.ForN, f.ForUnit = parts(s.For)
	for _, o := range s.Outcomes {
		cond := o.Suggest
		if s.Kind == playbooks.Switch {
			cond = o.If
		}
		f.Outcomes = append(f.Outcomes, view.OutcomeForm{ID: o.ID, JA: o.Text.JA, EN: o.Text.EN, If: source(cond), GoesOn: o.GoesOn})
	}
	for _, x := range s.Fields {
		f.Fields = append(f.Fields, view.FieldForm{ID: x.ID, JA: x.Label.JA, EN: x.Label.EN, Type: string(x.Type), Options: listedShort(x.Options),
			HelpJA: x.Help.JA, HelpEN: x.Help.EN, Required: x.Required})
	}
	f.With = inputsShown(s, rules)
	f.Set = setShown(s.Set)
	if s.Retry != nil {
		f.RetryTimes = strconv.Itoa(s.Retry.Times)
		f.RetryPauseN, f.RetryPauseUnit = parts(s.Retry.Pause)
	}
	for _, sign := range s.Signatures {
		f.Signs = append(f.Signs, view.SignForm{Roles: strings.Join(sign.Roles, " "), Count: strconv.Itoa(sign.Count)})
	}
	switch {
	case s.Event != "":
		f.WaitFor = "event"
	case s.Until != "":
		f.WaitFor, f.Until = "until", "${"+s.Until+"}"
	case s.For.Set():
		f.WaitFor = "for"
	}
	if s.Need > 0 {
		f.Need = strconv.Itoa(s.Need)
	}
	if s.Max > 0 {
		f.Max = strconv.Itoa(s.Max)
	}
	f.LoopBy, f.LoopText = "while", source(s.While)
	if s.UntilTrue != nil {
		f.LoopBy, f.LoopText = "until", source(s.UntilTrue)
	}
	if s.Skip != nil {
		f.SkipNever, f.SkipSecond, f.SkipRole = s.Skip.Never, s.Skip.Second, s.Skip.Role
	}
	return f
}

func source(c *playbooks.Condition) string {
	if c == nil {
		return ""
	}
	return c.Source
}

func parts(t playbooks.Target) (n, unit string) {
	if !t.Set() {
		return "", ""
	}
	return strconv.Itoa(t.N), string(t.Unit)
}

func listed(list []playbooks.Named) string { return strings.Join(texts(list), "\n") }

func listedShort(list []playbooks.Named) string { return strings.Join(texts(list), ", ") }

func texts(list []playbooks.Named) (out []string) {
	for _, n := range list {
		line := n.Text.JA
		if n.Text.EN != n.Text.JA {
			line += " | " + n.Text.EN
		}
		out = append(out, line)
	}
	return out
}

// inputsShown lists every input of what the step does, filled or not.
func inputsShown(s playbooks.Step, rules playbooks.Rules) (out []view.InputForm) {
	shape := rules.Actions[s.Do]
	if s.Prepare != "" {
		shape = rules.Actions[s.Prepare]
	}
	names := map[string]playbooks.FieldType{}
	maps.Copy(names, shape.Input)
	if s.Playbook != "" && rules.Playbook != nil {
		if d, ok := rules.Playbook(s.Playbook); ok {
			for _, v := range d.Inputs {
				names[v.ID] = v.Type
			}
		}
	}
	for name := range s.With {
		if _, ok := names[name]; !ok {
			names[name] = ""
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		out = append(out, view.InputForm{Name: name, Type: string(names[name]), Value: playbooks.WriteValue(s.With[name])})
	}
	return out
}

func setShown(set map[string]playbooks.Value) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(set)) {
		out = append(out, name+" = "+playbooks.WriteValue(set[name]))
	}
	return strings.Join(out, "\n")
}
