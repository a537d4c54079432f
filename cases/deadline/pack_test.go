package deadline

import (
	"os"
	"strings"
	"testing"

	"tasuke/cases/deadline/calendar"
)

func source(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("rules/jp-appi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Each change spoils the built-in pack in one place, once.
func TestASpoiltRuleIsRefusedByName(t *testing.T) {
	tests := map[string]struct{ from, to, says string }{
		"an unknown field":                    {"    form: F-APPI-9", "    from: F-APPI-9", "unknown field"},
		"an unknown unit":                     {"unit: cd", "unit: days", `rule JP-APPI-KAKUHO version 1: unknown period.unit "days"`},
		"a period without a length":           {"      n: 30\n", "", "rule JP-APPI-KAKUHO version 1: period.n 0"},
		"a length of a century":               {"n: 30\n", "n: 36500\n", "rule JP-APPI-KAKUHO version 1: period.n 36500"},
		"a window that runs backwards":        {"window: [3, 5]", "window: [5, 3]", "rule JP-APPI-SOKUHO version 1: period.window"},
		"no first-day rule":                   {"      first_day: incl\n", "", "rule JP-APPI-SOKUHO version 1: period.first_day"},
		"an alternative that is earlier":      {"first_day_alternative: excl", "first_day_alternative: incl", "first_day_alternative"},
		"an unknown force":                    {"force: STAT\n", "force: LAW\n", `unknown force "LAW"`},
		"a roll for guidance":                 {"force: STAT\n", "force: GUID\n", "rule JP-APPI-KAKUHO version 1: roll next_open is lawful only"},
		"an unknown roll":                     {"roll: next_open", "roll: forward", `unknown roll "forward"`},
		"a calendar without data":             {"calendar: JP-GOV", "calendar: JP-BANK", `unknown calendar "JP-BANK"`},
		"no time zone":                        {"of: processor, tz: Asia/Tokyo", "of: processor", "rule JP-APPI-PROCESSOR version 1: clock.tz"},
		"a time zone that does not exist":     {"tz: Asia/Tokyo", "tz: Asia/Edo", "is not a time zone"},
		"an event nobody declared":            {"events: [contractor_told_us]", "events: [told]", `rule JP-APPI-FROM-PROCESSOR version 1: clock event "told"`},
		"a condition on an unknown parameter": {"{param: affected_persons, greater_than", "{param: persons, greater_than", `undeclared parameter "persons"`},
		"a condition on an unknown value":     {`contains_any: ["3"]}`, `contains_any: ["9"]}`, `"9" is not one of its values`},
		"a condition that asks nothing":       {`contains_any: ["3"]}`, `contains_any: []}`, "asks nothing"},
		"no start of effect":                  {"    effective_from: \"2022-04-01\"\n", "", "rule JP-APPI-SOKUHO version 1: effective_from is missing"},
		"a day that does not exist":           {"2022-04-01", "2022-04-31", "not a date"},
		"an unknown confidence mark":          {"    conf: Q", "    conf: A", `unknown confidence mark "A"`},
		"a doubt that asks for no review":     {"review_required: true", "review_required: false", "rule JP-APPI-SOKUHO version 1: review_required"},
		"a title in one language":             {"{ja: 本人への通知, en:", "{ja: '', en:", "rule JP-APPI-HONNIN version 1: title is missing"},
		"a source in one language":            {"{ja: 個人情報保護法26条2項, en: \"APPI art. 26(2)\"}", "{ja: 個人情報保護法26条2項}", "rule JP-APPI-HONNIN version 1: a source"},
		"another schema":                      {"schema: 1", "schema: 2", "schema 2"},
		"a version that is there twice":       {"id: JP-APPI-KAKUHO", "id: JP-APPI-SOKUHO", "rule JP-APPI-SOKUHO: version 1 is there twice"},
		"an id in small letters":              {"id: JP-APPI-HONNIN", "id: honnin", "rule honnin version 1: id"},
		"no version":                          {"version: 1", "version: 0", "version must be 1 or more"},
		"a parameter that is there twice":     {"- name: affected_persons\n    kind: count\n", "- name: appi_rule7_items\n    kind: count\n", "is there twice"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			spoilt := strings.Replace(source(t), test.from, test.to, 1)
			if spoilt == source(t) {
				t.Fatal("the test changes nothing")
			}
			_, err := Load(strings.NewReader(spoilt), calendar.ByID)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want an error that says %q", err, test.says)
			}
		})
	}
}

func TestARuleWithoutSourcesIsRefused(t *testing.T) {
	text := source(t)
	from := strings.Index(text, "    sources:\n")
	to := from + strings.Index(text[from:], "    conf:")
	_, err := Load(strings.NewReader(text[:from]+text[to:]), calendar.ByID)
	if err == nil || !strings.Contains(err.Error(), "rule JP-APPI-SOKUHO version 1: sources are missing") {
		t.Errorf("got %v", err)
	}
}

func TestAllFaultsAreReportedAtOnce(t *testing.T) {
	spoilt := strings.NewReplacer("unit: cd", "unit: days", "conf: M", "conf: X").Replace(source(t))
	_, err := Load(strings.NewReader(spoilt), calendar.ByID)
	if err == nil || !strings.Contains(err.Error(), "JP-APPI-KAKUHO") || !strings.Contains(err.Error(), "JP-APPI-FROM-PROCESSOR") {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNotARulePackIsRefused(t *testing.T) {
	for _, text := range []string{"", "rules", "- 1", "\t", "{", "schema: [", "\x00", "rules:\n ! a", strings.Repeat("[", 1<<16), strings.Repeat("-", 1<<12), strings.Repeat("*a", 500), strings.Repeat(" ", maxBytes+1)} {
		if _, err := Load(strings.NewReader(text), calendar.ByID); err == nil {
			t.Errorf("%.20q was read as a pack", text)
		}
	}
}

// amended gives the final report a second version from 2027 on, with 20 days.
func amended(t *testing.T) *Pack {
	t.Helper()
	text := source(t)
	from := strings.Index(text, "  - id: JP-APPI-KAKUHO")
	to := strings.Index(text, "  - id: JP-APPI-HONNIN")
	first := text[from:to]
	second := strings.NewReplacer("version: 1", "version: 2", "n: 30", "n: 20", `"2022-04-01"`, `"2027-01-01"`).Replace(first)
	first = strings.Replace(first, `effective_from: "2022-04-01"`, `effective_from: "2022-04-01"`+"\n    effective_to: \"2026-12-31\"", 1)
	p, err := Load(strings.NewReader(text[:from]+second+first+text[to:]), calendar.ByID)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheVersionIsChosenByTheLocalDayOfTheEvent(t *testing.T) {
	p := amended(t)
	for moment, want := range map[string]struct {
		version int
		due     string
	}{
		"2026-12-31T14:59:59Z": {1, "2027-01-29"},
		"2026-12-31T15:00:00Z": {2, "2027-01-20"},
	} {
		c := assess(t, p, "JP-APPI-KAKUHO", aware(t, moment), Params{"appi_rule7_items": Ticked("2")})
		if c.Rule.Version != want.version || c.DueDate != day(t, want.due) {
			t.Errorf("%s: version %d, due %s", moment, c.Rule.Version, c.DueDate)
		}
	}
	if latest, err := p.Latest("JP-APPI-KAKUHO"); err != nil || latest.Version != 2 {
		t.Errorf("latest is version %d, %v", latest.Version, err)
	}
}

func TestARepealedRuleDoesNotRunOn(t *testing.T) {
	text := strings.ReplaceAll(source(t), `effective_from: "2022-04-01"`, `effective_from: "2022-04-01"`+"\n    effective_to: \"2026-12-31\"")
	p, err := Load(strings.NewReader(text), calendar.ByID)
	if err != nil {
		t.Fatal(err)
	}
	c := assess(t, p, "JP-APPI-KAKUHO", aware(t, "2027-01-01T00:00:00+09:00"), Params{"appi_rule7_items": Ticked("2")})
	if c.State != NotInForce || c.ends() || !strings.Contains(c.Explain(JA), "2026-12-31 より後") || !strings.Contains(c.Explain(EN), "after the rule ended on 2026-12-31") {
		t.Errorf("state %s, due %s: %s", c.State, c.DueDate, c.Explain(EN))
	}
}

func FuzzRulePack(f *testing.F) {
	f.Add(source(f))
	f.Add("schema: 1\npack: a\nrules:\n  - {id: A-B, version: 1, period: {unit: cd, n: 1, window: [1]}}\n")
	f.Add("{")
	f.Add("rules:\n ! tag where a list belongs") // the YAML reader panics on this one
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Load(strings.NewReader(text), calendar.ByID)
		if (p == nil) == (err == nil) {
			t.Error("neither a pack nor an error, or both")
		}
	})
}
