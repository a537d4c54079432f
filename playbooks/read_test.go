package playbooks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/playbooks"
)

var firm = playbooks.Rules{
	Roles:   []string{"operator", "funds"},
	Clauses: map[string][]string{"2021-07-20": {"5(1)S1", "5(2)B1"}},
	Facts:   playbooks.Schema{"victims": playbooks.IntFact, "breach": playbooks.TextFact},
	Actions: map[string]playbooks.Shape{
		"letters.send": {
			NeedsApproval: "letters",
			Input:         map[string]playbooks.FieldType{"amount": playbooks.YenField, "note": playbooks.TextField, "urgent": playbooks.YesNoField},
			Output:        map[string]playbooks.FieldType{"sent": playbooks.NumberField},
		},
		"tally":      {Output: map[string]playbooks.FieldType{"found": playbooks.NumberField}},
		"note":       {Input: map[string]playbooks.FieldType{"day": playbooks.DateField}},
		"draft.note": {Input: map[string]playbooks.FieldType{"number": playbooks.NumberField}, Output: map[string]playbooks.FieldType{"text": playbooks.TextField}},
		"count":      {Input: map[string]playbooks.FieldType{"n": playbooks.NumberField, "on": playbooks.DateField, "at": playbooks.DatetimeField}},
	},
	Approvables: []string{"facts", "letters"},
	Events:      []string{"bank.answered", "bank.sent"},
}

// small is a playbook without fault: a call, a decision, a task that hangs on it, an end.
const small = `playbook: PB-90
guideline: "2021-07-20"
title: {ja: 小さな手順書, en: A small playbook}
constant:
  - {id: str_considered, text: {ja: 検討, en: considered}}
steps:
  - id: call
    kind: task
    title: {ja: 受ける, en: Take it}
    instructions: {ja: 聞く, en: Listen}
    role: operator
    target: 10m
    clauses: ["5(1)S1"]
  - id: sent
    kind: decision
    after: [call]
    title: {ja: 送られたか, en: Was it sent}
    question: {ja: 送られましたか, en: Was it sent}
    role: funds
    outcomes:
      - {id: "yes", text: {ja: はい, en: "Yes"}}
      - {id: "no", text: {ja: いいえ, en: "No"}, goes_on: true}
  - id: bank
    kind: task
    after: [sent]
    when: sent == "yes" and facts.victims > 0
    title: {ja: 電話する, en: Phone}
    instructions: {ja: 電話する, en: Phone them}
    role: funds
    target: 1bd
    target_from: ready
  - id: finished
    kind: end
    after: [bank]
    title: {ja: 終わり, en: End}
`

func TestAPlaybookIsReadWithEverythingItSays(t *testing.T) {
	d, problems := playbooks.Load([]byte(small), firm)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	bank, _ := d.Step("bank")
	if d.Slug != "PB-90" || len(d.Steps) != 4 || bank.Role != "funds" || bank.Line != 23 ||
		bank.Target != (playbooks.Target{N: 1, Unit: playbooks.BusinessDays, From: playbooks.FromReady}) {
		t.Fatalf("%+v", bank)
	}
	call, _ := d.Step("call")
	if length, ok := call.Target.Exact(); !ok || length != 10*time.Minute {
		t.Fatalf("%v", length)
	}
	if got := bank.When.Named("sent"); !slices.Equal(got, []string{"yes"}) {
		t.Fatalf("names %v", got)
	}
}

func TestAStepNamesThoseWhoseDoerCannotDoIt(t *testing.T) {
	d, problems := playbooks.Load([]byte(strings.Replace(small, "    target: 1bd", "    not_by: [call, sent]\n    target: 1bd", 1)), firm)
	if bank, ok := d.Step("bank"); len(problems) > 0 || !ok || !slices.Equal(bank.NotBy, []string{"call", "sent"}) {
		t.Fatalf("%v %+v", problems, bank)
	}
}

func TestEachFaultIsNamedWithItsLine(t *testing.T) {
	tests := map[string]struct {
		old, new string
		want     string // "line: part of the sentence"
	}{
		"an unknown kind":                         {"kind: end", "kind: finish", `33: A step of kind "finish" cannot be run`},
		"an unknown field":                        {"    target: 10m", "    targett: 10m", `12: There is no field "targett"`},
		"a field twice":                           {"    target: 10m", "    target: 10m\n    target: 20m", `13: "target" is written twice`},
		"a field of another kind":                 {"    target: 10m", "    question: {ja: あ, en: a}", `12: "question" has no meaning for a step of kind task`},
		"a missing translation":                   {"{ja: 聞く, en: Listen}", "{ja: 聞く}", `10: "instructions" has no en`},
		"an empty translation":                    {"{ja: 聞く, en: Listen}", `{ja: "", en: Listen}`, `10: "instructions" has no ja`},
		"no instructions":                         {"    instructions: {ja: 聞く, en: Listen}\n", "", `7: "instructions" is missing`},
		"a role nobody has":                       {"role: operator", "role: bank", `11: There is no role "bank"`},
		"a task without a role":                   {"    role: operator\n", "", `7: "role" is missing`},
		"a clause that is not there":              {"5(1)S1\"]", "5(1)S9\"]", `13: There is no clause "5(1)S9"`},
		"an edition nobody knows":                 {"2021-07-20", "1999-01-01", `The guideline edition "1999-01-01" is not known`},
		"clauses without an edition":              {"guideline: \"2021-07-20\"\n", "", `12: "guideline" is missing`},
		"a target that is no time":                {"target: 10m", "target: soon", `12: Write the target "soon"`},
		"a target of nothing":                     {"target: 10m", "target: 0m", `12: Write the target "0m"`},
		"a target from nowhere":                   {"target_from: ready", "target_from: lunch", `31: target_from "lunch"`},
		"an id twice":                             {"id: finished", "id: bank", `32: The id "bank" is also used on line 23`},
		"an id in capitals":                       {"id: call", "id: Call", `7: The id "Call" must start`},
		"an id that is a word of conditions":      {"id: call", "id: facts", `7: The id "facts" is a word`},
		"a reference to nothing":                  {"after: [call]", "after: [cull]", `16: after names "cull", which is no step`},
		"a step after the end":                    {"after: [sent]", "after: [sent, finished]", `25: after names the end "finished"`},
		"a second start":                          {"    after: [call]\n", "", `14: after is missing`},
		"a first step that waits":                 {"    kind: task\n    title: {ja: 受", "    kind: task\n    after: [bank]\n    title: {ja: 受", `9: The first step has an after`},
		"a circle":                                {"after: [call]", "after: [call, bank]", `16: The steps form a circle`},
		"a dead end":                              {"after: [bank]", "after: [sent]", `23: No way leads from the step "bank" to the end`},
		"no end":                                  {"kind: end", "kind: task", `32: There is no end`},
		"an end with a condition":                 {"    kind: end", "    kind: end\n    when: sent == \"yes\"", `34: "when" has no meaning`},
		"a first step with a condition":           {"    target: 10m", "    when: facts.victims > 0", `12: The first step and the end cannot have a condition`},
		"a decision with one outcome":             {"      - {id: \"no\", text: {ja: いいえ, en: \"No\"}, goes_on: true}\n", "", `20: A decision needs two outcomes`},
		"an outcome without a name":               {"{id: \"no\", text: {ja: いいえ, en: \"No\"}, goes_on: true}", `{id: "no", goes_on: true}`, `22: "text" is missing`},
		"an outcome twice":                        {"{id: \"no\"", "{id: \"yes\"", `22: The id "yes" is also used on line 21`},
		"an outcome nothing uses":                 {", goes_on: true", "", `22: No when uses the outcome "no"`},
		"a condition that is no sentence":         {"sent == \"yes\" and", "sent == == and", `26: The condition cannot be read`},
		"a condition on a step that decides none": {"sent == \"yes\" and", "call == \"yes\" and", `26: The condition names "call", which is no decision`},
		"a condition on an outcome nobody has":    {"sent == \"yes\" and", "sent == \"maybe\" and", `26: The decision "sent" has no outcome "maybe"`},
		"a condition on the constant line":        {"sent == \"yes\" and", "str_considered == \"yes\" and", `26: The constant line "str_considered" cannot be named`},
		"a condition on an unknown fact":          {"facts.victims", "facts.weather", `26: There is no fact "weather"`},
		"a condition on a fact of another type":   {"facts.victims > 0", "facts.breach > 0", `26: The condition cannot be read (invalid operation`},
		"a decision that stands alone":            {"sent == \"yes\" and", "sent and", `26: Compare the decision "sent" with its outcomes`},
		"a decision compared as a number":         {"sent == \"yes\" and", "sent > \"a\" and sent == \"yes\" and", `26: Compare the decision "sent" with its outcomes`},
		"a condition that calls something":        {"facts.victims > 0", "len(facts.breach) > 0", `26: A condition cannot use Builtin`},
		"a condition that reads the clock":        {"facts.victims > 0", "now().Year() > 0", `26: A condition cannot use`},
		"a condition that counts":                 {"facts.victims > 0", "facts.victims + 1 > 0", `26: A condition cannot use +`},
		"a condition that cannot be true":         {"and facts.victims > 0", "and sent == \"no\"", `26: No choice of outcomes makes this condition true`},
		"a condition on a later decision":         {"    target: 10m\n", "    target: 10m\n  - id: early\n    kind: task\n    after: [call]\n    when: sent == \"yes\"\n    title: {ja: あ, en: a}\n    instructions: {ja: あ, en: a}\n    role: funds\n", `16: The decision "sent" is not finished before this step`},
		"a pair with nothing":                     {"    target: 1bd", "    not_by: [cull]\n    target: 1bd", `30: not_by names "cull", which is no step`},
		"a pair with itself":                      {"    target: 1bd", "    not_by: [bank]\n    target: 1bd", `30: not_by names "bank", which is not finished before`},
		"a pair with a later step":                {"    target: 10m", "    target: 10m\n    not_by: [bank]", `13: not_by names "bank", which is not finished before`},
		"a pair twice":                            {"    target: 1bd", "    not_by: [call, call]\n    target: 1bd", `30: "call" is written twice`},
		"a pair that is no list":                  {"    target: 1bd", "    not_by: call\n    target: 1bd", `30: "not_by" must be a list`},
		"an end in a pair":                        {"    after: [bank]", "    after: [bank]\n    not_by: [bank]", `35: "not_by" has no meaning`},
		"an alias":                                {"{ja: 聞く, en: Listen}", "&x {ja: 聞く, en: Listen}", `10: Anchors, aliases, tags`},
		"a list in place of a text":               {"role: operator", "role: [operator]", `11: "role" must be text`},
		"a number in place of a text":             {"playbook: PB-90", "playbook: 90", `1: "playbook" must be text`},
		"a text in place of a list":               {"after: [call]", "after: call", `16: "after" must be a list`},
		"a text in place of a block":              {"title: {ja: 小さな手順書, en: A small playbook}", "title: PB", `3: "title" must be a block`},
		"a word in place of yes or no":            {"goes_on: true", "goes_on: maybe", `22: "goes_on" must be true or false`},
		"a control character by escape":           {"{ja: 聞く, en: Listen}", `{ja: "聞\u0000く", en: Listen}`, `10: "ja" has a control character`},
		"a hidden direction mark":                 {"聞く", "聞\u2028く", `10: There is a byte that is not UTF-8, or a control character`},
		"bytes that are no text":                  {"聞く", "\xff\xfe", `10: There is a byte that is not UTF-8`},
		"a text without end":                      {"聞く", strings.Repeat("長", 4001), `10: "ja" is longer than 4000 characters`},
		"a second document":                       {"  - id: finished", "---\n  - id: finished", `32: Anchors, aliases, tags and several documents`},
		"broken YAML":                             {"constant:", "constant: [", `This is not readable YAML`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(small, test.old) {
				t.Fatalf("%q is not in the playbook", test.old)
			}
			_, problems := playbooks.Load([]byte(strings.Replace(small, test.old, test.new, 1)), firm)
			var said []string
			for _, p := range problems {
				said = append(said, fmt.Sprintf("%d: %s", p.Line, p.In("en")))
				if p.In("ja") == p.In("en") || strings.Contains(p.In("ja")+p.In("en"), "%!") {
					t.Errorf("bad sentence: %s / %s", p.In("ja"), p.In("en"))
				}
			}
			if !strings.Contains(strings.Join(said, "\n"), test.want) {
				t.Fatalf("want %s, got\n%s", test.want, strings.Join(said, "\n"))
			}
		})
	}
}

func TestAllFaultsComeAtOnceInTheOrderOfTheFile(t *testing.T) {
	src := strings.NewReplacer("role: operator", "role: nobody", "after: [bank]", "after: [bonk]", "target: 1bd", "target: never").Replace(small)
	_, problems := playbooks.Load([]byte(src), firm)
	var lines []int
	for _, p := range problems {
		lines = append(lines, p.Line)
	}
	if len(lines) < 3 || !slices.IsSorted(lines) {
		t.Fatalf("lines %v:\n%v", lines, problems)
	}
}

func TestHostileTextIsRefusedBeforeItIsParsed(t *testing.T) {
	many := "playbook: PB-1\ntitle: {ja: a, en: a}\nsteps:\n" + strings.Repeat("  - {id: a}\n", playbooks.MaxSteps+1)
	tests := map[string]struct{ src, want string }{
		"too large":         {strings.Repeat("#", playbooks.MaxBytes+1), "larger than"},
		"brackets":          {"a: " + strings.Repeat("[", 200_000), "nested too deeply"},
		"dashes":            {strings.Repeat("- ", 100_000), "nested too deeply"},
		"indentation":       {"a:\n" + strings.Repeat(" ", 100) + "b:\n", "nested too deeply"},
		"laughing aliases":  {"a: &a [x, x]\nb: [*a, *a]\n", "aliases"},
		"too many steps":    {many, "more than 500"},
		"nothing":           {"", "nothing here"},
		"a comment":         {"# nothing\n", "nothing here"},
		"a list":            {"- a\n", "must be a block"},
		"a lonely sentence": {"hello", "must be a block"},
		"no steps":          {"playbook: PB-1\ntitle: {ja: a, en: a}\nsteps: []\n", `"steps" is missing`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, problems := playbooks.Load([]byte(test.src), firm)
			if !strings.Contains(problems.Error(), test.want) {
				t.Fatalf("got %v", problems)
			}
		})
	}
}

func TestAConditionNeverGuesses(t *testing.T) {
	d, _ := playbooks.Load([]byte(small), firm)
	bank, _ := d.Step("bank")
	if _, err := bank.When.Holds(playbooks.Values{Choices: map[string]string{"sent": "yes"}, Facts: map[string]any{}}); err == nil {
		t.Error("a fact that was not given passed")
	}
	if _, err := bank.When.Holds(playbooks.Values{Choices: map[string]string{"sent": "yes"}, Facts: map[string]any{"victims": "many"}}); err == nil {
		t.Error("a fact of the wrong type passed")
	}
	for victims, want := range map[int64]bool{0: false, 3: true} {
		got, err := bank.When.Holds(playbooks.Values{Choices: map[string]string{"sent": "yes"}, Facts: map[string]any{"victims": victims}})
		if err != nil || got != want {
			t.Errorf("%d victims: %v %v", victims, got, err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(engine))
	f.Add([]byte("a: [b, {c: d}]\n? x\n: y\n- z"))
	f.Add([]byte("playbook: |\n  PB\nsteps:\n- - - a"))
	f.Add([]byte("playbook: \"\\x00\"\ntitle: !!str x\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		d, problems := playbooks.Load(src, firm)
		for _, p := range problems {
			broken := strings.Contains(p.In("en")+p.In("ja"), "%!") && !strings.Contains(string(src), "%!")
			if p.Line < 1 || broken {
				t.Fatalf("line %d: %s", p.Line, p.In("en"))
			}
		}
		if len(problems) > 0 {
			return
		}
		g := playbooks.Layout(d, playbooks.Size{NodeWidth: 10, NodeHeight: 5, GapX: 2, GapY: 2})
		if len(g.Nodes) != len(d.Steps) {
			t.Fatalf("%d nodes for %d steps", len(g.Nodes), len(d.Steps))
		}
	})
}
