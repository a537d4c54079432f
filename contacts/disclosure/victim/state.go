package victim

import (
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// State is where the work on a mailing stands.
type State string

// The states. The database repeats the list in a CHECK.
const (
	Drafting  State = "drafting"  // 起案中
	Review    State = "review"    // 承認待ち
	Approved  State = "approved"  // 承認済み
	Sending   State = "sending"   // 送付中
	Stopped   State = "stopped"   // 停止中
	Finished  State = "finished"  // 完了
	Cancelled State = "cancelled" // 取りやめ
)

// States lists every state in the order of the work.
var States = []State{Drafting, Review, Approved, Sending, Stopped, Finished, Cancelled}

// Event is what has happened to a mailing.
type Event string

// The events.
const (
	DraftBegun    Event = "draft_begun"
	ContentEdited Event = "content_edited"
	ApprovalAsked Event = "approval_asked"
	Released      Event = "released"
	SentBack      Event = "sent_back"
	ApprovalGiven Event = "approval_given"
	StageSent     Event = "stage_sent"
	PostBegun     Event = "post_begun"
	Bouncing      Event = "bouncing"
	Halted        Event = "halted"
	Resumed       Event = "resumed"
	AllSettled    Event = "all_settled"
	TroubleNoted  Event = "trouble_noted"
	CalledOff     Event = "called_off"
)

// FourEyes is the most recipients that one person may write to alone (operations.md 2.2).
const FourEyes = 10

// Facts are what the guards may look at. They are read in the transaction that decides.
type Facts struct {
	Recipients int // notices of the mailing
	Blocked    int // of them, those a guard refuses or whose blanks are empty
	Alone      int // notices of the incident's other mailings that were released without a second person
	Waiting    int // mails that are on their way, or of which nobody knows
	Left       int // approved mails that have not left
	Unsettled  int // notices on which somebody has to act
	Bounced    int // mails of the present stage that came back
	Stage      int64
	Maker      bool // the actor wrote or changed this version
	Holds      bool // the approval was given to exactly these notices
	NextPassed bool // the day of the next contact is not ahead
}

// Move is one row of the state table of mailings.
type Move struct {
	From   State
	Event  Event
	To     State
	Need   actor.Permission // empty: the product itself
	Guard  func(Facts) string
	Reason bool // the person has to say why
	Form   bool // the event has a use case of its own
}

// Moves is the whole of the machine: what is not here is refused. Any change goes back to drafting,
// which makes the approval void; once something has left, nothing is changed any more.
var Moves = []Move{
	{From: Drafting, Event: ContentEdited, To: Drafting, Need: actor.NoticeWrite, Form: true},
	{From: Drafting, Event: ApprovalAsked, To: Review, Need: actor.NoticeWrite, Guard: complete},
	{From: Drafting, Event: Released, To: Approved, Need: actor.NoticeWrite, Guard: few},
	{From: Drafting, Event: CalledOff, To: Cancelled, Need: actor.NoticeWrite, Reason: true},

	{From: Review, Event: ContentEdited, To: Drafting, Need: actor.NoticeWrite, Form: true},
	{From: Review, Event: ApprovalGiven, To: Approved, Need: actor.NoticeApprove, Guard: byAnother},
	{From: Review, Event: SentBack, To: Drafting, Need: actor.NoticeApprove, Reason: true},
	{From: Review, Event: CalledOff, To: Cancelled, Need: actor.NoticeWrite, Reason: true},

	{From: Approved, Event: ContentEdited, To: Drafting, Need: actor.NoticeWrite, Form: true},
	{From: Approved, Event: SentBack, To: Drafting, Need: actor.NoticeApprove, Reason: true},
	{From: Approved, Event: StageSent, To: Sending, Need: actor.NoticeWrite, Guard: sendable, Form: true},
	{From: Approved, Event: PostBegun, To: Sending},
	{From: Approved, Event: CalledOff, To: Cancelled, Need: actor.NoticeWrite, Reason: true},

	{From: Sending, Event: StageSent, To: Sending, Need: actor.NoticeWrite, Guard: sendable, Form: true},
	{From: Sending, Event: Bouncing, To: Stopped},
	{From: Sending, Event: Halted, To: Stopped, Need: actor.NoticeWrite, Reason: true},
	{From: Sending, Event: AllSettled, To: Finished},

	{From: Stopped, Event: Resumed, To: Sending, Need: actor.NoticeWrite, Reason: true},
	{From: Stopped, Event: CalledOff, To: Cancelled, Need: actor.NoticeWrite, Guard: nothingOnItsWay, Reason: true},
	{From: Stopped, Event: AllSettled, To: Finished},

	{From: Finished, Event: TroubleNoted, To: Sending},
}

func complete(f Facts) string {
	switch {
	case f.Recipients == 0:
		return "notice.guard.nobody"
	case f.Blocked > 0:
		return "notice.guard.blocked"
	case f.NextPassed:
		return "notice.guard.next_passed"
	}
	return ""
}

// few counts what was released alone before: a large mailing cut into small ones stays large.
func few(f Facts) string {
	if f.Recipients+f.Alone > FourEyes {
		return "notice.guard.four_eyes"
	}
	return complete(f)
}

func byAnother(f Facts) string {
	if f.Maker {
		return "notice.guard.maker"
	}
	return complete(f)
}

// sendable: the stage before has ended, so that what went wrong in it is known.
func sendable(f Facts) string {
	switch {
	case !f.Holds:
		return "notice.guard.changed"
	case f.Waiting > 0:
		return "notice.guard.waiting"
	case f.Left == 0:
		return "notice.guard.no_mail"
	case f.NextPassed:
		return "notice.guard.next_passed"
	}
	return ""
}

func nothingOnItsWay(f Facts) string {
	if f.Waiting > 0 {
		return "notice.guard.waiting"
	}
	return ""
}

// row is the row by which event leads on from state, whoever causes it.
func row(s State, e Event) (Move, error) {
	i := slices.IndexFunc(Moves, func(m Move) bool { return m.From == s && m.Event == e })
	if i < 0 {
		return Move{}, fault.New(fault.Refused, "notice.move.unknown", map[string]any{"State": string(s), "Event": string(e)})
	}
	return Moves[i], nil
}

// Next gives the row by which event leads on from state, or why it may not: fault.Refused for a
// move that is not in the table or whose guard says no, fault.Forbidden for somebody who may not,
// which is everybody for what the product itself notes. It reads and writes nothing.
func Next(s State, e Event, by actor.Actor, f Facts) (Move, error) {
	m, err := row(s, e)
	if err != nil {
		return Move{}, err
	}
	if m.Need == "" {
		return Move{}, fault.New(fault.Forbidden, "notice.move.itself", nil)
	}
	if err := by.Need(m.Need); err != nil {
		return Move{}, err
	}
	return m, m.check(f)
}

func (m Move) check(f Facts) error {
	if why := m.why(f); why != "" {
		return fault.New(fault.Refused, why, f.args())
	}
	return nil
}

func (m Move) why(f Facts) string {
	if m.Guard == nil {
		return ""
	}
	return m.Guard(f)
}

// args are the numbers that the guards' sentences name.
func (f Facts) args() map[string]any {
	return map[string]any{"Blocked": f.Blocked, "Waiting": f.Waiting, "Recipients": f.Recipients, "Alone": f.Alone, "Most": FourEyes}
}

// Choice is a button: a move that the actor may make, and the key of the reason why the guard holds
// it back, if it does.
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
		if m.From == s && m.Need != "" && by.May(m.Need) {
			out = append(out, Choice{m.Event, m.To, m.Reason, m.Form, m.why(f)})
		}
	}
	return out
}
