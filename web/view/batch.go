package view

import (
	"fmt"

	"tasuke/cases"
	"tasuke/internal/actor"
	"tasuke/internal/savedfilter"
	"tasuke/internal/signin"
)

// SavedFilters are what a person may use on a list, and what they would keep now.
type SavedFilters struct {
	List   string
	All    []savedfilter.Filter
	Using  string // id of the one in use
	Values map[string]string
}

// Narrowed says that there is something to keep.
func (f SavedFilters) Narrowed() bool { return len(f.Values) > 0 }

// roles are whom a filter can be shared with: a person's own roles.
func filterRoles(s Shell) []actor.Role { return s.Actor.Roles }

// FiltersPage is what a person keeps, and a filter that could not be kept as it was typed.
type FiltersPage struct {
	Own   []savedfilter.Filter
	Draft *savedfilter.Filter
}

// path is the address of an act on a filter.
func filterPath(f savedfilter.Filter, act string) string { return "/filters/" + f.ID + act }

// BatchPreview is what would change if cases were given to a person now.
type BatchPreview struct {
	Rows     []CaseRow
	More     bool // the filter has more cases than one act takes
	Assignee string
	Name     string // of the assignee; "" is nobody
	Key      string
}

// outcome foresees what would become of a case.
func (p BatchPreview) outcome(r CaseRow) cases.Outcome {
	switch {
	case r.Over():
		return cases.WorkOver
	case r.Assignee == p.Assignee:
		return cases.SameAssignee
	}
	return cases.Assigned
}

// changes counts the cases that would change.
func (p BatchPreview) changes() (n int) {
	for _, r := range p.Rows {
		if p.outcome(r) == cases.Assigned {
			n++
		}
	}
	return n
}

func pickOf(r CaseRow) string { return fmt.Sprintf("%s:%d", r.Case.ID, r.Rev) }

// BatchPage is a batch with the names of the people in it.
type BatchPage struct {
	cases.Batch
	Names map[string]string // account id -> shown name
}

// person is a shown name, or the word for nobody.
func (p BatchPage) person(s Shell, id string) string {
	if id == "" {
		return s.T("case.nobody")
	}
	return p.Names[id]
}

// assignable are the colleagues who may work on cases.
func assignable(all []signin.Colleague) (out []signin.Colleague) {
	for _, c := range all {
		if c.Actor().May(actor.CaseWrite) {
			out = append(out, c)
		}
	}
	return out
}

// named is the shown name of who would have the cases.
func (p BatchPreview) named(s Shell) string {
	if p.Name == "" {
		return s.T("case.nobody")
	}
	return p.Name
}
