package filing

// The guards: "" or the key of the reason why not.

// complete: no item of the form is left empty without saying that it is open or does not apply.
func complete(f Facts) string {
	if f.Blank > 0 {
		return "filing.guard.blank"
	}
	return ""
}

// anotherReads: nobody sends a draft back to themselves.
func anotherReads(f Facts) string {
	if f.Maker {
		return "filing.guard.maker_reviews"
	}
	return ""
}

func reviewable(f Facts) string {
	if f.Maker {
		return "filing.guard.maker_reviews"
	}
	return complete(f)
}

func approvable(f Facts) string {
	switch {
	case f.Maker:
		return "filing.guard.maker_approves"
	case !f.Reviewed:
		return "filing.guard.not_reviewed"
	case f.Reviewer:
		return "filing.guard.reviewer_approves"
	}
	return complete(f)
}

func submittable(f Facts) string {
	switch {
	case !f.ApprovalHolds:
		return "filing.guard.approval_void"
	case f.Stale && !f.StaleAccepted:
		return "filing.guard.stale"
	}
	return complete(f)
}

// neverHandedIn: what was reported once cannot be declared needless; it is amended.
func neverHandedIn(f Facts) string {
	if f.HandedIn {
		return "filing.guard.handed_in"
	}
	return ""
}

func waiverAsked(f Facts) string {
	if !f.WaiverAsked {
		return "filing.guard.waiver_none"
	}
	return ""
}

func waiverByAnother(f Facts) string {
	switch {
	case !f.WaiverAsked:
		return "filing.guard.waiver_none"
	case f.WaiverMine:
		return "filing.guard.waiver_same"
	}
	return neverHandedIn(f)
}

// current: a report that the fact sheet contradicts is amended, not put away.
func current(f Facts) string {
	if f.Stale {
		return "filing.guard.stale_final"
	}
	return ""
}

// outdated: there is something to take over.
func outdated(f Facts) string {
	if !f.Stale {
		return "filing.guard.not_stale"
	}
	return ""
}
