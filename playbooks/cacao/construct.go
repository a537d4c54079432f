package cacao

import (
	"fmt"

	"tasuke/playbooks"
)

// Construct is what one step of a document became.
type Construct struct {
	From   string // the CACAO step
	Became string // kind and id of ours
	Fate   string // "runs": the program does it; "person": somebody does it
}

// Constructs lists what every step became, in the order of the definition. A refused document has none.
func (i *Import) Constructs() (out []Construct) {
	if i.Definition == nil || i.Own {
		return nil
	}
	var walk func(d *playbooks.Definition)
	walk = func(d *playbooks.Definition) {
		for n := range d.Steps {
			s := &d.Steps[n]
			fate := "runs"
			if s.Kind.ByHand() {
				fate = "person"
			}
			from := i.made[s.ID]
			if from == "" {
				from = "-"
			}
			out = append(out, Construct{from, fmt.Sprintf("%s %s", s.Kind, s.ID), fate})
		}
		for _, b := range d.Blocks() {
			walk(b)
		}
	}
	walk(i.Definition)
	return out
}
