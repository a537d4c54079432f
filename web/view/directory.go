package view

import (
	"tasuke/contacts"
)

// Directory is a page of the directory of desks.
type Directory struct {
	Rows   []contacts.Desk
	Filter contacts.Filter
	Next   string // address of the next page
}

// DeskPage is one desk; ID is empty for one that is being added.
type DeskPage struct {
	contacts.Desk
	// What was typed, when the form has to be shown again.
	Typed    contacts.Details
	Verified string // as typed: the moment of a verification
}

func (p DeskPage) path(rest string) string { return "/directory/" + p.ID + rest }

// action is where the form is sent.
func (p DeskPage) action() string {
	if p.ID == "" {
		return "/directory"
	}
	return p.path("")
}

// freshness says in one word and one tone whether a desk can be relied on.
func freshness(s Shell, d contacts.Desk) (tone, word string) {
	switch {
	case d.VerifiedAt.IsZero():
		return "warn", s.T("directory.unverified")
	case d.Stale(s.Now):
		return "warn", s.T("directory.stale")
	}
	return "ok", s.T("directory.fresh")
}

func freshTone(s Shell, d contacts.Desk) string { tone, _ := freshness(s, d); return tone }

func freshWord(s Shell, d contacts.Desk) string { _, word := freshness(s, d); return word }
