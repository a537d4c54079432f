package isac

import (
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// State is where the work on a share stands (operations.md section 4).
type State string

// The states. The database repeats the list in a CHECK.
const (
	Draft     State = "draft"     // 起案中
	Sanitised State = "sanitised" // 点検済み: frozen, waits for its approval
	Approved  State = "approved"  // 承認済み
	Sending   State = "sending"   // 送信中: in the outbox
	Unclear   State = "unclear"   // 送信不明: nobody can say whether the mail arrived
	Sent      State = "sent"      // 共有済み
	Feedback  State = "feedback"  // 反応あり
	Closed    State = "closed"    // 完了
	Withdrawn State = "withdrawn" // 取りやめ
)

// States lists every state in the order of the work.
var States = []State{Draft, Sanitised, Approved, Sending, Unclear, Sent, Feedback, Closed, Withdrawn}

// openStates hold back the close of the incident: it is not settled whether the share leaves.
var openStates = []State{Draft, Sanitised, Approved, Sending, Unclear}

// Event is what has happened to a share.
type Event string

// The events.
const (
	Edited          Event = "edited"
	Frozen          Event = "frozen" // the guard found nothing, a person has read it, a version was frozen
	SentBack        Event = "sent_back"
	ApprovalGiven   Event = "approval_given"
	MailQueued      Event = "mail_queued"
	MailRequeued    Event = "mail_requeued"
	MailLeft        Event = "mail_left"
	MailDied        Event = "mail_died"
	MailLost        Event = "mail_lost"
	HandedIn        Event = "handed_in" // on the portal of the channel, by a person
	FeedbackNoted   Event = "feedback_noted"
	Finished        Event = "finished"
	CorrectionBegun Event = "correction_begun"
	PutAway         Event = "put_away"
)

// Not moves, and in the history all the same.
const (
	Begun  Event = "begun"
	Leaked Event = "leaked" // the guard found something and refused
)

// Facts are what the guards may look at. They are read in the transaction that decides.
type Facts struct {
	Machine       bool // the mail room acts, which has no role
	Maker         bool // the actor wrote this share, or put this version to approval
	Standing      bool // the frozen version is of the content as it now is
	ApprovalHolds bool // the approval was given to exactly this version and this address
	Wide          bool // a value came from others under a stricter label than the share's
	Community     bool // TLP:RED on a channel that a community reads
	Mail          bool // the directory has a mail address for it
	Stale         bool // and nobody has made sure of that entry
}

// Move is one row of the state table.
type Move struct {
	From    State
	Event   Event
	To      State
	Roles   []actor.Role // any one of them; none: the mail room only
	Guard   func(Facts) string
	Reason  bool // the person has to say why, or what
	Form    bool // the event has a use case of its own, which brings more than a reason
	Machine bool // the mail room tells it
}

var (
	makers    = []actor.Role{actor.Responder, actor.FraudAnalyst}
	csirt     = []actor.Role{actor.Responder}
	approvers = []actor.Role{actor.Responder, actor.Legal}
)

// Moves is the whole of the machine: what is not here is refused. Any edit goes back to the draft,
// which makes the frozen version and its approval void.
var Moves = []Move{
	{From: Draft, Event: Edited, To: Draft, Roles: makers, Form: true},
	{From: Draft, Event: Frozen, To: Sanitised, Roles: csirt, Guard: within, Form: true},
	{From: Draft, Event: PutAway, To: Withdrawn, Roles: makers, Reason: true},

	{From: Sanitised, Event: Edited, To: Draft, Roles: makers, Form: true},
	{From: Sanitised, Event: SentBack, To: Draft, Roles: approvers, Reason: true},
	{From: Sanitised, Event: ApprovalGiven, To: Approved, Roles: approvers, Guard: approvable},
	{From: Sanitised, Event: PutAway, To: Withdrawn, Roles: makers, Reason: true},

	{From: Approved, Event: Edited, To: Draft, Roles: makers, Form: true},
	{From: Approved, Event: SentBack, To: Draft, Roles: approvers, Reason: true},
	{From: Approved, Event: MailQueued, To: Sending, Roles: makers, Guard: mailable, Form: true},
	{From: Approved, Event: MailRequeued, To: Sending, Guard: mailable, Machine: true},
	{From: Approved, Event: HandedIn, To: Sent, Roles: makers, Guard: holds, Form: true},
	{From: Approved, Event: PutAway, To: Withdrawn, Roles: makers, Reason: true},

	{From: Sending, Event: MailLeft, To: Sent, Machine: true},
	{From: Sending, Event: MailDied, To: Approved, Machine: true},
	{From: Sending, Event: MailLost, To: Unclear, Machine: true},
	{From: Unclear, Event: MailLeft, To: Sent, Machine: true},
	{From: Unclear, Event: MailDied, To: Approved, Machine: true},
	{From: Unclear, Event: MailRequeued, To: Sending, Guard: mailable, Machine: true},

	{From: Sent, Event: FeedbackNoted, To: Feedback, Roles: makers, Reason: true},
	{From: Sent, Event: Finished, To: Closed, Roles: makers},
	{From: Sent, Event: CorrectionBegun, To: Draft, Roles: makers, Reason: true},
	{From: Feedback, Event: FeedbackNoted, To: Feedback, Roles: makers, Reason: true},
	{From: Feedback, Event: Finished, To: Closed, Roles: makers},
	{From: Feedback, Event: CorrectionBegun, To: Draft, Roles: makers, Reason: true},
	{From: Closed, Event: FeedbackNoted, To: Feedback, Roles: makers, Reason: true},
	{From: Closed, Event: CorrectionBegun, To: Draft, Roles: makers, Reason: true},
}

// The guards: "" or the key of the reason why not.

// within: the share does not travel further than what is in it may.
func within(f Facts) string {
	switch {
	case f.Wide:
		return "share.guard.wide"
	case f.Community:
		return "share.guard.community"
	}
	return ""
}

func approvable(f Facts) string {
	switch {
	case f.Maker:
		return "share.guard.own"
	case !f.Standing:
		return "share.guard.not_frozen"
	}
	return within(f)
}

func holds(f Facts) string {
	if !f.ApprovalHolds {
		return "share.guard.approval_void"
	}
	return within(f)
}

func mailable(f Facts) string {
	switch {
	case !f.Mail:
		return "share.guard.no_mail"
	case f.Stale:
		return "share.guard.stale_desk"
	}
	return holds(f)
}

// Next gives the row by which event leads on from state, or why it may not: fault.Refused for a
// move that is not in the table or whose guard says no, fault.Forbidden for the wrong role. It
// reads and writes nothing.
func Next(s State, e Event, by actor.Actor, f Facts) (Move, error) {
	i := slices.IndexFunc(Moves, func(m Move) bool { return m.From == s && m.Event == e })
	if i < 0 {
		return Move{}, fault.New(fault.Refused, "share.move.unknown", map[string]any{"State": string(s), "Event": string(e)})
	}
	m := Moves[i]
	if m.Machine != f.Machine || !m.Machine && !slices.ContainsFunc(m.Roles, by.Has) {
		return Move{}, fault.New(fault.Forbidden, "share.move.role", map[string]any{"Roles": actor.List(m.Roles)})
	}
	if why := m.why(f); why != "" {
		return Move{}, fault.New(fault.Refused, why, nil)
	}
	return m, nil
}

func (m Move) why(f Facts) string {
	if m.Guard == nil {
		return ""
	}
	return m.Guard(f)
}

// Choice is a button: a move that the actor's role allows, and the key of the reason why the guard
// holds it back, if it does.
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
		if m.From == s && slices.ContainsFunc(m.Roles, by.Has) {
			out = append(out, Choice{m.Event, m.To, m.Reason, m.Form, m.why(f)})
		}
	}
	return out
}
