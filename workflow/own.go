package workflow

import "tasuke/internal/actor"

// seesAll reports whether somebody sees the work of every role. Who may not read incidents sees
// only what is theirs: comments and numbers of other people's work belong to the incident.
func seesAll(by actor.Actor) bool { return by.May(actor.IncidentRead) }

// sees reports whether a step may be shown: the reader sees everything, has its role, or was
// given it.
func sees(by actor.Actor, row *StepRun) bool {
	return seesAll(by) || row.has(by) || row.Assignee != "" && row.Assignee == by.ID
}

// own is the condition of sees in SQL, on step_run s.
func own(by actor.Actor) (where string, args []any) {
	if len(by.Roles) == 0 {
		return "s.assignee = ?", []any{by.ID}
	}
	has, roles := ofRole(by.Roles)
	return "(s.assignee = ? OR " + has + ")", append([]any{by.ID}, roles...)
}
