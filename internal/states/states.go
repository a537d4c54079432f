// Package states is the table that a room's machine is: from a state, by an event, to a state; who
// may cause it, and under what guard. It is pure. The same table decides, draws the buttons and the
// diagram of the documents, and is walked by the tests.
package states

import (
	"fmt"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// Row is one row of a state table: from a state, by an event, to a state; who, and under what.
type Row[S, E ~string, F any] struct {
	From   S
	Event  E
	To     S
	Roles  []actor.Role   // any one of them
	Guard  func(F) string // "" or the key of the reason why not; nil lets everything pass
	Reason bool           // the person has to say why
}

func (r Row[S, E, F]) why(f F) string {
	if r.Guard == nil {
		return ""
	}
	return r.Guard(f)
}

// Table is the whole of a machine: what is not in it is refused.
type Table[S, E ~string, F any] []Row[S, E, F]

// Next gives the row by which event leads on from state, or why it may not: fault.Refused for a
// move that is not in the table or whose guard says no, fault.Forbidden for the wrong role. It
// reads and writes nothing.
func (t Table[S, E, F]) Next(s S, e E, by actor.Actor, f F) (Row[S, E, F], error) {
	r, err := t.Row(s, e)
	if err != nil {
		return Row[S, E, F]{}, err
	}
	if !slices.ContainsFunc(r.Roles, by.Has) {
		return Row[S, E, F]{}, fault.New(fault.Forbidden, "case.move.role", map[string]any{"Roles": actor.List(r.Roles)})
	}
	if why := r.why(f); why != "" {
		return Row[S, E, F]{}, fault.New(fault.Refused, why, nil)
	}
	return r, nil
}

// Row is the row by which event leads on from state, whoever causes it.
func (t Table[S, E, F]) Row(s S, e E) (Row[S, E, F], error) {
	i := slices.IndexFunc(t, func(r Row[S, E, F]) bool { return r.From == s && r.Event == e })
	if i < 0 {
		return Row[S, E, F]{}, fault.New(fault.Refused, "case.move.unknown", map[string]any{"State": string(s), "Event": string(e)})
	}
	return t[i], nil
}

// Choice is a button: a move that the actor's role allows, and the key of the reason why the
// guard holds it back, if it does.
type Choice[S, E ~string] struct {
	Event  E
	To     S
	Reason bool
	Why    string
}

// Choices lists the buttons of an actor. facts may answer differently for each event.
func (t Table[S, E, F]) Choices(s S, by actor.Actor, facts func(E) F) (out []Choice[S, E]) {
	for _, r := range t {
		if r.From == s && slices.ContainsFunc(r.Roles, by.Has) {
			out = append(out, Choice[S, E]{r.Event, r.To, r.Reason, r.why(facts(r.Event))})
		}
	}
	return out
}

// Allowed lists the events that the actor could cause now.
func (t Table[S, E, F]) Allowed(s S, by actor.Actor, facts func(E) F) (out []E) {
	for _, c := range t.Choices(s, by, facts) {
		if c.Why == "" {
			out = append(out, c.Event)
		}
	}
	return out
}

// Draw writes the table as a diagram and as rows.
func (t Table[S, E, F]) Draw(b *strings.Builder, first S) {
	fmt.Fprintf(b, "```mermaid\nstateDiagram-v2\n    [*] --> %s\n", first)
	for _, r := range t {
		fmt.Fprintf(b, "    %s --> %s: %s\n", r.From, r.To, r.Event)
	}
	b.WriteString("```\n\n| from | event | to | who | guard | reason |\n|---|---|---|---|---|---|\n")
	for _, r := range t {
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s | %s |\n", r.From, r.Event, r.To, actor.List(r.Roles), mark(r.Guard != nil), mark(r.Reason))
	}
}

func mark(yes bool) string {
	if yes {
		return "yes"
	}
	return ""
}
