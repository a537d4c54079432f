package police

import (
	"fmt"
	"strings"

	"tasuke/internal/actor"
)

// Diagram draws the table for the documents.
func Diagram() string {
	var b strings.Builder
	b.WriteString("# Police 警察相談\n\nDrawn from the table in `contacts/police/state.go` by its test.\n\n```mermaid\nstateDiagram-v2\n    [*] --> planned\n")
	for _, m := range Moves {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", m.From, m.To, m.Event)
	}
	b.WriteString("```\n\n| from | event | to | who | guard | reason |\n|---|---|---|---|---|---|\n")
	for _, m := range Moves {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", m.From, m.Event, m.To, actor.List(m.Roles), mark(m.Guard != nil), mark(m.Reason))
	}
	return b.String()
}

func mark(yes bool) string {
	if yes {
		return "yes"
	}
	return ""
}
