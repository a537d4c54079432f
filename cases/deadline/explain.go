package deadline

import (
	"strings"
	"time"

	"tasuke/cases/deadline/calendar"
)

// PartKind says what a part of an explanation is about, so that a page can draw it.
type PartKind string

// Parts of an explanation, in the order in which they are told.
const (
	PartState       PartKind = "state"       // why no clock runs
	PartUndecided   PartKind = "undecided"   // the facts do not settle it yet
	PartCount       PartKind = "count"       // day 1 and the last day
	PartLength      PartKind = "length"      // why the period is longer or shorter than usual
	PartDue         PartKind = "due"         // the limit, closed days, force
	PartPlan        PartKind = "plan"        // planning date
	PartAlternative PartKind = "alternative" // another reading
	PartCheckpoint  PartKind = "checkpoint"  // an earlier value that stays on record
	PartHeld        PartKind = "held"        // a lower recount that lowered nothing
	PartProvisional PartKind = "provisional" // beyond the published holidays
	PartEffect      PartKind = "effect"      // what meeting the duty brings about
	PartBasis       PartKind = "basis"       // law
	PartRule        PartKind = "rule"        // rule and version
	PartReview      PartKind = "review"      // what counsel must confirm
)

// Part is one sentence or two of an explanation.
type Part struct {
	Kind PartKind
	Text string
}

// phrases are the sentences of one language. Dates, numbers and names come in; law and reasons go out.
type phrases interface {
	notStarted(events []string) string
	notInForce(event string, on Date, r Rule) string
	notApplicable(params []string) string
	undecided(params []string) string
	counted(event string, recorded string, c Clock) string
	length(param string, c Clock) string
	due(c Clock) string
	plan(c Clock) string
	alternative(a Alternative, c Clock) string
	checkpoint(k Checkpoint) string
	held(param string, h Held) string
	provisional(known Date) string
	effect(text string) string
	basis(sources []string) string
	rule(r Rule) string
	review(doubts []string) string
}

func speak(lang Lang) phrases {
	if lang == EN {
		return english{}
	}
	return japanese{}
}

// Explain is the whole explanation as one text.
func (c Clock) Explain(lang Lang) string {
	var texts []string
	for _, part := range c.Parts(lang) {
		texts = append(texts, part.Text)
	}
	if lang == EN {
		return strings.Join(texts, " ")
	}
	return strings.Join(texts, "")
}

// Parts is the explanation piece by piece.
func (c Clock) Parts(lang Lang) []Part {
	say := speak(lang)
	var parts []Part
	add := func(kind PartKind, text string) { parts = append(parts, Part{kind, text}) }
	switch c.State {
	case NotStarted:
		add(PartState, say.notStarted(c.eventWords(lang)))
	case NotInForce:
		add(PartState, say.notInForce(in(c.pack.word(c.Start.Type), lang), c.Started, c.Rule))
	case NotApplicable:
		add(PartState, say.notApplicable(c.paramWords(lang)))
	case Running:
		c.tell(say, lang, add)
	}
	for _, k := range c.Checkpoints {
		add(PartCheckpoint, say.checkpoint(k))
	}
	if c.Held != nil {
		add(PartHeld, say.held(c.paramWord(c.Held.Param, lang), *c.Held))
	}
	if c.Provisional || c.provisionalElsewhere() {
		add(PartProvisional, say.provisional(c.Rule.calendar.KnownThrough))
	}
	if c.Rule.Effect != nil && c.State == Running {
		add(PartEffect, say.effect(c.Rule.Effect.in(lang)))
	}
	add(PartBasis, say.basis(c.sources(lang)))
	add(PartRule, say.rule(c.Rule))
	if doubts := c.Rule.Doubts(); len(doubts) > 0 {
		add(PartReview, say.review(doubtWords(doubts, lang)))
	}
	return parts
}

func (c Clock) tell(say phrases, lang Lang, add func(PartKind, string)) {
	if c.Undecided {
		add(PartUndecided, say.undecided(c.paramWords(lang)))
	}
	add(PartCount, say.counted(in(c.pack.word(c.Start.Type), lang), c.recorded(), c))
	if c.LengthBy != nil {
		add(PartLength, say.length(c.paramWord(c.LengthBy.Param, lang), c))
	}
	if c.ends() {
		add(PartDue, say.due(c))
	}
	if !c.PlanBy.IsZero() {
		add(PartPlan, say.plan(c))
	}
	for _, a := range c.Alternatives {
		add(PartAlternative, say.alternative(a, c))
	}
}

// recorded is the instant as it was written down, where its own date is not the local date of the duty.
func (c Clock) recorded() string {
	if c.Start.DateOnly || calendar.Written(c.Start.At) == c.Started {
		return ""
	}
	return c.Start.At.Format(time.RFC3339)
}

func (c Clock) provisionalElsewhere() bool {
	for _, a := range c.Alternatives {
		if a.Provisional {
			return true
		}
	}
	return false
}

// sources of the rule, and the closed-day act where it moved the limit.
func (c Clock) sources(lang Lang) []string {
	var all []string
	for _, s := range c.Rule.Sources {
		all = append(all, s.in(lang))
	}
	moved := len(c.RolledOver) > 0
	for _, a := range c.Alternatives {
		moved = moved || len(a.RolledOver) > 0
	}
	if moved {
		all = append(all, in(c.Rule.calendar.Basis, lang))
	}
	return all
}

func (c Clock) eventWords(lang Lang) []string {
	var words []string
	for _, e := range c.Rule.Clock.Events {
		words = append(words, in(c.pack.word(e), lang))
	}
	return words
}

func (c Clock) paramWord(name string, lang Lang) string {
	declared, ok := c.pack.Parameter(name)
	if !ok {
		return name
	}
	return in(Text{JA: declared.JA, EN: declared.EN}, lang)
}

func (c Clock) paramWords(lang Lang) []string {
	var words []string
	for _, name := range c.Rule.Deciding() {
		words = append(words, c.paramWord(name, lang))
	}
	return words
}

func doubtWords(doubts []Detail, lang Lang) []string {
	var words []string
	for _, d := range doubts {
		words = append(words, in(Text{JA: d.JA, EN: d.EN}, lang))
	}
	return words
}

// stretch is a run of closed days of one name.
type stretch struct {
	from, to Date
	name     Text
}

// stretches joins neighbouring closed days of one name, so that a year end reads as three items and not as six.
func stretches(days []calendar.Closed) []stretch {
	var runs []stretch
	for _, d := range days {
		last := len(runs) - 1
		if last >= 0 && runs[last].name.JA == d.Name && runs[last].to.AddDays(1) == d.Date {
			runs[last].to = d.Date
			continue
		}
		runs = append(runs, stretch{d.Date, d.Date, Text{JA: d.Name, EN: d.NameEN}})
	}
	return runs
}

func closedList(days []calendar.Closed, lang Lang, dash, comma string) string {
	var items []string
	for _, s := range stretches(days) {
		span := s.from.MonthDay()
		if s.to != s.from {
			span += dash + s.to.MonthDay()
		}
		items = append(items, span+" "+in(s.name, lang))
	}
	return strings.Join(items, comma)
}
