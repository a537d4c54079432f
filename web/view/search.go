package view

import (
	"tasuke/cases"
	"tasuke/cases/customer"
	"tasuke/contacts/inquiry"
	"tasuke/internal/fulltext"
)

// FoundCustomer is a customer, masked, with the cases that are in work.
type FoundCustomer struct {
	customer.Candidate
	Cases []cases.Case
}

// FoundText is one text that has the words, with the place in it.
type FoundText struct {
	fulltext.Hit
	Href, No string
	About    string        // the title of its incident
	State    string        // key of the word for it
	Customer *cases.Masked // whose text it is
}

// FoundTexts are the texts of one kind.
type FoundTexts struct {
	Kind       string
	Rows       []FoundText
	Next       string // where the next page begins
	Unfinished bool   // older texts were not looked at yet
}

// SearchPage is what was found, in the groups a person may see.
type SearchPage struct {
	Query         string
	Group         string // the one kind of text on this page
	Customers     []FoundCustomer
	MoreCustomers bool
	Cases         []CaseRow
	MoreCases     bool
	Inquiries     []inquiry.Inquiry
	MoreInquiries bool
	Texts         []FoundTexts
	Filling       bool // texts from before the search are still being taken in
}

// Empty says that nothing was found.
func (p SearchPage) Empty() bool {
	return len(p.Customers)+len(p.Cases)+len(p.Inquiries)+len(p.Texts) == 0
}
