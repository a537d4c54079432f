package scenario

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"tasuke/playbooks"
)

// Sides are those outside the firm who answer or are silent.
var Sides = []string{"bank", "police", "post", "isac", "public", "authority", "customer"}

// States are how a step may be expected to stand; of a decision or a switch also its outcomes.
var States = []string{"waiting", "ready", "running", "held", "done", "failed", "timed_out", "skipped", "cancelled"}

// Ends are how a run may end; Open is one that must not have ended.
var Ends = []string{"done", "failed", "timed_out", "cancelled", Open}

// Open is a run that has not ended.
const Open = "running"

// Check finds what is wrong with the meaning of a table: steps, roles, outcomes, fields, events and
// actions must be those of the playbook and of what it calls.
func Check(t Table, library Library, rules playbooks.Rules) []Problem {
	c := &checker{library: library, rules: rules}
	d, ok := library(t.Playbook)
	if !ok {
		c.add(1, "手順書「%s」がありません。", "There is no playbook %s.", t.Playbook)
		return c.problems
	}
	c.d = d
	names := map[string]bool{}
	for _, s := range t.Scenarios {
		c.at = 1
		if len(s.Steps) > 0 {
			c.at = s.Steps[0].At
		}
		if s.Name == "" || names[s.Name] {
			c.add(c.at, "想定の名前「%s」が空か、二度あります。", "The name %q of a scenario is empty or there twice.", s.Name)
		}
		names[s.Name] = true
		c.scenario(s)
	}
	if len(t.Scenarios) == 0 {
		c.add(1, "想定が一つもありません。", "There is no scenario.")
	}
	return c.problems
}

type checker struct {
	library  Library
	rules    playbooks.Rules
	d        *playbooks.Definition
	at       int
	problems []Problem
}

func (c *checker) add(at int, ja, en string, args ...any) {
	c.problems = append(c.problems, Problem{at, playbooks.Text{JA: fmt.Sprintf(ja, args...), EN: fmt.Sprintf(en, args...)}})
}

// one refuses a word that is not in a list.
func (c *checker) one(what, word string, list []string) {
	if !slices.Contains(list, word) {
		c.add(c.at, "%s「%s」は使えません。使えるもの: %s。", "%s: %q is none of %s.", what, word, strings.Join(list, ", "))
	}
}

func (c *checker) scenario(s Scenario) {
	g := s.Given
	if g.Confirmed+g.Excluded > g.Cases {
		c.add(c.at, "確認済みと除外の合計%dが案件%dを超えています。", "%d confirmed and excluded are more than the %d cases.", g.Confirmed+g.Excluded, g.Cases)
	}
	if g := s.Given; g.Payouts > g.Cases || g.Trades > g.Cases {
		c.add(c.at, "出金%dか売買%dが案件%dを超えています。", "%d payouts or %d trades are more than the %d cases.", g.Payouts, g.Trades, g.Cases)
	}
	c.one("given.incident.severity", s.Given.Incident.Severity, []string{"S1", "S2", "S3", "S4", ""})
	for _, v := range []string{s.Given.MyNumber, s.Given.DataLeaked} {
		c.one("given", v, []string{"yes", "no", "unknown", ""})
	}
	if more := s.later(); g.Confirmed+g.Excluded <= g.Cases && g.Confirmed+g.Excluded+more > g.Cases {
		c.add(c.at, "後から確認する%d件を合わせると案件%d件を超えます。", "With %d more confirmed later they are more than the %d cases.", more, g.Cases)
	}
	c.one("ends", s.Ends, Ends)
	if s.Ends != Open && len(s.Held) > 0 {
		c.add(c.at, "終わった実行に held はありません。", "A run that ended has nothing under held.")
	}
	for _, id := range s.Held {
		c.step(id)
	}
	c.answers(s.Plain)
	for _, l := range s.Steps {
		c.at = l.At
		c.line(l)
	}
}

// later counts the cases that are confirmed on the way.
func (s Scenario) later() (n int) {
	for _, l := range s.Steps {
		n += max(l.Confirm, 0)
	}
	return n
}

// verbs lists what a line says.
func (l Line) verbs() (out []string) {
	for name, set := range map[string]bool{"do": l.Do != "", "skip": l.Skip != "", "rest": l.Rest != nil, "advance": l.Advance != "", "event": l.Event != "",
		"outside": l.Outside != nil, "confirm": l.Confirm != 0, "breaks": l.Breaks != nil, "undo": l.Undo != "", "expect": l.Expect != nil, "gives": l.Gives != nil, "passes": l.Passes != nil, "refused": l.Refused != nil} {
		if set {
			out = append(out, name)
		}
	}
	return slices.Sorted(slices.Values(out))
}

var lengthForm = regexp.MustCompile(`^[1-9][0-9]{0,3}(m|h|d|bd)$`)

func (c *checker) line(l Line) {
	if v := l.verbs(); len(v) != 1 {
		c.add(l.At, "一行に書けることは一つです(今は: %s)。", "A line says exactly one thing (here: %s).", strings.Join(v, ", "))
		return
	}
	switch {
	case l.Do != "":
		c.act(Act{l.Do, l.As})
		c.answer(l)
	case l.Skip != "":
		c.step(l.Skip)
		c.role(l.As)
	case l.Refused != nil:
		if c.step(l.Refused.Do) != nil {
			c.role(l.Refused.As)
		}
	case l.Rest != nil:
		if l.Rest.Until != "" {
			c.step(l.Rest.Until)
		}
		c.answers(l.Rest.Answers)
	case l.Advance != "" && !lengthForm.MatchString(l.Advance):
		c.add(l.At, "長さ「%s」は 10m、2h、3d、1bd のように書いてください。", "Write the length %q like 10m, 2h, 3d or 1bd.", l.Advance)
	case l.Confirm < 0:
		c.add(l.At, "confirm には1以上の数を書いてください。", "Write a number of 1 or more for confirm.")
	case l.Event != "":
		c.one("event", l.Event, c.rules.Events)
	case l.Outside != nil:
		for _, side := range slices.Sorted(maps.Keys(l.Outside)) {
			c.one("outside", side, Sides)
			c.one("outside."+side, l.Outside[side], []string{"answers", "silent"})
		}
	case l.Undo != "":
		c.role(l.Undo)
	case l.Breaks != nil:
		c.one("breaks", l.Breaks.Do, slices.Sorted(maps.Keys(c.rules.Actions)))
	default:
		c.come(l)
	}
}

// come checks what must have come of it.
func (c *checker) come(l Line) {
	for _, id := range slices.Sorted(maps.Keys(l.Expect)) {
		if s := c.step(id); s != nil {
			words := slices.Clone(States)
			for _, o := range s.Outcomes {
				words = append(words, o.ID)
			}
			c.one(id, l.Expect[id], words)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(l.Gives)) {
		if s := c.step(id); s != nil {
			c.gives(id, s, l.Gives[id])
		}
	}
	for _, id := range slices.Sorted(maps.Keys(l.Passes)) {
		if s := c.step(id); s != nil && s.Kind != playbooks.Loop {
			c.add(c.at, "「%s」は繰り返しではありません。", "%s is no loop.", id)
		}
	}
}

func (c *checker) step(name string) *playbooks.Step {
	p, ok := c.library.Find(c.d, name)
	if !ok {
		c.add(c.at, "手順書 %s に手順「%s」はありません。呼び出す手順書や繰り返しの中の手順は「leak/known_day」のように書きます。",
			"%s has no step %q. Name a step of a call or a loop through it, like leak/known_day.", c.d.Slug, name)
		return nil
	}
	return p.Step
}

func (c *checker) role(as string) string {
	role, _, _ := strings.Cut(as, ".")
	c.one("as", role, c.rules.Roles)
	return role
}

// act checks that a person of the role may do the step.
func (c *checker) act(a Act) {
	s, role := c.step(a.Do), c.role(a.As)
	if s == nil {
		return
	}
	if !s.Kind.ByHand() {
		c.add(c.at, "「%s」は人が行う手順ではありません。", "%s is not done by a person.", a.Do)
	}
	signs := func(line playbooks.Signature) bool { return slices.Contains(line.Roles, role) }
	if s.Role != role && !slices.ContainsFunc(s.Signatures, signs) {
		c.add(c.at, "「%s」を行う役割は %s です。", "%s belongs to %s.", a.Do, s.Role)
	}
}

// answer checks how a step is finished.
func (c *checker) answer(l Line) {
	s := c.step(l.Do)
	if s == nil {
		return
	}
	switch s.Kind {
	case playbooks.Decision:
		c.choice(l.Do, s, l.Choice)
	case playbooks.Approval:
		c.one(l.Do, l.Choice, []string{"approved", "rejected"})
	default:
		if l.Choice != "" {
			c.add(c.at, "「%s」に選択肢はありません。", "%s has no outcomes to choose from.", l.Do)
		}
		c.one(l.Do, l.Outcome, []string{"", "done", "failed"})
	}
	c.filled(l.Do, s, l.Fields)
}

func (c *checker) choice(name string, s *playbooks.Step, id string) {
	if _, ok := s.Outcome(id); !ok {
		c.add(c.at, "「%s」に選択肢「%s」はありません。", "%s has no outcome %q.", name, id)
	}
}

func (c *checker) answers(a Answers) {
	for _, name := range slices.Sorted(maps.Keys(a.Choose)) {
		switch s := c.step(name); {
		case s == nil:
		case s.Kind == playbooks.Approval:
			c.one(name, a.Choose[name], []string{"approved", "rejected"})
		default:
			c.choice(name, s, a.Choose[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(a.Fields)) {
		if s := c.step(name); s != nil {
			c.filled(name, s, a.Fields[name])
		}
	}
	for _, name := range slices.Concat(a.Fail, a.Leave) {
		c.step(name)
	}
}

func (c *checker) filled(name string, s *playbooks.Step, fields map[string]any) {
	for _, id := range slices.Sorted(maps.Keys(fields)) {
		f, ok := s.Field(id)
		if !ok {
			c.add(c.at, "「%s」に入力欄「%s」はありません。", "%s has no field %q.", name, id)
			continue
		}
		if _, option := f.Option(fmt.Sprint(fields[id])); !fits(fields[id], f.Type) || len(f.Options) > 0 && !option {
			c.add(c.at, "「%s」の「%s」に %v は入りません(%s)。", "%[1]s: %[2]s cannot be %[3]v (%[4]s).", name, id, fields[id], f.Type)
		}
	}
}

// gives checks what a step is to have given: fields of a task, outputs of an action or of what prepares.
func (c *checker) gives(name string, s *playbooks.Step, values map[string]any) {
	for _, id := range slices.Sorted(maps.Keys(values)) {
		_, output := c.rules.Actions[s.Do].Output[id]
		_, prepared := c.rules.Actions[s.Prepare].Output[id]
		if _, field := s.Field(id); !field && !output && !prepared {
			c.add(c.at, "「%s」は「%s」を出しません。", "%s gives no %q.", name, id)
		}
	}
}

// fits reports whether what is written is of a field's type.
func fits(v any, t playbooks.FieldType) bool {
	switch t {
	case playbooks.NumberField, playbooks.YenField:
		switch v.(type) {
		case int, int64, uint64:
			return true
		}
		return false
	case playbooks.YesNoField:
		_, ok := v.(bool)
		return ok
	}
	s, ok := v.(string)
	layout := map[playbooks.FieldType]string{playbooks.DateField: time.DateOnly, playbooks.DatetimeField: "2006-01-02T15:04"}[t]
	if ok && layout != "" {
		_, err := time.Parse(layout, s)
		return err == nil
	}
	return ok
}
