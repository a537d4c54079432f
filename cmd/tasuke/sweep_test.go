package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tasuke/cases/sweep/world"
)

func commandLine(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c := root()
	c.SetOut(&out)
	c.SetErr(&out)
	c.SetArgs(args)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func TestEvaluateRefusesWhatProvesNothing(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		args []string
		says string
	}{
		"a seed that was used to tune": {[]string{"--seeds", "11,7"}, "seed 7 was used to tune"},
		"nobody has called":            {[]string{"--known", "0"}, "at least one known victim"},
		"a firm without customers":     {[]string{"--seeds", "11", "--customers", "3"}, "needs 100 customers"},
	} {
		if out, err := commandLine(t, append([]string{"sweep", "evaluate"}, test.args...)...); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestASmallWorldIsMadeImportedSweptAndCompared(t *testing.T) {
	t.Parallel()
	out, err := commandLine(t, "sweep", "evaluate", "--seeds", "3", "--tuning", "--customers", "700", "--days", "40", "--known", "3", "--rounds")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"precision", "tuning seed: proves nothing", "payouts", "pump", "access", "ms per round", "newly confirmed"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	again, err := commandLine(t, "sweep", "evaluate", "--seeds", "3", "--tuning", "--customers", "700", "--days", "40", "--known", "3", "--rounds")
	table := func(s string) string { return s[:strings.Index(s, "import r/s")] } // what comes after is measured time
	if err != nil || table(out) != table(again) {
		t.Errorf("another time another result: %v\n%s\n%s", err, out, again)
	}
}

func TestDemoDataWritesLogsMappingsAndTheTruthOnce(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	args := []string{"demo-data", "--out", dir, "--seed", "5", "--customers", "300", "--days", "20", "--until", "2026-06-01T00:00:00Z"}
	out, err := commandLine(t, args...)
	if err != nil || !strings.Contains(out, "--source back-office --mapping") {
		t.Fatal(err, out)
	}
	for _, name := range []string{"web-login-20260513.csv", "app-login.yaml", "truth-5.json"} {
		if st, err := os.Stat(filepath.Join(dir, name)); err != nil || st.Size() == 0 {
			t.Error(name, err)
		}
	}
	if _, err := commandLine(t, args...); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Error(err)
	}
	if _, err := commandLine(t, "demo-data", "--out", dir+"2", "--until", "yesterday"); err == nil {
		t.Error("an end that is no moment")
	}
}

// The story and the logs tell the same: who called was attacked before, and there are others.
func TestTheCallersOfTheDemoAreVictimsInItsLogs(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 10, 4, 0, 0, 0, time.UTC)
	truth, err := world.Generate(demoOptions(now), filesIn(t.TempDir()))
	noError(t, err)
	callers := map[string]time.Time{"H0001204": demoDay(now, 27, 8, 42), "H0004321": demoDay(now, 1, 9, 12), "H0008848": demoDay(now, 1, 16, 2), "H0018303": demoDay(now, 27, 12, 0)}
	if truth.Rows < 1_000_000 || truth.Rows > 1_300_000 || len(truth.Campaigns) != 3 {
		t.Errorf("%d rows, %d campaigns", truth.Rows, len(truth.Campaigns))
	}
	for _, c := range truth.Campaigns {
		unknown := 0
		for _, v := range c.Victims {
			if !v.Given {
				unknown++
			}
			if called, ok := callers[v.Customer]; ok {
				delete(callers, v.Customer)
				if !v.Given || !v.First.Before(called) || v.Last.After(now) || called.Sub(v.First) > 20*time.Hour {
					t.Errorf("%s called at %s, attacked %s to %s", v.Customer, called, v.First, v.Last)
				}
			}
		}
		if unknown == 0 {
			t.Errorf("%s: everybody has called", c.Name)
		}
	}
	if len(callers) > 0 {
		t.Errorf("called and were not attacked: %v", callers)
	}
}
