package playbooks_test

import (
	"fmt"
	"strings"
	"testing"

	"tasuke/playbooks"
)

// engine is a playbook without fault that has every kind of step.
const engine = `playbook: PB-91
title: {ja: 自動の手順書, en: A playbook with every kind}
steps:
  - id: fork
    kind: parallel
    title: {ja: 分かれる, en: Fork}
  - id: draft
    kind: task
    after: [fork]
    title: {ja: 書く, en: Draft}
    instructions: {ja: 書く, en: Write}
    role: funds
    fields:
      - {id: amount, label: {ja: 金額, en: Amount}, type: yen, required: true, help: {ja: 税込, en: All in}}
      - id: method
        label: {ja: 方法, en: Method}
        type: choice
        required: true
        options:
          - {id: mail, text: {ja: メール, en: Mail}}
          - {id: fax, text: {ja: ファクス, en: Fax}}
      - {id: remark, label: {ja: 備考, en: Remark}, type: text}
  - id: call
    kind: task
    after: [fork]
    title: {ja: 電話, en: Call}
    instructions: {ja: 電話する, en: Phone them}
    role: operator
  - id: met
    kind: join
    after: [draft, call]
    title: {ja: 合流, en: Join}
  - id: approve
    kind: approval
    after: [met]
    title: {ja: 承認, en: Approve}
    instructions: {ja: 読む, en: Read it}
    role: operator
    of: letters
    back_to: draft
    not_by: [draft]
  - id: send
    kind: action
    after: [approve]
    title: {ja: 送る, en: Send}
    role: funds
    do: letters.send
    with:
      amount: ${draft.amount}
      note: ${draft.method}
      urgent: true
    approved_by: approve
  - id: counted
    kind: action
    after: [send]
    title: {ja: 数える, en: Count}
    role: funds
    do: count
    with: {n: "${send.sent}", "on": "2026-03-01", at: "2026-03-01T09:00:00+09:00"}
  - id: answered
    kind: wait
    after: [counted]
    title: {ja: 待つ, en: Wait}
    role: funds
    event: bank.answered
    timeout: 10bd
  - id: pause
    kind: wait
    after: [answered]
    title: {ja: 休む, en: Pause}
    role: funds
    for: 2h
  - id: finished
    kind: end
    after: [pause]
    title: {ja: 終わり, en: End}
`

func TestEveryKindOfStepIsReadWithWhatItSays(t *testing.T) {
	d, problems := playbooks.Load([]byte(engine), firm)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	draft, _ := d.Step("draft")
	method, _ := draft.Field("method")
	if amount, ok := draft.Field("amount"); !ok || amount.Type != playbooks.YenField || !amount.Required || amount.Help.EN != "All in" {
		t.Errorf("amount %+v", amount)
	}
	if fax, ok := method.Option("fax"); !ok || fax.Text.EN != "Fax" {
		t.Errorf("method %+v", method)
	}
	send, _ := d.Step("send")
	if send.Do != "letters.send" || send.ApprovedBy != "approve" || send.With["amount"].From != "draft.amount" || send.With["urgent"].Literal != true {
		t.Errorf("send %+v", send)
	}
	if approve, _ := d.Step("approve"); approve.Of != "letters" || approve.BackTo != "draft" {
		t.Errorf("approve %+v", approve)
	}
	answered, _ := d.Step("answered")
	pause, _ := d.Step("pause")
	if answered.Event != "bank.answered" || answered.Timeout != (playbooks.Target{N: 10, Unit: playbooks.BusinessDays, From: playbooks.FromReady}) {
		t.Errorf("answered %+v", answered)
	}
	if pause.For != (playbooks.Target{N: 2, Unit: playbooks.Hours, From: playbooks.FromReady}) || pause.Event != "" || pause.Timeout.Set() {
		t.Errorf("pause %+v", pause)
	}
}

func TestOnlyPeopleFinishTasksDecisionsAndApprovals(t *testing.T) {
	for _, k := range playbooks.Kinds {
		want := strings.Contains("task decision approval", string(k))
		if k.ByHand() != want {
			t.Errorf("%s by hand: %v", k, k.ByHand())
		}
	}
}

func TestEachFaultOfTheEnginesStepsIsNamedWithItsLine(t *testing.T) {
	const maybe = "    role: funds\n    when: facts.victims > 1\n    fields:"
	tests := map[string]struct {
		old, new string
		want     string
	}{
		"an action nobody can do":                  {"do: count", "do: fly", `58: This program has no action "fly". Actions: count, draft.note, letters.send`},
		"an action that says nothing to do":        {"    do: count\n", "", `53: "do" is missing`},
		"an action without a role":                 {"    role: funds\n    do: count", "    do: count", `53: "role" is missing`},
		"an input that is missing":                 {"      urgent: true\n", "", `48: The input "urgent", which letters.send needs, is not in with`},
		"no input at all":                          {"    with: {n: \"${send.sent}\", \"on\": \"2026-03-01\", at: \"2026-03-01T09:00:00+09:00\"}\n", "", `53: The input "at", which count needs`},
		"an input nobody takes":                    {"      urgent: true", "      urgent: true\n      loud: true", `52: letters.send has no input "loud" (inputs: amount, note, urgent)`},
		"an input of the wrong type":               {"urgent: true", "urgent: soon", `51: The input "urgent" must be of the type yesno`},
		"a number in place of a text":              {"note: ${draft.method}", "note: 7", `50: The input "note" must be of the type text`},
		"a fraction":                               {"amount: ${draft.amount}", "amount: 1.5", `49: "amount" must be text`},
		"a number beyond all numbers":              {"amount: ${draft.amount}", "amount: 18446744073709551615", `49: Write the input "amount" as text, a whole number`},
		"a date that is none":                      {"2026-03-01\",", "2026-02-30\",", `59: The input "on" must be of the type date`},
		"a moment that is none":                    {"T09:00:00+09:00", " 9:00", `59: The input "at" must be of the type datetime`},
		"a reference to nothing":                   {"${draft.amount}", "${drift.amount}", `49: with names "drift", which is no step`},
		"a reference to a field nobody has":        {"${draft.amount}", "${draft.sum}", `49: The step "draft" has neither a field nor an output "sum"`},
		"a reference to a step that gives nothing": {"${draft.amount}", "${met.amount}", `49: The step "met" has neither a field nor an output "amount"`},
		"a reference of another type":              {"${draft.amount}", "${draft.remark}", `49: The input "amount" must be of the type yen`},
		"a reference to an output of another type": {"at: \"2026-03-01T09:00:00+09:00\"", "at: \"${send.sent}\"", `59: The input "at" must be of the type datetime`},
		"a reference to a later step":              {"amount: ${draft.amount}", "amount: ${counted.x}", `49: The step "counted" has neither a field nor an output "x"`},
		"a reference to itself":                    {"amount: ${draft.amount}", "amount: ${send.sent}", `49: with names "send", which is not finished before this step`},
		"a reference inside a text":                {"note: ${draft.method}", "note: by ${draft.method}", `50: "by ${draft.method}" cannot be read`},
		"a reference to a field that may be empty": {"note: ${draft.method}", "note: ${draft.remark}", `50: The value "draft.remark" may be missing`},
		"a reference to a step that may not come":  {"    role: funds\n    fields:", maybe, `50: The value "draft.amount" may be missing`},
		"too many inputs":                          {"with: {n: \"${send.sent}\",", "with: {" + inputs(21) + "n: \"${send.sent}\",", `59: "with" has more than 20 entries`},
		"inputs that are a list":                   {"with: {n: \"${send.sent}\", \"on\": \"2026-03-01\", at: \"2026-03-01T09:00:00+09:00\"}", "with: [n]", `59: "with" must be a block`},
		"an input that is a list":                  {"urgent: true", "urgent: [true]", `51: "urgent" must be text`},
		"an action nobody approved":                {"    approved_by: approve\n", "", `42: letters.send needs an approval of letters before it`},
		"an approval that is none":                 {"approved_by: approve", "approved_by: met", `52: approved_by names "met", which is no approval`},
		"an approval of something else":            {"of: letters", "of: facts", `52: letters.send needs an approval of letters, but this one is of facts`},
		"an approval that comes later":             {"after: [approve]", "after: [met]", `52: The approval "approve" is not finished before this step`},
		"an approval that may be skipped":          {"    of: letters", "    when: facts.victims > 1\n    of: letters", `53: The approval "approve" may be skipped by its condition`},
		"something nobody can show":                {"of: letters", "of: weather", `39: This program cannot show "weather" for approval. It can show: facts, letters`},
		"an approval of nothing":                   {"    of: letters\n", "", `33: "of" is missing`},
		"an approval that leads nowhere back":      {"    back_to: draft\n", "", `33: "back_to" is missing`},
		"an approval back to nothing":              {"back_to: draft", "back_to: drift", `40: back_to names "drift", which is no step`},
		"an approval back to what comes later":     {"back_to: draft", "back_to: send", `40: back_to names "send", which does not stand before this approval`},
		"an approval back to what no person does":  {"back_to: draft", "back_to: met", `40: back_to names "met", which is no task`},
		"an approval back to what may be skipped":  {"    role: funds\n    fields:", maybe, `41: The step "draft" in back_to may be skipped`},
		"an approval of one's own work":            {"    not_by: [draft]\n", "", `33: The approval "approve" has no not_by`},
		"a pair with what no person does":          {"not_by: [draft]", "not_by: [draft, met]", `41: not_by names "met", which no person does`},
		"an event nobody tells of":                 {"event: bank.answered", "event: bank.slept", `65: This program tells of no event "bank.slept". Events: bank.answered, bank.sent`},
		"a wait for nothing":                       {"    for: 2h\n", "", `67: A wait has an event, a for or an until`},
		"a wait for two things":                    {"    for: 2h", "    for: 2h\n    event: bank.sent", `72: A wait has an event, a for or an until`},
		"a wait of no length":                      {"for: 2h", "for: 0m", `72: Write the length "0m"`},
		"a timeout of no length":                   {"timeout: 10bd", "timeout: later", `66: Write the length "later"`},
		"a timeout of a wait for a length":         {"    for: 2h", "    for: 2h\n    timeout: 3h", `73: A timeout stands beside an event only`},
		"a wait without a role":                    {"    role: funds\n    for: 2h", "    for: 2h", `67: "role" is missing`},
		"a wait with a house target":               {"    for: 2h", "    for: 2h\n    target: 3h", `73: "target" has no meaning for a step of kind wait`},
		"a fork into one way":                      {"    after: [fork]\n    title: {ja: 電話", "    after: [draft]\n    title: {ja: 電話", `4: Fewer than two steps follow the parallel "fork"`},
		"a join of one way":                        {"after: [draft, call]", "after: [draft]", `31: The join "met" needs two or more afters`},
		"a fork with work":                         {"    kind: parallel", "    kind: parallel\n    role: funds", `6: "role" has no meaning for a step of kind parallel`},
		"a join with a target":                     {"    kind: join", "    kind: join\n    target: 1h", `31: "target" has no meaning for a step of kind join`},
		"a field of no type":                       {"type: yen, ", "", `14: "type" is missing`},
		"a field of an unknown type":               {"type: yen", "type: money", `14: There is no type "money". Types: text, number, yen`},
		"a field without a label":                  {"label: {ja: 備考, en: Remark}, ", "", `22: "label" is missing`},
		"a field in one language":                  {"{ja: 備考, en: Remark}", "{ja: 備考}", `22: "label" has no en`},
		"a field twice":                            {"id: remark", "id: amount", `22: The id "amount" is also used on line 14`},
		"a field in capitals":                      {"id: remark", "id: Remark", `22: The id "Remark" must start`},
		"a choice of one":                          {"          - {id: fax, text: {ja: ファクス, en: Fax}}\n", "", `19: A choice needs two options`},
		"an option twice":                          {"{id: fax", "{id: mail", `21: The id "mail" is also used on line 20`},
		"options of a text":                        {"type: choice", "type: text", `19: Options belong to a choice only`},
		"a field that says more":                   {"type: text}", "type: text, secret: true}", `22: There is no field "secret"`},
		"fields of an approval":                    {"    of: letters", "    of: letters\n    fields: []", `40: "fields" has no meaning for a step of kind approval`},
		"work of an action for a person":           {"    do: count", "    do: count\n    checklist: []", `59: "checklist" has no meaning for a step of kind action`},
		"an unknown kind":                          {"kind: parallel", "kind: goto", `5: A step of kind "goto" cannot be run. Kinds: task, decision, approval, action, wait, switch, parallel, join, playbook, loop, end`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(engine, test.old) {
				t.Fatalf("%q is not in the playbook", test.old)
			}
			_, problems := playbooks.Load([]byte(strings.Replace(engine, test.old, test.new, 1)), firm)
			var said []string
			for _, p := range problems {
				said = append(said, fmt.Sprintf("%d: %s", p.Line, p.In("en")))
				if p.In("ja") == p.In("en") || strings.Contains(p.In("ja")+p.In("en"), "%!") {
					t.Errorf("bad sentence: %s / %s", p.In("ja"), p.In("en"))
				}
			}
			if !strings.Contains(strings.Join(said, "\n"), test.want) {
				t.Fatalf("want %s, got\n%s", test.want, strings.Join(said, "\n"))
			}
		})
	}
}

func inputs(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "x%d: 1, ", i)
	}
	return b.String()
}

func TestAProgramThatKnowsLessRefusesEveryNameAtOnce(t *testing.T) {
	less := firm
	less.Actions, less.Approvables, less.Events = nil, nil, nil
	_, problems := playbooks.Load([]byte(engine), less)
	if len(problems) != 4 { // two actions, an approvable, an event
		t.Fatalf("%d problems:\n%v", len(problems), problems)
	}
}
