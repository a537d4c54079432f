package remedy_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"tasuke/cases/remedy"
	"tasuke/internal/actor"
)

func standard(t testing.TB) *remedy.Book {
	t.Helper()
	b, err := remedy.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAPolicyThatCannotBeFollowedIsNotRead(t *testing.T) {
	t.Parallel()
	read := func(name string) string {
		b, err := os.ReadFile("policies/" + name)
		must(t, err)
		return string(b)
	}
	policy, approval := read("standard.yaml"), read("approval.yaml")
	tests := map[string]struct{ file, old, new string }{
		"an unknown field":                         {"standard.yaml", "rounding: floor", "rounding: floor\n    mood: good"},
		"a rate above the whole":                   {"standard.yaml", "rate_bp: 10000", "rate_bp: 10001"},
		"a fraction of a yen":                      {"standard.yaml", "consolation_yen: 10000", "consolation_yen: 0.5"},
		"a negative consolation":                   {"standard.yaml", "consolation_yen: 10000", "consolation_yen: -1"},
		"an unknown basis":                         {"standard.yaml", "basis: withdrawn_amount", "basis: feeling"},
		"no rounding rule":                         {"standard.yaml", "rounding: floor", "rounding: bankers"},
		"dates that overlap":                       {"standard.yaml", `from: "2025-01-01"`, `from: "2024-12-31"`},
		"a version after one without end":          {"standard.yaml", `to: "2026-01-09"`, `to: ""`},
		"a day that is none":                       {"standard.yaml", `from: "2020-01-01"`, `from: "2020-02-30"`},
		"two policies":                             {"standard.yaml", "- id: UA-COMP\n    version: 2", "- id: OTHER\n    version: 2"},
		"no source":                                {"standard.yaml", "confidence: S", "confidence: sure"},
		"another schema":                           {"standard.yaml", "schema: 1", "schema: 2"},
		"a last band with an end":                  {"approval.yaml", "- {roles: [executive], title: {ja: 経営会議", "- {up_to_yen: 99000000, roles: [executive], title: {ja: 経営会議"},
		"bands out of order":                       {"approval.yaml", "up_to_yen: 10000000", "up_to_yen: 500000"},
		"an approver who may not approve":          {"approval.yaml", "[legal, executive]", "[legal, operator]"},
		"an approval of deviations that nobody is": {"approval.yaml", "deviation: {roles: [executive]", "deviation: {roles: [legal]"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"standard.yaml": policy, "approval.yaml": approval}
			changed := strings.Replace(files[c.file], c.old, c.new, 1)
			if changed == files[c.file] {
				t.Fatal("the test changes nothing")
			}
			files[c.file] = changed
			if _, err := remedy.Load(fstest.MapFS{"standard.yaml": {Data: []byte(files["standard.yaml"])}, "approval.yaml": {Data: []byte(files["approval.yaml"])}}); err == nil {
				t.Error("it was read")
			}
		})
	}
}

func TestTheVersionFollowsFromTheDayOfDamage(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]int64{"2019-12-31": 0, "2020-01-01": 1, "2024-12-31": 1, "2025-01-01": 2, "2026-01-09": 2, "2026-01-10": 3, "2031-05-05": 3} {
		p, ok := standard(t).For(day)
		if ok != (want > 0) || p.Version != want {
			t.Errorf("%s: version %d, want %d", day, p.Version, want)
		}
	}
}

func TestWhoApprovesFollowsFromTheAmount(t *testing.T) {
	t.Parallel()
	l := standard(t).Limits
	tests := []struct {
		yen      int64
		deviates bool
		legal    bool
		reason   bool
	}{
		{0, false, true, false}, {1_000_000, false, true, false}, {1_000_001, false, false, false}, {10_000_000, false, false, false},
		{10_000_001, false, false, true}, {remedy.MaxYen, false, false, true}, {1, true, false, true},
	}
	for _, c := range tests {
		b := l.Of(c.yen, c.deviates)
		legal := false
		for _, r := range b.Roles {
			legal = legal || r == actor.Legal
		}
		if legal != c.legal || b.Reason != c.reason || len(b.Roles) == 0 {
			t.Errorf("%d yen, deviates %v: %+v", c.yen, c.deviates, b)
		}
	}
}
