package playbooks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tasuke/playbooks"
)

// shelf is a firm with two other playbooks that can be called.
var shelf = func() playbooks.Rules {
	r := firm
	r.Playbook = func(slug string) (*playbooks.Definition, bool) {
		src, ok := shelved[slug]
		if !ok {
			return nil, false
		}
		d, _ := playbooks.Parse([]byte(src))
		return d, true
	}
	return r
}()

var shelved = map[string]string{
	"PB-80": `playbook: PB-80
part: true
title: {ja: 共通, en: Common}
inputs:
  - {id: channel, label: {ja: 経路, en: Channel}, type: choice, required: true, options: [{id: web, text: {ja: Web, en: Web}}, {id: app, text: {ja: アプリ, en: App}}]}
  - {id: remark, label: {ja: 備考, en: Remark}, type: text}
variables:
  - {id: found, label: {ja: 件数, en: Found}, type: number, default: 0}
  - {id: last, label: {ja: 最後, en: Last}, type: text}
  - {id: name, label: {ja: 氏名, en: Name}, type: text, personal: true, default: x}
  - {id: inner, label: {ja: 内部, en: Inner}, type: number, default: 0}
outputs: [found, last, name]
steps:
  - {id: look, kind: task, title: {ja: 見る, en: Look}, instructions: {ja: 見る, en: Look}, role: operator}
  - {id: over, kind: end, after: [look], title: {ja: 終, en: End}}
`,
	"PB-81": "playbook: PB-81\ntitle: {ja: 輪, en: Circle}\nsteps:\n" +
		"  - {id: a, kind: playbook, title: {ja: あ, en: a}, role: operator, playbook: PB-92}\n  - {id: b, kind: end, after: [a], title: {ja: 終, en: End}}\n",
}

// blocks is a playbook without fault that has everything beside the kinds of the engine playbook.
const blocks = `playbook: PB-92
title: {ja: 全部の手順書, en: A playbook with everything}
inputs:
  - {id: channel, label: {ja: 経路, en: Channel}, type: choice, required: true, options: [{id: web, text: {ja: Web, en: Web}}, {id: app, text: {ja: アプリ, en: App}}]}
  - {id: caller, label: {ja: 氏名, en: Caller}, type: text, personal: true}
  - {id: hint, label: {ja: 手がかり, en: Hint}, type: text}
variables:
  - {id: left, label: {ja: 残り, en: Left}, type: number, default: 3}
  - {id: note, label: {ja: 備考, en: Note}, type: text}
  - {id: by, label: {ja: 期限, en: By}, type: date, default: "2026-04-01"}
  - {id: urgent, label: {ja: 至急, en: Urgent}, type: yesno, default: false}
  - {id: who, label: {ja: 氏名, en: Who}, type: text, personal: true}
outputs: [left, note]
steps:
  - id: sort
    kind: switch
    title: {ja: 分ける, en: Sort}
    outcomes:
      - {id: many, text: {ja: 多い, en: Many}, if: 'facts.victims > 9 and vars.channel == "web"'}
      - {id: few, text: {ja: 少ない, en: Few}, goes_on: true}
  - id: ask
    kind: decision
    after: [sort]
    title: {ja: 尋ねる, en: Ask}
    question: {ja: 尋ねる, en: Ask}
    role: operator
    outcomes:
      - {id: big, text: {ja: 大きい, en: Big}, suggest: sort == "many", goes_on: true}
      - {id: small, text: {ja: 小さい, en: Small}, goes_on: true}
  - id: fork
    kind: parallel
    after: [ask]
    title: {ja: 分かれる, en: Fork}
  - id: mail
    kind: action
    after: [fork]
    title: {ja: 数える, en: Count}
    role: funds
    do: tally
    retry: {times: 3, pause: 10m, factor: 2}
    on_failure: phone
    set: {left: "${found}", urgent: true}
  - id: phone
    kind: task
    after: [mail]
    title: {ja: 電話, en: Phone}
    instructions: {ja: 電話, en: Phone}
    role: operator
    prepare: draft.note
    with: {number: "${vars.left}"}
    skip: {role: funds, second: true}
  - id: thank
    kind: task
    after: [mail]
    when: steps.mail == "done"
    title: {ja: 礼, en: Thank}
    instructions: {ja: 礼, en: Thank}
    role: operator
    timeout: 3d
    on_failure: continue
  - id: visit
    kind: task
    after: [fork]
    title: {ja: 訪問, en: Visit}
    instructions: {ja: 訪問, en: Visit}
    role: operator
    fields:
      - {id: day, label: {ja: 日, en: Day}, type: date, required: true}
      - {id: remark, label: {ja: 備考, en: Remark}, type: text}
    set: {by: "${day}", note: "${remark}", who: "${vars.caller}"}
  - id: met
    kind: join
    after: [phone, thank, visit]
    need: 2
    rest: cancel
    title: {ja: 合流, en: Join}
  - id: rest
    kind: wait
    after: [met]
    title: {ja: 待つ, en: Rest}
    role: operator
    until: ${vars.by}
  - id: rounds
    kind: loop
    after: [rest]
    title: {ja: 繰り返す, en: Rounds}
    role: operator
    while: vars.left > 0
    max: 5
    at_max: continue
    steps:
      - id: look
        kind: playbook
        title: {ja: 呼ぶ, en: Call}
        role: operator
        playbook: PB-80
        with: {channel: "${vars.channel}", remark: "${vars.note}"}
        set: {left: "${found}", note: "${last}", who: "${name}"}
      - id: odd
        kind: task
        after: [look]
        when: vars.pass > 1 and vars.urgent
        title: {ja: 調べる, en: Odd}
        instructions: {ja: 調べる, en: Look}
        role: operator
      - id: passed
        kind: end
        after: [odd]
        title: {ja: 一回り, en: Passed}
  - id: report
    kind: task
    after: [rounds]
    title: {ja: 書く, en: Report}
    instructions: {ja: 書く, en: Write}
    role: operator
  - id: agree
    kind: approval
    after: [report]
    title: {ja: 承認, en: Agree}
    instructions: {ja: 読む, en: Read}
    role: funds
    of: letters
    back_to: report
    not_by: [report]
    signatures:
      - {roles: [funds, operator], count: 2}
  - id: undo
    kind: action
    compensates: visit
    title: {ja: 戻す, en: Undo}
    role: funds
    do: note
    with: {day: "${visit.day}"}
  - id: finished
    kind: end
    after: [agree]
    title: {ja: 終わり, en: End}
exception:
  - id: tell
    kind: task
    title: {ja: 知らせる, en: Tell}
    instructions: {ja: 知らせる, en: Tell}
    role: operator
    skip: {never: true}
  - id: told
    kind: end
    after: [tell]
    title: {ja: 終わり, en: End}
`

// faults plays a table of changes to a playbook without fault.
func faults(t *testing.T, good string, rules playbooks.Rules, tests map[string]struct{ old, new, want string }) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(good, test.old) {
				t.Fatalf("%q is not in the playbook", test.old)
			}
			_, problems := playbooks.Load([]byte(strings.Replace(good, test.old, test.new, 1)), rules)
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

func TestAPlaybookWithEverythingIsWithoutFault(t *testing.T) {
	d, problems := playbooks.Load([]byte(blocks), shelf)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if got := d.Calls(); !slices.Equal(got, []string{"PB-80"}) {
		t.Errorf("calls %v", got)
	}
	between := d.Between("met")
	for _, id := range []string{"mail", "phone", "thank", "visit"} {
		if !between[id] {
			t.Errorf("%s lies on a way of the join", id)
		}
		delete(between, id)
	}
	if len(between) > 0 {
		t.Errorf("%v does not lie between the fork and the join", between)
	}
}
