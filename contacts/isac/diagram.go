package isac

import (
	"fmt"
	"strings"

	"tasuke/internal/actor"
)

// Diagram draws the table for the documents.
func Diagram() string {
	var b strings.Builder
	b.WriteString("# Share 情報共有\n\nDrawn from the table in `contacts/isac/state.go` by its test.\n\n```mermaid\nstateDiagram-v2\n    [*] --> draft\n")
	for _, m := range Moves {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", m.From, m.To, m.Event)
	}
	b.WriteString("```\n\n| from | event | to | who | guard | reason |\n|---|---|---|---|---|---|\n")
	for _, m := range Moves {
		who := actor.List(m.Roles)
		if m.Machine {
			who = "the mail room"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", m.From, m.Event, m.To, who, mark(m.Guard != nil), mark(m.Reason))
	}
	return b.String()
}

func mark(yes bool) string {
	if yes {
		return "yes"
	}
	return ""
}
