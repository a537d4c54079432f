package standard_test

import (
	"testing"

	"tasuke/playbooks/scenario"
	"tasuke/playbooks/standard"
)

// TestEveryTableReads: a scenario table is read in its form; what it means is checked where the program
// knows its roles, actions and events.
func TestEveryTableReads(t *testing.T) {
	tables, err := standard.Tables()
	if err != nil {
		t.Fatal(err)
	}
	lib := library(t)
	for name, src := range tables {
		table, problems := scenario.Read(src)
		for _, p := range problems {
			t.Errorf("%s:%d: %s", name, p.Line, p.Text.EN)
		}
		if lib[table.Playbook] == nil || table.Playbook+".test.yaml" != name {
			t.Errorf("%s is the table of %q", name, table.Playbook)
		}
	}
}
