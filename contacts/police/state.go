package police

import (
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// State is where the work on a consultation stands (operations.md section 4).
type State string

// The states. The database repeats the list in a CHECK.
const (
	Planned       State = "planned"       // 相談予定
	Consulted     State = "consulted"     // 相談済み
	PendingDocs   State = "pending_docs"  // 書類待ち
	Accepted      State = "accepted"      // 受理
	Declined      State = "declined"      // 不受理
	Investigating State = "investigating" // 捜査中
	Concluded     State = "concluded"     // 終結
	Dropped       State = "dropped"       // 取りやめ
)

// States lists every state in the order of the work.
var States = []State{Planned, Consulted, PendingDocs, Accepted, Declined, Investigating, Concluded, Dropped}

// openStates hold back the close of the incident: the firm still has to act. What the police do
// afterwards may take years and holds nothing back.
var openStates = []State{Planned, Consulted, PendingDocs}

// Event is what has happened to a consultation.
type Event string

// The events.
const (
	Edited             Event = "edited"
	ConsentNoted       Event = "consent_noted"
	SummaryMade        Event = "summary_made"
	ConsultationHeld   Event = "consultation_held"
	DocsAsked          Event = "docs_asked"
	Acceptance         Event = "acceptance"
	Refusal            Event = "refusal"
	ReceiptNoted       Event = "receipt_noted"
	InvestigationBegun Event = "investigation_begun"
	WorkEnded          Event = "work_ended"
	PlanDropped        Event = "plan_dropped"
)

// Begun is the first line of the history, and no move.
const Begun Event = "begun"

// Facts are what the guards may look at. They are read in the transaction that decides.
type Facts struct {
	Agency bool // it is said which office is consulted
	Fresh  bool // there is a summary, and it says what is now on file
}

// Move is one row of the state table.
type Move struct {
	From   State
	Event  Event
	To     State
	Roles  []actor.Role // any one of them
	Guard  func(Facts) string
	Reason bool // the person has to say why, or what
	Form   bool // the event has a use case of its own, which brings more than a reason
}

var legal = []actor.Role{actor.Legal}

// Moves is the whole of the machine: what is not here is refused.
var Moves = slices.Concat(
	paper(Planned, Consulted, PendingDocs, Accepted, Declined, Investigating),
	[]Move{
		{From: Planned, Event: ConsultationHeld, To: Consulted, Roles: legal, Guard: agencyNamed, Form: true},
		{From: Planned, Event: PlanDropped, To: Dropped, Roles: legal, Reason: true},
		{From: Consulted, Event: DocsAsked, To: PendingDocs, Roles: legal, Reason: true},
		{From: Consulted, Event: Acceptance, To: Accepted, Roles: legal, Form: true},
		{From: Consulted, Event: Refusal, To: Declined, Roles: legal, Reason: true},
		{From: Consulted, Event: ReceiptNoted, To: Consulted, Roles: legal, Form: true},
		{From: Consulted, Event: WorkEnded, To: Concluded, Roles: legal, Reason: true},
		{From: PendingDocs, Event: Acceptance, To: Accepted, Roles: legal, Form: true},
		{From: PendingDocs, Event: Refusal, To: Declined, Roles: legal, Reason: true},
		{From: PendingDocs, Event: ReceiptNoted, To: PendingDocs, Roles: legal, Form: true},
		{From: Declined, Event: ConsultationHeld, To: Consulted, Roles: legal, Guard: agencyNamed, Form: true},
		{From: Declined, Event: WorkEnded, To: Concluded, Roles: legal, Reason: true},
		{From: Accepted, Event: ReceiptNoted, To: Accepted, Roles: legal, Form: true},
		{From: Accepted, Event: InvestigationBegun, To: Investigating, Roles: legal},
		{From: Accepted, Event: WorkEnded, To: Concluded, Roles: legal, Reason: true},
		{From: Investigating, Event: ReceiptNoted, To: Investigating, Roles: legal, Form: true},
		{From: Investigating, Event: WorkEnded, To: Concluded, Roles: legal, Reason: true},
		{From: Concluded, Event: ReceiptNoted, To: Concluded, Roles: legal, Form: true},
	},
)

// paper is what may be written and drawn as long as the police may want it.
func paper(states ...State) (out []Move) {
	for _, s := range states {
		out = append(out, Move{From: s, Event: Edited, To: s, Roles: legal, Form: true},
			Move{From: s, Event: ConsentNoted, To: s, Roles: legal, Form: true},
			Move{From: s, Event: SummaryMade, To: s, Roles: legal, Guard: outdated, Form: true})
	}
	return out
}

// The guards: "" or the key of the reason why not.

func agencyNamed(f Facts) string {
	if !f.Agency {
		return "police.guard.agency"
	}
	return ""
}

// outdated: a summary is drawn again only when it would say something else.
func outdated(f Facts) string {
	if f.Fresh {
		return "police.guard.fresh"
	}
	return ""
}

// Next gives the row by which event leads on from state, or why it may not: fault.Refused for a
// move that is not in the table or whose guard says no, fault.Forbidden for the wrong role. It
// reads and writes nothing.
func Next(s State, e Event, by actor.Actor, f Facts) (Move, error) {
	i := slices.IndexFunc(Moves, func(m Move) bool { return m.From == s && m.Event == e })
	if i < 0 {
		return Move{}, fault.New(fault.Refused, "police.move.unknown", map[string]any{"State": string(s), "Event": string(e)})
	}
	m := Moves[i]
	if !slices.ContainsFunc(m.Roles, by.Has) {
		return Move{}, fault.New(fault.Forbidden, "police.move.role", map[string]any{"Roles": actor.List(m.Roles)})
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
