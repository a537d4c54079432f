package police_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tasuke/contacts/police"
	"tasuke/internal/actor"
)

var update = flag.Bool("update", false, "write the golden files")

func TestTheMachineRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		from  police.State
		event police.Event
		by    actor.Actor
		facts police.Facts
		key   string
	}{
		"an acceptance before anybody was consulted":     {police.Planned, police.Acceptance, lawyer, police.Facts{}, "police.move.unknown"},
		"a consultation of nobody knows whom":            {police.Planned, police.ConsultationHeld, lawyer, police.Facts{}, "police.guard.agency"},
		"a consultation that a responder records":        {police.Planned, police.ConsultationHeld, responder, police.Facts{Agency: true}, "police.move.role"},
		"the same summary once more":                     {police.Consulted, police.SummaryMade, lawyer, police.Facts{Fresh: true}, "police.guard.fresh"},
		"an edit of what has ended":                      {police.Concluded, police.Edited, lawyer, police.Facts{}, "police.move.unknown"},
		"an investigation of what was not accepted":      {police.Consulted, police.InvestigationBegun, lawyer, police.Facts{}, "police.move.unknown"},
		"what was dropped and is consulted all the same": {police.Dropped, police.ConsultationHeld, lawyer, police.Facts{Agency: true}, "police.move.unknown"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := police.Next(c.from, c.event, c.by, c.facts); err == nil || !strings.HasSuffix(err.Error(), c.key) {
				t.Fatalf("got %v, want %s", err, c.key)
			}
		})
	}
}

func TestEveryStateCanBeReachedAndLeft(t *testing.T) {
	t.Parallel()
	reached, left := []police.State{police.Planned}, []police.State{police.Dropped} // what is dropped stays so
	seen := map[string]bool{}
	for range police.States {
		for _, m := range police.Moves {
			if slices.Contains(reached, m.From) {
				reached = append(reached, m.To)
			}
			left = append(left, m.From)
		}
	}
	for _, s := range police.States {
		if !slices.Contains(reached, s) || !slices.Contains(left, s) {
			t.Errorf("%s: reached %v, left %v", s, slices.Contains(reached, s), slices.Contains(left, s))
		}
	}
	for _, m := range police.Moves {
		key := string(m.From) + " " + string(m.Event)
		if seen[key] || len(m.Roles) == 0 || !slices.Contains(police.States, m.To) {
			t.Errorf("row %s", key)
		}
		seen[key] = true
	}
}

func TestTheDatabaseKnowsTheSameWords(t *testing.T) {
	t.Parallel()
	sql, err := os.ReadFile(filepath.Join("..", "..", "migrations", "0017_police.sql"))
	must(t, err)
	same(t, string(sql), "state", police.States)
	same(t, string(sql), "kind", police.Kinds)
	same(t, string(sql), "filed_by", police.Filers)
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
	file := filepath.Join("..", "..", "docs", "states", "police.md")
	if *update {
		must(t, os.WriteFile(file, []byte(police.Diagram()), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if string(want) != police.Diagram() {
		t.Errorf("%s is not what the table says; run the test with -update and look at the difference", file)
	}
}
