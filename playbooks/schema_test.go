package playbooks_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"tasuke/playbooks"
)

var update = flag.Bool("update", false, "write the schema and the drawings anew")

const schemaFile = "../docs/playbook.schema.json"

func TestTheSchemaForEditorsIsTheOneInTheDocs(t *testing.T) {
	want, err := playbooks.JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("docs/playbook.schema.json is not what the tables of this package say: go generate ./playbooks")
	}
}

func editorSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	src, err := playbooks.JSONSchema()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	if err := c.AddResource("playbook.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("playbook.schema.json")
}

// asJSON is a playbook as an editor shows it to the schema.
func asJSON(t *testing.T, src string) any {
	t.Helper()
	b, err := yaml.YAMLToJSON([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEveryGoodPlaybookIsValidInAnEditor(t *testing.T) {
	schema := editorSchema(t)
	for name, src := range books(t) {
		if err := schema.Validate(asJSON(t, src)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		d, _ := playbooks.Parse([]byte(src))
		if err := schema.Validate(asJSON(t, string(playbooks.Write(d)))); err != nil {
			t.Errorf("%s as it is written: %v", name, err)
		}
	}
}

func TestAnEditorMarksWhatTheReaderRefuses(t *testing.T) {
	schema := editorSchema(t)
	for name, test := range map[string]struct{ good, old, new string }{
		"no title":                      {small, "title: {ja: 小さな手順書, en: A small playbook}\n", ""},
		"a title in one language":       {small, "{ja: 小さな手順書, en: A small playbook}", "{ja: 小さな手順書}"},
		"an empty text":                 {small, "en: Listen", `en: ""`},
		"an id in small letters":        {small, "PB-90", "pb-90"},
		"a number as id":                {small, "playbook: PB-90", "playbook: 90"},
		"a field there is not":          {small, "title:", "owner: x\ntitle:"},
		"a step's field there is not":   {small, "    target: 10m", "    priority: 1"},
		"a step without an id":          {small, "  - id: call\n    kind: task", "  - kind: task"},
		"a step with a reserved id":     {small, "- id: call", "- id: facts"},
		"a step in capitals":            {small, "- id: call", "- id: Call"},
		"an unknown kind":               {small, "kind: decision", "kind: choice"},
		"a task without a role":         {small, "    role: operator\n", ""},
		"a task without instructions":   {small, "    instructions: {ja: 聞く, en: Listen}\n", ""},
		"a decision without a question": {small, "    question: {ja: 送られましたか, en: Was it sent}\n", ""},
		"a decision with one answer":    {small, "      - {id: \"no\", text: {ja: いいえ, en: \"No\"}, goes_on: true}\n", ""},
		"an end with a role":            {small, "    kind: end", "    kind: end\n    role: funds"},
		"a target without a unit":       {small, "target: 10m", "target: \"10\""},
		"a target from nowhere":         {small, "target_from: ready", "target_from: soon"},
		"after as a word":               {small, "after: [call]", "after: call"},
		"a flag as a word":              {small, "goes_on: true", "goes_on: maybe"},
		"no steps":                      {small, small[strings.Index(small, "steps:"):], "steps: []\n"},
		"a field of an unknown type":    {engine, "type: yen", "type: money"},
		"a choice of one":               {engine, "          - {id: fax, text: {ja: ファクス, en: Fax}}\n", ""},
		"options of a text":             {engine, "type: choice", "type: text"},
		"an action that does nothing":   {engine, "    do: count\n", ""},
		"an input that is a list":       {engine, "urgent: true", "urgent: [true]"},
		"a fraction":                    {engine, "amount: ${draft.amount}", "amount: 1.5"},
		"an approval of nothing":        {engine, "    of: letters\n", ""},
		"an approval with a form":       {engine, "    of: letters", "    of: letters\n    fields: []"},
		"a wait for nothing":            {engine, "    for: 2h\n", ""},
		"a wait for two things":         {engine, "    for: 2h", "    for: 2h\n    event: bank.sent"},
		"a wait of no length":           {engine, "for: 2h", "for: 0m"},
		"a timeout of a length":         {engine, "    for: 2h", "    for: 2h\n    timeout: 3h"},
		"a switch a person does":        {blocks, "    kind: switch", "    kind: switch\n    role: operator"},
		"a loop without a bound":        {blocks, "    max: 5\n", ""},
		"a loop beyond all bounds":      {blocks, "max: 5", "max: 5000"},
		"a loop that never ends":        {blocks, "    while: vars.left > 0\n", ""},
		"a loop with two ends":          {blocks, "    max: 5", "    until_true: vars.left < 1\n    max: 5"},
		"a broken step in a loop":       {blocks, "      - id: odd\n        kind: task", "      - id: odd\n        kind: goto"},
		"a broken exception path":       {blocks, "    skip: {never: true}", "    skip: {always: true}"},
		"a join of some":                {blocks, "need: 2", "need: some"},
		"a join that stops the rest":    {blocks, "rest: cancel", "rest: stop"},
		"a call of nothing":             {blocks, "        playbook: PB-80\n", ""},
		"a moment that is none":         {blocks, "until: ${vars.by}", "until: tomorrow"},
		"too many attempts":             {blocks, "times: 3", "times: 99"},
		"signed by nobody":              {blocks, "roles: [funds, operator]", "roles: []"},
		"a variable of no type":         {blocks, "type: number, default: 3", "default: 3"},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(test.good, test.old) {
				t.Fatalf("%q is not in the playbook", test.old)
			}
			broken := strings.Replace(test.good, test.old, test.new, 1)
			if err := schema.Validate(asJSON(t, broken)); err == nil {
				t.Error("the editor says nothing")
			}
			if _, problems := playbooks.Parse([]byte(broken)); len(problems) == 0 {
				t.Error("the reader says nothing")
			}
		})
	}
}
