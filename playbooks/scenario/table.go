// Package scenario reads the scenario tables of playbooks (想定表): what happens in a case, step by
// step, and what must have come of it. docs/playbook-tests.md is the language. It runs nothing.
package scenario

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"tasuke/playbooks"
)

// MaxBytes is the most a table may have.
const MaxBytes = 1 << 20

// Table is what is tried with one playbook.
type Table struct {
	Playbook  string     `yaml:"playbook"`
	Scenarios []Scenario `yaml:"scenarios"`
}

// Scenario is one case.
type Scenario struct {
	Name  string   `yaml:"name"`
	Given Given    `yaml:"given"`
	Plain Answers  `yaml:"plain"` // what every Rest answers unless it says otherwise
	Steps []Line   `yaml:"steps"`
	Ends  string   `yaml:"ends"`
	Held  []string `yaml:"held"` // where a person has to decide when it has not ended
}

// Given is what acts of production make before the run begins.
type Given struct {
	Incident   Incident `yaml:"incident"`
	Cases      int      `yaml:"cases"`
	Confirmed  int      `yaml:"confirmed"` // of the cases
	Excluded   int      `yaml:"excluded"`  // of the cases
	LossYen    int64    `yaml:"loss_yen"`  // of each confirmed case
	Payouts    int      `yaml:"payouts"`   // cases out of whose account money was sent to a bank
	Trades     int      `yaml:"trades"`    // cases in whose account stock was bought
	URLs       int      `yaml:"urls"`
	Indicators int      `yaml:"indicators"`
	MyNumber   string   `yaml:"my_number"` // yes, no, unknown; "" is not said
	DataLeaked string   `yaml:"data_leaked"`
}

// Incident is what the run is about.
type Incident struct {
	Kind         string `yaml:"kind"`
	Severity     string `yaml:"severity"`
	SystemBreach string `yaml:"system_breach"`
}

// Answers say where people answer otherwise than plainly.
type Answers struct {
	Choose map[string]string         `yaml:"choose"` // outcome by decision
	Fields map[string]map[string]any `yaml:"fields"` // value by task and field
	Fail   []string                  `yaml:"fail"`   // tasks that do not work
	Leave  []string                  `yaml:"leave"`  // steps nobody does
}

// Rest has everybody do what is open until a step has its turn, or nothing more happens.
type Rest struct {
	Until   string `yaml:"until"`
	Answers `yaml:",inline"`
}

// Breaks has an action fail so many times.
type Breaks struct {
	Do    string `yaml:"do"`
	Times int    `yaml:"times"`
}

// Act is a person at a step.
type Act struct {
	Do string `yaml:"do"`
	As string `yaml:"as"` // a role; "legal.2" is another person of it
}

// Line is one thing that happens, or one that must be so: exactly one of its parts is set, other than
// As, Choice, Outcome, Fields and Comment, which belong to Do and Skip.
type Line struct {
	At int `yaml:"-"` // the line of the table

	Do      string         `yaml:"do"`
	Skip    string         `yaml:"skip"`
	As      string         `yaml:"as"`
	Choice  string         `yaml:"choice"`
	Outcome string         `yaml:"outcome"`
	Fields  map[string]any `yaml:"fields"`
	Comment string         `yaml:"comment"`

	Rest    *Rest                     `yaml:"rest"`
	Advance string                    `yaml:"advance"`
	Event   string                    `yaml:"event"`
	Outside map[string]string         `yaml:"outside"`
	Confirm int                       `yaml:"confirm"` // so many more of the cases
	Breaks  *Breaks                   `yaml:"breaks"`
	Undo    string                    `yaml:"undo"` // the role that gives the run up
	Expect  map[string]string         `yaml:"expect"`
	Gives   map[string]map[string]any `yaml:"gives"`
	Passes  map[string]int            `yaml:"passes"`
	Refused *Act                      `yaml:"refused"`
}

// UnmarshalYAML reads a line and notes where it stands.
func (l *Line) UnmarshalYAML(n ast.Node) error {
	type plain Line
	var p plain
	if err := yaml.NodeToValue(n, &p, yaml.Strict()); err != nil {
		return err
	}
	*l = Line(p)
	l.At = n.GetToken().Position.Line
	return nil
}

// Problem is one thing that is wrong with a table.
type Problem struct {
	Line int
	Text playbooks.Text
}

// Read reads the form of a table. Beside problems the table is as much as could be read.
func Read(src []byte) (t Table, problems []Problem) {
	if len(src) > MaxBytes {
		return t, []Problem{{1, playbooks.Text{JA: "表が大きすぎます(1 MiB まで)。分けてください。", EN: "The table is larger than 1 MiB. Split it."}}}
	}
	defer func() { // the parser is other people's code and meets whatever somebody wrote
		if e := recover(); e != nil {
			problems = append(problems, unreadable(1, fmt.Sprint(e)))
		}
	}()
	if err := yaml.UnmarshalWithOptions(src, &t, yaml.Strict()); err != nil {
		at, said := 1, err.Error()
		if y := yaml.Error(nil); errors.As(err, &y) {
			at, said = y.GetToken().Position.Line, y.GetMessage()
		}
		problems = append(problems, unreadable(at, said))
	}
	return t, problems
}

func unreadable(at int, why string) Problem {
	return Problem{at, playbooks.Text{JA: "表を読めません: " + why, EN: "The table cannot be read: " + why}}
}
