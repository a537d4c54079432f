package example

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tasuke/cases/deadline"
)

const shared = "../../../../shared/testdata/deadlines/examples.yaml"

func pack(t testing.TB) *deadline.Pack {
	t.Helper()
	p, err := deadline.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// file wraps one example, with every part that a test spoils.
func file(expected string) string {
	return "schema: 1\nexamples:\n  - id: A1\n    duty: JP-APPI-KAKUHO\n    events: [{type: became_aware, at: \"2026-11-29T10:00:00+09:00\"}]\n" +
		"    params: {appi_rule7_items: [2]}\n    expected: " + expected + "\n"
}

func TestAFileThatIsNotWhatItShouldBeIsRefused(t *testing.T) {
	whole := file(`{due_date: "2026-12-28"}`)
	tests := map[string]struct{ from, to, says string }{
		"an unknown field of the file":      {"schema: 1", "schema: 1\nextra: 1", "unknown field"},
		"an unknown field of an example":    {"    duty:", "    note: x\n    duty:", "unknown field"},
		"an unknown field of an event":      {"{type:", "{when: x, type:", "unknown field"},
		"an unknown expected field":         {"{due_date:", "{due_day:", `unknown field "due_day" under expected`},
		"an unknown field of a closed day":  {"{due_date: \"2026-12-28\"}", "{rolled_over: [{day: x}]}", `unknown field "day" under rolled_over`},
		"an unknown field of a reading":     {"{due_date: \"2026-12-28\"}", "{alternatives: [{due: x}]}", `unknown field "due" under alternatives`},
		"an unknown parameter":              {"appi_rule7_items", "appi_rule_7_items", `unknown parameter "appi_rule_7_items"`},
		"an item that does not exist":       {"[2]", "[7]", `not "7"`},
		"one item instead of a list":        {"[2]", "2", "is of kind items"},
		"an instant without an offset":      {"+09:00", "", "is not an instant with its offset"},
		"a day without date_only":           {"2026-11-29T10:00:00+09:00", "2026-11-29", "is not an instant with its offset"},
		"a day that does not exist":         {"2026-11-29T", "2026-11-31T", "is not an instant"},
		"an event without a type":           {"type: became_aware, ", "", "event 1 has no type"},
		"no id":                             {"id: A1", `id: ""`, "needs an id"},
		"nothing expected":                  {"{due_date: \"2026-12-28\"}", "{}", "something expected"},
		"another schema":                    {"schema: 1", "schema: 7", "schema 7"},
		"other holidays":                    {"schema: 1", "schema: 1\ncalendars_known_through: {JP-GOV: \"2029-12-31\"}", "published to 2029-12-31"},
		"a parameter of two kinds in a set": {"at:", "set: {affected_persons: many}, at:", "whole number"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			spoilt := strings.Replace(whole, test.from, test.to, 1)
			if spoilt == whole {
				t.Fatal("the test changes nothing")
			}
			_, err := Read(strings.NewReader(spoilt), pack(t))
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want an error that says %q", err, test.says)
			}
		})
	}
	if _, err := Read(strings.NewReader(whole), pack(t)); err != nil {
		t.Errorf("the unspoilt file: %v", err)
	}
	twice := whole + strings.TrimPrefix(whole, "schema: 1\nexamples:\n")
	if _, err := Read(strings.NewReader(twice), pack(t)); err == nil || !strings.Contains(err.Error(), "A1 is there twice") {
		t.Errorf("got %v", err)
	}
}

// Awareness 2026-11-29: day 30 is 2026-12-28, open; the other reading ends on 2027-01-04.
func TestEveryExpectedFieldIsCompared(t *testing.T) {
	for expected, says := range map[string]string{
		`{due_date: "2026-12-29"}`:       "due_date: expected 2026-12-29, got 2026-12-28",
		`{due_date: null}`:               "due_date: expected none, got 2026-12-28",
		`{due_date: [1]}`:                "due_date",
		`{raw_date: "2026-12-27"}`:       "raw_date",
		`{day_1: "2026-11-30"}`:          "day_1",
		`{tz: UTC}`:                      "tz: expected UTC, got Asia/Tokyo",
		`{force: guidance}`:              "force: expected guidance, got statutory",
		`{applies: false}`:               "applies: expected false, got true",
		`{effective_from: "2022-04-01"}`: "effective_from: expected 2022-04-01, got none",
		`{provisional: true}`:            "provisional",
		`{provisional: "false"}`:         "provisional",
		`{rolled_over: [{date: "2026-12-29", name: 年末年始}]}`:                       "rolled_over",
		`{checkpoints: [{due_date: "2026-12-28"}]}`:                               "checkpoints",
		`{plan_by: "2026-12-28"}`:                                                 "plan_by: expected 2026-12-28, got none",
		`{due_instant: "2026-12-28T23:59:59+09:00"}`:                              "due_instant",
		`{cutoff_instant: "2026-12-28T17:00:00+09:00"}`:                           "cutoff_instant",
		`{bound: earliest}`:                                                       "bound",
		`{skipped: []}`:                                                           "skipped",
		`{range: {from: "2026-12-01"}}`:                                           "range",
		`{alternatives: []}`:                                                      "alternatives",
		`{alternatives: [{due_date: "2027-01-04"}]}`:                              "alternatives",
		`{alternatives: [{reading: from_threshold_day}]}`:                         "alternatives: expected {reading=from_threshold_day}",
		`{alternatives: [{reading: first_day_excluded, due_date: "2027-01-05"}]}`: "alternatives[first_day_excluded].due_date: expected 2027-01-05, got 2027-01-04",
		`{alternatives: [{reading: first_day_excluded, rolled_over: []}]}`:        "alternatives[first_day_excluded].rolled_over",
		`{alternatives: first_day_excluded}`:                                      "alternatives",
	} {
		examples, err := Read(strings.NewReader(file(expected)), pack(t))
		if err != nil {
			t.Errorf("%s: %v", expected, err)
			continue
		}
		v := Check(pack(t), examples[0])
		if v.Passed() || !strings.Contains(strings.Join(v.Differences, "\n"), says) {
			t.Errorf("%s: differences %q, want one that says %q", expected, v.Differences, says)
		}
	}
}

func TestWhatAnExampleDoesNotAskAboutIsNotCompared(t *testing.T) {
	for _, expected := range []string{
		`{due_date: "2026-12-28"}`,
		`{due_date: "2026-12-28", rolled_over: [], provisional: false, checkpoints: []}`,
		`{alternatives: [{reading: first_day_excluded, raw_date: "2026-12-29"}]}`,
	} {
		examples, err := Read(strings.NewReader(file(expected)), pack(t))
		if err != nil {
			t.Fatal(err)
		}
		if v := Check(pack(t), examples[0]); !v.Passed() {
			t.Errorf("%s: %q", expected, v.Differences)
		}
	}
}

func TestAnExampleWithoutARuleOrWithoutItsEventFails(t *testing.T) {
	for _, change := range [][2]string{{"JP-APPI-KAKUHO", "EU-GDPR33"}, {"became_aware", "suspected"}} {
		text := strings.Replace(file(`{rolled_over: []}`), change[0], change[1], 1)
		examples, err := Read(strings.NewReader(text), pack(t))
		if err != nil {
			t.Fatal(err)
		}
		if v := Check(pack(t), examples[0]); v.Passed() {
			t.Errorf("%s passed", change[1])
		}
	}
}

func run(t *testing.T, path string) (passed, failed int) {
	t.Helper()
	in, err := os.Open(path)
	if err != nil {
		t.Skipf("no examples to run: %v", err)
	}
	defer in.Close()
	examples, err := Read(in, pack(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range examples {
		if fits, err := filepath.Match("JP-APPI-*", e.Duty); err != nil || !fits {
			continue
		}
		if v := Check(pack(t), e); v.Passed() {
			passed++
		} else {
			failed++
			t.Errorf("%s: %s\n%s", e.ID, e.Reason, strings.Join(v.Differences, "\n"))
		}
	}
	t.Logf("%d passed, %d failed", passed, failed)
	return passed, failed
}

func TestOurOwnWorkedExamplesHold(t *testing.T) {
	if passed, _ := run(t, "../testdata/examples.yaml"); passed < 20 {
		t.Errorf("only %d examples ran", passed)
	}
}

func TestTheSharedExamplesOfThePersonalInformationActHold(t *testing.T) {
	if passed, _ := run(t, shared); passed < 31 {
		t.Errorf("only %d examples ran", passed)
	}
}

func FuzzExamples(f *testing.F) {
	f.Add(file(`{due_date: "2026-12-28"}`))
	f.Add(file(`{alternatives: [{reading: 1}], range: [], rolled_over: {a: 1}}`))
	f.Add("schema: 1\nexamples: [{id: a, duty: b, expected: {applies: no}}]\n")
	f.Add("{")
	f.Fuzz(func(t *testing.T, text string) {
		examples, err := Read(strings.NewReader(text), pack(t))
		if err != nil {
			return
		}
		for _, e := range examples {
			v := Check(pack(t), e)
			if v.Expectation() == "" || v.Result() == "" {
				t.Error("a line of a report is empty")
			}
		}
	})
}
