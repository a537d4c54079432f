package victim

import (
	"fmt"
	"strings"
)

// Diagram draws both tables for the documents.
func Diagram() string {
	var b strings.Builder
	b.WriteString("# Mailing 被害通知\n\nDrawn from the tables in `contacts/disclosure/victim` by their test.\n\n```mermaid\nstateDiagram-v2\n    [*] --> drafting\n")
	for _, m := range Moves {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", m.From, m.To, m.Event)
	}
	b.WriteString("```\n\n| from | event | to | needs | guard | reason |\n|---|---|---|---|---|---|\n")
	for _, m := range Moves {
		need := string(m.Need)
		if need == "" {
			need = "(the product)"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", m.From, m.Event, m.To, need, mark(m.Guard != nil), mark(m.Reason))
	}
	b.WriteString("\n# Notice to one customer\n\n```mermaid\nstateDiagram-v2\n    [*] --> drafted\n")
	for _, m := range NoticeMoves {
		fmt.Fprintf(&b, "    %s --> %s: %s\n", m.From, m.To, m.Event)
	}
	b.WriteString("```\n\n| from | event | to | who | only by | reason |\n|---|---|---|---|---|---|\n")
	for _, m := range NoticeMoves {
		who := "(the product)"
		if m.Person {
			who = "notice.write"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", m.From, m.Event, m.To, who, m.Only, mark(m.Reason))
	}
	return b.String()
}

func mark(yes bool) string {
	if yes {
		return "yes"
	}
	return ""
}
