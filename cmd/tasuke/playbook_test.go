package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const goodPlaybook = "../../playbooks/standard/PB-01.yaml"

func lint(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := playbookCommand()
	cmd.SetArgs(append([]string{"lint"}, args...))
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SilenceErrors = true
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func TestLintNamesEveryFaultOfEveryFile(t *testing.T) {
	src, err := os.ReadFile(goodPlaybook)
	if err != nil {
		t.Fatal(err)
	}
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	text := strings.NewReplacer("role: operator\n    target: 2m", "role: nobody\n    target: soon").Replace(string(src))
	if err := os.WriteFile(bad, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := lint(t, "--lang", "en", bad, goodPlaybook, "missing.yaml")
	if !errors.Is(err, errSaid) {
		t.Errorf("ended with %v", err)
	}
	for _, want := range []string{`There is no role "nobody"`, `Write the target "soon"`, goodPlaybook + ": ok\n", "missing.yaml: open"} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is not in\n%s", want, out)
		}
	}
}

func TestLintOfAGoodFileSaysOk(t *testing.T) {
	if out, err := lint(t, goodPlaybook); err != nil || out != goodPlaybook+": ok\n" {
		t.Fatalf("%v: %s", err, out)
	}
}

func TestLintWantsAFile(t *testing.T) {
	if _, err := lint(t); err == nil {
		t.Fatal("no file is no fault")
	}
}
