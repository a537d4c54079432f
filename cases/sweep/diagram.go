package sweep

import (
	"fmt"
	"strings"

	"tasuke/cases"
	"tasuke/internal/actor"
)

// Diagram draws the three tables of this room for the documents.
func Diagram() string {
	var b strings.Builder
	b.WriteString("# Sweep 影響調査\n\nDrawn from the table in `cases/sweep/state.go` by its test. Rows without a role are done by the product.\n\n")
	draw(&b, Moves, Planned)
	b.WriteString("\n# Affected account 影響口座\n\nDrawn from the table in `cases/sweep/hitstate.go`. An undone judgement goes back to whatever stood before it.\n\n")
	draw(&b, HitMoves, Unjudged)
	b.WriteString("\n# Indicator 指標\n\nDrawn from the table in `cases/sweep/indicatorstate.go`. That a value is too common is measured by each round and is no status.\n\n")
	draw(&b, IndicatorMoves, Proposed)
	return b.String()
}

func draw[S, E ~string, F any](b *strings.Builder, t cases.Table[S, E, F], first S) {
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
