package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/internal/db"
	"tasuke/web/words"
	"tasuke/workflow"
)

// Clock is a duty's clock as it is drawn: the bar beside the sentence that says the same.
type Clock struct {
	incident.Clock
	Now db.Instant
}

func lang(s Shell) deadline.Lang { return deadline.Lang(s.Lang) }

func (c Clock) late() bool { return c.Overdue(c.Now.Time()) }

// near is within three days of the end.
func (c Clock) near() bool {
	left, ok := c.Remaining(c.Now.Time())
	return ok && left < 72*time.Hour
}

func (c Clock) tone() string {
	switch {
	case c.State != deadline.Running, c.Answer != nil:
		return ""
	case c.late():
		return "late"
	case c.near():
		return "near"
	}
	return "calm"
}

func (c Clock) title(s Shell) string { return c.Rule.Title.In(lang(s)) }

// left says how much time there is, or by how much it is late.
func (c Clock) left(s Shell) string {
	left, ok := c.Remaining(c.Now.Time())
	switch {
	case !ok:
		return s.T("clock.promptly")
	case left < 0:
		return s.T("clock.late", "By", s.Span(left))
	}
	return s.T("clock.left", "Time", s.Span(left))
}

// answer says when and how the duty was answered, "" while it is open.
func (c Clock) answer(s Shell) string {
	switch {
	case c.Answer == nil:
		return ""
	case c.Answer.Waived:
		return s.T("clock.waived", "At", s.When(c.Answer.At), "No", c.Answer.Ref)
	}
	return s.T("clock.answered", "At", s.When(c.Answer.At), "No", c.Answer.Ref)
}

// due is the limit as a date, or the window of guidance.
func (c Clock) due() string {
	switch {
	case c.Range != nil:
		return c.Range.From.String() + " – " + c.Range.To.String()
	case !c.DueDate.IsZero():
		return c.DueDate.String()
	case !c.DueInstant.IsZero():
		return db.At(c.DueInstant).Time().Format("2006-01-02 15:04")
	}
	return ""
}

// mark is a day on the bar.
type mark struct {
	X     float64
	Label string
	Class string
}

// bar is the drawing: days from day 1 to the limit, closed days that moved it, and today.
type bar struct {
	Width, Closed0, Closed1 float64
	Marks                   []mark
	Today                   float64
	Says                    string
}

const barWidth = 560.0

// draw places day 1, the raw end, the limit and today on one line; nil when there is no date.
func (c Clock) draw(s Shell) *bar {
	limit, ok := c.Limit()
	if !ok || c.Day1.IsZero() && c.Range == nil {
		return nil
	}
	start := c.Started
	days := max(start.DaysUntil(limit)+1, 2)
	at := func(d deadline.Date) float64 { return 10 + (barWidth-20)*float64(start.DaysUntil(d))/float64(days) }
	b := &bar{Width: barWidth}
	b.Marks = append(b.Marks, mark{at(start), start.MonthDay() + " " + s.T("clock.day1"), "start"})
	if n := len(c.RolledOver); n > 0 {
		b.Closed0, b.Closed1 = at(c.RolledOver[0].Date), at(c.RolledOver[n-1].Date.AddDays(1))
	}
	b.Marks = append(b.Marks, mark{at(limit.AddDays(1)), limit.MonthDay() + " " + c.Force.Label(lang(s)), "end"})
	today := c.Now.In(words.Tokyo)
	x := 10 + (barWidth-20)*today.Sub(start.Start(words.Tokyo)).Hours()/24/float64(days)
	b.Today = min(max(x, 10), barWidth-10)
	b.Says = fmt.Sprintf("%s %s – %s. %s", c.title(s), start, limit, cmp.Or(c.answer(s), c.left(s)))
	return b
}

// anchor keeps the word "today" inside the drawing.
func (b *bar) anchor() string {
	switch {
	case b.Today > barWidth-60:
		return "end"
	case b.Today < 60:
		return "start"
	}
	return "middle"
}

// IncidentPage is one incident with everything that is known of it.
type IncidentPage struct {
	incident.Sheet
	Clocks []Clock
	// Typed is the form of the facts as typed, when it has to be shown again.
	Typed                 incident.Details
	Awareness             incident.Awareness
	Corrects, CorrectsWhy string // of the awareness form
	Items                 []string
	ItemsWhy              string
	Why                   string // of the moves
	Cases                 []CaseRow
	MoreCases             bool
	Run                   *RunPanel
	Playbooks             []workflow.Version // that could be started, when none runs
	Commander             string
	Edit                  bool   // the facts are open for editing
	Persons               string // the number of persons as typed
	CountWhy              string
}

// duty is the title of a duty, in the reader's language.
func (p IncidentPage) duty(s Shell, id string) string {
	for _, c := range p.Clocks {
		if c.Duty == id {
			return c.title(s)
		}
	}
	return id
}

// agreeable lists the guarded moves to which this person may give the second word.
func (p IncidentPage) agreeable() (out []incident.Event) {
	for _, m := range incident.Moves {
		if m.From != p.Incident.State || m.Event != incident.ClosingApproved && m.Event != incident.IncidentDismissed {
			continue
		}
		if !slices.ContainsFunc(p.Agreements, func(a incident.Agreement) bool { return a.Event == m.Event }) {
			out = append(out, m.Event)
		}
	}
	return out
}

// IncidentList is a page of the list of incidents.
type IncidentList struct {
	Rows  []incident.Entry
	State string
	Open  bool
	Next  string
}

func severityTone(v incident.Severity) string {
	switch v {
	case "S1":
		return "bad"
	case "S2":
		return "warn"
	}
	return ""
}

func dueTone(at, now db.Instant) string {
	switch {
	case at.IsZero():
		return ""
	case at < now:
		return "bad"
	case at < now.Add(72*time.Hour):
		return "warn"
	}
	return "ok"
}

// lineText is a line of the story in the reader's language.
func lineText(s Shell, kind string, args map[string]string) string {
	if strings.HasPrefix(kind, "case.") || strings.HasPrefix(kind, "containment.") || strings.HasPrefix(kind, "bank.") {
		return caseLine(s, kind, args, func(string) string { return s.T("case.somebody") })
	}
	var list []any
	for k, v := range args {
		list = append(list, k, translated(s, k, v))
	}
	return s.T(kind, list...)
}

// wordsFor says where the words for the codes in a story's arguments are, in the order to look.
var wordsFor = map[string][]string{
	"Kind": {"incident.kind."}, "Severity": {"incident.severity."}, "Source": {"incident.source.", "case.source."},
	"Event": {"clock.kind.", "incident.event.", "case.event."}, "From": {"incident.state.", "case.state."}, "To": {"incident.state.", "case.state."},
	"Department": {"incident.source."}, "Scope": {"containment.scope."}, "Target": {"containment.target."}, "Channel": {"containment.channel."},
	"State": {"containment.state.", "containment.channel_state."}, "Paper": {"paper.kind."},
}

// translated turns a code into words; what is no code stays as it is.
func translated(s Shell, name, value string) string {
	for _, prefix := range wordsFor[name] {
		if w := s.Or(prefix+value, ""); w != "" {
			return w
		}
	}
	return value
}
