package remedy

// The guards: "" or the key of the reason why not.

func caseInWork(f Facts) string {
	if f.CaseOver {
		return "remedy.guard.case_over"
	}
	return ""
}

// factsStand: an amount is calculated only from what the firm has judged, in a case whose damage
// is confirmed.
func factsStand(f Facts) string {
	switch {
	case f.CaseOver:
		return "remedy.guard.case_over"
	case !f.Confirmed:
		return "remedy.guard.not_confirmed"
	case f.Undetermined > 0:
		return "remedy.guard.undetermined"
	case f.Fraud == 0:
		return "remedy.guard.no_fraud"
	}
	return ""
}

// noFraud: a loss that the firm has found is not dropped, it is calculated.
func noFraud(f Facts) string {
	if f.Fraud > 0 {
		return "remedy.guard.fraud_there"
	}
	return ""
}

// current: what was said about one calculation does not hold for another.
func current(f Facts) string {
	if f.Stale {
		return "remedy.guard.stale"
	}
	return ""
}

func byAnother(f Facts) string {
	if f.Maker {
		return "remedy.guard.maker_sends_back"
	}
	return ""
}

func checkable(f Facts) string {
	if f.Maker {
		return "remedy.guard.maker_checks"
	}
	return byOtherEyes(f)
}

// byOtherEyes: an amount follows from the transactions and nothing else, so whoever stated one of them
// has made it as much as whoever had it calculated.
func byOtherEyes(f Facts) string {
	if f.Stated {
		return "remedy.guard.stated"
	}
	return current(f)
}

// late: an acceptance after the last day is still of a victim, and of what was calculated.
func late(f Facts) string {
	if !f.Confirmed {
		return "remedy.guard.not_confirmed"
	}
	return current(f)
}

func approvable(f Facts) string {
	switch {
	case f.Maker:
		return "remedy.guard.maker_approves"
	case f.Checker:
		return "remedy.guard.checker_approves"
	case !f.Within:
		return "remedy.guard.limit"
	}
	return byOtherEyes(f)
}

func offerable(f Facts) string {
	switch {
	case !f.ApprovalHolds:
		return "remedy.guard.approval_void"
	case f.SentBefore:
		return "remedy.guard.sent_before"
	}
	return current(f)
}

// inTime: an acceptance after the last day is judged by legal.
func inTime(f Facts) string {
	if f.Expired {
		return "remedy.guard.expired"
	}
	return ""
}

func expired(f Facts) string {
	if !f.Expired {
		return "remedy.guard.not_expired"
	}
	return ""
}
