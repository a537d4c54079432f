package bank

import (
	"fmt"
	"strings"

	"tasuke/internal/actor"
)

// Diagram draws the table for the documents.
func Diagram() string {
	var b strings.Builder
	b.WriteString("# Bank request 口座凍結等依頼\n\nDrawn from the table in `contacts/bank/state.go` by its test. From the decision: telephone 30 min, letter 2 h.\n\n")
	b.WriteString("```mermaid\nstateDiagram-v2\n    [*] --> draft\n")
	for _, m := range Moves {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", m.From, m.To, m.Event)
	}
	b.WriteString("    closed --> [*]\n    void --> [*]\n```\n\n| from | event | to | who | guard | reason | clock |\n|---|---|---|---|---|---|---|\n")
	for _, m := range Moves {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", m.From, m.Event, m.To, m.who(), mark(m.Guard != nil), mark(m.Reason), m.Clock)
	}
	return b.String()
}

func (m Move) who() string {
	who := actor.List(m.Roles)
	switch {
	case !m.Machine:
		return who
	case who == "":
		return "program"
	}
	return who + ", program"
}

func mark(yes bool) string {
	if yes {
		return "yes"
	}
	return ""
}
