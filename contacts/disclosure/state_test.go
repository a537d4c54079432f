package disclosure_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tasuke/cases/incident"
	"tasuke/contacts/disclosure"
	"tasuke/contacts/disclosure/notice"
	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files")

func TestTheMachineRefuses(t *testing.T) {
	t.Parallel()
	all := disclosure.Facts{FactsHold: true, LawHolds: true, ExecHolds: true, ToldKnown: true}
	with := func(change func(*disclosure.Facts)) disclosure.Facts {
		f := all
		change(&f)
		return f
	}
	for name, c := range map[string]struct {
		from  disclosure.State
		event disclosure.Event
		by    actor.Actor
		facts disclosure.Facts
		key   string
	}{
		"an event that is none":                          {disclosure.Draft, "lost", writer, all, "disclosure.move.unknown"},
		"a draft that goes out as it is":                 {disclosure.Draft, disclosure.MadePublic, writer, all, "disclosure.move.unknown"},
		"facts signed by a lawyer":                       {disclosure.Draft, disclosure.FactsSigned, lawyer, all, "disclosure.move.role"},
		"facts of an incomplete notice":                  {disclosure.Draft, disclosure.FactsSigned, responder, with(func(f *disclosure.Facts) { f.Incomplete = true }), "disclosure.guard.incomplete"},
		"facts signed by who wrote them":                 {disclosure.Draft, disclosure.FactsSigned, responder, with(func(f *disclosure.Facts) { f.Maker = true }), "disclosure.guard.maker"},
		"law without facts":                              {disclosure.FactChecked, disclosure.LawSigned, lawyer, disclosure.Facts{}, "disclosure.guard.facts_void"},
		"law by who signed the facts":                    {disclosure.FactChecked, disclosure.LawSigned, lawyer, with(func(f *disclosure.Facts) { f.Signer = true }), "disclosure.guard.signer"},
		"an approval without law":                        {disclosure.Legal, disclosure.ExecutiveSigned, executive, with(func(f *disclosure.Facts) { f.LawHolds = false }), "disclosure.guard.law_void"},
		"an approval without facts":                      {disclosure.Legal, disclosure.ExecutiveSigned, executive, with(func(f *disclosure.Facts) { f.FactsHold = false }), "disclosure.guard.facts_void"},
		"publishing what was not approved":               {disclosure.Exec, disclosure.MadePublic, writer, with(func(f *disclosure.Facts) { f.ExecHolds = false }), "disclosure.guard.approval_void"},
		"publishing before the victims know":             {disclosure.Exec, disclosure.MadePublic, writer, with(func(f *disclosure.Facts) { f.Untold = 1 }), "disclosure.guard.untold"},
		"publishing when nobody knows whether they know": {disclosure.Scheduled, disclosure.MadePublic, writer, with(func(f *disclosure.Facts) { f.ToldKnown = false }), "disclosure.guard.told_unknown"},
		"a moment for what may not be published":         {disclosure.Exec, disclosure.TimeSet, writer, with(func(f *disclosure.Facts) { f.Untold = 2 }), "disclosure.guard.untold"},
		"an override where nothing is held":              {disclosure.Exec, disclosure.OverrideGiven, executive, all, "disclosure.guard.nothing_held"},
		"a withdrawal by PR":                             {disclosure.Published, disclosure.TakenBack, writer, all, "disclosure.move.role"},
		"a correction that a person declares done":       {disclosure.Published, disclosure.PutRight, writer, all, "disclosure.move.role"},
		"a published notice that is edited":              {disclosure.Published, disclosure.ContentEdited, writer, all, "disclosure.move.unknown"},
		"a published notice that is given up":            {disclosure.Published, disclosure.Dropped, writer, all, "disclosure.move.unknown"},
		"a withdrawn notice that comes back":             {disclosure.Withdrawn, disclosure.MadePublic, writer, all, "disclosure.move.unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := disclosure.Next(c.from, c.event, c.by, c.facts)
			if err == nil || !strings.HasSuffix(err.Error(), c.key) || fault.KindOf(err) == fault.Internal {
				t.Fatalf("got %v, want %s", err, c.key)
			}
		})
	}
}

func TestEveryStateCanBeReachedAndLeftButTheTwoLast(t *testing.T) {
	t.Parallel()
	reached, left := []disclosure.State{disclosure.Draft}, []disclosure.State{}
	for range disclosure.States {
		for _, m := range disclosure.Moves {
			if slices.Contains(reached, m.From) {
				reached = append(reached, m.To)
			}
			left = append(left, m.From)
		}
	}
	for _, s := range disclosure.States {
		last := s == disclosure.Withdrawn || s == disclosure.Void
		if !slices.Contains(reached, s) || slices.Contains(left, s) == last {
			t.Errorf("%s: reached %v, left %v", s, slices.Contains(reached, s), slices.Contains(left, s))
		}
	}
}

func TestNoMoveStandsInTheTableTwice(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range disclosure.Moves {
		key := string(m.From) + " " + string(m.Event)
		if seen[key] || len(m.Roles) == 0 && !m.Form || !slices.Contains(disclosure.States, m.To) {
			t.Errorf("row %s", key)
		}
		seen[key] = true
	}
}

func TestTheDatabaseAndTheLedgerKnowTheSameWords(t *testing.T) {
	t.Parallel()
	sql, err := os.ReadFile(filepath.Join("..", "..", "migrations", "0020_disclosure.sql"))
	must(t, err)
	same(t, string(sql), "state", disclosure.States)
	same(t, string(sql), "kind", disclosure.Kinds)
	same(t, string(sql), "step", disclosure.Steps)
	if !slices.EqualFunc(notice.Units, incident.CountUnits, func(a notice.Unit, b incident.CountUnit) bool { return string(a) == string(b) }) ||
		!slices.EqualFunc(notice.Stages, incident.CountStages, func(a notice.Stage, b incident.CountStage) bool { return string(a) == string(b) }) {
		t.Error("the notice and the ledger have other units or stages")
	}
}

func same[T ~string](t *testing.T, table, column string, want []T) {
	t.Helper()
	m := regexp.MustCompile(`CHECK \(` + column + ` IN \(([^)]*)\)`).FindStringSubmatch(table)
	words := make([]string, len(want))
	for i, w := range want {
		words[i] = "'" + string(w) + "'"
	}
	if m == nil || strings.Join(words, ", ") != m[1] {
		t.Errorf("%s: code has %v, the CHECK has %v", column, words, m)
	}
}

func TestTheDiagramInTheDocumentsIsTheTable(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "docs", "states", "disclosure.md")
	if *update {
		must(t, os.WriteFile(file, []byte(disclosure.Diagram()), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if string(want) != disclosure.Diagram() {
		t.Errorf("%s is not what the table says; run the test with -update and look at the difference", file)
	}
}
