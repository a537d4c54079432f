package mail

import (
	"fmt"
	"strings"
)

// Mermaid draws the table of moves; docs/states/mail.md holds the result.
func Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> queued: put\n")
	for _, m := range Moves {
		label := string(m.Event)
		if m.Person {
			label += " (by a person)"
		}
		fmt.Fprintf(&b, "    %s --> %s: %s\n", m.From, m.To, label)
	}
	b.WriteString("    sent --> [*]\n    cancelled --> [*]\n")
	return b.String()
}
