package remedy

import (
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// State is where the work on an assessment stands (operations.md section 4, Compensation).
type State string

// The states. The database repeats the list in a CHECK.
const (
	Open       State = "open"        // 取引の確認中
	FactsFixed State = "facts_fixed" // 事実確定
	Calculated State = "calculated"  // 算定済み
	Checked    State = "checked"     // 検算済み
	Approved   State = "approved"    // 承認済み
	Offered    State = "offered"     // 提案済み
	Agreed     State = "agreed"      // 合意
	Rejected   State = "rejected"    // 不同意
	NoAnswer   State = "no_answer"   // 回答なし
	Dropped    State = "dropped"     // 補償対象なし
)

// States lists every state in the order of the work.
var States = []State{Open, FactsFixed, Calculated, Checked, Approved, Offered, Agreed, Rejected, NoAnswer, Dropped}

// openStates are those in which the firm, or the customer within the time of an offer, has to act.
var openStates = []State{Open, FactsFixed, Calculated, Checked, Approved, Offered}

// Event is what people say has happened.
type Event string

// The events.
const (
	TransactionsChanged Event = "transactions_changed"
	FactsEstablished    Event = "facts_established"
	FactsReopened       Event = "facts_reopened"
	CalculationMade     Event = "calculation_made"
	CheckPassed         Event = "check_passed"
	SentBack            Event = "sent_back"
	ApprovalGiven       Event = "approval_given"
	OfferMade           Event = "offer_made"
	OfferAccepted       Event = "offer_accepted"
	OfferDeclined       Event = "offer_declined"
	TimePassed          Event = "time_passed"
	LateAcceptance      Event = "late_acceptance"
	AgreementReopened   Event = "agreement_reopened"
	NothingToPay        Event = "nothing_to_pay"
	TakenUpAgain        Event = "taken_up_again"
)

// Facts are what the guards may look at. They are read in the transaction that decides.
type Facts struct {
	Confirmed     bool // the damage of the case is confirmed, also where its work has ended since
	CaseOver      bool // the work on the case has ended
	Fraud         int  // transactions that the firm found to be fraud
	Undetermined  int  // transactions without a verdict
	Maker         bool // the actor made the present calculation
	Checker       bool // the actor is who checked it
	Stated        bool // the actor recorded, corrected or judged a transaction of the case
	Stale         bool // calculating again would not give the present version
	Within        bool // the actor's role may approve the amount
	ApprovalHolds bool // an approval was given to exactly this calculation
	SentBefore    bool // a letter of this very version went out before
	Expired       bool // the last day of the offer has passed
}

// Move is one row of the state table.
type Move struct {
	From   State
	Event  Event
	To     State
	Roles  []actor.Role // any one of them
	Guard  func(Facts) string
	Reason bool // the person has to say why
	Form   bool // the event has a use case of its own, which brings more than a reason
}

var (
	makers    = []actor.Role{actor.FraudAnalyst, actor.Remediation}
	checkers  = []actor.Role{actor.Legal, actor.Remediation}
	approvers = []actor.Role{actor.Legal, actor.Executive}
	readers   = []actor.Role{actor.Legal, actor.Remediation, actor.Executive}
	dealers   = []actor.Role{actor.Remediation, actor.Legal}
	legal     = []actor.Role{actor.Legal}
)

// Moves is the whole of the machine: what is not here is refused. Any change of a transaction or of
// a verdict leads back to where the amount has to be calculated again, and a check or an approval
// of before is void. What was agreed is not changed by it: the agreement has to be reopened first.
var Moves = []Move{
	{From: Open, Event: TransactionsChanged, To: Open, Roles: makers, Guard: caseInWork, Form: true},
	{From: Open, Event: FactsEstablished, To: FactsFixed, Roles: makers, Guard: factsStand},
	{From: Open, Event: NothingToPay, To: Dropped, Roles: dealers, Guard: noFraud, Reason: true},

	{From: FactsFixed, Event: TransactionsChanged, To: Open, Roles: makers, Guard: caseInWork, Form: true},
	{From: FactsFixed, Event: FactsReopened, To: Open, Roles: makers, Reason: true},
	{From: FactsFixed, Event: CalculationMade, To: Calculated, Roles: makers, Guard: factsStand, Form: true},

	{From: Calculated, Event: TransactionsChanged, To: Calculated, Roles: makers, Guard: caseInWork, Form: true},
	{From: Calculated, Event: CalculationMade, To: Calculated, Roles: makers, Guard: factsStand, Form: true},
	{From: Calculated, Event: CheckPassed, To: Checked, Roles: checkers, Guard: checkable, Form: true},
	{From: Calculated, Event: SentBack, To: Calculated, Roles: readers, Guard: byAnother, Reason: true},
	{From: Calculated, Event: NothingToPay, To: Dropped, Roles: dealers, Guard: noFraud, Reason: true},

	{From: Checked, Event: TransactionsChanged, To: Calculated, Roles: makers, Guard: caseInWork, Form: true},
	{From: Checked, Event: CalculationMade, To: Calculated, Roles: makers, Guard: factsStand, Form: true},
	{From: Checked, Event: SentBack, To: Calculated, Roles: readers, Reason: true},
	{From: Checked, Event: ApprovalGiven, To: Approved, Roles: approvers, Guard: approvable},

	{From: Approved, Event: TransactionsChanged, To: Calculated, Roles: makers, Guard: caseInWork, Form: true},
	{From: Approved, Event: CalculationMade, To: Calculated, Roles: makers, Guard: factsStand, Form: true},
	{From: Approved, Event: SentBack, To: Calculated, Roles: readers, Reason: true},
	{From: Approved, Event: OfferMade, To: Offered, Roles: makers, Guard: offerable, Form: true},

	{From: Offered, Event: TransactionsChanged, To: Calculated, Roles: makers, Guard: caseInWork, Form: true},
	{From: Offered, Event: OfferAccepted, To: Agreed, Roles: dealers, Guard: inTime, Form: true},
	{From: Offered, Event: OfferDeclined, To: Rejected, Roles: dealers, Form: true},
	{From: Offered, Event: TimePassed, To: NoAnswer, Roles: dealers, Guard: expired},

	{From: Rejected, Event: TransactionsChanged, To: Calculated, Roles: makers, Guard: caseInWork, Form: true},
	{From: Rejected, Event: CalculationMade, To: Calculated, Roles: makers, Guard: factsStand, Form: true},
	{From: NoAnswer, Event: TransactionsChanged, To: Calculated, Roles: makers, Guard: caseInWork, Form: true},
	{From: NoAnswer, Event: CalculationMade, To: Calculated, Roles: makers, Guard: factsStand, Form: true},
	{From: NoAnswer, Event: LateAcceptance, To: Agreed, Roles: legal, Guard: late, Reason: true},

	{From: Agreed, Event: AgreementReopened, To: Calculated, Roles: legal, Guard: caseInWork, Reason: true},
	{From: Dropped, Event: TakenUpAgain, To: Open, Roles: makers, Guard: caseInWork, Reason: true},
}

// Next gives the row by which event leads on from state, or why it may not: fault.Refused for a
// move that is not in the table or whose guard says no, fault.Forbidden for the wrong role. It
// reads and writes nothing.
func Next(s State, e Event, by actor.Actor, f Facts) (Move, error) {
	i := slices.IndexFunc(Moves, func(m Move) bool { return m.From == s && m.Event == e })
	if i < 0 {
		return Move{}, fault.New(fault.Refused, "remedy.move.unknown", map[string]any{"State": string(s), "Event": string(e)})
	}
	m := Moves[i]
	if !slices.ContainsFunc(m.Roles, by.Has) {
		return Move{}, fault.New(fault.Forbidden, "remedy.move.role", map[string]any{"Roles": actor.List(m.Roles)})
	}
	if why := m.why(f); why != "" {
		return Move{}, fault.New(fault.Refused, why, map[string]any{"N": f.Undetermined})
	}
	return m, nil
}

// due is Next for the product itself, which has no role.
func due(s State, e Event, _ actor.Actor, f Facts) (Move, error) {
	i := slices.IndexFunc(Moves, func(m Move) bool { return m.From == s && m.Event == e })
	if i < 0 {
		return Move{}, fault.New(fault.Refused, "remedy.move.unknown", map[string]any{"State": string(s), "Event": string(e)})
	}
	if why := Moves[i].why(f); why != "" {
		return Move{}, fault.New(fault.Refused, why, map[string]any{"N": f.Undetermined})
	}
	return Moves[i], nil
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
