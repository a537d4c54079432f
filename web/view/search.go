package view

import (
	"tasuke/cases"
	"tasuke/cases/customer"
	"tasuke/cases/incident"
	"tasuke/contacts/inquiry"
)

// FoundCustomer is a customer, masked, with the cases that are in work.
type FoundCustomer struct {
	customer.Candidate
	Cases []cases.Case
}

// SearchPage is what was found, in the groups a person may see.
type SearchPage struct {
	Query         string
	Customers     []FoundCustomer
	MoreCustomers bool
	Cases         []CaseRow
	MoreCases     bool
	Inquiries     []inquiry.Inquiry
	MoreInquiries bool
	Incidents     []incident.Entry
	MoreIncidents bool
}

// empty says that nothing was found.
func (p SearchPage) empty() bool {
	return len(p.Customers)+len(p.Cases)+len(p.Inquiries)+len(p.Incidents) == 0
}
