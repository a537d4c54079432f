package main

import (
	"testing"

	"tasuke/playbooks"
	"tasuke/playbooks/scenario"
	"tasuke/playbooks/standard"
)

// TestEveryStandardPlaybookIsWithoutFault checks the library by what this program can do, with the
// parts that its playbooks call.
func TestEveryStandardPlaybookIsWithoutFault(t *testing.T) {
	files, err := standard.Playbooks()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := playbookRules()
	if err != nil {
		t.Fatal(err)
	}
	library := map[string]*playbooks.Definition{}
	for _, src := range files {
		d, _ := playbooks.Parse(src)
		library[d.Slug] = d
	}
	rules.Playbook = func(slug string) (*playbooks.Definition, bool) {
		d, ok := library[slug]
		return d, ok
	}
	for name, src := range files {
		t.Run(name, func(t *testing.T) {
			if _, problems := playbooks.Load(src, rules); len(problems) > 0 {
				t.Errorf("\n%v", problems)
			}
		})
	}
}

// TestEveryScenarioTableNamesWhatIsThere checks the tables beside the standard playbooks.
func TestEveryScenarioTableNamesWhatIsThere(t *testing.T) {
	tables, err := standard.Tables()
	must(t, err)
	rules, err := playbookRules()
	must(t, err)
	library := map[string]*playbooks.Definition{}
	for _, d := range libraryInOrder(t) {
		library[d.Slug] = d
	}
	for name, src := range tables {
		table, problems := scenario.Read(src)
		problems = append(problems, scenario.Check(table, func(slug string) (*playbooks.Definition, bool) {
			d, ok := library[slug]
			return d, ok
		}, rules)...)
		for _, p := range problems {
			t.Errorf("%s:%d: %s", name, p.Line, p.Text.EN)
		}
	}
}
