package standard_test

import (
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryScenarioComesAsItsTableHasIt works all tables through with the program itself, which alone
// knows the rooms: tasuke playbook test.
func TestEveryScenarioComesAsItsTableHasIt(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "tasuke")
	if out, err := exec.Command("go", "build", "-tags=sqlite_fts5", "-buildvcs=false", "-o", program, "tasuke/cmd/tasuke").CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	said, err := exec.CommandContext(t.Context(), program, "playbook", "test", "--lang", "en", ".").Output()
	worked := 0
	for line := range strings.Lines(string(said)) {
		switch line = strings.TrimSpace(line); {
		case strings.Contains(line, ".yaml: ok "):
			worked++
		case strings.Contains(line, ".yaml:"):
			t.Error(line)
		}
	}
	if broken := new(exec.ExitError); errors.As(err, &broken) {
		t.Errorf("%v\n%s", err, broken.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	if worked == 0 {
		t.Errorf("no scenario was worked through:\n%s", said)
	}
}
