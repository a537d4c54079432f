package view

import (
	"strings"
	"time"

	"tasuke/internal/actor"
	"tasuke/workflow/reminder"
)

// ReminderPage is what the reader's roles were reminded of, and will be soon.
type ReminderPage struct {
	reminder.Board
	Filter reminder.Filter
	First  bool   // the page that looks ahead
	Older  string // address of the next page
}

// refPages says where what a reminder is about has its page, and who may open it.
var refPages = map[string]struct {
	path string
	need actor.Permission
}{
	"filing":       {"/filings/", actor.FilingRead},
	"bank_request": {"/bank/", actor.BankRead},
	"step":         {"/tasks/", actor.TaskRead},
}

// refHref is the address of what "kind:id" names, "" when it has no page that the reader may see.
func refHref(s Shell, ref string) string {
	kind, id, _ := strings.Cut(ref, ":")
	p, ok := refPages[kind]
	if !ok || id == "" || !s.Actor.May(p.need) {
		return ""
	}
	return p.path + id
}

// reminderSays is a reminder as a sentence. "TitleEN" is the title for readers of English.
func reminderSays(s Shell, r reminder.Reminder) string {
	return s.T("reminder.say."+r.Ladder+"."+r.Rung, reminderArgs(s, r)...)
}

// reminderWill is what a reminder that lies ahead will be about.
func reminderWill(s Shell, r reminder.Reminder) string {
	return s.T("reminder.will."+r.Ladder+"."+r.Rung, reminderArgs(s, r)...)
}

func reminderArgs(s Shell, r reminder.Reminder) []any {
	return []any{"No", r.Args["No"], "Title", s.Pick(r.Args["Title"], r.Args["TitleEN"]), "Until", s.When(r.Until), "N", r.N}
}

// reminderAhead is how long a rung is still away; one that is due is said with the next look.
func reminderAhead(s Shell, r reminder.Reminder) string {
	left := r.DueAt.Sub(s.Now)
	if left < time.Minute {
		return s.T("reminder.now")
	}
	return s.T("reminder.in", "Time", s.Span(left))
}
