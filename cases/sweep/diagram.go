package sweep

import "strings"

// Diagram draws the three tables of this room for the documents.
func Diagram() string {
	var b strings.Builder
	b.WriteString("# Sweep 影響調査\n\nDrawn from the table in `cases/sweep/state.go` by its test. Rows without a role are done by the product.\n\n")
	Moves.Draw(&b, Planned)
	b.WriteString("\n# Affected account 影響口座\n\nDrawn from the table in `cases/sweep/hitstate.go`. An undone judgement goes back to whatever stood before it.\n\n")
	HitMoves.Draw(&b, Unjudged)
	b.WriteString("\n# Indicator 指標\n\nDrawn from the table in `cases/sweep/indicatorstate.go`. That a value is too common is measured by each round and is no status.\n\n")
	IndicatorMoves.Draw(&b, Proposed)
	return b.String()
}
