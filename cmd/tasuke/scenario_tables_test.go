package main

import (
	"strconv"
	"strings"
	"testing"

	"tasuke/playbooks/scenario"
	"tasuke/playbooks/standard"
)

// standardTables are the tables of the library with what they are of.
func standardTables(t *testing.T) (tables map[string]scenario.Table, shelf *playbookShelf) {
	t.Helper()
	texts, err := standard.Tables()
	must(t, err)
	shelf, err = openShelf(nil)
	must(t, err)
	tables = map[string]scenario.Table{}
	for name, src := range texts {
		table, problems, err := readTable(playbookFile{path: name, src: src}, shelf)
		must(t, err)
		for _, p := range problems {
			t.Errorf("%s:%d: %s", name, p.Line, p.Text.EN)
		}
		tables[name] = table
	}
	return tables, shelf
}

// TestEveryScenarioOfTheStandardPlaybooksComesAsItsTableHasIt works all of them through on SQLite.
func TestEveryScenarioOfTheStandardPlaybooksComesAsItsTableHasIt(t *testing.T) {
	t.Parallel()
	tables, shelf := standardTables(t)
	s, err := newStage(t.Context())
	must(t, err)
	t.Cleanup(func() { must(t, s.close()) })
	for name, table := range tables {
		for i, x := range table.Scenarios {
			t.Run(strings.TrimSuffix(name, tableEnding)+"/"+x.Name, func(t *testing.T) {
				t.Parallel()
				problems, err := s.tries(t.Context(), name+strconv.Itoa(i), table.Playbook, x, shelf)
				must(t, err)
				for _, p := range problems {
					t.Errorf("%s:%d: %s", name, p.Line, p.Text.EN)
				}
			})
		}
	}
}
