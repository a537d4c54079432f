package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tasuke/internal/dbtest"
	"tasuke/playbooks/scenario"
	"tasuke/playbooks/standard"
)

const triedPlaybook = `playbook: PB-90
title: {ja: 試し, en: Trial}
variables: [{id: n, label: {ja: 数, en: Number}, type: number, default: 0}]
steps:
  - id: judge
    kind: decision
    title: {ja: 判断, en: Judge}
    role: operator
    question: {ja: どちらか, en: Which}
    outcomes:
      - {id: good, text: {ja: 良い, en: Good}, goes_on: true}
      - {id: bad, text: {ja: 悪い, en: Bad}, goes_on: true}
  - id: list
    kind: action
    after: [judge]
    title: {ja: 挙げる, en: List}
    role: legal
    do: sweep.expire
    on_failure: continue
    instructions: {ja: 挙げる。, en: List.}
  - id: write
    kind: task
    after: [judge]
    title: {ja: 書く, en: Write}
    role: legal
    instructions: {ja: 書く。, en: Write.}
    fields: [{id: n, label: {ja: 数, en: Number}, type: number, required: true}]
  - id: check
    kind: task
    after: [write]
    not_by: [write]
    title: {ja: 確かめる, en: Check}
    role: legal
    instructions: {ja: 確かめる。, en: Check.}
  - id: chase
    kind: loop
    after: [check]
    title: {ja: 追う, en: Chase}
    role: funds
    max: 5
    until_true: vars.n > 1
    instructions: {ja: 追う。, en: Chase.}
    steps:
      - {id: day, kind: wait, title: {ja: 待つ, en: Wait}, role: funds, for: 1d, instructions: {ja: 待つ。, en: Wait.}}
      - id: phone
        kind: task
        after: [day]
        title: {ja: 電話, en: Phone}
        role: funds
        instructions: {ja: 電話する。, en: Phone.}
        fields: [{id: m, label: {ja: 数, en: Number}, type: number, required: true}]
        set: {n: "${m}"}
      - {id: hung_up, kind: end, after: [phone], title: {ja: 切る, en: Hung up}}
  - id: heard
    kind: wait
    after: [judge]
    title: {ja: 相談を待つ, en: Consultation}
    role: legal
    event: police.consulted
    timeout: 3bd
    instructions: {ja: 待つ。, en: Wait.}
  - {id: finished, kind: end, after: [list, chase, heard], title: {ja: 終わり, en: End}}
`

// rehearsed works a table with these scenarios through, and gives what is printed and whether it failed.
func rehearsed(t *testing.T, lang, scenarios string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "PB-90.yaml"), []byte(triedPlaybook), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "PB-90.test.yaml"), []byte("playbook: PB-90\nscenarios:\n"+scenarios), 0o600))
	var out bytes.Buffer
	err := (&trial{out: &out, lang: lang}).of(t.Context(), []string{filepath.Join(dir, "PB-90.yaml")})
	return strings.ReplaceAll(out.String(), dir+string(filepath.Separator), ""), err
}

// saysAll looks for what must be printed.
func saysAll(t *testing.T, out string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(out, w) {
			t.Errorf("%q is not said:\n%s", w, out)
		}
	}
}

func TestAScenarioThatDoesNotComeAsItsTableHasItIsSaidWithItsLine(t *testing.T) {
	t.Parallel()
	out, err := rehearsed(t, "en", `  - name: expectations
    steps:
      - {expect: {judge: bad, write: ready, chase/phone: ready}}
      - {do: judge, as: operator, choice: good}
      - {expect: {judge: bad, list: held, check: ready}}
      - {gives: {list: {indicators: 7}}}
      - {refused: {do: write, as: legal}}
      - {passes: {chase: 2}}
    ends: done
  - name: not the turn
    steps:
      - {do: write, as: legal}
      - {do: judge, as: operator, choice: good}
    ends: running
  - name: not again
    steps:
      - {do: judge, as: operator, choice: good}
      - {do: judge, as: operator, choice: good}
    ends: running
  - name: four eyes
    steps:
      - {do: judge, as: operator, choice: good}
      - {do: write, as: legal}
      - {do: check, as: legal}
    ends: running
  - name: never
    steps:
      - {rest: {until: chase#3/phone, fields: {chase/phone: {m: 2}}}}
    ends: running
  - name: silence
    steps:
      - {outside: {police: silent}}
      - {rest: {fields: {chase/phone: {m: 2}}}}
      - {expect: {heard: held}}
    ends: running
`)
	if !errors.Is(err, errSaid) {
		t.Errorf("the command ends with %v", err)
	}
	saysAll(t, out,
		"PB-90.test.yaml:5: judge should be bad, and is ready.", "PB-90.test.yaml:5: write should be ready, and is waiting (judge).", "PB-90.test.yaml:5: chase/phone should be ready, and was not begun.",
		"PB-90.test.yaml:7: judge should be bad, and is good.", "PB-90.test.yaml:7: list should be held, and is done.", "PB-90.test.yaml:7: check should be ready, and is waiting (write).",
		"PB-90.test.yaml:8: list should have given indicators 7, and gave 0.", "PB-90.test.yaml:9: write should be refused to legal, and is done",
		"PB-90.test.yaml:10: chase should have had 2 passes, and had 0.", "PB-90.test.yaml:10: It should end done, and is running. Open steps:",
		"PB-90.test.yaml:14: It is not the turn of write: it waits for judge",
		"PB-90.test.yaml:20: judge is over: good.",
		"PB-90.test.yaml:26: check cannot be done by legal: ",
		"PB-90.test.yaml:30: chase#3/phone never had its turn: it was not begun.",
		"PB-90.test.yaml:36: [] should wait for a person's word, and [heard] do.",
		"6 scenarios, 6 of them not as their table has it")
	if strings.Contains(out, "ok ") {
		t.Errorf("something is as its table has it:\n%s", out)
	}
}

func TestAScenarioThatComesAsItsTableHasItIsSaidInTheReadersLanguage(t *testing.T) {
	t.Parallel()
	out, err := rehearsed(t, "ja", `  - name: 三回追う
    given: {incident: {kind: other, severity: S4}, cases: 3, confirmed: 1, excluded: 1, loss_yen: 500000, urls: 2, indicators: 2, my_number: "yes", data_leaked: "yes"}
    plain: {fields: {chase/phone: {m: 1}}}
    steps:
      - {breaks: {do: sweep.expire, times: 9}}
      - {do: judge, as: operator.2, choice: bad, comment: 理由}
      - {refused: {do: write, as: operator}}
      - {do: write, as: legal, fields: {n: 3}}
      - {refused: {do: check, as: legal}}
      - {do: check, as: legal.2}
      - {rest: {until: chase#3/phone}}
      - {expect: {list: failed, chase#2/phone: done, chase/phone: ready, heard: done}}
      - {do: chase#3/phone, as: funds, fields: {m: 2}}
      - {passes: {chase: 3}}
      - {gives: {write: {n: 3}, chase#2/phone: {m: 1}}}
    ends: done
  - name: 黙ったまま
    steps:
      - {outside: {police: silent}}
      - {do: judge, as: operator, choice: good}
      - {skip: write, as: responder}
      - {advance: 2bd}
      - {expect: {heard: running, list: done}}
      - {confirm: 1}
      - {advance: 2bd}
      - {expect: {heard: held}}
      - {rest: {leave: [chase/phone]}}
      - {expect: {check: done, chase/phone: ready}}
    ends: running
    held: [heard]
    given: {cases: 1}
`)
	if err != nil {
		t.Error(err)
	}
	saysAll(t, out, "PB-90.test.yaml: ok 三回追う", "PB-90.test.yaml: ok 黙ったまま", "想定 2件、うち表のとおりでないもの 0件")
	if out, err := rehearsed(t, "en", "  - {name: a, ends: well}\n"); !errors.Is(err, errSaid) || !strings.Contains(out, `PB-90.test.yaml:1: ends: "well" is none of`) {
		t.Errorf("%v\n%s", err, out)
	}
}

// triedOnPostgres names a scenario that is worked through on PostgreSQL too; of other playbooks it is
// the first.
var triedOnPostgres = map[string]string{
	"PB-05": "A false alarm, nothing left the server",
	"PB-06": "A false alarm, no data of ours was there",
	"PB-07": "Neither the police nor the post answer",
	"PB-08": "The program cannot ask for the lock, and the supervisor phones",
}

func TestAScenarioOfEachStandardPlaybookComesTheSameOnPostgreSQL(t *testing.T) {
	t.Parallel()
	texts, err := standard.Tables()
	must(t, err)
	shelf, err := openShelf(nil)
	must(t, err)
	s, err := newStage(t.Context())
	must(t, err)
	t.Cleanup(func() { must(t, s.close()) })
	for name, src := range texts {
		table, _, err := readTable(playbookFile{path: name, src: src}, shelf)
		must(t, err)
		wanted := triedOnPostgres[table.Playbook]
		if wanted == "" {
			wanted = table.Scenarios[0].Name
		}
		for _, x := range table.Scenarios {
			if x.Name != wanted {
				continue
			}
			t.Run(table.Playbook, func(t *testing.T) {
				t.Parallel()
				for _, p := range onPostgres(t, s, table.Playbook, x, shelf) {
					t.Errorf("%s:%d: %s", name, p.Line, p.Text.EN)
				}
			})
			wanted = ""
		}
		if wanted != "" {
			t.Errorf("%s has no scenario %q", name, wanted)
		}
	}
}

// onPostgres works a scenario through in a schema of its own.
func onPostgres(t *testing.T, s *stage, slug string, x scenario.Scenario, shelf *playbookShelf) []scenario.Problem {
	t.Helper()
	cfg, err := s.settings(t.TempDir(), dbtest.PostgresDSN(t))
	must(t, err)
	people, err := s.furnish(t.Context(), cfg)
	must(t, err)
	w, err := s.rehearsalAt(t.Context(), cfg, people)
	must(t, err)
	defer func() { must(t, w.end()) }()
	must(t, w.publishes(t.Context(), slug, shelf))
	problems, err := w.works(t.Context(), slug, x)
	must(t, err)
	return problems
}
