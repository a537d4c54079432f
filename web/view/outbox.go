package view

import (
	"fmt"

	"tasuke/contacts/mail"
)

// OutboxPage is a page of the list of outgoing mail.
type OutboxPage struct {
	List         mail.List
	State, About string // what it was narrowed to; State may be "waiting"
	Incident     string // id of the only incident whose mail is listed
	SetUp        bool
	Next         string
}

// MailPage is one message with its course.
type MailPage struct {
	mail.Record
	SetUp bool
	// Open is the letter, on the answer to a reveal only.
	Open    *mail.Open
	Purpose string
	// Reason is what was typed, when the form has to be shown again.
	Reason string
}

func (p MailPage) path(rest string) string { return "/outbox/" + p.ID + rest }

// mailTone colours a state by what it asks of people.
func mailTone(s mail.State) string {
	switch s {
	case mail.Unknown, mail.Dead:
		return "bad"
	case mail.Deferred, mail.Queued, mail.Sending:
		return "warn"
	case mail.Sent:
		return "ok"
	}
	return ""
}

func reachTone(r mail.Reach) string {
	switch r {
	case mail.RefusedFor, mail.UnknownWhether:
		return "bad"
	case mail.PutOffFor:
		return "warn"
	case mail.AcceptedFor:
		return "ok"
	}
	return ""
}

// replyCode is a reply as mail people read it: "550 5.1.1"; "" when the server said nothing.
func replyCode(code int64, enhanced string) string {
	switch {
	case code == 0:
		return ""
	case enhanced == "":
		return fmt.Sprint(code)
	}
	return fmt.Sprint(code, " ", enhanced)
}

// toWhom is the first recipient, masked, and how many more there are.
func toWhom(s Shell, e mail.Entry) string {
	switch n := len(e.Recipients); n {
	case 0:
		return ""
	case 1:
		return e.Recipients[0].Address
	default:
		return s.T("outbox.and_more", "First", e.Recipients[0].Address, "N", n-1)
	}
}

// mailSubject is the subject, or that it was erased.
func mailSubject(s Shell, e mail.Entry) string {
	if e.Erased {
		return s.T("mail.erased")
	}
	return e.Subject
}

// fileSize is in kilobytes, rounded up.
func fileSize(s Shell, n int64) string { return s.Count((n+1023)/1024) + " KB" }

// aboutHref is the page of the record a letter belongs to; "" when it has none of its own.
func aboutHref(m mail.Message) string {
	if m.IncidentID != "" {
		return "/incidents/" + m.IncidentID
	}
	return ""
}
