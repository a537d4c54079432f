package view

import (
	"slices"
	"strings"

	"tasuke/cases/customer"
	"tasuke/contacts/inquiry"
	"tasuke/contacts/inquiry/speech"
)

// CallDesk is the screen on which a call is taken.
type CallDesk struct {
	inquiry.Record
	Chosen     *customer.Candidate // the customer the operator picked, masked
	Find       string
	Candidates []customer.Candidate
	More       bool // there are more candidates than shown
	Panel      speech.Panel
	Hits       []speech.Hit // words that should not be said
	// Theirs is the draft as somebody else saved it meanwhile, to be compared with what is on the page.
	Theirs *inquiry.Form
}

func (d CallDesk) path(rest string) string { return "/inquiries/" + d.ID + rest }

func (d CallDesk) firms() string { return strings.Join(d.Form.OtherFirms, "\n") }

// devices always offers one more row than is filled in.
func (d CallDesk) devices() []inquiry.Device {
	return append(slices.Clone(d.Form.Devices), inquiry.Device{})
}

// InquiryList is the first page of the call desk.
type InquiryList struct {
	Rows     []inquiry.Inquiry
	Drafts   []inquiry.Inquiry
	Promises []inquiry.Promise
	Filter   InquiryFilter
	Next     string // address of the next page
	Narrow   bool   // a search found more than is shown
	StartKey string // makes a doubled "new" one inquiry
	Saved    SavedFilters
}

// InquiryFilter is what the list was narrowed to.
type InquiryFilter struct{ State, Category, Query string }

func choices[T ~string](list []T) (out []string) {
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

func has[T ~string](list []T, v string) bool { return slices.Contains(list, T(v)) }

// stateTone gives a state its colour; the word beside it says the same.
func stateTone(state string) string {
	switch state {
	case "draft", "received", "new", "ready", "callback_wait", "reopened", "triage":
		return "warn"
	case "closed", "contained", "done", "linked", "case_created", "info_only":
		return "ok"
	case "confirmed", "declared", "containing":
		return "bad"
	}
	return ""
}
