package sweep

import "tasuke/internal/states"

// Verdict is what people say of a hit.
type Verdict string

// The verdicts (operations.md 3.3, 4). The database repeats the list in a CHECK.
const (
	Unjudged  Verdict = "open"      // 未判定
	Probable  Verdict = "probable"  // 被害の可能性が高い
	Confirmed Verdict = "confirmed" // 被害確認
	Cleared   Verdict = "cleared"   // 対象外
)

// Verdicts lists every verdict.
var Verdicts = []Verdict{Unjudged, Probable, Confirmed, Cleared}

// Clearing is why a hit is no damage.
type Clearing string

// Clearings lists every reason in the order screens show them.
var Clearings = []Clearing{"own_use", "shared_nat", "corporate_proxy", "family", "known_device", "test_account", "data_error"}

// Judgement is what somebody says of a hit.
type Judgement string

// The judgements. JudgementUndone puts back what was said before it.
const (
	ProbableSaid    Judgement = "probable_said"
	ConfirmedSaid   Judgement = "confirmed_said"
	ClearedSaid     Judgement = "cleared_said"
	JudgementUndone Judgement = "judgement_undone"
	// VerdictCarried is the machine's: an earlier round's verdict stands.
	VerdictCarried Judgement = "verdict_carried"
)

// HitFacts are what the guards of a hit look at.
type HitFacts struct {
	Classes int  // kinds of trace that were found
	Hard    bool // a trace that two customers do not share by chance
	Stated  bool // the customer says that it was not them
	Cased   bool // a case was made of it
	Judged  bool // a person has said something that can be undone
}

// HitMoves is the machine of a hit. Only events that mean something to it are in it: an undone
// judgement goes to whatever stood before, so its row names the usual one.
var HitMoves = states.Table[Verdict, Judgement, HitFacts]{
	{From: Unjudged, Event: ProbableSaid, To: Probable, Roles: sweepers},
	{From: Unjudged, Event: ConfirmedSaid, To: Confirmed, Roles: sweepers, Guard: confirmable},
	{From: Unjudged, Event: ClearedSaid, To: Cleared, Roles: sweepers, Reason: true},

	{From: Probable, Event: ConfirmedSaid, To: Confirmed, Roles: sweepers, Guard: confirmable},
	{From: Probable, Event: ClearedSaid, To: Cleared, Roles: sweepers, Reason: true},
	{From: Probable, Event: JudgementUndone, To: Unjudged, Roles: sweepers, Guard: undoable},

	{From: Confirmed, Event: ProbableSaid, To: Probable, Roles: sweepers, Guard: uncased},
	{From: Confirmed, Event: ClearedSaid, To: Cleared, Roles: sweepers, Guard: uncased, Reason: true},
	{From: Confirmed, Event: JudgementUndone, To: Unjudged, Roles: sweepers, Guard: undoableUncased},

	{From: Cleared, Event: ProbableSaid, To: Probable, Roles: sweepers},
	{From: Cleared, Event: ConfirmedSaid, To: Confirmed, Roles: sweepers, Guard: confirmable},
	{From: Cleared, Event: JudgementUndone, To: Unjudged, Roles: sweepers, Guard: undoable},
}

// confirmable: two kinds of trace, one that is not shared by chance, or the customer's own word.
func confirmable(f HitFacts) string {
	if f.Classes >= 2 || f.Hard || f.Stated {
		return ""
	}
	return "sweep.guard.one_class"
}

// uncased: what became of a case is decided in the case.
func uncased(f HitFacts) string {
	if f.Cased {
		return "sweep.guard.has_case"
	}
	return ""
}

func undoable(f HitFacts) string {
	if !f.Judged {
		return "sweep.guard.nothing_to_undo"
	}
	return ""
}

func undoableUncased(f HitFacts) string {
	if why := uncased(f); why != "" {
		return why
	}
	return undoable(f)
}

// HitChoice is a button of a hit.
type HitChoice = states.Choice[Verdict, Judgement]
