package view

import (
	"slices"

	"tasuke/contacts/outbound"
)

// HostList is the list of hosts with what was typed.
type HostList struct {
	Rows          []outbound.Host
	Secrets       []string
	Typed         outbound.Host
	Removing      string // the host whose removal came back
	RemovalReason string
}

// Sorted puts the names of the secrets in order.
func (l HostList) Sorted() HostList {
	slices.Sort(l.Secrets)
	return l
}
