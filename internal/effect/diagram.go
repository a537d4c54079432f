package effect

import (
	"fmt"
	"strings"
)

// Mermaid draws the table of moves; docs/states/effect.md holds the result.
func Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> queued: enqueued\n")
	for _, m := range Moves {
		label := string(m.Event)
		if m.Event.byHand() {
			label += " (by a person)"
		}
		fmt.Fprintf(&b, "    %s --> %s: %s\n", m.From, m.To, label)
	}
	for _, s := range States {
		if s.Over() {
			fmt.Fprintf(&b, "    %s --> [*]\n", s)
		}
	}
	return b.String()
}
