package cases

import "strings"

// Diagram draws both tables of this room for the documents.
func Diagram() string {
	var b strings.Builder
	b.WriteString("# Case 被害者案件\n\nDrawn from the table in `cases/state.go` by its test.\n\n")
	Moves.Draw(&b, Received)
	b.WriteString("\n# Containment 封じ込め\n\nDrawn from the table in `cases/containment.go`. Verified per channel; a release needs four eyes.\n\n")
	Stops.Draw(&b, StopRequested)
	return b.String()
}
