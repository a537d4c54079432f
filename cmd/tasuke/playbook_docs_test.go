package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheExampleInTheDocsIsWithoutFault: what people copy first must work.
func TestTheExampleInTheDocsIsWithoutFault(t *testing.T) {
	text, err := os.ReadFile("../../docs/playbooks.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begun := strings.Cut(string(text), "```yaml\n")
	example, _, ended := strings.Cut(rest, "```\n")
	if !begun || !ended {
		t.Fatal("there is no example")
	}
	file := filepath.Join(folder(t, map[string]string{"example.yaml": example}), "example.yaml")
	if out, err := playbookWith(t, "lint", "--lang", "en", file); err != nil || !strings.HasSuffix(out, ": ok\n") {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := playbookWith(t, "simulate", "--lang", "en", "--start", "2026-03-02T09:00", "--choose", "stolen=yes", "--fact", "open_cases=3", "--give", "intake.customers=2", "--give", "phone.left=0", file)
	if err != nil || !strings.Contains(out, "It ends at 2026-03-02 13:40 after ") || strings.Contains(out, "taken as follows") {
		t.Errorf("%v\n%s", err, out)
	}
}
