package playbooks_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"tasuke/playbooks"
)

// said are the changes from one text to another, in English.
func changes(t *testing.T, old, newer string) (en, ja []string) {
	t.Helper()
	a, problems := playbooks.Parse([]byte(old))
	b, more := playbooks.Parse([]byte(newer))
	if len(problems)+len(more) > 0 {
		t.Fatal(problems, more)
	}
	for _, c := range playbooks.Diff(a, b) {
		en, ja = append(en, c.In("en")), append(ja, c.In("ja"))
		if c.In("en") == c.In("ja") || strings.Contains(c.In("en")+c.In("ja"), "%!") {
			t.Errorf("bad sentence: %s / %s", c.In("ja"), c.In("en"))
		}
	}
	return en, ja
}

func TestTwoTextsThatSayTheSameDoNotDiffer(t *testing.T) {
	for name, src := range books(t) {
		d, _ := playbooks.Parse([]byte(src))
		if en, _ := changes(t, src, string(playbooks.Write(d))); len(en) > 0 {
			t.Errorf("%s: %v", name, en)
		}
	}
}

func TestEveryChangeIsSaidFieldByField(t *testing.T) {
	tests := map[string]struct {
		base, old, new string
		want           []string
	}{
		"a title":             {small, "en: A small playbook", "en: A tiny playbook", []string{`The playbook: title changed: A small playbook → A tiny playbook`}},
		"a role":              {small, "role: operator", "role: funds", []string{`Step "Take it" (call): role changed: operator → funds`}},
		"a target that goes":  {small, "    target: 10m\n", "", []string{`Step "Take it" (call): target was removed: 10m`}},
		"a target that comes": {small, "  - id: sent\n    kind: decision\n", "  - id: sent\n    kind: decision\n    target: 2h\n", []string{`Step "Was it sent" (sent): target was added: 2h`}},
		"a condition":         {small, "facts.victims > 0", "facts.victims > 9", []string{`Step "Phone" (bank): condition changed: sent == "yes" and facts.victims > 0 → sent == "yes" and facts.victims > 9`}},
		"a word of an answer": {small, `en: "Yes"`, "en: Yes it was", []string{`Step "Was it sent" (sent): outcome (yes.text) changed: Yes → Yes it was`}},
		"an answer that comes": {small, "    outcomes:\n", "    outcomes:\n      - {id: maybe, text: {ja: 多分, en: Maybe}, goes_on: true}\n",
			[]string{`Step "Was it sent" (sent): outcome (maybe) was added: Maybe`}},
		"a kind":                {small, "kind: task\n    after: [sent]", "kind: task\n    skip: {never: true}\n    after: [sent]", []string{`Step "Phone" (bank): skip (never) was added: true`}},
		"an input of an action": {engine, "urgent: true", "urgent: false", []string{`Step "Send" (send): input (urgent) changed: true → false`}},
		"signatures":            {blocks, "count: 2", "count: 1", []string{`Step "Agree" (agree): signatures changed: {roles: [funds, operator], count: 2} → {roles: [funds, operator], count: 1}`}},
		"a variable":            {blocks, "type: number, default: 3", "type: number, default: 4", []string{`The playbook: variable (left.default) changed: 3 → 4`}},
		"the passes of a loop":  {blocks, "max: 5", "max: 6", []string{`Step "Rounds" (rounds): most passes changed: 5 → 6`}},
		"a step in a loop":      {blocks, "vars.pass > 1 and", "vars.pass > 2 and", []string{`Step "Odd" (odd): condition changed: vars.pass > 1 and vars.urgent → vars.pass > 2 and vars.urgent`}},
		"a step that comes": {small, "  - id: finished\n    kind: end\n    after: [bank]", "  - {id: more, kind: task, after: [bank], title: {ja: 更に, en: More}, instructions: {ja: あ, en: a}, role: funds}\n  - id: finished\n    kind: end\n    after: [more]",
			[]string{`Step "More" (more) was added.`, `Step "End" (finished): after changed: bank → more`}},
		"an exception path that goes": {blocks, blocks[strings.Index(blocks, "exception:"):], "", []string{`Step "Tell" (tell) was removed.`, `Step "End" (told) was removed.`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(test.base, test.old) {
				t.Fatalf("%q is not in the playbook", test.old)
			}
			newer := strings.Replace(test.base, test.old, test.new, 1)
			if en, _ := changes(t, test.base, newer); !slices.Equal(en, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(en, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestAStepThatMovesIsSaidOnce(t *testing.T) {
	d, _ := playbooks.Parse([]byte(blocks))
	a := string(playbooks.Write(d))
	// undo goes up in the list; nothing else has moved
	i, j := slices.IndexFunc(d.Steps, func(s playbooks.Step) bool { return s.ID == "undo" }), 2
	undo := d.Steps[i]
	d.Steps = slices.Insert(slices.Delete(d.Steps, i, i+1), j, undo)
	en, ja := changes(t, a, string(playbooks.Write(d)))
	if !slices.Equal(en, []string{`Step "Undo" (undo) stands at another place in the list.`}) || !slices.Equal(ja, []string{"手順「戻す」(undo)の並び順を変えました。"}) {
		t.Errorf("%v %v", en, ja)
	}
}

func TestAStepThatGoesIntoALoopIsSaidToMove(t *testing.T) {
	src := strings.Replace(blocks, "      - id: passed\n        kind: end\n        after: [odd]", "      - {id: report, kind: task, after: [odd], title: {ja: 書く, en: Report}, instructions: {ja: 書く, en: Write}, role: operator}\n      - id: passed\n        kind: end\n        after: [odd, report]", 1)
	a := strings.Index(src, "  - id: report\n")
	b := strings.Index(src, "  - id: agree\n")
	src = src[:a] + src[b:]
	en, _ := changes(t, blocks, src)
	if !slices.Contains(en, `Step "Report" (report) was moved from the playbook itself to the loop rounds.`) {
		t.Errorf("%v", en)
	}
}

func TestANewOriginIsSaid(t *testing.T) {
	en, _ := changes(t, small, small+"origin: {format: cacao-2.0, text: x}\n")
	if !slices.Equal(en, []string{"The playbook: origin changed: – → cacao-2.0"}) {
		t.Errorf("%v", en)
	}
}

func TestTheStandardPlaybookDiffersFromNothingByAllItsSteps(t *testing.T) {
	src, err := os.ReadFile("standard/PB-01.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, _ := playbooks.Parse(src)
	added := 0
	for _, c := range playbooks.Diff(&playbooks.Definition{}, d) {
		if c.Kind == playbooks.Added && c.Step != "" && c.Field == "" {
			added++
		}
	}
	if want := steps(d); added != want {
		t.Errorf("%d of %d steps were added", added, want)
	}
}

// steps counts those of a playbook and of the blocks in it.
func steps(d *playbooks.Definition) int {
	n := len(d.Steps)
	for _, b := range d.Blocks() {
		n += steps(b)
	}
	return n
}
