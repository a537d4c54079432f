package cases_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tasuke/cases"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
	"tasuke/internal/states"
)

var update = flag.Bool("update", false, "write the golden files")

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: "名 " + id, Kind: actor.Person, Roles: roles}
}

func TestTheMachineRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		from  cases.State
		event cases.Event
		by    actor.Actor
		facts cases.Facts
		key   string
	}{
		"a move that is not in the table":           {cases.Received, cases.WorkFinished, supervisor, cases.Facts{}, "case.move.unknown"},
		"an operator who decides on the damage":     {cases.Verifying, cases.DamageConfirmed, operator, cases.Facts{}, "case.move.role"},
		"a containment without a lock":              {cases.Received, cases.AccountLocked, operator, cases.Facts{}, "case.guard.no_lock"},
		"a containment with one channel open":       {cases.Received, cases.AccountLocked, operator, cases.Facts{Locks: 1, ChannelsOpen: 1}, "case.guard.channels_open"},
		"an exclusion that one person alone saw":    {cases.Verifying, cases.DamageExcluded, analyst, cases.Facts{}, "case.guard.second_person"},
		"a close beside a waiting task":             {cases.Confirmed, cases.WorkFinished, supervisor, cases.Facts{OpenTasks: 1}, "case.guard.tasks_open"},
		"a close over an account still locked":      {cases.NotVictim, cases.WorkFinished, supervisor, cases.Facts{Held: 1}, "case.guard.still_locked"},
		"an auditor who opens a closed case again":  {cases.Closed, cases.ReopenedForCause, auditor, cases.Facts{}, "case.move.role"},
		"a lock on a case whose work has ended":     {cases.Closed, cases.AccountLocked, operator, cases.Facts{Locks: 1}, "case.move.unknown"},
		"the product itself, which is not a person": {cases.Received, cases.AccountLocked, actor.System("x"), cases.Facts{Locks: 1}, "case.move.role"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := cases.Moves.Next(c.from, c.event, c.by, c.facts)
			if err == nil || !strings.HasSuffix(err.Error(), c.key) || fault.KindOf(err) == fault.Internal {
				t.Fatalf("got %v, want %s", err, c.key)
			}
		})
	}
}

// walk fails for a state that cannot be reached or, unless it is final, not left, and for a
// row that stands twice or names nobody.
func walk[S, E ~string, F any](t *testing.T, table states.Table[S, E, F], states []S, final ...S) {
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
		if !slices.Contains(reached, s) || slices.Contains(left, s) == slices.Contains(final, s) {
			t.Errorf("%s: reached %v, left %v", s, slices.Contains(reached, s), slices.Contains(left, s))
		}
	}
	for _, r := range table {
		key := string(r.From) + " " + string(r.Event)
		if seen[key] || len(r.Roles) == 0 || !slices.Contains(states, r.To) {
			t.Errorf("row %s", key)
		}
		seen[key] = true
	}
}

func TestEveryStateCanBeReachedAndLeftByOneRowEach(t *testing.T) {
	t.Parallel()
	walk(t, cases.Moves, cases.States)
	walk(t, cases.Stops, cases.StopStates, cases.Released)
}

func TestWhoMayMoveACaseMayAlsoWriteIt(t *testing.T) {
	t.Parallel()
	for _, m := range cases.Moves {
		for _, r := range m.Roles {
			if !person("x", r).May(actor.CaseWrite) {
				t.Errorf("%s may %s but not write", r, m.Event)
			}
		}
	}
}

func TestTheDatabaseKnowsTheSameWords(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile(filepath.Join("..", "migrations", "0005_incident_case.sql"))
	if err != nil {
		t.Fatal(err)
	}
	table := func(name string) string {
		_, body, _ := strings.Cut(string(b), "CREATE TABLE "+name+" (")
		body, _, _ = strings.Cut(body, "\n);")
		return body
	}
	c := table("victim_case")
	same(t, c, "state", cases.States)
	same(t, c, "claim_source", cases.Sources)
	same(t, c, "pattern", cases.Patterns)
	same(t, c, "mfa_at_time", cases.MFAs)
	same(t, c, "phishing_entered", cases.Answers)
	n := table("case_note")
	same(t, n, "direction", cases.Directions)
	same(t, n, "medium", cases.Media)
	same(t, n, "counterparty", cases.Counterparties)
	same(t, n, "result", cases.Results)
	k := table("containment")
	same(t, k, "state", cases.StopStates)
	same(t, k, "scope", []cases.Scope{cases.Account, cases.Function})
	same(t, k, "target", append([]cases.Target{""}, cases.Targets...))
	h := table("containment_channel")
	same(t, h, "channel", cases.Channels)
	same(t, h, "state", []cases.ChannelState{cases.ChannelRequested, cases.ChannelVerified, cases.ChannelNotOK})
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
	file, got := filepath.Join("..", "docs", "states", "case.md"), cases.Diagram()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s is not what the table says; run the test with -update and look at the difference", file)
	}
}
