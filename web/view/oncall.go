package view

import (
	"fmt"
	"slices"

	"tasuke/contacts/oncall"
	"tasuke/internal/actor"
)

// OnCallPage is who is on call, the quiet hours, and where people get mail; Rule and Reach hold what
// was typed, when a form has to be shown again.
type OnCallPage struct {
	oncall.Board
	Typed oncall.Rule
	Form  string // which form the problem is of: "duty", "role_quiet", "own_quiet" or "mail"
	Mail  oncall.Reach
}

// rules are those of a kind, of roles or of persons.
func (p OnCallPage) rules(kind oncall.Kind, ofRole bool) (list []oncall.Rule) {
	for _, r := range p.Rules {
		if r.Kind == kind && (kind == oncall.Duty || (r.Role != "") == ofRole) {
			list = append(list, r)
		}
	}
	return list
}

// mayEnd reports whether the reader may take hours out of force.
func mayEnd(s Shell, r oncall.Rule) bool {
	return s.Actor.May(actor.DirectoryWrite) || r.Kind == oncall.Quiet && r.PersonID == s.Actor.ID
}

// remindable are the roles that may be reminded of something.
func remindable() []actor.Role {
	return slices.DeleteFunc(slices.Clone(actor.Roles), func(r actor.Role) bool { return !slices.Contains(actor.Holders(actor.ReminderRead), r) })
}

// hoursOf says hours as people read them: "every day 21:00 to 9:00 of the next day".
func hoursOf(s Shell, h oncall.Hours) string {
	days := s.T("on_call.every_day")
	if h.Days != oncall.EveryDay {
		days = ""
		for _, d := range h.Days {
			days += s.T("on_call.day." + string(d))
		}
	}
	key := "on_call.span"
	if h.Until <= h.From {
		key = "on_call.span_over"
	}
	return s.T(key, "Days", days, "From", clock(h.From), "Until", clock(h.Until))
}

// clock writes a minute of the day as the field of a form takes it.
func clock(minute int64) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// named is how a person is called; one who may no longer come in is told by nobody.
func (p OnCallPage) named(s Shell, id string) string {
	if name := p.Name(id); name != "" {
		return name
	}
	return s.T("on_call.gone")
}

// of is what was typed into a form, if it is that one's problem.
func (p OnCallPage) of(form string) oncall.Rule {
	if p.Form == form {
		return p.Typed
	}
	return oncall.Rule{Hours: oncall.Hours{Days: oncall.EveryDay, From: 21 * 60, Until: 9 * 60}}
}
