package standard_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"tasuke/playbooks"
	"tasuke/playbooks/standard"
)

// tableFor names the table that the steps of a part are held to. Other parts keep no rows.
var tableFor = map[string]string{"PB-HEAD": "H", "PB-TAIL": "Z", "PB-LEAK": "PB-05"}

// idle are owners of the table who have no tasks in the program.
var idle = []string{"auditor"}

// library is every standard playbook by its id, read without asking anybody's rules.
func library(t *testing.T) map[string]*playbooks.Definition {
	t.Helper()
	files, err := standard.Playbooks()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*playbooks.Definition{}
	for name, src := range files {
		d, problems := playbooks.Parse(src)
		if len(problems) > 0 {
			t.Errorf("%s:\n%v", name, problems)
		}
		if out[d.Slug] = d; d.Slug+".yaml" != name {
			t.Errorf("%s holds %s", name, d.Slug)
		}
	}
	return out
}

// all gives the steps of a definition and of the blocks inside it.
func all(d *playbooks.Definition) (out []playbooks.Step) {
	out = append(out, d.Steps...)
	for _, b := range d.Blocks() {
		out = append(out, all(b)...)
	}
	return out
}

// byTable gathers the steps that are held to one table: a playbook's own and those of its part.
func byTable(lib map[string]*playbooks.Definition) map[string][]playbooks.Step {
	out := map[string][]playbooks.Step{}
	for _, slug := range slices.Sorted(maps.Keys(lib)) {
		table := slug
		if name := tableFor[slug]; name != "" {
			table = name
		}
		out[table] = append(out[table], all(lib[slug])...)
	}
	return out
}

// reached adds to the steps of a row those of the parts that are called there.
func reached(lib map[string]*playbooks.Definition, steps []playbooks.Step) []playbooks.Step {
	out, seen := slices.Clone(steps), map[string]bool{}
	for i := 0; i < len(out); i++ {
		if slug := out[i].Playbook; lib[slug] != nil && !seen[slug] {
			seen[slug] = true
			out = append(out, all(lib[slug])...)
		}
	}
	return out
}

func inRow(steps []playbooks.Step, number string) (out []playbooks.Step) {
	for _, s := range steps {
		if s.Row == number {
			out = append(out, s)
		}
	}
	return out
}

// secret is a row about suspicious transaction reports: it has no step, only the constant line.
func (r row) secret() bool { return strings.HasPrefix(r.text, "STR ") }

func TestEveryRowHasAStepAndNoStepNamesARowThatIsNotThere(t *testing.T) {
	lib := library(t)
	steps, known := byTable(lib), map[string]bool{}
	for _, r := range rows(t) {
		if r.row == whole {
			continue
		}
		if known[r.playbook+" "+r.row] = !r.secret(); (len(inRow(steps[r.playbook], r.row)) == 0) != r.secret() {
			t.Errorf("%s row %s (%s): %d steps", r.playbook, r.row, r.text, len(inRow(steps[r.playbook], r.row)))
		}
	}
	for table, list := range steps {
		for _, s := range list {
			if s.Row != "" && !known[table+" "+s.Row] {
				t.Errorf("%s: the step %s names row %q, which is not in the table", table, s.ID, s.Row)
			}
		}
	}
}

func TestTheOwnersOfARowOwnItsSteps(t *testing.T) {
	lib := library(t)
	steps := byTable(lib)
	for _, r := range rows(t) {
		mine := reached(lib, inRow(steps[r.playbook], r.row))
		for _, owner := range r.owners {
			owns := func(s playbooks.Step) bool { return s.Role == owner || signs(s, owner) }
			if !r.secret() && !slices.Contains(idle, owner) && !slices.ContainsFunc(mine, owns) {
				t.Errorf("%s row %s: no step of %s", r.playbook, r.row, owner)
			}
		}
	}
}

func signs(s playbooks.Step, role string) bool {
	return slices.ContainsFunc(s.Signatures, func(one playbooks.Signature) bool { return slices.Contains(one.Roles, role) })
}

func TestTheTargetsOfARowAreThoseOfItsSteps(t *testing.T) {
	lib := library(t)
	steps := byTable(lib)
	for _, r := range rows(t) {
		var have []string
		for _, s := range reached(lib, inRow(steps[r.playbook], r.row)) {
			have = append(have, plain(s.Target.String()))
		}
		for _, target := range r.targets {
			if !r.secret() && !slices.Contains(have, plain(target)) {
				t.Errorf("%s row %s: no step with the target %s, only %v", r.playbook, r.row, target, have)
			}
		}
	}
}

// plain writes an hour as sixty minutes.
func plain(target string) string {
	hours, ok := strings.CutSuffix(target, "h")
	if !ok {
		return target
	}
	return map[string]string{"1": "60m", "2": "120m", "4": "240m", "24": "1440m"}[hours]
}

func TestTheClausesAreThoseOfTheTable(t *testing.T) {
	steps := byTable(library(t))
	for _, r := range rows(t) {
		of := inRow(steps[r.playbook], r.row)
		switch {
		case r.row == whole:
			of = steps[r.playbook]
		case r.secret() || !strings.HasPrefix(r.playbook, "PB-0") || r.mark == "" && len(r.clauses) == 0:
			continue // held to the whole
		case !tabledPlaybook(r.playbook):
			continue
		}
		var have []string
		for _, s := range of {
			have = append(have, s.Clauses...)
		}
		slices.Sort(have)
		want := slices.Sorted(slices.Values(r.clauses))
		if have = slices.Compact(have); !slices.Equal(have, want) {
			t.Errorf("%s row %s: clauses %v, want %v", r.playbook, r.row, have, want)
		}
	}
}

// tabledPlaybook reports whether section 5 gives the clauses row by row.
func tabledPlaybook(slug string) bool { return slug == "PB-01" || slug == "PB-02" }

func TestNothingTheProgramDoesOrPreparesIsLeftToAPersonAlone(t *testing.T) {
	lib := library(t)
	steps := byTable(lib)
	for _, r := range rows(t) {
		if r.secret() || !strings.ContainsAny(r.mark, "AS") {
			continue
		}
		if !slices.ContainsFunc(reached(lib, inRow(steps[r.playbook], r.row)), helped) {
			t.Errorf("%s row %s (%s) is %q, and no step of it is done or prepared by the program", r.playbook, r.row, r.text, r.mark)
		}
	}
}

// helped reports whether the program does or prepares something in a step.
func helped(s playbooks.Step) bool {
	switch s.Kind {
	case playbooks.Action, playbooks.Approval, playbooks.Switch, playbooks.Wait, playbooks.Call:
		return true
	case playbooks.Decision:
		return s.Prepare != "" || slices.ContainsFunc(s.Outcomes, func(o playbooks.Outcome) bool { return o.Suggest != nil })
	}
	return s.Prepare != ""
}

func TestARowThatAsksForADecisionHasOne(t *testing.T) {
	lib := library(t)
	steps := byTable(lib)
	for _, r := range rows(t) {
		decides := func(s playbooks.Step) bool { return s.Kind == playbooks.Decision || s.Kind == playbooks.Switch }
		if strings.Contains(r.text, "◆") && !slices.ContainsFunc(reached(lib, inRow(steps[r.playbook], r.row)), decides) {
			t.Errorf("%s row %s (%s) has no decision", r.playbook, r.row, r.text)
		}
	}
}

func TestARowNamesItsDocuments(t *testing.T) {
	lib := library(t)
	steps := byTable(lib)
	for _, r := range rows(t) {
		mine := reached(lib, inRow(steps[r.playbook], r.row))
		if r.row == whole {
			mine = steps[r.playbook]
		}
		for _, name := range r.documents {
			named := func(s playbooks.Step) bool { return strings.Contains(s.Document.JA, name) }
			if !r.secret() && !slices.ContainsFunc(mine, named) {
				t.Errorf("%s row %s: no step produces %s", r.playbook, r.row, name)
			}
		}
	}
}

// TestSuspiciousTransactionsAreTheConstantLineOnly: whoever reads a run learns nothing about a report.
func TestSuspiciousTransactionsAreTheConstantLineOnly(t *testing.T) {
	for slug, d := range library(t) {
		if !d.Part && (len(d.Constants) != 1 || d.Constants[0].Text.EN != "STR considered in the compartment") {
			t.Errorf("%s: the constant line is %+v", slug, d.Constants)
		}
		for _, s := range all(d) {
			for _, text := range []playbooks.Text{s.Title, s.Instructions, s.Document, s.Evidence} {
				if strings.Contains(text.JA, "疑わしい取引") || strings.Contains(text.EN, "STR ") || strings.Contains(strings.ToLower(text.EN), "suspicious transaction") {
					t.Errorf("%s: the step %s speaks of it", slug, s.ID)
				}
			}
		}
	}
}
