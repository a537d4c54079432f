package cases

import "tasuke/internal/states"

import "tasuke/internal/actor"

// State is where the work on a case stands (operations.md section 4; assessment and offer have
// a room and states of their own, cases/remedy).
type State string

// The states. The database repeats the list in a CHECK.
const (
	Received      State = "received"       // 受付
	Contained     State = "contained"      // 封じ込め済
	Verifying     State = "verifying"      // 事実確認中
	Confirmed     State = "confirmed"      // 被害確定
	NotVictim     State = "not_victim"     // 被害なし
	SuspectedWait State = "suspected_wait" // 疑い・待ち
	Closed        State = "closed"         // 終結
	Reopened      State = "reopened"       // 再開
)

// States lists every state in the order of the work.
var States = []State{Received, Contained, Verifying, Confirmed, NotVictim, SuspectedWait, Closed, Reopened}

// Event is what people say has happened.
type Event string

// The events.
const (
	AccountLocked    Event = "account_locked"
	CheckStarted     Event = "check_started"
	DamageConfirmed  Event = "damage_confirmed"
	DamageExcluded   Event = "damage_excluded"
	EvidenceAwaited  Event = "evidence_awaited"
	WorkFinished     Event = "work_finished"
	ReopenedForCause Event = "reopened_for_cause"
)

// Facts are what the guards may look at. They are read in the transaction that decides.
type Facts struct {
	Locks        int  // account-wide containments that have not been released
	ChannelsOpen int  // required channels of containments not yet verified as stopped
	Held         int  // containments that have not been released
	SecondPerson bool // somebody other than the actor agreed to this event at this revision
	OpenTasks    int  // playbook tasks of the case that wait for somebody
	OpenRemedies int  // compensations of the case that are neither answered nor dropped
}

// Move is one row of the state table of cases.
type Move = states.Row[State, Event, Facts]

var (
	desk    = []actor.Role{actor.Operator, actor.Supervisor, actor.Responder}
	checker = []actor.Role{actor.Responder, actor.FraudAnalyst}
	anyEye  = []actor.Role{actor.Responder, actor.FraudAnalyst, actor.TradeSurveillance, actor.Funds}
	closer  = []actor.Role{actor.Supervisor, actor.Responder, actor.Remediation}
)

// Moves is the state table of cases.
var Moves = states.Table[State, Event, Facts]{
	{From: Received, Event: AccountLocked, To: Contained, Roles: desk, Guard: allChannelsStopped},
	{From: Contained, Event: CheckStarted, To: Verifying, Roles: anyEye},
	{From: Verifying, Event: DamageConfirmed, To: Confirmed, Roles: checker},
	{From: Verifying, Event: DamageExcluded, To: NotVictim, Roles: checker, Guard: seenByTwo, Reason: true},
	{From: Verifying, Event: EvidenceAwaited, To: SuspectedWait, Roles: checker, Reason: true},
	{From: SuspectedWait, Event: CheckStarted, To: Verifying, Roles: anyEye},
	{From: Confirmed, Event: WorkFinished, To: Closed, Roles: closer, Guard: nothingWaits, Reason: true},
	{From: NotVictim, Event: WorkFinished, To: Closed, Roles: closer, Guard: nothingHeld, Reason: true},
	{From: Closed, Event: ReopenedForCause, To: Reopened, Roles: desk, Reason: true},
	{From: NotVictim, Event: ReopenedForCause, To: Reopened, Roles: desk, Reason: true},
	{From: Reopened, Event: AccountLocked, To: Contained, Roles: desk, Guard: allChannelsStopped},
	{From: Reopened, Event: CheckStarted, To: Verifying, Roles: anyEye},
}

// allChannelsStopped: a lock that leaves one channel open is no lock (operations.md 0, point 4).
func allChannelsStopped(f Facts) string {
	switch {
	case f.Locks == 0:
		return "case.guard.no_lock"
	case f.ChannelsOpen > 0:
		return "case.guard.channels_open"
	}
	return ""
}

func seenByTwo(f Facts) string {
	if !f.SecondPerson {
		return "case.guard.second_person"
	}
	return ""
}

func nothingWaits(f Facts) string {
	switch {
	case f.OpenTasks > 0:
		return "case.guard.tasks_open"
	case f.OpenRemedies > 0:
		return "case.guard.remedy_open"
	}
	return ""
}

// nothingHeld: who is no victim gets the account back before the case is put away.
func nothingHeld(f Facts) string {
	if f.Held > 0 {
		return "case.guard.still_locked"
	}
	return nothingWaits(f)
}
