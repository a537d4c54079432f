package world

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"
)

// Truth is what really happened 正解. It is written beside the logs under a name of its own; the
// product never opens it.
type Truth struct {
	Seed        uint64
	Customers   int
	From, Until time.Time
	Files       []File
	Rows        int
	Campaigns   []Attack
	// Tried are customers who were tried with a wrong password by some campaign. Nobody got in.
	Tried []Victim
}

// File is a log file that was written.
type File struct {
	Name   string
	Source string // whose mapping it needs
	From   time.Time
	Rows   int
}

// Attack is what a campaign did.
type Attack struct {
	Name    string
	Economy Economy
	Victims []Victim
}

// Victim is a customer whose account was entered.
type Victim struct {
	Customer string
	// Given: the options named this customer, as people of the firm know of it.
	Given bool
	// Loss is what was done: withdrawal, trade, or access when nothing was.
	Loss string
	// Way is how the attacker came: vpn, cgn, residential; Device with what: reused, fresh, mimic, own.
	Way, Device string
	// First and Last are of the attack itself, not of what was tried out before.
	First, Last time.Time
	Rows        []Mark
}

// Mark is a row of an attack: where it stands and what the firm's own systems show of it.
type Mark struct {
	File string
	Line int // the first line of a file is 1
	At   time.Time
	Kind string
	// Role is attack, early (weeks before) or tried.
	Role                                    string
	IP, Device, Destination, Mail, Referrer string
}

// tidied puts everything into an order that does not depend on how it was made.
func (t Truth) tidied() Truth {
	for i := range t.Campaigns {
		t.Campaigns[i].Victims = sorted(t.Campaigns[i].Victims)
	}
	t.Tried = sorted(t.Tried)
	return t
}

func sorted(list []Victim) []Victim {
	for i := range list {
		v := &list[i]
		slices.SortStableFunc(v.Rows, func(a, b Mark) int { return a.At.Compare(b.At) })
		for _, m := range v.Rows {
			if m.Role == early {
				continue
			}
			if v.First.IsZero() {
				v.First = m.At
			}
			v.Last = m.At
		}
	}
	list = slices.DeleteFunc(list, func(v Victim) bool { return len(v.Rows) == 0 }) // the logs ended before
	slices.SortStableFunc(list, func(a, b Victim) int { return cmp.Or(a.First.Compare(b.First), cmp.Compare(a.Customer, b.Customer)) })
	return list
}

// Write writes the truth as JSON.
func (t Truth) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	if err := e.Encode(t); err != nil {
		return fmt.Errorf("write the truth: %w", err)
	}
	return nil
}
