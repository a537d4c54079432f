package cacao

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tasuke/playbooks"
)

func canonical(t *testing.T, src []byte) string {
	t.Helper()
	out, err := Canonical(src)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func export(t *testing.T, d *playbooks.Definition) ([]byte, Findings) {
	t.Helper()
	out, found, err := Export(d, Exporting{At: noon})
	if err != nil {
		t.Fatal(err)
	}
	return out, found
}

func TestWhatWasImportedAndNotChangedComesOutAsItCameIn(t *testing.T) {
	for name, b := range map[string]o{
		"branches": branchBook("__x__:value = 1", o{"__x__": o{"type": "integer", "value": "1", "banana": "kept"}}),
		"loop":     whileBook("__left__:value LIKE 'x'"),
		"marks":    book(o{id("action", 1): manual("a\u2028\u0085b", o{"on_completion": id("end", 0xe), "external_references": []any{o{"name": "x", "url": "u"}}})}, o{"labels": []any{"<&>", "日本"}}),
	} {
		src := encode(t, b)
		got := take(t, b)
		out, _ := export(t, got.Definition)
		if canonical(t, out) != canonical(t, src) {
			t.Errorf("%s came out as\n%s", name, out)
		}
	}
}

// ours is a definition with everything the language has.
const ours = `
playbook: PB-90
title: {ja: 試し, en: Trial}
summary: {ja: まとめ, en: Summary}
inputs:
  - id: who
    label: {ja: 誰, en: Who}
    type: text
    required: true
    personal: true
variables:
  - id: left
    label: {ja: 残り, en: Left}
    type: number
    default: 3
outputs: [left]
steps:
  - id: first
    kind: task
    row: "1"
    title: {ja: 最初, en: First}
    instructions: {ja: 行う, en: "Do it: \"quoted\", 1 < 2"}
    role: responder
    target: 10m
    timeout: 30m
    on_failure: rescue
    checklist:
      - {id: one, text: {ja: 一, en: One}}
    fields:
      - {id: n, label: {ja: 数, en: Number}, type: number, required: true}
    set: {left: "${n}"}
  - id: rescue
    kind: task
    after: [first]
    title: {ja: 助け, en: Rescue}
    instructions: {ja: 行う, en: Do it}
    role: operator
  - id: fork
    kind: parallel
    after: [first, rescue]
    title: {ja: 分かれ, en: Fork}
  - id: choose
    kind: decision
    after: [fork]
    title: {ja: 選ぶ, en: Choose}
    question: {ja: どれ, en: Which}
    role: responder
    outcomes:
      - {id: "yes", text: {ja: はい, en: "Yes"}}
      - {id: "no", text: {ja: いいえ, en: "No"}, goes_on: true}
  - id: rest
    kind: wait
    after: [fork]
    title: {ja: 待つ, en: Rest}
    role: responder
    for: 2h
  - id: meet
    kind: join
    after: [choose, rest]
    title: {ja: 合う, en: Meet}
    need: any
    rest: continue
  - id: pick
    kind: switch
    after: [meet]
    title: {ja: 分ける, en: Pick}
    outcomes:
      - {id: many, text: {ja: 多い, en: Many}, if: vars.left > 3}
      - {id: few, text: {ja: 少ない, en: Few}, goes_on: true}
  - id: again
    kind: loop
    after: [pick]
    when: pick == "many" and choose == "yes"
    title: {ja: 繰り返す, en: Again}
    role: responder
    until_true: vars.left == 0
    max: 5
    at_max: continue
    steps:
      - id: inside
        kind: task
        title: {ja: 中, en: Inside}
        instructions: {ja: 行う, en: Do it}
        role: responder
        fields:
          - {id: m, label: {ja: 数, en: Number}, type: number, required: true}
        set: {left: "${m}"}
      - {id: inner_end, kind: end, after: [inside], title: {ja: 終, en: End}}
  - id: request
    kind: action
    after: [again]
    title: {ja: 送る, en: Send}
    role: responder
    do: http.request
    with: {method: POST, url: "https://h.example/a/__v_who__:value", headers: "Accept: text/plain", body: "x", v_who: "${vars.who}"}
    retry: {times: 2, pause: 30s, factor: 2}
    skip: {role: legal, second: true}
  - id: undo
    kind: task
    compensates: request
    title: {ja: 戻す, en: Undo}
    instructions: {ja: 戻す, en: Take it back}
    role: responder
  - id: done
    kind: end
    after: [request]
    title: {ja: 終わり, en: Done}
exception:
  - id: clean
    kind: task
    title: {ja: 片付け, en: Clean up}
    instructions: {ja: 行う, en: Do it}
    role: responder
  - {id: clean_end, kind: end, after: [clean], title: {ja: 終, en: End}}
`

func ownDefinition(t *testing.T) *playbooks.Definition {
	t.Helper()
	d, problems := playbooks.Load([]byte(ours), rules)
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	return d
}

func TestOurOwnExportIsValidStableAndComesBackTheSame(t *testing.T) {
	d := ownDefinition(t)
	out, found := export(t, d)
	again, _ := export(t, d)
	if !bytes.Equal(out, again) {
		t.Error("two exports differ")
	}
	if len(found) == 0 {
		t.Error("nothing is reported as carried")
	}
	doc := mustRead(t, out)
	if refused := Check(doc).Of(Refused); len(refused) > 0 {
		t.Fatalf("%s\n%s", refused.Error(), out)
	}
	got := Take(out, "responder", rules)
	if got.Definition == nil || !got.Own {
		t.Fatalf("own %v: %s\n%s", got.Own, got.Findings.Error(), out)
	}
	if want := playbooks.Write(d); !bytes.Equal(playbooks.Write(got.Definition), want) {
		t.Errorf("came back as\n%s\nwant\n%s", playbooks.Write(got.Definition), want)
	}
}

func TestAnExportChangedElsewhereIsReadAsWhatItSaysNow(t *testing.T) {
	out, _ := export(t, ownDefinition(t))
	other := bytes.Replace(out, []byte(`"name": "Rescue"`), []byte(`"name": "Rescue them"`), 1)
	got := Take(other, "responder", rules)
	if got.Own || !reported(got, "export_changed") {
		t.Errorf("own %v, %v", got.Own, got.Findings)
	}
}

func TestASignedExportIsStillOurs(t *testing.T) {
	out, _ := export(t, ownDefinition(t))
	signedText, err := Sign(mustRead(t, out), keys(t)["Ed25519"], Signing{Signee: "Hinata", At: noon})
	if err != nil {
		t.Fatal(err)
	}
	if got := Take(signedText, "responder", rules); !got.Own {
		t.Errorf("%s", got.Findings.Error())
	}
}

func TestAChangedImportKeepsWhatIsNotUnderstood(t *testing.T) {
	const other = "extension-definition--00000099-0000-4000-8000-000000000000"
	b := book(o{
		id("action", 1): manual("first", o{"on_completion": id("action", 2), "step_extensions": o{other: o{"layout_x": 5}}}),
		id("action", 2): manual("second", o{"on_completion": id("end", 0xe), "owner": id("identity", 0x44), "step_extensions": o{other: o{"layout_x": 7}}}),
	}, o{"labels": []any{"mine"}, "extension_definitions": o{other: o{"type": "extension-definition", "name": "x", "created_by": id("identity", 0x45), "schema": "s", "version": "1.0.0"}}})
	d := take(t, b).Definition
	file := strings.Replace(string(playbooks.Write(d)), "Do second", "Do the second again", 2)
	d, problems := playbooks.Load([]byte(file), rules)
	if len(problems) > 0 {
		t.Fatal(problems.Error())
	}
	out, _ := export(t, d)
	doc := mustRead(t, out)
	if refused := Check(doc).Of(Refused); len(refused) > 0 {
		t.Fatalf("%s\n%s", refused.Error(), out)
	}
	workflow := object(doc.Tree, "workflow")
	first, second := object(workflow, id("action", 1)), object(workflow, id("action", 2))
	if object(object(first, "step_extensions"), other) == nil || text(first, "name") != "first" {
		t.Errorf("first: %v", first)
	}
	if object(object(second, "step_extensions"), other) == nil || text(second, "owner") == "" || !strings.Contains(string(encode(t, second)), "second again") {
		t.Errorf("second: %v", second)
	}
	if text(doc.Tree, "id") != id("playbook", 0xb) || doc.Modified() != stamp(noon) || text(doc.Tree, "created") != "2026-01-01T00:00:00.000Z" || len(texts(doc.Tree, "labels")) != 1 {
		t.Errorf("head: %v", doc.Tree)
	}
}

func TestEveryPublicPlaybookThatIsTakenComesOutAsItCameIn(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(material(t), "*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	taken := 0
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got := Take(src, "responder", rules)
		if got.Definition == nil {
			continue
		}
		taken++
		if out, _ := export(t, got.Definition); canonical(t, out) != canonical(t, src) {
			t.Errorf("%s differs", path)
		}
	}
	if taken < 6 {
		t.Errorf("only %d were taken", taken)
	}
}
