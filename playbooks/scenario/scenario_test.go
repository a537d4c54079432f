package scenario_test

import (
	"fmt"
	"strings"
	"testing"

	"tasuke/playbooks"
	"tasuke/playbooks/scenario"
)

const part = `playbook: PB-PART
part: true
title: {ja: あ, en: a}
steps:
  - {id: ask, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: legal, fields: [{id: n, label: {ja: あ, en: a}, type: number}, {id: on, label: {ja: あ, en: a}, type: date}]}
  - {id: over, kind: end, after: [ask], title: {ja: あ, en: a}}
`

const whole = `playbook: PB-90
title: {ja: あ, en: a}
variables: [{id: n, label: {ja: あ, en: a}, type: number, default: 0}]
steps:
  - {id: judge, kind: decision, title: {ja: あ, en: a}, question: {ja: あ, en: a}, role: operator, outcomes: [{id: good, text: {ja: あ, en: a}, goes_on: true}, {id: bad, text: {ja: あ, en: a}, goes_on: true}]}
  - {id: sub, kind: playbook, after: [judge], title: {ja: あ, en: a}, role: legal, playbook: PB-PART}
  - id: chase
    kind: loop
    after: [judge]
    title: {ja: あ, en: a}
    role: funds
    max: 3
    until_true: vars.n > 0
    steps:
      - {id: phone, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: funds}
      - {id: hung_up, kind: end, after: [phone], title: {ja: あ, en: a}}
  - {id: send, kind: action, after: [sub, chase], title: {ja: あ, en: a}, role: legal, do: letters.send}
  - {id: finished, kind: end, after: [send], title: {ja: あ, en: a}}
`

var rules = playbooks.Rules{
	Roles:   []string{"operator", "legal", "funds"},
	Events:  []string{"bank.answered"},
	Actions: map[string]playbooks.Shape{"letters.send": {Output: map[string]playbooks.FieldType{"sent": playbooks.NumberField}}},
}

func shelf(slug string) (*playbooks.Definition, bool) {
	text, ok := map[string]string{"PB-90": whole, "PB-PART": part}[slug]
	d, _ := playbooks.Parse([]byte(text))
	return d, ok
}

// faults reads and checks a scenario with these lines of steps.
func faults(steps string) (out []string) {
	src := "playbook: PB-90\nscenarios:\n  - name: trial\n    ends: done\n    steps:\n"
	for line := range strings.SplitSeq(strings.TrimSpace(steps), "\n") {
		src += "      - " + strings.TrimSpace(line) + "\n"
	}
	table, problems := scenario.Read([]byte(src))
	if len(problems) == 0 {
		problems = scenario.Check(table, shelf, rules)
	}
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%d %s", p.Line-5, p.Text.EN))
	}
	return out
}

func TestATableThatNamesWhatIsNotThereIsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		`{do: nobody, as: legal}`:                              `1 PB-90 has no step "nobody"`,
		`{do: ask, as: legal}`:                                 `1 PB-90 has no step "ask"`, // it stands in the part
		`{do: sub/none, as: legal}`:                            `1 PB-90 has no step "sub/none"`,
		`{do: chase#0/phone, as: funds}`:                       `1 PB-90 has no step "chase#0/phone"`,
		`{do: sub#2/ask, as: legal}`:                           `1 PB-90 has no step "sub#2/ask"`,
		`{do: judge, as: boss, choice: good}`:                  `1 as: "boss" is none of`,
		`{do: judge, as: legal, choice: good}`:                 `1 judge belongs to operator`,
		`{do: judge, as: operator, choice: fine}`:              `1 judge has no outcome "fine"`,
		`{do: judge, as: operator}`:                            `1 judge has no outcome ""`,
		`{do: send, as: legal}`:                                `1 send is not done by a person`,
		`{do: chase/phone, as: funds, choice: good}`:           `1 chase/phone has no outcomes`,
		`{do: chase/phone, as: funds, outcome: broken}`:        `1 chase/phone: "broken" is none of`,
		`{do: sub/ask, as: legal, fields: {m: 1}}`:             `1 sub/ask has no field "m"`,
		`{do: sub/ask, as: legal, fields: {n: many}}`:          `1 sub/ask: n cannot be many (number)`,
		`{do: sub/ask, as: legal, fields: {on: 2021-02-30}}`:   `1 sub/ask: on cannot be 2021-02-30 (date)`,
		`{do: judge, as: operator, choice: good, advance: 1h}`: `1 A line says exactly one thing (here: advance, do)`,
		`{as: operator}`:                                       `1 A line says exactly one thing (here: )`,
		`{advance: soon}`:                                      `1 Write the length "soon"`,
		`{event: bank.called}`:                                 `1 event: "bank.called" is none of`,
		`{outside: {press: silent}}`:                           `1 outside: "press" is none of`,
		`{outside: {bank: asleep}}`:                            `1 outside.bank: "asleep" is none of`,
		`{breaks: {do: letters.burn}}`:                         `1 breaks: "letters.burn" is none of`,
		`{expect: {judge: fine}}`:                              `1 judge: "fine" is none of`,
		`{gives: {send: {burnt: 1}}}`:                          `1 send gives no "burnt"`,
		`{undo: boss}`:                                         `1 as: "boss" is none of`,
		`{passes: {judge: 1}}`:                                 `1 judge is no loop`,
		`{rest: {until: nobody}}`:                              `1 PB-90 has no step "nobody"`,
		`{rest: {choose: {judge: fine}}}`:                      `1 judge has no outcome "fine"`,
		`{rest: {leave: [nobody]}}`:                            `1 PB-90 has no step "nobody"`,
		`{refused: {do: nobody, as: boss}}`:                    `1 PB-90 has no step "nobody"`,
		`{dance: judge}`:                                       `unknown field "dance"`,
	} {
		if got := strings.Join(faults(line), "; "); !strings.Contains(got, want) {
			t.Errorf("%s:\n%q, want %q", line, got, want)
		}
	}
}

func TestATableIsReadThroughCallsAndPasses(t *testing.T) {
	t.Parallel()
	if got := faults(`
		{do: judge, as: operator.2, choice: bad, comment: 理由}
		{expect: {judge: bad, sub/ask: ready, chase: running}}
		{do: sub/ask, as: legal, fields: {n: 3, on: 2021-07-20}}
		{rest: {until: chase#2/phone, choose: {judge: good}, fields: {sub/ask: {n: 1}}, fail: [chase/phone]}}
		{outside: {bank: silent, post: answers}}
		{breaks: {do: letters.send, times: 2}}
		{advance: 3bd}
		{event: bank.answered}
		{gives: {send: {sent: 2}, sub/ask: {n: 3}}}
		{passes: {chase: 2}}
		{undo: legal}
		{skip: chase/phone, as: funds}
		{refused: {do: judge, as: legal}}`); len(got) > 0 {
		t.Error(got)
	}
	d, _ := shelf("PB-90")
	p, ok := scenario.Library(shelf).Find(d, "chase#2/phone")
	if !ok || p.Step.ID != "phone" || len(p.Above) != 1 || p.Above[0] != (scenario.Part{ID: "chase", Pass: 2}) {
		t.Errorf("%+v", p)
	}
}

func TestWhatIsGivenAndHowItEndsIsLookedAt(t *testing.T) {
	t.Parallel()
	table, problems := scenario.Read([]byte("playbook: PB-90\nscenarios:\n" +
		"  - {name: a, ends: well, given: {cases: 1, confirmed: 2, payouts: 3, my_number: maybe, incident: {severity: S9}}}\n" +
		"  - {name: a, ends: done, held: [judge]}\n" +
		"  - {name: b, ends: done, given: {cases: 2, confirmed: 1}, steps: [{confirm: 2}, {confirm: -1}]}\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got := fmt.Sprint(scenario.Check(table, shelf, rules))
	for _, want := range []string{"2 confirmed and excluded are more than the 1 cases", "3 payouts or 0 trades are more than the 1 cases", `"maybe" is none of`, `"S9" is none of`, `"well" is none of`, "there twice", "nothing under held", "With 2 more confirmed later", "1 or more for confirm"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not said of\n%s", want, got)
		}
	}
	if got := scenario.Check(scenario.Table{Playbook: "PB-99"}, shelf, rules); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

// FuzzRead: no text brings the reader down.
func FuzzRead(f *testing.F) {
	f.Add([]byte("playbook: PB-90\nscenarios: [{name: a, steps: [{do: x}, 3, {rest: {}}]}]"))
	f.Add([]byte("scenarios: &a [*a]"))
	f.Fuzz(func(_ *testing.T, src []byte) {
		table, _ := scenario.Read(src)
		scenario.Check(table, shelf, rules)
	})
}
