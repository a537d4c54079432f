package view

import (
	"tasuke/cases/deadline"
	"tasuke/cases/deadline/calendar"
	"tasuke/cases/incident"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
)

// HomePage is where everybody begins: what is mine to do, and what is near its end. A part that
// a person may not see is empty.
type HomePage struct {
	Closed    *calendar.Closed // today, when the national offices are closed
	NextOpen  calendar.Date
	Next      []TaskRow // the three to look at first
	Open      int       // my open tasks
	OpenMore  bool      // there are more than Open
	Late      int       // of those counted
	Due       []NearClock
	Reviews   bool       // the role checks or approves what others made
	Waits     []WaitLine // of that, what waits now
	Drafts    []inquiry.Inquiry
	Promises  []inquiry.Promise
	MoreCalls bool   // there are more promises than shown
	StartKey  string // makes a doubled "new" one inquiry
}

// WaitLine is one list in which something waits for the reader's role.
type WaitLine struct {
	Say, Href string // the key of the sentence, with the argument N, and the address of the list
	N         int
	More      bool // there are more than N
}

// count is the number of records as text.
func (w WaitLine) count(s Shell) string {
	n := s.Count(int64(w.N))
	if w.More {
		n += "+"
	}
	return n
}

// NearClock is a clock near its end, with the name of the duty.
type NearClock struct {
	incident.NearDue
	Title deadline.Wording
}

func (c NearClock) force(s Shell) string { return deadline.DateForce(c.Force).Label(lang(s)) }

// count is the number of my open tasks as text.
func (p HomePage) count(s Shell) string {
	n := s.Count(int64(p.Open))
	if p.OpenMore {
		n += "+"
	}
	return n
}

// nothing says that this page has nothing for a person.
func (p HomePage) nothing(by actor.Actor) bool {
	for _, need := range []actor.Permission{actor.TaskWork, actor.IncidentRead, actor.InquiryWrite, actor.AccountManage, actor.AuditRead} {
		if by.May(need) {
			return false
		}
	}
	return true
}
