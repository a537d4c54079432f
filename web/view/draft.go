package view

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"tasuke/internal/actor"
	"tasuke/playbooks"
	"tasuke/workflow"
	"tasuke/workflow/draft"
)

// DraftList is the drafts of playbooks.
type DraftList struct {
	Rows []draft.Draft
	Next string // cursor of the following page
	May  bool   // may begin one
}

// DraftNew is the form that begins a draft.
type DraftNew struct {
	From    string // blank, copy or import
	Slug    string
	JA, EN  string
	Version string
	Text    string
	Sources []workflow.Version // to copy from, the newest of each
	Report  []string           // what an import would not carry over as it is
}

// DraftPage is one draft.
type DraftPage struct {
	draft.Sheet
	Base    *workflow.Version // what it was begun from, if it is still the newest
	Newer   *workflow.Version // a version published after the draft was begun
	Changes []string          // against the newest version, in the reader's language
	Head    DraftHead
	Text    string // of the whole, as it was typed
	Insert  InsertForm
	Why     string
	Locked  bool // the text cannot be taken apart into forms: only the text can be edited
}

// DraftHead is what a playbook is called.
type DraftHead struct{ Slug, JA, EN, SummaryJA, SummaryEN string }

// InsertForm is a step to be put in.
type InsertForm struct{ At, Kind, JA, EN string }

func (p DraftPage) path(rest string) string { return "/playbooks/drafts/" + p.Draft.ID + rest }

// writing reports whether the reader may change the text now.
func (p DraftPage) writing(by actor.Actor) bool {
	return p.Draft.State == draft.Drafting && by.May(actor.PlaybookEdit)
}

// reading reports whether the reader is to look the draft through, and not to write.
func (p DraftPage) reading(by actor.Actor) bool { return !p.writing(by) && !p.Locked }

// buttons are the moves that need no form of their own.
func (p DraftPage) buttons() (out []draft.Choice) {
	for _, c := range p.Choices {
		if c.Event != draft.Edited {
			out = append(out, c)
		}
	}
	return out
}

// StepPage is the form of one step of a draft.
type StepPage struct {
	Draft   draft.Draft
	First   bool // the step that begins the run
	Book    *playbooks.Definition
	Block   *playbooks.Definition // in which the step stands
	Form    StepForm
	Rules   playbooks.Rules
	Slugs   []string // playbooks that may be called
	Said    []string // what is wrong with the step, in the reader's language
	Stands  bool     // somebody saved meanwhile: the form shows what was typed
	Current StepForm // and this is what stands
}

func (p StepPage) path() string {
	return "/playbooks/drafts/" + p.Draft.ID + "/steps/" + p.Form.ID
}

// StepForm is a step as its form shows it: texts only, so that nothing that was typed is lost.
type StepForm struct {
	Rev                                      int64
	ID, Kind                                 string
	TitleJA, TitleEN, TextJA, TextEN         string
	Role                                     string
	TargetN, TargetUnit, TargetFrom          string
	After, NotBy                             []string
	When, WhenText                           string
	Outcomes                                 []OutcomeForm
	Checklist                                string
	Fields                                   []FieldForm
	DocumentJA, DocumentEN, ProofJA, ProofEN string
	Clauses                                  string
	TimeoutN, TimeoutUnit, OnFailure         string
	Do, Prepare, ApprovedBy                  string
	With                                     []InputForm
	Set                                      string
	RetryTimes, RetryPauseN, RetryPauseUnit  string
	Of, BackTo                               string
	Signs                                    []SignForm
	WaitFor, Event, ForN, ForUnit, Until     string
	Need, Rest                               string
	Playbook                                 string
	LoopBy, LoopText, Max, AtMax             string
	SkipNever, SkipSecond                    bool
	SkipRole                                 string
}

// OutcomeForm is one answer of a decision or a switch.
type OutcomeForm struct {
	ID, JA, EN, If string // If: when a switch takes it, or a decision proposes it
	GoesOn         bool
}

// FieldForm is one thing that a person fills in.
type FieldForm struct {
	ID, JA, EN, Type, Options, HelpJA, HelpEN string
	Required                                  bool
}

// InputForm is one input of an action or a call.
type InputForm struct{ Name, Type, Value string }

// SignForm is one line of signatures.
type SignForm struct{ Roles, Count string }

// kind is what the step is.
func (f StepForm) kind() playbooks.Kind { return playbooks.Kind(f.Kind) }

// is reports whether the step is of one of the kinds.
func (f StepForm) is(kinds ...playbooks.Kind) bool { return slices.Contains(kinds, f.kind()) }

// others are the steps of the block that are not this one.
func (p StepPage) others() (out []*playbooks.Step) {
	for i := range p.Block.Steps {
		if s := &p.Block.Steps[i]; s.ID != p.Form.ID {
			out = append(out, s)
		}
	}
	return out
}

// before are the others that could come before this one: all but the end and what follows it.
func (p StepPage) before() (out []*playbooks.Step) {
	following := p.Block.Following(p.Form.ID)
	for _, s := range p.others() {
		if s.Kind != playbooks.End && !following[s.ID] {
			out = append(out, s)
		}
	}
	return out
}

// failureWays are the steps that follow this one and may take over when it fails.
func (p StepPage) failureWays() (out []*playbooks.Step) {
	for _, s := range p.others() {
		if slices.Contains(s.After, p.Form.ID) && s.Kind != playbooks.End {
			out = append(out, s)
		}
	}
	return out
}

// byHand are the earlier steps that a person does.
func (p StepPage) byHand() (out []*playbooks.Step) {
	for _, s := range p.before() {
		if s.Kind.ByHand() {
			out = append(out, s)
		}
	}
	return out
}

// ofKind are the earlier steps of a kind.
func (p StepPage) ofKind(k playbooks.Kind) (out []*playbooks.Step) {
	for _, s := range p.before() {
		if s.Kind == k {
			out = append(out, s)
		}
	}
	return out
}

// whens are the conditions that can be chosen without writing one: each answer of an earlier
// decision.
func (p StepPage) whens(s Shell) (out [][2]string) {
	for _, d := range p.before() {
		for _, o := range d.Outcomes {
			if o.ID != "" {
				out = append(out, [2]string{fmt.Sprintf("%s == %q", d.ID, o.ID), s.T("draft.when_is", "Decision", d.Title.In(s.Lang), "Outcome", o.Text.In(s.Lang))})
			}
		}
	}
	return out
}

// custom reports whether a condition is none of those that can be chosen.
func (p StepPage) custom(s Shell) bool {
	return p.Form.When != "" && !slices.ContainsFunc(p.whens(s), func(w [2]string) bool { return w[0] == p.Form.When })
}

// values are what an input can be taken from: fields and outputs of earlier steps, and variables.
func (p StepPage) values(s Shell) (out [][2]string) {
	for _, x := range p.before() {
		for _, f := range x.Fields {
			out = append(out, [2]string{"${" + x.ID + "." + f.ID + "}", x.Title.In(s.Lang) + " · " + f.Label.In(s.Lang)})
		}
		for _, name := range sortedNames(p.Rules.Actions[x.Do].Output) {
			out = append(out, [2]string{"${" + x.ID + "." + name + "}", x.Title.In(s.Lang) + " · " + name})
		}
	}
	for _, list := range [][]playbooks.Variable{p.Book.Inputs, p.Book.Variables} {
		for _, v := range list {
			out = append(out, [2]string{"${vars." + v.ID + "}", v.Label.In(s.Lang)})
		}
	}
	return out
}

// moments are the values that a wait can wait for; what stands there is always among them.
func (p StepPage) moments(s Shell) (out [][2]string) {
	for _, v := range p.values(s) {
		if p.isMoment(v[0]) || v[0] == p.Form.Until {
			out = append(out, v)
		}
	}
	if p.Form.Until != "" && !slices.ContainsFunc(out, func(v [2]string) bool { return v[0] == p.Form.Until }) {
		out = append(out, [2]string{p.Form.Until, p.Form.Until})
	}
	return out
}

// isMoment reports whether a value is a date or a moment.
func (p StepPage) isMoment(ref string) bool {
	day := func(t playbooks.FieldType) bool { return t == playbooks.DateField || t == playbooks.DatetimeField }
	for _, x := range p.before() {
		for _, f := range x.Fields {
			if ref == "${"+x.ID+"."+f.ID+"}" {
				return day(f.Type)
			}
		}
		for name, t := range p.Rules.Actions[x.Do].Output {
			if ref == "${"+x.ID+"."+name+"}" {
				return day(t)
			}
		}
	}
	return slices.ContainsFunc(slices.Concat(p.Book.Inputs, p.Book.Variables), func(v playbooks.Variable) bool {
		return ref == "${vars."+v.ID+"}" && day(v.Type)
	})
}

// needs are the numbers of ways that a join can wait for.
func (p StepPage) needs(s Shell) (out [][2]string) {
	most := max(len(p.Form.After), 2)
	if n, err := strconv.Atoi(p.Form.Need); err == nil {
		most = max(most, n)
	}
	for n := 1; n <= most; n++ {
		out = append(out, [2]string{strconv.Itoa(n), s.T("draft.need_n", "N", n)})
	}
	return out
}

// conditions are what a written condition can ask, each as an example with what it means.
func (p StepPage) conditions(s Shell) [][2]string {
	out := p.whens(s)
	for _, name := range slices.Sorted(maps.Keys(p.Rules.Facts)) {
		word, example := s.Or("fact."+name, name), "facts."+name+" > 0"
		switch p.Rules.Facts[name] {
		case playbooks.BoolFact:
			example = "facts." + name
		case playbooks.TextFact:
			example = "facts." + name + ` == ""`
		}
		out = append(out, [2]string{example, word})
	}
	for _, v := range slices.Concat(p.Book.Inputs, p.Book.Variables) {
		if !v.Personal {
			out = append(out, [2]string{"vars." + v.ID, v.Label.In(s.Lang)})
		}
	}
	return out
}

func sortedNames(m map[string]playbooks.FieldType) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// kindWords orders the kinds for the form: what people need most first.
var kindWords = []playbooks.Kind{playbooks.Task, playbooks.Decision, playbooks.Action, playbooks.Approval, playbooks.Wait, playbooks.Switch,
	playbooks.Parallel, playbooks.Join, playbooks.Call}

var (
	targetUnits = []string{"m", "h", "d", "bd"}
	lengthUnits = []string{"s", "m", "h", "d", "bd"}
)

func titleOf(s Shell, x *playbooks.Step) string {
	if t := x.Title.In(s.Lang); t != "" {
		return t
	}
	return x.ID
}

// flat lists the steps of a draft in the order of the file, blocks inside what they stand in.
func flat(d *playbooks.Definition, depth int) (out []draftRow) {
	for i := range d.Steps {
		x := &d.Steps[i]
		out = append(out, draftRow{x, depth})
		if x.Body != nil {
			out = append(out, flat(x.Body, depth+1)...)
		}
	}
	if d.Exception != nil && depth == 0 {
		out = append(out, flat(d.Exception, depth+1)...)
	}
	return out
}

type draftRow struct {
	Step  *playbooks.Step
	Depth int
}

// waitsFor are the titles of what a step waits for.
func waitsFor(s Shell, d *playbooks.Definition, x *playbooks.Step) string {
	var out []string
	for _, id := range x.After {
		if other, ok := d.Seek(id); ok {
			out = append(out, titleOf(s, other))
		} else {
			out = append(out, id)
		}
	}
	return joined(s, out)
}

// places are where a step can be put: at the end, on the way of an answer, behind a step or beside
// what follows it.
func (p DraftPage) places(s Shell) [][2]string {
	out := [][2]string{{"", s.T("draft.at_end")}}
	for _, r := range flat(p.Definition, 0) {
		if r.Step.Kind == playbooks.End {
			continue
		}
		title := titleOf(s, r.Step)
		for _, o := range r.Step.Outcomes {
			if o.ID != "" {
				out = append(out, [2]string{"when " + r.Step.ID + " " + o.ID, s.T("draft.when_is", "Decision", title, "Outcome", o.Text.In(s.Lang))})
			}
		}
		out = append(out, [2]string{"after " + r.Step.ID, s.T("draft.at_after", "Step", title)}, [2]string{"beside " + r.Step.ID, s.T("draft.at_beside", "Step", title)})
	}
	return out
}

// insertAt is where the next step is put: what was chosen, or else the way of the first answer that
// nothing depends on yet, or the end.
func (p DraftPage) insertAt() string {
	if p.Insert.At != "" {
		return p.Insert.At
	}
	for i := range p.Definition.Steps {
		d := &p.Definition.Steps[i]
		for _, o := range d.Outcomes {
			if !o.GoesOn && o.ID != "" && !p.named(d.ID, o.ID) {
				return "when " + d.ID + " " + o.ID
			}
		}
	}
	return ""
}

// named reports whether the condition of a step asks for an answer.
func (p DraftPage) named(decision, outcome string) bool {
	return slices.ContainsFunc(p.Definition.Steps, func(x playbooks.Step) bool {
		return x.When != nil && slices.Contains(x.When.Named(decision), outcome)
	})
}

// titleByID is what a step is called; its id when it is not there any more.
func titleByID(s Shell, d *playbooks.Definition, id string) string {
	if d != nil {
		if x, ok := d.Seek(id); ok {
			return titleOf(s, x)
		}
	}
	return id
}

// StepAt is the step that stands on a line of the text, "" for the head.
func StepAt(d *playbooks.Definition, line int) (id string) {
	best := 0
	for _, r := range flat(d, 0) {
		if r.Step.Line <= line && r.Step.Line > best {
			best, id = r.Step.Line, r.Step.ID
		}
	}
	return id
}

// drawDraft draws the steps as the text has them, each with a link to its form.
func drawDraft(s Shell, p DraftPage) drawing {
	return draw(s, p.Definition, func(n *nodeShape, step *playbooks.Step) {
		n.Word, n.Class, n.Href = s.T("step.kind."+string(step.Kind)), "node", p.path("/steps/"+step.ID)
	})
}

// more reports whether anything is said or wrong in the part of the form that is folded away.
func (p StepPage) more() bool {
	f := p.Form
	return len(f.NotBy) > 0 || f.TimeoutN != "" || f.OnFailure != "" || f.SkipNever || f.SkipSecond || f.SkipRole != "" ||
		f.DocumentJA != "" || f.ProofJA != "" || f.Clauses != ""
}

// FieldNames are what the forms call the fields of the text, so that a fault is understood without
// knowing the text; and what the steps and answers of a playbook are called.
func FieldNames(s Shell, d *playbooks.Definition) map[string]string {
	names := map[string]string{}
	if d != nil {
		for _, r := range flat(d, 0) {
			for _, o := range r.Step.Outcomes {
				names[o.ID] = o.Text.In(s.Lang)
			}
		}
		for _, r := range flat(d, 0) {
			names[r.Step.ID] = titleOf(s, r.Step)
		}
	}
	for field, word := range fieldNames(s) {
		names[field] = word
	}
	delete(names, "")
	return names
}

func fieldNames(s Shell) map[string]string {
	return map[string]string{
		"title": s.T("draft.step_ja"), "instructions": s.T("draft.text_ja"), "question": s.T("draft.question_ja"), "role": s.T("draft.role"),
		"outcomes": s.T("draft.outcomes"), "after": s.T("draft.group.order"), "when": s.T("draft.when"), "do": s.T("draft.do"), "of": s.T("draft.of"),
		"back_to": s.T("draft.back_to"), "event": s.T("draft.event"), "for": s.T("draft.for"), "until": s.T("draft.until"), "not_by": s.T("task.not_by"),
		"playbook": s.T("draft.playbook"), "max": s.T("draft.max"), "need": s.T("draft.need"), "rest": s.T("draft.rest"), "target": s.T("draft.target"),
		"timeout": s.T("draft.timeout"), "on_failure": s.T("draft.on_failure"), "label": s.T("draft.field_ja"), "options": s.T("draft.field_options"),
		"text": s.T("draft.outcome_ja"), "approved_by": s.T("draft.approved_by"), "guideline": s.T("playbook.guideline"), "summary": s.T("draft.summary_ja"),
	}
}
