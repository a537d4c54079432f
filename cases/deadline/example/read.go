// Package example reads files of worked deadline examples, events in and due date out, and says whether the
// rules give what the examples expect. It is how the arithmetic is checked against data that people can read.
package example

import (
	"fmt"
	"io"
	"slices"
	"time"

	"tasuke/cases/deadline"
	"tasuke/cases/deadline/calendar"
)

// Example is one worked example as written in a file.
type Example struct {
	ID       string         `yaml:"id"`
	Duty     string         `yaml:"duty"`
	Rules    []string       `yaml:"rules"`
	Tags     []string       `yaml:"tags"`
	Events   []Event        `yaml:"events"`
	Params   map[string]any `yaml:"params"`
	Expected map[string]any `yaml:"expected"`
	Reason   string         `yaml:"reason"`
}

// Event is a clock event as written in a file.
type Event struct {
	Type     string         `yaml:"type"`
	At       string         `yaml:"at"`
	Of       string         `yaml:"of"`
	DateOnly bool           `yaml:"date_only"`
	Set      map[string]any `yaml:"set"`
}

type document struct {
	Schema       int                      `yaml:"schema"`
	KnownThrough map[string]calendar.Date `yaml:"calendars_known_through"`
	Examples     []Example                `yaml:"examples"`
}

// otherParams are parameters of the example format that belong to duties of packs which are not built in.
// They are legal in a file, and no rule of ours reads them.
var otherParams = []string{
	"my_number_grounds", "my_number_persons", "designated_operator", "core_function_affected", "cause_known",
	"member_state", "entity_type", "relief", "house_target",
}

// Read reads a file of examples strictly: an unknown field anywhere, a date that does not exist, an example
// without an id, a duty or an expectation, and an id used twice are errors.
func Read(r io.Reader, pack *deadline.Pack) ([]Example, error) {
	var doc document
	if err := deadline.Decode(r, &doc); err != nil {
		return nil, fmt.Errorf("read examples: %w", err)
	}
	if err := doc.check(pack); err != nil {
		return nil, err
	}
	return doc.Examples, nil
}

func (d document) check(pack *deadline.Pack) error {
	if d.Schema != 1 {
		return fmt.Errorf("examples have schema %d; this program reads schema 1", d.Schema)
	}
	for id, through := range d.KnownThrough {
		if own, err := calendar.ByID(id); err == nil && own.KnownThrough != through {
			return fmt.Errorf("examples count the holidays of %s as published to %s; here they are published to %s", id, through, own.KnownThrough)
		}
	}
	seen := map[string]bool{}
	for i, e := range d.Examples {
		if e.ID == "" || e.Duty == "" || len(e.Expected) == 0 {
			return fmt.Errorf("example %d (%q) needs an id, a duty and something expected", i+1, e.ID)
		}
		if seen[e.ID] {
			return fmt.Errorf("example %s is there twice", e.ID)
		}
		seen[e.ID] = true
		if err := e.check(pack); err != nil {
			return fmt.Errorf("example %s: %w", e.ID, err)
		}
	}
	return nil
}

func (e Example) check(pack *deadline.Pack) error {
	if err := checkFields("expected", e.Expected); err != nil {
		return err
	}
	if _, err := facts(pack, e.Params); err != nil {
		return err
	}
	_, err := e.events(pack)
	return err
}

func (e Example) events(pack *deadline.Pack) ([]deadline.Event, error) {
	var all []deadline.Event
	for i, written := range e.Events {
		if written.Type == "" {
			return nil, fmt.Errorf("event %d has no type", i+1)
		}
		at, err := moment(written)
		if err != nil {
			return nil, fmt.Errorf("event %d (%s): %q is not an instant with its offset", i+1, written.Type, written.At)
		}
		set, err := facts(pack, written.Set)
		if err != nil {
			return nil, fmt.Errorf("event %d (%s): %w", i+1, written.Type, err)
		}
		all = append(all, deadline.Event{
			Type: deadline.EventType(written.Type), At: at, DateOnly: written.DateOnly, Of: written.Of, Set: set,
		})
	}
	return all, nil
}

// moment reads an instant with its offset; where only the day is known, a plain date will do.
func moment(e Event) (time.Time, error) {
	if e.DateOnly {
		if at, err := time.Parse(time.DateOnly, e.At); err == nil {
			return at, nil
		}
	}
	return time.Parse(time.RFC3339, e.At)
}

// facts takes the parameters that the pack declares; other names of the format are passed over, and unknown
// ones refused.
func facts(pack *deadline.Pack, written map[string]any) (deadline.Params, error) {
	got := deadline.Params{}
	for name, value := range written {
		declared, ok := pack.Parameter(name)
		if !ok && slices.Contains(otherParams, name) {
			continue
		}
		if !ok {
			return nil, fmt.Errorf("unknown parameter %q", name)
		}
		text, err := typed(declared, value)
		if err != nil {
			return nil, err
		}
		if got[name], err = declared.Read(text); err != nil {
			return nil, err
		}
	}
	return got, nil
}
