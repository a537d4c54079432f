package inquiry

import (
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// State is where an inquiry stands (operations.md 4, Inquiry).
type State string

// The states.
const (
	Draft        State = "draft"
	Open         State = "open"
	Linked       State = "linked"
	CaseCreated  State = "case_created"
	InfoOnly     State = "info_only"
	CallbackWait State = "callback_wait"
	Closed       State = "closed"
	Reopened     State = "reopened"
	Abandoned    State = "abandoned"
)

// States lists every state; the database repeats the list in a CHECK.
var States = []State{Draft, Open, Linked, CaseCreated, InfoOnly, CallbackWait, Closed, Reopened, Abandoned}

// Event is what happened to an inquiry, in the past tense.
type Event string

// The events.
const (
	Submitted        Event = "submitted"
	CaseOpened       Event = "case_opened"
	WasLinked        Event = "was_linked"
	Informed         Event = "informed"
	CallbackPromised Event = "callback_promised"
	CallbackDue      Event = "callback_due"
	CalledBack       Event = "called_back"
	WasClosed        Event = "was_closed"
	ContactedAgain   Event = "contacted_again"
	GivenUp          Event = "given_up"
	Resumed          Event = "resumed"
)

// Events lists every event, for the timeline.
var Events = []Event{
	Submitted, CaseOpened, WasLinked, Informed, CallbackPromised, CallbackDue, CalledBack, WasClosed,
	ContactedAgain, GivenUp, Resumed,
}

// Facts are what the guards may look at, read in the transaction that moves.
type Facts struct {
	// Fraud says that the category tells of damage or of stolen credentials.
	Fraud bool
	// Supervisor says that the person who moves it is a supervisor.
	Supervisor   bool
	Disposition  Disposition
	OpenPromises int
}

// Move is one row of the state table.
type Move struct {
	From  State
	Event Event
	To    State
	// Timer lets the product itself make the move when its time has come.
	Timer bool
	Guard func(Facts) string // "" or the key of the reason why not
	// Clock is the name of the time limit that starts in To, for the diagram.
	Clock string
}

// desk is who moves inquiries; each row is a person's move unless Timer says otherwise.
var desk = []actor.Role{actor.Operator, actor.Supervisor, actor.Responder}

// Moves is the whole of the machine: what is not here is refused. Beyond operations.md 4 an
// inquiry that ended in information alone may be taken up again by a new contact without being
// closed first, one that waits for a call-back may be decided before it, and a linked one may still
// get a case or be linked elsewhere.
var Moves = []Move{
	{Draft, Submitted, Open, false, nil, ""},
	{Draft, GivenUp, Abandoned, true, nil, ""},
	{Abandoned, Resumed, Draft, false, nil, "30 min idle"},

	{Open, CaseOpened, CaseCreated, false, nil, ""},
	{Open, WasLinked, Linked, false, nil, ""},
	{Open, Informed, InfoOnly, false, fraudNeedsSupervisor, ""},
	{Open, CallbackPromised, CallbackWait, false, promiseGiven, "promise due"},
	{Open, WasClosed, Closed, false, mayCloseUndecided, ""},

	{CallbackWait, CallbackDue, Open, true, nil, ""},
	{CallbackWait, CalledBack, Open, false, nil, ""},
	{CallbackWait, CaseOpened, CaseCreated, false, nil, ""},
	{CallbackWait, WasLinked, Linked, false, nil, ""},
	{CallbackWait, Informed, InfoOnly, false, fraudNeedsSupervisor, ""},

	{Reopened, CaseOpened, CaseCreated, false, nil, ""},
	{Reopened, WasLinked, Linked, false, nil, ""},
	{Reopened, Informed, InfoOnly, false, fraudNeedsSupervisor, ""},
	{Reopened, CallbackPromised, CallbackWait, false, promiseGiven, "promise due"},
	{Reopened, WasClosed, Closed, false, mayCloseUndecided, ""},

	{Linked, CaseOpened, CaseCreated, false, nil, ""},
	{Linked, WasLinked, Linked, false, nil, ""},
	{Linked, WasClosed, Closed, false, mayClose, ""},
	{CaseCreated, WasClosed, Closed, false, mayClose, ""},
	{InfoOnly, WasClosed, Closed, false, mayClose, ""},
	{InfoOnly, ContactedAgain, Reopened, false, nil, ""},
	{Closed, ContactedAgain, Reopened, false, nil, ""},
}

// fraudNeedsSupervisor: "category 不正* ⇒ disposition cannot be info_only without SV" (3.2).
func fraudNeedsSupervisor(f Facts) string {
	if f.Fraud && !f.Supervisor {
		return "inquiry.guard.supervisor"
	}
	return ""
}

func promiseGiven(f Facts) string {
	if f.OpenPromises == 0 {
		return "inquiry.guard.promise_none"
	}
	return ""
}

// mayClose: what became of it is set, and no promise to the caller is open.
func mayClose(f Facts) string {
	if f.Disposition == NoDisposition {
		return "inquiry.guard.disposition"
	}
	if f.OpenPromises > 0 {
		return "inquiry.guard.promise_open"
	}
	return ""
}

// mayCloseUndecided also keeps a tale of fraud from leaving without a case, except by a
// supervisor's word.
func mayCloseUndecided(f Facts) string {
	if why := mayClose(f); why != "" {
		return why
	}
	if f.Disposition == ByCaseCreated || f.Disposition == ByLinking {
		return ""
	}
	return fraudNeedsSupervisor(f)
}

// Next answers where event leads from state, or why it may not: fault.Refused when the table or
// a guard says no, fault.Forbidden for somebody who is not of the desk. It reads and writes nothing.
func Next(from State, e Event, by actor.Actor, f Facts) (State, error) {
	i := slices.IndexFunc(Moves, func(m Move) bool { return m.From == from && m.Event == e })
	if i < 0 {
		return from, fault.New(fault.Refused, "inquiry.move.unknown", map[string]any{"State": string(from), "Event": string(e)})
	}
	m := Moves[i]
	if !m.mayBy(by) {
		return from, fault.New(fault.Forbidden, "inquiry.move.role", map[string]any{"Event": string(e)})
	}
	if m.Guard != nil {
		f.Supervisor = by.Has(actor.Supervisor)
		if why := m.Guard(f); why != "" {
			return from, fault.New(fault.Refused, why, nil)
		}
	}
	return m.To, nil
}

func (m Move) mayBy(by actor.Actor) bool {
	if by.Kind == actor.Machine {
		return m.Timer
	}
	return slices.ContainsFunc(desk, by.Has)
}

// Allowed lists the events that by could cause now; the page draws its buttons from it.
func Allowed(s State, by actor.Actor, f Facts) (events []Event) {
	for _, m := range Moves {
		if m.From != s {
			continue
		}
		if _, err := Next(s, m.Event, by, f); err == nil {
			events = append(events, m.Event)
		}
	}
	return events
}

// Typing says that the form is still a draft, which autosave may overwrite. An abandoned one is
// taken up again by typing in it.
func (s State) Typing() bool { return s == Draft || s == Abandoned }

// Ended says that nobody works on the inquiry; a new contact takes it up again.
func (s State) Ended() bool { return s == Closed || s == InfoOnly }

// Amendable says that the submitted form may still be completed.
func (s State) Amendable() bool { return !s.Typing() && s != Closed }
