package view

import (
	"tasuke/playbooks"
	"tasuke/workflow"
)

// RunStart is the page on which a playbook is begun for an incident by hand.
type RunStart struct {
	IncidentID, No, Title string
	Books                 []workflow.Version // the newest of each that can be begun
	Runs                  []workflow.Run     // that the incident has
	Slug                  string             // of the one that was chosen
	Chosen                *workflow.Version
	Typed                 map[string]string // inputs by id
}

// has gives the run of a playbook that goes on.
func (p RunStart) has(slug string) (workflow.Run, bool) {
	for _, r := range p.Runs {
		if r.Slug == slug && r.State == workflow.Running {
			return r, true
		}
	}
	return workflow.Run{}, false
}

// typed is what stands in an input: what was typed, or its default.
func (p RunStart) typed(v playbooks.Variable) string {
	if s, ok := p.Typed["input."+v.ID]; ok {
		return s
	}
	return playbooks.WriteValue(playbooks.Value{Literal: v.Default})
}
