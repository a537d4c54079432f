package sweep

import (
	"tasuke/cases"
	"tasuke/internal/actor"
)

// State is where the work on a sweep stands (operations.md section 4).
type State string

// The states. The database repeats the list in a CHECK.
const (
	Planned   State = "planned"    // 準備中
	Running   State = "running"    // 実行中
	Failed    State = "failed"     // 実行失敗
	HitsReady State = "hits_ready" // 結果あり
	Reviewing State = "reviewing"  // 確認中
	Concluded State = "concluded"  // 終結
	Reopened  State = "reopened"   // 再開
	Dropped   State = "dropped"    // 実施しない
)

// States lists every state in the order of the work.
var States = []State{Planned, Running, Failed, HitsReady, Reviewing, Concluded, Reopened, Dropped}

// Event is what has happened to a sweep.
type Event string

// The events. RoundAnswered and RoundFailed are the machine's.
const (
	IndicatorsAdded Event = "indicators_added"
	RoundStarted    Event = "round_started"
	RoundRetried    Event = "round_retried"
	RoundAnswered   Event = "round_answered"
	RoundFailed     Event = "round_failed"
	ReviewStarted   Event = "review_started"
	CoverageSigned  Event = "coverage_signed"
	CasesMade       Event = "cases_made"
	WorkConcluded   Event = "work_concluded"
	WorkReopened    Event = "work_reopened"
	WorkDropped     Event = "work_dropped"
)

// Facts are what the guards of a sweep look at. They are read in the transaction that decides.
type Facts struct {
	Active   int  // indicators that a round would ask for
	Unswept  int  // of these, added since the last round with an answer was started
	Due      int  // hits of that round that somebody has to look at and nobody has judged
	Uncased  int  // confirmed hits of customers in the register who have no case yet
	Signed   bool // the coverage statement of that round is signed
	Answered bool // there is a round with an answer
}

type row = cases.Row[State, Event, Facts]

var (
	sweepers  = []actor.Role{actor.Responder, actor.FraudAnalyst}
	responder = []actor.Role{actor.Responder}
)

// Moves is the whole of the machine: what is not here is refused. Rows without a role are done by
// the product itself.
var Moves = cases.Table[State, Event, Facts]{
	{From: Planned, Event: IndicatorsAdded, To: Planned, Roles: sweepers},
	{From: Planned, Event: RoundStarted, To: Running, Roles: sweepers, Guard: askable},
	{From: Planned, Event: WorkDropped, To: Dropped, Roles: responder, Reason: true},

	{From: Running, Event: IndicatorsAdded, To: Running, Roles: sweepers},
	{From: Running, Event: RoundAnswered, To: HitsReady},
	{From: Running, Event: RoundFailed, To: Failed},

	{From: Failed, Event: IndicatorsAdded, To: Failed, Roles: sweepers},
	{From: Failed, Event: RoundRetried, To: Running, Roles: sweepers},
	{From: Failed, Event: RoundStarted, To: Running, Roles: sweepers, Guard: askable},
	{From: Failed, Event: WorkReopened, To: Reopened, Roles: responder, Guard: answered, Reason: true},
	{From: Failed, Event: WorkDropped, To: Dropped, Roles: responder, Guard: unanswered, Reason: true},

	{From: HitsReady, Event: IndicatorsAdded, To: HitsReady, Roles: sweepers},
	{From: HitsReady, Event: RoundStarted, To: Running, Roles: sweepers, Guard: askable},
	{From: HitsReady, Event: ReviewStarted, To: Reviewing, Roles: sweepers},
	{From: HitsReady, Event: CoverageSigned, To: HitsReady, Roles: responder, Guard: unsigned},
	{From: HitsReady, Event: CasesMade, To: HitsReady, Roles: sweepers, Guard: casable},
	{From: HitsReady, Event: WorkConcluded, To: Concluded, Roles: responder, Guard: concludable},

	{From: Reviewing, Event: IndicatorsAdded, To: Reviewing, Roles: sweepers},
	{From: Reviewing, Event: RoundStarted, To: Running, Roles: sweepers, Guard: askable},
	{From: Reviewing, Event: CoverageSigned, To: Reviewing, Roles: responder, Guard: unsigned},
	{From: Reviewing, Event: CasesMade, To: Reviewing, Roles: sweepers, Guard: casable},
	{From: Reviewing, Event: WorkConcluded, To: Concluded, Roles: responder, Guard: concludable},

	{From: Concluded, Event: IndicatorsAdded, To: Reopened, Roles: sweepers},
	{From: Concluded, Event: WorkReopened, To: Reopened, Roles: responder, Reason: true},

	{From: Reopened, Event: IndicatorsAdded, To: Reopened, Roles: sweepers},
	{From: Reopened, Event: RoundStarted, To: Running, Roles: sweepers, Guard: askable},
	{From: Reopened, Event: ReviewStarted, To: Reviewing, Roles: sweepers},
	{From: Reopened, Event: CoverageSigned, To: Reopened, Roles: responder, Guard: unsigned},
	{From: Reopened, Event: CasesMade, To: Reopened, Roles: sweepers, Guard: casable},
	{From: Reopened, Event: WorkConcluded, To: Concluded, Roles: responder, Guard: concludable},

	{From: Dropped, Event: IndicatorsAdded, To: Planned, Roles: sweepers},
	{From: Dropped, Event: WorkReopened, To: Planned, Roles: responder, Reason: true},
}

// open are the states in which somebody still has to act: they hold back the close of the incident.
var open = []State{Planned, Running, Failed, HitsReady, Reviewing, Reopened}

// The guards: "" or the key of the reason why not.

func askable(f Facts) string {
	if f.Active == 0 {
		return "sweep.guard.no_indicator"
	}
	return ""
}

// answered: an earlier round has an answer, with which the work goes on.
func answered(f Facts) string {
	if !f.Answered {
		return "sweep.guard.no_answer"
	}
	return ""
}

func unanswered(f Facts) string {
	if f.Answered {
		return "sweep.guard.answered"
	}
	return ""
}

func unsigned(f Facts) string {
	if !f.Answered {
		return "sweep.guard.no_answer"
	}
	if f.Signed {
		return "sweep.guard.signed"
	}
	return ""
}

func casable(f Facts) string {
	if f.Uncased == 0 {
		return "sweep.guard.no_confirmed"
	}
	return ""
}

// concludable: "nobody else" is said only of what was asked, looked at and covered.
func concludable(f Facts) string {
	switch {
	case !f.Answered:
		return "sweep.guard.no_answer"
	case f.Unswept > 0:
		return "sweep.guard.unswept"
	case f.Due > 0:
		return "sweep.guard.unreviewed"
	case f.Uncased > 0:
		return "sweep.guard.uncased"
	case !f.Signed:
		return "sweep.guard.unsigned"
	}
	return ""
}

// Choice is a button of a sweep.
type Choice = cases.Choice[State, Event]
