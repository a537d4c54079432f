package sweep

import (
	"tasuke/cases"
)

// Status is where an indicator stands.
type Status string

// The statuses. That a value is too common to say anything is no status: it is measured by each round.
const (
	Proposed Status = "proposed" // 提案
	Active   Status = "active"   // 有効
	Benign   Status = "benign"   // 無害と判断
	Expired  Status = "expired"  // 期限切れ
)

// Statuses lists every status.
var Statuses = []Status{Proposed, Active, Benign, Expired}

// Change is what happens to an indicator.
type Change string

// The changes. BenignAgreed needs somebody else than BenignAsked.
const (
	Activated       Change = "activated"
	BenignAsked     Change = "benign_asked"
	BenignWithdrawn Change = "benign_withdrawn"
	BenignAgreed    Change = "benign_agreed"
	Reconsidered    Change = "reconsidered"
	Lapsed          Change = "lapsed"
	// Overrode has a round ask for a value although it is common; it is a new round (Store.Override).
	Overrode Change = "overrode"
)

// IndicatorFacts are what the guards of an indicator look at.
type IndicatorFacts struct {
	BenignAsked bool // somebody says that it is harmless
	BenignMine  bool // and that is the actor
	Over        bool // its last day has passed
}

// IndicatorMoves is the machine of an indicator.
var IndicatorMoves = cases.Table[Status, Change, IndicatorFacts]{
	{From: Proposed, Event: Activated, To: Active, Roles: responder, Guard: valid},
	{From: Proposed, Event: BenignAsked, To: Proposed, Roles: sweepers, Guard: notAsked, Reason: true},
	{From: Proposed, Event: BenignWithdrawn, To: Proposed, Roles: sweepers, Guard: isAsked},
	{From: Proposed, Event: BenignAgreed, To: Benign, Roles: sweepers, Guard: byAnother},
	{From: Proposed, Event: Lapsed, To: Expired, Roles: sweepers, Guard: over},

	{From: Active, Event: BenignAsked, To: Active, Roles: sweepers, Guard: notAsked, Reason: true},
	{From: Active, Event: BenignWithdrawn, To: Active, Roles: sweepers, Guard: isAsked},
	{From: Active, Event: BenignAgreed, To: Benign, Roles: sweepers, Guard: byAnother},
	{From: Active, Event: Lapsed, To: Expired, Roles: sweepers, Guard: over},

	{From: Benign, Event: Reconsidered, To: Proposed, Roles: sweepers, Reason: true},
	{From: Expired, Event: Reconsidered, To: Proposed, Roles: sweepers, Reason: true},
}

// over: by the calendar only; to take a value out before is to say that it is harmless, and takes two.
func over(f IndicatorFacts) string {
	if !f.Over {
		return "sweep.guard.not_over"
	}
	return ""
}

func valid(f IndicatorFacts) string {
	if f.Over {
		return "sweep.guard.lapsed"
	}
	return ""
}

func notAsked(f IndicatorFacts) string {
	if f.BenignAsked {
		return "sweep.guard.benign_asked"
	}
	return ""
}

func isAsked(f IndicatorFacts) string {
	if !f.BenignAsked {
		return "sweep.guard.benign_none"
	}
	return ""
}

func byAnother(f IndicatorFacts) string {
	switch {
	case !f.BenignAsked:
		return "sweep.guard.benign_none"
	case f.BenignMine:
		return "sweep.guard.benign_same"
	}
	return ""
}

// IndicatorChoice is a button of an indicator.
type IndicatorChoice = cases.Choice[Status, Change]
