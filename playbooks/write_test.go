package playbooks_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"tasuke/playbooks"
)

var noise = regexp.MustCompile(`"Line":\d+,?|"With":(\{\}|null),?|"Set":(\{\}|null),?`)

// plain is everything a definition says, without where in a file it says so.
func plain(t *testing.T, d *playbooks.Definition) string {
	t.Helper()
	one := *d
	one.Source = nil
	b, err := json.Marshal(one)
	if err != nil {
		t.Fatal(err)
	}
	return noise.ReplaceAllString(string(b), "")
}

// sameAgain writes a definition and reads it, and fails when something became another.
func sameAgain(t *testing.T, d *playbooks.Definition) {
	t.Helper()
	text := playbooks.Write(d)
	again, problems := playbooks.Parse(text)
	if len(problems) > 0 {
		t.Fatalf("%v\nin\n%s", problems, text)
	}
	if a, b := plain(t, d), plain(t, again); a != b {
		t.Fatalf("was\n%s\nis\n%s\nin\n%s", a, b, text)
	}
	if second := playbooks.Write(again); string(second) != string(text) {
		t.Fatalf("written twice it differs:\n%s\n%s", text, second)
	}
}

// books are the texts of every playbook without fault that the tests and the product have.
func books(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{"small": small, "engine": engine, "blocks": blocks, "row": row(0, 1)}
	for slug, src := range shelved {
		out[slug] = src
	}
	files, err := filepath.Glob("standard/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v %v", files, err)
	}
	for _, f := range files {
		if strings.HasSuffix(f, ".test.yaml") { // scenarios
			continue
		}
		src, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[f] = string(src)
	}
	return out
}

func TestAPlaybookThatIsWrittenReadsAsTheSame(t *testing.T) {
	for name, src := range books(t) {
		t.Run(name, func(t *testing.T) {
			d, problems := playbooks.Parse([]byte(src))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			sameAgain(t, d)
		})
	}
}

func TestEveryTextSurvivesBeingWritten(t *testing.T) {
	for _, s := range []string{
		"yes", "No", "on", "null", "~", "12", "1.5", "0x10", "1e3", "-", "- a", "? a", "a: b", "a #b", "#a", "a:", ":a", "[a]", "{a}", "a, b", "*a", "&a", "!a", "|", ">", "%a",
		"@a", "`a`", "'a'", `"a"`, `a"b`, "a'b", `\`, `a\nb`, "a\nb", "a\n\nb", "a\n  b", "a \nb", "a\n- b: c", "一行目\n二行目", "。", "「引用」", "全角 空白", "2026-03-01", "...", "---",
		"x in [\"a\"]", "$", "a}b", "é", "😀", "=", "<<", "a\n#b", "true ", "🇯🇵\n🇯🇵", "it's \"both\" \\ ways",
	} {
		t.Run(s, func(t *testing.T) {
			d, problems := playbooks.Parse([]byte(small))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			trimmed := strings.TrimSpace(s)
			d.Title, d.Steps[0].Instructions = playbooks.Text{JA: trimmed, EN: trimmed}, playbooks.Text{JA: strings.Repeat(trimmed+"長", 60), EN: trimmed}
			d.Steps[0].Checklist = []playbooks.Named{{ID: "a", Text: playbooks.Text{JA: trimmed, EN: trimmed}}}
			d.Steps[0].With = map[string]playbooks.Value{"x": {Literal: trimmed}, trimmed: {Literal: int64(-3)}, "z": {Literal: true}}
			d.Origin = &playbooks.Imported{Format: "f", Text: s + "\n" + s + "\n"}
			d.Source = nil
			text := playbooks.Write(d)
			again, problems := playbooks.Parse(text)
			for _, p := range problems {
				if !strings.Contains(p.In("en"), "has no meaning") { // with of a task: not what is asked here
					t.Fatalf("%v in\n%s", problems, text)
				}
			}
			if a, b := plain(t, d), plain(t, again); a != b {
				t.Fatalf("was\n%s\nis\n%s\nin\n%s", a, b, text)
			}
		})
	}
}

func TestAnImportedTextIsKeptByteByByte(t *testing.T) {
	for _, s := range []string{"{\r\n}\r\n", "\n\n a\n", "a\n\n\n", "  {\n\t\"a\": 1\n}\n", "\x00\x7f\u0085\u2028\ufeff", "{\n  \"a\": \"b\"\n}\n", "a\n  ", " ", "\u00e9\n"} {
		d, _ := playbooks.Parse([]byte(small))
		d.Origin = &playbooks.Imported{Format: "cacao-2.0", Text: s}
		again, problems := playbooks.Parse(playbooks.Write(d))
		if len(problems) > 0 || again.Origin == nil || again.Origin.Text != s {
			t.Errorf("%q became %+v %v", s, again.Origin, problems)
		}
	}
}

func TestAHalfWrittenPlaybookIsWrittenToo(t *testing.T) {
	d := &playbooks.Definition{Slug: "PB-1", Title: playbooks.Text{JA: "題"}, Steps: []playbooks.Step{{ID: "a", Kind: playbooks.Loop}, {Kind: "?"}}}
	again, problems := playbooks.Parse(playbooks.Write(d))
	if len(problems) == 0 || again.Title.JA != "題" || len(again.Steps) != 2 || again.Steps[0].Kind != playbooks.Loop {
		t.Errorf("%+v\n%v\n%s", again, problems, playbooks.Write(d))
	}
}

func ExampleWrite() {
	d, _ := playbooks.Parse([]byte(small))
	fmt.Print(string(playbooks.Write(d)))
	// Output:
	// playbook: PB-90
	// title: {ja: 小さな手順書, en: A small playbook}
	// guideline: "2021-07-20"
	// constant:
	//   - {id: str_considered, text: {ja: 検討, en: considered}}
	//
	// steps:
	//   - id: call
	//     kind: task
	//     title: {ja: 受ける, en: Take it}
	//     role: operator
	//     target: 10m
	//     instructions: {ja: 聞く, en: Listen}
	//     clauses: ["5(1)S1"]
	//
	//   - id: sent
	//     kind: decision
	//     after: [call]
	//     title: {ja: 送られたか, en: Was it sent}
	//     role: funds
	//     question: {ja: 送られましたか, en: Was it sent}
	//     outcomes:
	//       - {id: "yes", text: {ja: はい, en: "Yes"}}
	//       - {id: "no", text: {ja: いいえ, en: "No"}, goes_on: true}
	//
	//   - id: bank
	//     kind: task
	//     after: [sent]
	//     when: sent == "yes" and facts.victims > 0
	//     title: {ja: 電話する, en: Phone}
	//     role: funds
	//     target: 1bd
	//     target_from: ready
	//     instructions: {ja: 電話する, en: Phone them}
	//
	//   - id: finished
	//     kind: end
	//     after: [bank]
	//     title: {ja: 終わり, en: End}
}

// FuzzParse: whatever text is read without fault is written so that it reads as the same, and
// the checks meet whatever could be read of any text.
func FuzzParse(f *testing.F) {
	for _, src := range []string{small, engine, blocks, row(0, 1), shelved["PB-80"]} {
		f.Add([]byte(src))
		d, _ := playbooks.Parse([]byte(src))
		f.Add(playbooks.Write(d))
	}
	f.Add([]byte("playbook: A\ntitle: {ja: \"\\e\\_\\u3000 x\", en: 'it''s'}\norigin: {format: x, text: \"\\r\\0\"}\nsteps:\n  - {id: a, kind: end, title: {ja: |, en: >}}\n"))
	f.Fuzz(func(t *testing.T, src []byte) {
		d, problems := playbooks.Parse(src)
		if len(d.Steps) > 0 {
			playbooks.Check(d, shelf)
		}
		if len(problems) == 0 && len(src) < playbooks.MaxBytes/4 {
			sameAgain(t, d)
		}
	})
}

// FuzzWrite: every text a person can write into a form survives.
func FuzzWrite(f *testing.F) {
	for _, s := range []string{"yes", "a: b", "全角、空白", "a\n\n b", `x == "y" and 'z'`, "- a\n- b", "| \n> ", "\ufffd"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) {
			return
		}
		d, _ := playbooks.Parse([]byte(blocks))
		visit, _ := d.Step("visit")
		visit.Title, visit.Instructions = playbooks.Text{JA: a, EN: b}, playbooks.Text{JA: b + " " + a, EN: a + "\n" + b}
		visit.Fields[0].Options = []playbooks.Named{{ID: "a", Text: playbooks.Text{JA: a, EN: a + b}}}
		visit.Set["note"] = playbooks.Value{Literal: b}
		d.Variables[1].Default, d.Origin = a, &playbooks.Imported{Format: "f", Text: a + b}
		again, _ := playbooks.Parse(playbooks.Write(d))
		if len(again.Steps) != len(d.Steps) {
			return // a text that no playbook may hold
		}
		_, problems := playbooks.Parse(playbooks.Write(again))
		for _, p := range problems {
			if strings.Contains(p.In("en"), "YAML") {
				t.Fatal(p)
			}
		}
		got, _ := again.Step("visit")
		if got.Title.JA != "" && got.Title.JA != strings.TrimSpace(a) {
			t.Fatalf("%q became %q", a, got.Title.JA)
		}
		if d.Origin.Text != "" && again.Origin != nil && again.Origin.Text != "" && again.Origin.Text != d.Origin.Text {
			t.Fatalf("%q became %q in\n%s", d.Origin.Text, again.Origin.Text, playbooks.Write(d))
		}
	})
}
