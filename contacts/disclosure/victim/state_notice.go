package victim

import (
	"slices"

	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// NoticeState is where one customer's notice stands.
type NoticeState string

// The states of a notice. The database repeats the list in a CHECK.
const (
	Drafted       NoticeState = "drafted"        // 起案
	Passed        NoticeState = "approved"       // 承認済み
	Queued        NoticeState = "queued"         // 送信待ち
	Sent          NoticeState = "sent"           // 送信済み
	Delivered     NoticeState = "delivered"      // 到達確認
	Bounced       NoticeState = "bounced"        // 不達
	Unclear       NoticeState = "unclear"        // 送信不明
	Failed        NoticeState = "failed"         // 送信中止
	LetterPlanned NoticeState = "letter_planned" // 書面待ち
	LetterSent    NoticeState = "letter_sent"    // 書面発送済み
	Returned      NoticeState = "returned"       // 返戻
	Unreachable   NoticeState = "unreachable"    // 連絡不能
	Withdrawn     NoticeState = "withdrawn"      // 取りやめ
)

// NoticeStates lists every state of a notice in the order of the work.
var NoticeStates = []NoticeState{Drafted, Passed, Queued, Sent, Delivered, Bounced, Unclear, Failed, LetterPlanned, LetterSent, Returned, Unreachable, Withdrawn}

// settled are the states in which nobody has to act.
var settled = []NoticeState{Sent, Delivered, LetterSent, Unreachable, Withdrawn}

// NoticeEvent is what has happened to one notice.
type NoticeEvent string

// The events of a notice.
const (
	NoticePassed   NoticeEvent = "notice_passed"
	NoticeRevoked  NoticeEvent = "notice_revoked"
	NoticeDropped  NoticeEvent = "notice_dropped"
	CaseExcluded   NoticeEvent = "case_excluded"
	AddressMoved   NoticeEvent = "address_moved"
	MailPut        NoticeEvent = "mail_put"
	MailTaken      NoticeEvent = "mail_taken"
	MailRefused    NoticeEvent = "mail_refused"
	MailLost       NoticeEvent = "mail_lost"
	MailGivenUp    NoticeEvent = "mail_given_up"
	MailRequeued   NoticeEvent = "mail_requeued"
	BounceNoted    NoticeEvent = "bounce_noted"
	ArrivalNoted   NoticeEvent = "arrival_noted"
	SitePosted     NoticeEvent = "site_posted"
	LetterChosen   NoticeEvent = "letter_chosen"
	LetterPosted   NoticeEvent = "letter_posted"
	LetterReturned NoticeEvent = "letter_returned"
	GivenUp        NoticeEvent = "given_up"
)

// NoticeMove is one row of the state table of notices. Person marks what only a person with
// notice.write says; the product notes the rest.
type NoticeMove struct {
	From   NoticeState
	Event  NoticeEvent
	To     NoticeState
	Person bool
	Only   notice.Medium // the medium the row is for; empty for any
	Reason bool
}

// NoticeMoves is the whole of the machine of one notice.
var NoticeMoves = []NoticeMove{
	{From: Drafted, Event: NoticePassed, To: Passed},
	{From: Drafted, Event: NoticeDropped, To: Withdrawn},
	{From: Passed, Event: NoticeRevoked, To: Drafted},
	{From: Passed, Event: NoticeDropped, To: Withdrawn},
	{From: Passed, Event: CaseExcluded, To: Withdrawn},
	{From: Passed, Event: AddressMoved, To: LetterPlanned, Only: notice.ByMail},
	{From: Passed, Event: MailPut, To: Queued, Only: notice.ByMail},
	{From: Passed, Event: LetterPosted, To: LetterSent, Person: true, Only: notice.ByLetter},
	{From: Passed, Event: SitePosted, To: Sent, Person: true, Only: notice.OnSite},

	{From: Queued, Event: MailTaken, To: Sent},
	{From: Queued, Event: MailRefused, To: Bounced},
	{From: Queued, Event: MailLost, To: Unclear},
	{From: Queued, Event: MailGivenUp, To: Failed},

	{From: Unclear, Event: MailTaken, To: Sent},
	{From: Unclear, Event: MailRefused, To: Bounced},
	{From: Unclear, Event: MailGivenUp, To: Failed},
	{From: Unclear, Event: MailRequeued, To: Queued},

	{From: Sent, Event: BounceNoted, To: Bounced, Person: true, Only: notice.ByMail},
	{From: Sent, Event: ArrivalNoted, To: Delivered, Person: true},

	{From: Bounced, Event: MailRequeued, To: Queued},
	{From: Bounced, Event: LetterChosen, To: LetterPlanned, Person: true},
	{From: Bounced, Event: GivenUp, To: Unreachable, Person: true, Reason: true},

	{From: Failed, Event: LetterChosen, To: LetterPlanned, Person: true},
	{From: Failed, Event: GivenUp, To: Unreachable, Person: true, Reason: true},

	{From: LetterPlanned, Event: LetterPosted, To: LetterSent, Person: true},
	{From: LetterPlanned, Event: NoticeDropped, To: Withdrawn},
	{From: LetterPlanned, Event: CaseExcluded, To: Withdrawn},
	{From: LetterPlanned, Event: GivenUp, To: Unreachable, Person: true, Reason: true},

	{From: LetterSent, Event: ArrivalNoted, To: Delivered, Person: true},
	{From: LetterSent, Event: LetterReturned, To: Returned, Person: true},

	{From: Returned, Event: LetterChosen, To: LetterPlanned, Person: true},
	{From: Returned, Event: GivenUp, To: Unreachable, Person: true, Reason: true},
}

// attempted are the events by which a customer was, or could not be, reached.
var attempted = []NoticeEvent{MailTaken, MailRefused, SitePosted, LetterPosted, GivenUp}

func (m NoticeMove) fits(n Notice) bool {
	return m.From == n.State && (m.Only == "" || m.Only == n.Medium)
}

// NextNotice gives the row by which event leads a notice on: fault.Refused when the table says no,
// fault.Forbidden for a person where the product notes, and the other way round.
func NextNotice(n Notice, e NoticeEvent, by actor.Actor) (NoticeMove, error) {
	i := slices.IndexFunc(NoticeMoves, func(m NoticeMove) bool { return m.Event == e && m.fits(n) })
	if i < 0 {
		return NoticeMove{}, fault.New(fault.Refused, "notice.one.unknown", map[string]any{"NoticeState": string(n.State), "NoticeEvent": string(e)})
	}
	if m := NoticeMoves[i]; !m.Person {
		return m, nil
	}
	return NoticeMoves[i], by.Need(actor.NoticeWrite)
}

// NoticeChoices lists what a person may say of a notice now.
func NoticeChoices(n Notice, by actor.Actor) (out []NoticeMove) {
	for _, m := range NoticeMoves {
		if m.Person && m.fits(n) && by.May(actor.NoticeWrite) {
			out = append(out, m)
		}
	}
	return out
}
