package sweep_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tasuke/cases/sweep"
	"tasuke/cases/sweep/score"
	"tasuke/internal/states"
)

var update = flag.Bool("update", false, "draw the diagram in docs/states anew")

func TestEveryStateCanBeReachedAndLeftAndNoRowStandsTwice(t *testing.T) {
	t.Parallel()
	check(t, sweep.Moves, sweep.States)
	check(t, sweep.HitMoves, sweep.Verdicts)
	check(t, sweep.IndicatorMoves, sweep.Statuses)
}

func check[S, E ~string, F any](t *testing.T, table states.Table[S, E, F], states []S) {
	t.Helper()
	reached, left, seen := []S{states[0]}, []S{}, map[string]bool{}
	for range states {
		for _, r := range table {
			if slices.Contains(reached, r.From) {
				reached = append(reached, r.To)
			}
			left = append(left, r.From)
		}
	}
	for _, s := range states {
		if !slices.Contains(reached, s) || !slices.Contains(left, s) {
			t.Errorf("%s: reached %v, left %v", s, slices.Contains(reached, s), slices.Contains(left, s))
		}
	}
	for _, r := range table {
		key := string(r.From) + " " + string(r.Event)
		if seen[key] || !slices.Contains(states, r.To) {
			t.Errorf("row %s", key)
		}
		seen[key] = true
	}
}

func TestOnlyTheProductAnswersAndFailsARound(t *testing.T) {
	t.Parallel()
	for _, r := range sweep.Moves {
		if machine := r.Event == sweep.RoundAnswered || r.Event == sweep.RoundFailed; machine != (len(r.Roles) == 0) {
			t.Errorf("%s %s is for %v", r.From, r.Event, r.Roles)
		}
	}
}

func TestTheDatabaseKnowsTheSameWords(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "..", "migrations", "0016_sweep.sql"))
	must(t, err)
	sql := string(b)
	same(t, sql, "state", sweep.States)
	same(t, sql, "status", sweep.Statuses)
	same(t, sql, "stage", []sweep.Stage{sweep.RoundRunning, sweep.RoundBroken, sweep.RoundComplete})
	same(t, sql, "kind", sweep.Kinds)
	same(t, sql, "source", sweep.Sources)
	same(t, sql, "tlp", sweep.TLPs)
	same(t, sql, "verdict", sweep.Verdicts)
	same(t, sql, "reason", append([]sweep.Clearing{""}, sweep.Clearings...))
	same(t, sql, "proposed", []score.Verdict{score.Probable, score.Suspect, score.Listed, score.Cleared})
	same(t, sql, "delta", []sweep.Delta{sweep.NewHit, sweep.SameHit, sweep.ChangedHit})
}

func same[T ~string](t *testing.T, table, column string, want []T) {
	t.Helper()
	m := regexp.MustCompile(`CHECK \(` + column + ` IN \(([^)]*)\)`).FindStringSubmatch(table)
	if m == nil {
		t.Fatalf("no CHECK on %s", column)
	}
	words := make([]string, len(want))
	for i, w := range want {
		words[i] = "'" + string(w) + "'"
	}
	if got := strings.Join(words, ", "); got != m[1] {
		t.Errorf("%s: code has %s, the CHECK has %s", column, got, m[1])
	}
}

func TestTheDiagramInTheDocumentsIsTheTable(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "docs", "states", "sweep.md")
	if *update {
		must(t, os.WriteFile(file, []byte(sweep.Diagram()), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if string(want) != sweep.Diagram() {
		t.Errorf("%s is not what the table says; run the test with -update and look at the difference", file)
	}
}
