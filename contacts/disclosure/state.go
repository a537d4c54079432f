package disclosure

import (
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// State is where the work on a public notice stands (operations.md section 4).
type State string

// The states. The database repeats the list in a CHECK.
const (
	Draft       State = "draft"        // 作成中
	FactChecked State = "fact_checked" // 事実確認済み
	Legal       State = "legal"        // 法務確認済み
	Exec        State = "exec"         // 経営承認済み
	Scheduled   State = "scheduled"    // 公表予約
	Published   State = "published"    // 公表済み
	Superseded  State = "superseded"   // 続報あり
	Corrected   State = "corrected"    // 訂正済み
	Withdrawn   State = "withdrawn"    // 取下げ
	Void        State = "void"         // 欠番: a draft that was given up keeps its number
)

// States lists every state in the order of the work.
var States = []State{Draft, FactChecked, Legal, Exec, Scheduled, Published, Superseded, Corrected, Withdrawn, Void}

// openStates hold back the close of the incident.
var openStates = []State{Draft, FactChecked, Legal, Exec, Scheduled}

// Event is what people say has happened.
type Event string

// The events.
const (
	ContentEdited    Event = "content_edited"
	FactsSigned      Event = "facts_signed"
	LawSigned        Event = "law_signed"
	ExecutiveSigned  Event = "executive_signed"
	SentBack         Event = "sent_back"
	Dropped          Event = "dropped"
	OverrideGiven    Event = "override_given"
	TimeSet          Event = "time_set"
	TimeTakenBack    Event = "time_taken_back"
	PublishingFailed Event = "publishing_failed"
	MadePublic       Event = "made_public"
	FollowedUp       Event = "followed_up"
	PutRight         Event = "put_right"
	TakenBack        Event = "taken_back"
	// Begun and LeakFound stand in the history and move nothing.
	Begun     Event = "begun"
	LeakFound Event = "leak_found"
)

// Facts are what the guards may look at. They are read in the transaction that decides.
type Facts struct {
	Incomplete bool // what is written does not make a notice yet
	Maker      bool // the actor wrote or changed it
	Signer     bool // the actor has signed another step of this content
	FactsHold  bool // a signature of exactly this content
	LawHolds   bool
	ExecHolds  bool
	Untold     int  // victims who were not told and to whom no attempt is logged
	ToldKnown  bool // somebody counts that
	Override   bool // an executive lets exactly this content out all the same
}

// Move is one row of the state table.
type Move struct {
	From   State
	Event  Event
	To     State
	Roles  []actor.Role // any one of them; none for what follows from another notice or from the clock
	Guard  func(Facts) string
	Reason bool // the person has to say why
	Form   bool // the event has a use case of its own, which brings more than a reason
}

var (
	pr        = []actor.Role{actor.PR}
	responder = []actor.Role{actor.Responder}
	lawyer    = []actor.Role{actor.Legal}
	executive = []actor.Role{actor.Executive}
	signers   = []actor.Role{actor.Responder, actor.Legal, actor.Executive}
)

// Moves is the whole of the machine: what is not here is refused. Any change of the content goes back
// to the draft, which makes every signature void.
var Moves = []Move{
	{From: Draft, Event: ContentEdited, To: Draft, Roles: pr, Form: true},
	{From: Draft, Event: FactsSigned, To: FactChecked, Roles: responder, Guard: signable, Form: true},
	{From: Draft, Event: Dropped, To: Void, Roles: pr, Reason: true},

	{From: FactChecked, Event: ContentEdited, To: Draft, Roles: pr, Form: true},
	{From: FactChecked, Event: SentBack, To: Draft, Roles: signers, Reason: true},
	{From: FactChecked, Event: LawSigned, To: Legal, Roles: lawyer, Guard: lawful, Form: true},

	{From: Legal, Event: ContentEdited, To: Draft, Roles: pr, Form: true},
	{From: Legal, Event: SentBack, To: Draft, Roles: signers, Reason: true},
	{From: Legal, Event: OverrideGiven, To: Legal, Roles: executive, Guard: overridable, Reason: true},
	{From: Legal, Event: ExecutiveSigned, To: Exec, Roles: executive, Guard: approvable, Form: true},

	{From: Exec, Event: ContentEdited, To: Draft, Roles: pr, Form: true},
	{From: Exec, Event: SentBack, To: Draft, Roles: signers, Reason: true},
	{From: Exec, Event: OverrideGiven, To: Exec, Roles: executive, Guard: overridable, Reason: true},
	{From: Exec, Event: TimeSet, To: Scheduled, Roles: pr, Guard: publishable, Form: true},
	{From: Exec, Event: MadePublic, To: Published, Roles: pr, Guard: publishable, Form: true},

	{From: Scheduled, Event: ContentEdited, To: Draft, Roles: pr, Form: true},
	{From: Scheduled, Event: SentBack, To: Draft, Roles: signers, Reason: true},
	{From: Scheduled, Event: TimeTakenBack, To: Exec, Roles: pr},
	{From: Scheduled, Event: PublishingFailed, To: Exec, Form: true},
	{From: Scheduled, Event: MadePublic, To: Published, Roles: pr, Guard: publishable, Form: true},

	{From: Published, Event: FollowedUp, To: Superseded, Form: true},
	{From: Published, Event: PutRight, To: Corrected, Form: true},
	{From: Published, Event: TakenBack, To: Withdrawn, Roles: executive, Form: true},
	{From: Superseded, Event: PutRight, To: Corrected, Form: true},
	{From: Superseded, Event: TakenBack, To: Withdrawn, Roles: executive, Form: true},
	{From: Corrected, Event: TakenBack, To: Withdrawn, Roles: executive, Form: true},
}

// Next gives the row by which event leads on from state, or why it may not: fault.Refused for a
// move that is not in the table or whose guard says no, fault.Forbidden for the wrong role. It
// reads and writes nothing.
func Next(s State, e Event, by actor.Actor, f Facts) (Move, error) {
	m, err := row(s, e)
	if err != nil {
		return Move{}, err
	}
	if !slices.ContainsFunc(m.Roles, by.Has) {
		return Move{}, fault.New(fault.Forbidden, "disclosure.move.role", map[string]any{"Roles": actor.List(m.Roles)})
	}
	return m, m.check(f)
}

// row is the row by which event leads on from state, whoever causes it.
func row(s State, e Event) (Move, error) {
	i := slices.IndexFunc(Moves, func(m Move) bool { return m.From == s && m.Event == e })
	if i < 0 {
		return Move{}, fault.New(fault.Refused, "disclosure.move.unknown", map[string]any{"State": string(s), "Event": string(e)})
	}
	return Moves[i], nil
}

func (m Move) check(f Facts) error {
	if why := m.why(f); why != "" {
		return fault.New(fault.Refused, why, map[string]any{"N": f.Untold})
	}
	return nil
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
		if m.From == s && slices.ContainsFunc(m.Roles, by.Has) {
			out = append(out, Choice{m.Event, m.To, m.Reason, m.Form, m.why(f)})
		}
	}
	return out
}
