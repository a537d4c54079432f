package bank

import (
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// State is where a request stands (operations.md section 4).
type State string

// The states. The database repeats the list in a CHECK.
const (
	Draft        State = "draft"        // 起案中
	Ready        State = "ready"        // 確認待ち
	Checked      State = "checked"      // 確認済み
	Sending      State = "sending"      // 送信中
	Unclear      State = "unclear"      // 送信不明
	Sent         State = "sent"         // 送付済み
	Acknowledged State = "acknowledged" // 受領確認済み
	InHand       State = "in_hand"      // 銀行で対応中
	Frozen       State = "frozen"       // 凍結
	Drained      State = "drained"      // 払戻し済み
	Returned     State = "returned"     // 返還
	Refused      State = "refused"      // 謝絶
	Wanting      State = "wanting"      // 追加の求め
	Recovered    State = "recovered"    // 回収
	Released     State = "released"     // 凍結解除
	Closed       State = "closed"       // 完了
	Void         State = "void"         // 取り下げ
)

// States lists every state in the order of the work.
var States = []State{
	Draft, Ready, Checked, Sending, Unclear, Sent, Acknowledged, InHand, Frozen, Drained, Returned, Refused, Wanting, Recovered, Released, Closed, Void,
}

// The sets that others count by.
var (
	unchecked  = []State{Draft, Ready}
	unsent     = []State{Draft, Ready, Checked, Sending, Unclear}
	unanswered = []State{Draft, Ready, Checked, Sending, Unclear, Sent, Acknowledged, InHand}
	chased     = []State{Sent, Acknowledged, InHand}
	over       = []State{Closed, Void}
)

// Event is what has happened, in the past tense.
type Event string

// The events.
const (
	Edited       Event = "edited"
	LetterMade   Event = "letter_made"
	LetterPassed Event = "letter_passed" // somebody else retyped the account number
	CheckFailed  Event = "check_failed"  // retyped wrongly too often
	SentBack     Event = "sent_back"
	MailQueued   Event = "mail_queued"
	MailLeft     Event = "mail_left"
	MailDied     Event = "mail_died"
	MailLost     Event = "mail_lost"     // nobody can say whether it left
	MailRequeued Event = "mail_requeued" // a person has the same mail tried again
	HandedOver   Event = "handed_over"
	Receipted    Event = "receipted"
	TakenUp      Event = "taken_up"
	Froze        Event = "froze"
	FoundEmpty   Event = "found_empty"
	GaveBack     Event = "gave_back"
	Refusal      Event = "refusal"
	MoreAsked    Event = "more_asked"
	Resubmitted  Event = "resubmitted"
	MoneyCame    Event = "money_came"
	FreezeEnded  Event = "freeze_ended"
	Finished     Event = "finished"
	Reopened     Event = "reopened"
	Voided       Event = "voided"
)

// Facts are what the guards may look at. They are read in the transaction that decides.
type Facts struct {
	Maker   bool // the actor wrote or changed the request in this round
	NoMail  bool // the directory has no mail address of the bank
	Stale   bool // nobody has made sure of that address for 180 days, or since it was changed
	Old     bool // what stands is not the letter that was last put into the outbox
	Machine bool // the product itself acts: the mail room, or a playbook after its approval
}

// Move is one row of the state table.
type Move struct {
	From  State
	Event Event
	To    State
	Roles []actor.Role // any one of them; none for what no person causes
	// Machine lets the product itself make the move.
	Machine bool
	Guard   func(Facts) string // "" or the key of the reason why not
	Reason  bool               // the person has to say why
	// Form says that the event has a use case of its own, which brings more than a reason.
	Form  bool
	Clock string // the time limit that starts in To, for the diagram
}

var (
	funds    = []actor.Role{actor.Funds}
	checkers = []actor.Role{actor.Funds, actor.Legal}
)

// Moves is the whole of the machine: what is not here is refused. Any edit goes back to draft and
// takes the check away; a letter that left is never changed, only followed by another.
var Moves = slices.Concat([]Move{
	{From: Draft, Event: Edited, To: Draft, Roles: funds, Form: true},
	{From: Draft, Event: LetterMade, To: Ready, Roles: funds, Form: true},
	{From: Draft, Event: Voided, To: Void, Roles: funds, Reason: true},

	{From: Ready, Event: LetterPassed, To: Checked, Roles: checkers, Guard: anotherPerson, Form: true},
	{From: Ready, Event: CheckFailed, To: Draft, Roles: checkers, Guard: anotherPerson, Form: true},
	{From: Ready, Event: SentBack, To: Draft, Roles: checkers, Reason: true},
	{From: Ready, Event: Edited, To: Draft, Roles: funds, Form: true},
	{From: Ready, Event: Voided, To: Void, Roles: funds, Reason: true},

	{From: Checked, Event: MailQueued, To: Sending, Roles: funds, Machine: true, Guard: reachable, Form: true},
	{From: Checked, Event: MailRequeued, To: Sending, Machine: true, Guard: sameLetter},
	{From: Checked, Event: HandedOver, To: Sent, Roles: funds, Form: true, Clock: "2 h, 4 h, daily 10:00"},
	{From: Checked, Event: SentBack, To: Draft, Roles: checkers, Reason: true},
	{From: Checked, Event: Edited, To: Draft, Roles: funds, Form: true},
	{From: Checked, Event: Voided, To: Void, Roles: funds, Reason: true},

	{From: Sending, Event: MailLeft, To: Sent, Machine: true, Clock: "2 h, 4 h, daily 10:00"},
	{From: Sending, Event: MailDied, To: Checked, Machine: true},
	{From: Sending, Event: MailLost, To: Unclear, Machine: true},
	{From: Unclear, Event: MailLeft, To: Sent, Machine: true, Clock: "2 h, 4 h, daily 10:00"},
	{From: Unclear, Event: MailDied, To: Checked, Machine: true},
	{From: Unclear, Event: MailLost, To: Unclear, Machine: true},
	{From: Unclear, Event: MailRequeued, To: Sending, Machine: true, Guard: sameLetter},
	{From: Unclear, Event: HandedOver, To: Sent, Roles: funds, Form: true, Clock: "2 h, 4 h, daily 10:00"},

	{From: Sent, Event: Receipted, To: Acknowledged, Roles: funds},
	{From: Refused, Event: Resubmitted, To: Draft, Roles: funds, Reason: true, Clock: "2 h"},
	{From: Wanting, Event: Resubmitted, To: Draft, Roles: funds, Reason: true, Clock: "2 h"},
	{From: Frozen, Event: MoneyCame, To: Recovered, Roles: funds, Form: true},
	{From: Returned, Event: MoneyCame, To: Recovered, Roles: funds, Form: true},
	{From: Recovered, Event: MoneyCame, To: Recovered, Roles: funds, Form: true},
	{From: Frozen, Event: FreezeEnded, To: Released, Roles: funds, Reason: true},

	{From: Drained, Event: Finished, To: Closed, Roles: funds},
	{From: Returned, Event: Finished, To: Closed, Roles: funds},
	{From: Recovered, Event: Finished, To: Closed, Roles: funds},
	{From: Released, Event: Finished, To: Closed, Roles: funds},
	{From: Sent, Event: Finished, To: Closed, Roles: funds, Reason: true},
	{From: Acknowledged, Event: Finished, To: Closed, Roles: funds, Reason: true},
	{From: InHand, Event: Finished, To: Closed, Roles: funds, Reason: true},
	{From: Frozen, Event: Finished, To: Closed, Roles: funds, Reason: true},
	{From: Refused, Event: Finished, To: Closed, Roles: funds, Reason: true},
	{From: Wanting, Event: Finished, To: Closed, Roles: funds, Reason: true},
	{From: Closed, Event: Reopened, To: Acknowledged, Roles: funds, Reason: true, Clock: "daily 10:00"},
}, answered(Unclear, Sent, Acknowledged, InHand, Frozen, Drained, Refused, Wanting))

// answered lets a bank answer, and answer otherwise later. An answer to a letter of which it was
// not clear whether it left shows that it did.
func answered(from ...State) (rows []Move) {
	for _, s := range from {
		for _, e := range []struct {
			event Event
			to    State
		}{{TakenUp, InHand}, {Froze, Frozen}, {FoundEmpty, Drained}, {GaveBack, Returned}, {Refusal, Refused}, {MoreAsked, Wanting}} {
			rows = append(rows, Move{From: s, Event: e.event, To: e.to, Roles: funds, Form: true})
		}
	}
	return rows
}

// anotherPerson: who wrote the account number down does not check it (operations.md 2.2).
func anotherPerson(f Facts) string {
	if f.Maker {
		return "actor.four_eyes"
	}
	return ""
}

// reachable: a letter is mailed to an address that somebody other than who typed it has made sure of.
func reachable(f Facts) string {
	switch {
	case f.NoMail:
		return "bank.guard.no_mail"
	case f.Stale:
		return "bank.guard.stale_desk"
	}
	return ""
}

// sameLetter: a mail has the letter of its day in it.
func sameLetter(f Facts) string {
	if f.Old {
		return "bank.guard.old_mail"
	}
	return ""
}

// Next gives the row by which event leads on from state, or why it may not: fault.Refused for a
// move that is not in the table or whose guard says no, fault.Forbidden for the wrong role. It
// reads and writes nothing.
func Next(s State, e Event, by actor.Actor, f Facts) (Move, error) {
	i := slices.IndexFunc(Moves, func(m Move) bool { return m.From == s && m.Event == e })
	if i < 0 {
		return Move{}, fault.New(fault.Refused, "bank.move.unknown", map[string]any{"State": string(s), "Event": string(e)})
	}
	m := Moves[i]
	if !m.mayBy(by, f) {
		return Move{}, fault.New(fault.Forbidden, "bank.move.role", map[string]any{"Roles": actor.List(m.Roles)})
	}
	if why := m.why(f); why != "" {
		return Move{}, fault.New(fault.Refused, why, nil)
	}
	return m, nil
}

func (m Move) mayBy(by actor.Actor, f Facts) bool {
	if f.Machine && by.Kind == actor.Machine {
		return m.Machine
	}
	return may(by, m.Roles)
}

func (m Move) why(f Facts) string {
	if m.Guard == nil {
		return ""
	}
	return m.Guard(f)
}

// Choice is a button: a move that the actor's role allows, and the key of the reason why the
// guard holds it back, if it does.
type Choice struct {
	Event  Event
	To     State
	Reason bool
	Form   bool
	Why    string
}

// Choices lists the buttons of an actor.
func Choices(s State, by actor.Actor, f Facts) (out []Choice) {
	for _, m := range Moves {
		if m.From == s && may(by, m.Roles) {
			out = append(out, Choice{m.Event, m.To, m.Reason, m.Form, m.why(f)})
		}
	}
	return out
}
