package filing_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tasuke/contacts/filing"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files")

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: "名 " + id, Kind: actor.Person, Roles: roles}
}

func TestTheMachineRefuses(t *testing.T) {
	t.Parallel()
	lawyer, executive, responder := person("l", actor.Legal), person("e", actor.Executive), person("r", actor.Responder)
	seen := filing.Facts{Reviewed: true, ApprovalHolds: true}
	tests := map[string]struct {
		from  filing.State
		event filing.Event
		by    actor.Actor
		facts filing.Facts
		key   string
	}{
		"a move that is not in the table":                   {filing.Identified, filing.HandedIn, lawyer, seen, "filing.move.unknown"},
		"an event that nobody has written down here":        {filing.Drafting, "lost", lawyer, seen, "filing.move.unknown"},
		"a role that is not in the row":                     {filing.LegalReview, filing.ApprovalGiven, responder, seen, "filing.move.role"},
		"an executive who drafts":                           {filing.Identified, filing.DraftStarted, executive, seen, "filing.move.role"},
		"a hand-over with an item left empty":               {filing.Drafting, filing.ReviewAsked, lawyer, filing.Facts{Blank: 1}, "filing.guard.blank"},
		"a review by who drafted":                           {filing.LegalReview, filing.ReviewPassed, lawyer, filing.Facts{Maker: true}, "filing.guard.maker_reviews"},
		"a draft sent back by who drafted":                  {filing.LegalReview, filing.SentBack, lawyer, filing.Facts{Maker: true}, "filing.guard.maker_reviews"},
		"an approval by who drafted":                        {filing.LegalReview, filing.ApprovalGiven, lawyer, filing.Facts{Maker: true, Reviewed: true}, "filing.guard.maker_approves"},
		"an approval of what nobody has reviewed":           {filing.LegalReview, filing.ApprovalGiven, executive, filing.Facts{}, "filing.guard.not_reviewed"},
		"an approval of a form with an item left empty":     {filing.LegalReview, filing.ApprovalGiven, executive, filing.Facts{Reviewed: true, Blank: 1}, "filing.guard.blank"},
		"a submission of what was not approved":             {filing.Approved, filing.HandedIn, lawyer, filing.Facts{}, "filing.guard.approval_void"},
		"a submission that the fact sheet contradicts":      {filing.Approved, filing.HandedIn, lawyer, filing.Facts{ApprovalHolds: true, Stale: true}, "filing.guard.stale"},
		"a submission with an item left empty":              {filing.Approved, filing.HandedIn, lawyer, filing.Facts{ApprovalHolds: true, Blank: 2}, "filing.guard.blank"},
		"a waiver that nobody asked for":                    {filing.Identified, filing.WaiverAgreed, executive, filing.Facts{}, "filing.guard.waiver_none"},
		"a waiver agreed to by who asked for it":            {filing.Drafting, filing.WaiverAgreed, lawyer, filing.Facts{WaiverAsked: true, WaiverMine: true}, "filing.guard.waiver_same"},
		"a waiver of what was handed in":                    {filing.Drafting, filing.WaiverAsked, lawyer, filing.Facts{HandedIn: true}, "filing.guard.handed_in"},
		"an agreed waiver of what was handed in":            {filing.Drafting, filing.WaiverAgreed, executive, filing.Facts{WaiverAsked: true, HandedIn: true}, "filing.guard.handed_in"},
		"a finish while the fact sheet says something else": {filing.Receipted, filing.WorkFinished, lawyer, filing.Facts{Stale: true}, "filing.guard.stale_final"},
		"a new copy of a fact sheet that has not changed":   {filing.Approved, filing.SheetTaken, lawyer, filing.Facts{}, "filing.guard.not_stale"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := filing.Next(c.from, c.event, c.by, c.facts)
			if err == nil || !strings.HasSuffix(err.Error(), c.key) || fault.KindOf(err) == fault.Internal {
				t.Fatalf("got %v, want %s", err, c.key)
			}
		})
	}
}

func TestEveryStateCanBeReachedAndLeft(t *testing.T) {
	t.Parallel()
	reached, left := []filing.State{filing.Identified}, []filing.State{}
	for range filing.States {
		for _, m := range filing.Moves {
			if slices.Contains(reached, m.From) {
				reached = append(reached, m.To)
			}
			left = append(left, m.From)
		}
	}
	for _, s := range filing.States {
		if !slices.Contains(reached, s) || !slices.Contains(left, s) {
			t.Errorf("%s: reached %v, left %v", s, slices.Contains(reached, s), slices.Contains(left, s))
		}
	}
}

func TestNoMoveStandsInTheTableTwiceAndEachNamesItsRoles(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range filing.Moves {
		key := string(m.From) + " " + string(m.Event)
		if seen[key] || len(m.Roles) == 0 || !slices.Contains(filing.States, m.To) {
			t.Errorf("row %s", key)
		}
		seen[key] = true
	}
}

func TestTheDatabaseKnowsTheSameWords(t *testing.T) {
	t.Parallel()
	sql, err := os.ReadFile(filepath.Join("..", "..", "migrations", "0015_facts_filing.sql"))
	if err != nil {
		t.Fatal(err)
	}
	same(t, string(sql), "state", filing.States)
	same(t, string(sql), "regime", filing.Regimes)
	same(t, string(sql), "channel", filing.Channels)
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
	file := filepath.Join("..", "..", "docs", "states", "filing.md")
	if *update {
		if err := os.WriteFile(file, []byte(filing.Diagram()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != filing.Diagram() {
		t.Errorf("%s is not what the table says; run the test with -update and look at the difference", file)
	}
}
