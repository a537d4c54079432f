package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

const (
	ownExamples    = "../../cases/deadline/testdata/examples.yaml"
	sharedExamples = "../../../shared/testdata/deadlines/examples.yaml"
)

func runDeadline(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	root := &cobra.Command{Use: "tasuke", SilenceErrors: true}
	root.AddCommand(deadlineCommand())
	root.SetArgs(append([]string{"deadline"}, args...))
	root.SetOut(&out)
	root.SetErr(&out)
	err := root.Execute()
	return out.String(), err
}

func TestDeadlineCheckFailsClearly(t *testing.T) {
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "examples.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	own, err := os.ReadFile(ownExamples)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		args []string
		says string
	}{
		"a file that is not there":       {[]string{"check", "none.yaml"}, "open examples"},
		"a folder":                       {[]string{"check", t.TempDir()}, "is a directory"},
		"a file that is not YAML":        {[]string{"check", write("{")}, "read examples"},
		"an empty file":                  {[]string{"check", write("")}, "schema 0"},
		"a pattern that matches nothing": {[]string{"check", "--duty", "EU-*", ownExamples}, `no example matches --duty "EU-*"`},
		"a pattern that is none":         {[]string{"check", "--duty", "[", ownExamples}, "is not a pattern"},
		"no file":                        {[]string{"check"}, "accepts 1 arg"},
		"an unknown expected field":      {[]string{"check", write(strings.Replace(string(own), "{applies: false}", "{applied: false}", 1))}, `unknown field "applied"`},
		"one wrong date":                 {[]string{"check", write(strings.Replace(string(own), `expected: {due_date: "2026-07-30"}`, `expected: {due_date: "2026-07-31"}`, 1))}, "1 of"},
		"a duty without a rule":          {[]string{"check", write(strings.Replace(string(own), "JP-APPI-HONNIN", "JP-MYN-HONNIN", 1))}, "1 of"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out, err := runDeadline(t, test.args...)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want an error that says %q\n%s", err, test.says, out)
			}
		})
	}
}

func TestDeadlineCheckPrintsEveryExampleAndTheSum(t *testing.T) {
	out, err := runDeadline(t, "check", "--duty", "JP-APPI-KAKUHO", ownExamples)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, "ok   K02 JP-APPI-KAKUHO expected: due_date=2026-07-30") || !strings.HasSuffix(out, " passed, 0 failed\n") {
		t.Error(out)
	}
	if strings.Contains(out, "JP-APPI-SOKUHO") {
		t.Error("another duty was checked too")
	}
}

func TestDeadlineCheckOfTheSharedExamples(t *testing.T) {
	if _, err := os.Stat(sharedExamples); err != nil {
		t.Skipf("no shared examples: %v", err)
	}
	out, err := runDeadline(t, "check", "--duty", "JP-APPI-*", sharedExamples)
	if err != nil {
		t.Error(out)
	}
	t.Log(out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:])
}

func TestDeadlineExplainAsksForWhatItNeeds(t *testing.T) {
	event := "became_aware=2026-11-30T23:59:00+09:00"
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"--duty", "JP-APPI-KAKUHO"}, "at least one --event"},
		{[]string{"--event", event}, "--duty"},
		{[]string{"--duty", "EU-GDPR33", "--event", event}, "there are rules for JP-APPI-SOKUHO"},
		{[]string{"--duty", "JP-APPI-KAKUHO", "--event", "became_awre=2026-11-30"}, "not type=instant of an event"},
		{[]string{"--duty", "JP-APPI-KAKUHO", "--event", "became_aware=2026-11-30T23:59:00"}, "neither an instant"},
		{[]string{"--duty", "JP-APPI-KAKUHO", "--event", event, "--param", "items=2"}, "is not name=value"},
		{[]string{"--duty", "JP-APPI-KAKUHO", "--event", event, "--param", "appi_rule7_items=8"}, `not "8"`},
		{[]string{"--duty", "JP-APPI-KAKUHO", "--event", event, "--lang", "fr"}, "ja or en"},
		{[]string{"--duty", "JP-APPI-KAKUHO", "--event", event, "--event", "count_updated=2026-12-01;appi_rule7_items=2"}, "counts only"},
	} {
		_, err := runDeadline(t, append([]string{"explain"}, test.args...)...)
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%v: got %v, want an error that says %q", test.args, err, test.says)
		}
	}
}

func TestDeadlineExplainShowsEachCaseUntilTheFactsAreGiven(t *testing.T) {
	event := []string{"explain", "--duty", "JP-APPI-KAKUHO", "--event", "became_aware=2026-11-30T23:59:00+09:00"}
	out, err := runDeadline(t, event...)
	if err != nil || !strings.Contains(out, "[appi_rule7_items=1] ") || !strings.Contains(out, "[appi_rule7_items=3] ") || !strings.Contains(out, "2027-01-28 が期限") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = runDeadline(t, append(event, "--param", "appi_rule7_items=2")...)
	if err != nil || strings.Contains(out, "[appi") || !strings.HasPrefix(out, "知った日 2026-11-30 を1日目とし、30日目は 2026-12-29。") {
		t.Errorf("%v\n%s", err, out)
	}
	out, err = runDeadline(t, append(event, "--param", "appi_rule7_items=1", "--lang", "en", "--event", "reclassified=2026-12-03;appi_rule7_items=1,3")...)
	if err != nil || !strings.Contains(out, "day 60 is 2027-01-28") || !strings.Contains(out, "stays on record as a checkpoint") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestDeadlineRulesListsWhatMustBeReviewed(t *testing.T) {
	out, err := runDeadline(t, "rules")
	if err != nil || strings.Count(out, "\nJP-APPI-") != 5 || !strings.Contains(out, "required: first_day") {
		t.Errorf("%v\n%s", err, out)
	}
}
