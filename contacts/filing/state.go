package filing

import (
	"slices"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// State is where the work on a filing stands (operations.md section 4).
type State string

// The states. The database repeats the list in a CHECK.
const (
	Identified  State = "identified"   // 該当の疑い
	NotRequired State = "not_required" // 報告不要
	Drafting    State = "drafting"     // 起案中
	LegalReview State = "legal_review" // 法務確認
	Approved    State = "approved"     // 承認済み
	Submitted   State = "submitted"    // 提出済み
	Receipted   State = "receipted"    // 受付済み
	Final       State = "final"        // 完了
)

// States lists every state in the order of the work.
var States = []State{Identified, NotRequired, Drafting, LegalReview, Approved, Submitted, Receipted, Final}

// openStates hold back the close of the incident: the report is neither handed in nor ruled out.
var openStates = []State{Identified, Drafting, LegalReview, Approved}

// Event is what people say has happened.
type Event string

// The events.
const (
	DraftStarted     Event = "draft_started"
	PayloadEdited    Event = "payload_edited"
	SheetTaken       Event = "sheet_taken"
	ReviewAsked      Event = "review_asked"
	SentBack         Event = "sent_back"
	ReviewPassed     Event = "review_passed"
	ApprovalGiven    Event = "approval_given"
	HandedIn         Event = "handed_in"
	ReceiptNoted     Event = "receipt_noted"
	AmendmentStarted Event = "amendment_started"
	WorkFinished     Event = "work_finished"
	WaiverAsked      Event = "waiver_asked"
	WaiverAgreed     Event = "waiver_agreed"
	WaiverWithdrawn  Event = "waiver_withdrawn"
	Reconsidered     Event = "reconsidered"
)

// Facts are what the guards may look at. They are read in the transaction that decides.
type Facts struct {
	Blank         int  // items that are neither stated nor marked
	Maker         bool // the actor drafted, changed or handed over this version
	Reviewer      bool // the actor is who reviewed this payload
	Reviewed      bool // a review passed exactly this payload
	ApprovalHolds bool // an approval was given to exactly this payload
	Stale         bool // the fact sheet says something else than the payload was taken from
	StaleAccepted bool // the actor has seen that and hands it in all the same
	WaiverAsked   bool // somebody says that the report is not required
	WaiverMine    bool // and that is the actor
	HandedIn      bool // a version has been handed in before
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
	legal     = []actor.Role{actor.Legal}
	approvers = []actor.Role{actor.Legal, actor.Executive}
)

// Moves is the whole of the machine: what is not here is refused. Any change of the payload goes
// back to drafting, which makes the review and the approval void.
var Moves = []Move{
	{From: Identified, Event: DraftStarted, To: Drafting, Roles: legal},
	{From: Identified, Event: WaiverAsked, To: Identified, Roles: legal, Guard: neverHandedIn, Reason: true},
	{From: Identified, Event: WaiverWithdrawn, To: Identified, Roles: legal, Guard: waiverAsked},
	{From: Identified, Event: WaiverAgreed, To: NotRequired, Roles: approvers, Guard: waiverByAnother},
	{From: NotRequired, Event: Reconsidered, To: Identified, Roles: legal, Reason: true},

	{From: Drafting, Event: PayloadEdited, To: Drafting, Roles: legal, Form: true},
	{From: Drafting, Event: SheetTaken, To: Drafting, Roles: legal, Guard: outdated},
	{From: Drafting, Event: ReviewAsked, To: LegalReview, Roles: legal, Guard: complete},
	{From: Drafting, Event: WaiverAsked, To: Drafting, Roles: legal, Guard: neverHandedIn, Reason: true},
	{From: Drafting, Event: WaiverWithdrawn, To: Drafting, Roles: legal, Guard: waiverAsked},
	{From: Drafting, Event: WaiverAgreed, To: NotRequired, Roles: approvers, Guard: waiverByAnother},

	{From: LegalReview, Event: PayloadEdited, To: Drafting, Roles: legal, Form: true},
	{From: LegalReview, Event: SheetTaken, To: Drafting, Roles: legal, Guard: outdated},
	{From: LegalReview, Event: SentBack, To: Drafting, Roles: approvers, Guard: anotherReads, Reason: true},
	{From: LegalReview, Event: ReviewPassed, To: LegalReview, Roles: legal, Guard: reviewable},
	{From: LegalReview, Event: ApprovalGiven, To: Approved, Roles: approvers, Guard: approvable},

	{From: Approved, Event: PayloadEdited, To: Drafting, Roles: legal, Form: true},
	{From: Approved, Event: SheetTaken, To: Drafting, Roles: legal, Guard: outdated},
	{From: Approved, Event: SentBack, To: Drafting, Roles: approvers, Reason: true},
	{From: Approved, Event: HandedIn, To: Submitted, Roles: legal, Guard: submittable, Form: true},

	{From: Submitted, Event: ReceiptNoted, To: Receipted, Roles: legal, Form: true},
	{From: Submitted, Event: AmendmentStarted, To: Drafting, Roles: legal, Reason: true},
	{From: Receipted, Event: ReceiptNoted, To: Receipted, Roles: legal, Form: true},
	{From: Receipted, Event: AmendmentStarted, To: Drafting, Roles: legal, Reason: true},
	{From: Receipted, Event: WorkFinished, To: Final, Roles: legal, Guard: current},
	{From: Final, Event: AmendmentStarted, To: Drafting, Roles: legal, Reason: true},
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
		return Move{}, fault.New(fault.Forbidden, "filing.move.role", map[string]any{"Roles": actor.List(m.Roles)})
	}
	return m, m.check(f)
}

// row is the row by which event leads on from state, whoever causes it.
func row(s State, e Event) (Move, error) {
	i := slices.IndexFunc(Moves, func(m Move) bool { return m.From == s && m.Event == e })
	if i < 0 {
		return Move{}, fault.New(fault.Refused, "filing.move.unknown", map[string]any{"State": string(s), "Event": string(e)})
	}
	return Moves[i], nil
}

func (m Move) check(f Facts) error {
	if why := m.why(f); why != "" {
		return fault.New(fault.Refused, why, map[string]any{"Blank": f.Blank})
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
