package cacao

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"tasuke/playbooks"
)

const beside = "../../../shared/testdata/cacao"

// material gives the test material that lies beside the project, or skips.
func material(t *testing.T) string {
	t.Helper()
	dir := beside
	if env := os.Getenv("TASUKE_SHARED"); env != "" {
		dir = filepath.Join(env, "testdata", "cacao")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the public playbooks are not beside the project (%v)", err)
	}
	return dir
}

var rules = playbooks.Rules{
	Roles: []string{"responder", "operator", "legal"},
	Actions: map[string]playbooks.Shape{
		"http.request": {
			Input:  map[string]playbooks.FieldType{"method": playbooks.TextField, "url": playbooks.TextField, "headers": playbooks.TextField, "body": playbooks.TextField},
			Output: map[string]playbooks.FieldType{"status": playbooks.NumberField, "body": playbooks.TextField},
			Open:   true,
		},
	},
}

type o = map[string]any

// id makes an identifier of a type from a number: the same number, the same object.
func id(kind string, n int) string {
	return fmt.Sprintf("%s--%08x-0000-4000-8000-000000000000", kind, n)
}

// manual is an action step of a person.
func manual(name string, more o) o {
	s := o{"type": "action", "name": name, "commands": []any{o{"type": "manual", "command": "Do " + name}}, "agent": id("group", 0xa)}
	maps.Copy(s, more)
	return s
}

func next(to string) o { return o{"on_completion": to} }

// book is a playbook of the steps, begun at action 1 or what begins says.
func book(steps o, more o) o {
	workflow := o{id("start", 0x5): o{"type": "start", "on_completion": id("action", 1)}, id("end", 0xe): o{"type": "end", "name": "Over"}}
	maps.Copy(workflow, steps)
	b := o{
		"type": "playbook", "spec_version": "cacao-2.0", "id": id("playbook", 0xb), "name": "A book", "created_by": id("identity", 0xc),
		"created": "2026-01-01T00:00:00.000Z", "modified": "2026-01-01T00:00:00.000Z", "workflow_start": id("start", 0x5), "workflow": workflow,
		"agent_definitions": o{id("group", 0xa): o{"type": "group", "name": "The team"}},
	}
	maps.Copy(b, more)
	return b
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// take imports a playbook that must be accepted.
func take(t *testing.T, b o) *Import {
	t.Helper()
	got := Take(encode(t, b), "responder", rules)
	if got.Definition == nil {
		t.Fatalf("refused:\n%s\n%s", got.Findings.Error(), encode(t, b))
	}
	return got
}

// step finds the step of ours that has a title.
func step(t *testing.T, d *playbooks.Definition, id string) *playbooks.Step {
	t.Helper()
	s, ok := d.Step(id)
	if !ok {
		t.Fatalf("there is no step %s in\n%s", id, playbooks.Write(d))
	}
	return s
}

func source(c *playbooks.Condition) string {
	if c == nil {
		return ""
	}
	return c.Source
}

func whenOf(s *playbooks.Step) string { return source(s.When) }

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // a fixture
	}
	return b
}
