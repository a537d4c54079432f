package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// playbookWith runs "tasuke playbook" and gives everything it printed.
func playbookWith(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	cmd := playbookCommand()
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&out)
	cmd.SilenceErrors = true
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

// callingBook is a playbook that calls another, calledBook is that one.
const (
	callingBook = "playbook: T-1\ntitle: {ja: 呼ぶ, en: Call}\nsteps:\n" +
		"  - {id: a, kind: playbook, title: {ja: あ, en: a}, role: legal, playbook: T-2, with: {n: 3}}\n  - {id: b, kind: end, after: [a], title: {ja: 終, en: End}}\n"
	calledBook = "playbook: T-2\ntitle: {ja: 呼ばれる, en: Called}\ninputs: [{id: n, label: {ja: 数, en: N}, type: number, required: true}]\nsteps:\n" +
		"  - {id: a, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: legal}\n  - {id: b, kind: end, after: [a], title: {ja: 終, en: End}}\n"
)

// folder writes files and gives the folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestLintKnowsWhatIsCalled(t *testing.T) {
	both := folder(t, map[string]string{"a.yaml": callingBook, "b.yaml": calledBook, "a.test.yaml": "scenarios: []\n"})
	alone := folder(t, map[string]string{"a.yaml": callingBook})
	elsewhere := folder(t, map[string]string{"b.yaml": strings.Replace(calledBook, "type: number", "type: text", 1)})
	tests := map[string]struct {
		args []string
		want string
		bad  bool
	}{
		"beside the file":                 {[]string{filepath.Join(both, "a.yaml")}, "a.yaml: ok\n", false},
		"in a folder":                     {[]string{both}, "b.yaml: ok\n", false},
		"nowhere":                         {[]string{filepath.Join(alone, "a.yaml")}, `a.yaml:4: There is no playbook "T-2"`, true},
		"among the given files":           {[]string{alone, elsewhere}, `a.yaml:4: The input "n" must be of the type text`, true},
		"not in a table of scenarios":     {[]string{filepath.Join(both, "a.test.yaml"), both}, "a.test.yaml: a table of scenarios", false},
		"not where there is nothing":      {[]string{t.TempDir()}, "There is no file of a playbook.", true},
		"the standard ones in any folder": {[]string{"../../playbooks/standard"}, "PB-01.yaml: ok\n", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out, err := playbookWith(t, append([]string{"lint", "--lang", "en"}, test.args...)...)
			if errors.Is(err, errSaid) != test.bad || !strings.Contains(out, test.want) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestDiffSaysWhatChanged(t *testing.T) {
	dir := folder(t, map[string]string{"old.yaml": calledBook, "new.yaml": strings.Replace(calledBook, "role: legal", "role: funds", 1), "bad.yaml": "playbook: [\n"})
	old, newer := filepath.Join(dir, "old.yaml"), filepath.Join(dir, "new.yaml")
	if out, err := playbookWith(t, "diff", old, newer); err != nil || out != "手順「あ」(a)の役割を変えました: legal → funds\n" {
		t.Errorf("%v %s", err, out)
	}
	if out, err := playbookWith(t, "diff", "--lang", "en", old, old); err != nil || out != "Both say the same.\n" {
		t.Errorf("%v %s", err, out)
	}
	if out, err := playbookWith(t, "diff", old, filepath.Join(dir, "bad.yaml")); !errors.Is(err, errSaid) || !strings.Contains(out, "bad.yaml:") {
		t.Errorf("%v %s", err, out)
	}
	if _, err := playbookWith(t, "diff", old, filepath.Join(dir, "none.yaml")); err == nil || errors.Is(err, errSaid) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestExportWritesThePlaybookAgain(t *testing.T) {
	dir := folder(t, map[string]string{"a.yaml": callingBook, "b.yaml": calledBook, "bad.yaml": strings.Replace(calledBook, "role: legal", "role: nobody", 1)})
	out, err := playbookWith(t, "export", "--format", "yaml", filepath.Join(dir, "a.yaml"))
	if err != nil || !strings.Contains(out, "playbook: T-1\ntitle: {ja: 呼ぶ, en: Call}\n") || !strings.Contains(out, "    playbook: T-2\n    with: {\"n\": 3}\n") {
		t.Errorf("%v\n%s", err, out)
	}
	if out, err := playbookWith(t, "export", filepath.Join(dir, "bad.yaml")); !errors.Is(err, errSaid) || !strings.Contains(out, "bad.yaml:5") {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err := playbookWith(t, "export", "--format", "pdf", filepath.Join(dir, "a.yaml")); err == nil || !strings.Contains(err.Error(), "yaml") {
		t.Errorf("%v", err)
	}
}
