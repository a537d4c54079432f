package main

import (
	"testing"

	"tasuke/playbooks"
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
