package pages

import (
	"maps"
	"slices"
	"strconv"
	"strings"

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
	out.Signs = f.signLines()
	return out
}

// signLines are the lines of signatures: a role comes as the number of its line and its id.
func (f stepForm) signLines() []view.SignForm {
	out := make([]view.SignForm, len(f.SignCount))
	for i := range out {
		out[i].Count = at(f.SignCount, i)
	}
	for _, picked := range f.SignRoles {
		line, role, _ := strings.Cut(picked, " ")
		if i, err := strconv.Atoi(line); err == nil && i >= 0 && i < len(out) {
			out[i].Roles = strings.TrimSpace(out[i].Roles + " " + role)
		}
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

// stepShown is a step as its form shows it.
func stepShown(rev int64, s playbooks.Step, rules playbooks.Rules) view.StepForm {
	f := view.StepForm{
		Rev: rev, ID: s.ID, Kind: string(s.Kind), TitleJA: s.Title.JA, TitleEN: english(s.Title), TextJA: s.Instructions.JA, TextEN: english(s.Instructions),
		Role: s.Role, TargetFrom: string(s.Target.From), After: s.After, NotBy: s.NotBy, When: source(s.When), Checklist: listed(s.Checklist),
		DocumentJA: s.Document.JA, DocumentEN: english(s.Document), ProofJA: s.Evidence.JA, ProofEN: english(s.Evidence), Clauses: strings.Join(s.Clauses, " "),
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
		f.Outcomes = append(f.Outcomes, view.OutcomeForm{ID: o.ID, JA: o.Text.JA, EN: english(o.Text), If: source(cond), GoesOn: o.GoesOn})
	}
	for _, x := range s.Fields {
		f.Fields = append(f.Fields, view.FieldForm{ID: x.ID, JA: x.Label.JA, EN: english(x.Label), Type: string(x.Type), Options: listedShort(x.Options),
			HelpJA: x.Help.JA, HelpEN: english(x.Help), Required: x.Required})
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

// english is a text's English where it has one of its own: what was left empty stays empty in the
// form, so that it follows the Japanese when that is changed.
func english(t playbooks.Text) string {
	if t.EN == t.JA {
		return ""
	}
	return t.EN
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
