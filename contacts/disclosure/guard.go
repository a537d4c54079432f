package disclosure

// The guards: "" or the key of the reason why not.

// signable: whoever signs has not written it and has signed nothing else of it.
func signable(f Facts) string {
	switch {
	case f.Incomplete:
		return "disclosure.guard.incomplete"
	case f.Maker:
		return "disclosure.guard.maker"
	case f.Signer:
		return "disclosure.guard.signer"
	}
	return ""
}

func lawful(f Facts) string {
	if !f.FactsHold {
		return "disclosure.guard.facts_void"
	}
	return signable(f)
}

func approvable(f Facts) string {
	if !f.LawHolds {
		return "disclosure.guard.law_void"
	}
	return lawful(f)
}

// overridable: there is something to override.
func overridable(f Facts) string {
	if told(f) == "" {
		return "disclosure.guard.nothing_held"
	}
	return ""
}

// publishable: everybody's word is about exactly what is published, and victims heard of it first
// (operations.md 4).
func publishable(f Facts) string {
	switch {
	case f.Incomplete:
		return "disclosure.guard.incomplete"
	case !f.FactsHold || !f.LawHolds || !f.ExecHolds:
		return "disclosure.guard.approval_void"
	}
	return told(f)
}

func told(f Facts) string {
	switch {
	case f.Override:
		return ""
	case !f.ToldKnown:
		return "disclosure.guard.told_unknown"
	case f.Untold > 0:
		return "disclosure.guard.untold"
	}
	return ""
}
