package view

import (
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/workflow"
	"tasuke/workflow/handover"
)

// HandoverPage is what a shift that begins has to know.
type HandoverPage struct {
	From   db.Instant
	Left   bool // From is when the reader signed out
	Hours  string
	Next   []TaskRow // the three to look at first
	Loads  []workflow.Load
	Done   []TaskRow
	More   bool // there is more than Done
	Due    []NearClock
	Notes  []handover.Note
	Note   string // as it was typed
	For    string
	Writes bool
}

// handoverHours are how far back one may look.
var handoverHours = []string{"", "4", "8", "12", "24", "72"}

// decided are the steps in which somebody, or the program by its conditions, chose.
func (p HandoverPage) decided() (out []TaskRow) {
	for _, r := range p.Done {
		switch r.StepRun.Kind {
		case playbooks.Decision, playbooks.Approval, playbooks.Switch:
			if r.State == workflow.Finished {
				out = append(out, r)
			}
		}
	}
	return out
}

// worked are all others.
func (p HandoverPage) worked() (out []TaskRow) {
	for _, r := range p.Done {
		switch r.StepRun.Kind {
		case playbooks.Decision, playbooks.Approval, playbooks.Switch:
			if r.State == workflow.Finished {
				continue
			}
		}
		out = append(out, r)
	}
	return out
}

// forRoles are whom a note may be for.
func forRoles() []string {
	out := []string{""}
	for _, r := range actor.Roles {
		out = append(out, string(r))
	}
	return out
}
