package inquiry

import (
	"fmt"
	"strings"
)

// Mermaid draws the table of moves; docs/states/inquiry.md holds the result.
func Mermaid() string {
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n    [*] --> draft: started\n")
	for _, m := range Moves {
		var notes []string
		if m.Timer {
			notes = append(notes, "or by its timer")
		}
		if m.Guard != nil {
			notes = append(notes, "guarded")
		}
		if m.Clock != "" {
			notes = append(notes, "clock: "+m.Clock)
		}
		label := string(m.Event)
		if len(notes) > 0 {
			label += " (" + strings.Join(notes, ", ") + ")"
		}
		fmt.Fprintf(&b, "    %s --> %s: %s\n", m.From, m.To, label)
	}
	b.WriteString("    closed --> [*]\n")
	return b.String()
}
