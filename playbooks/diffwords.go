package playbooks

import (
	"fmt"
	"strings"
)

// In says the change in a language: "en", or Japanese for everything else.
func (c Change) In(lang string) string {
	key := string(c.Kind)
	if c.Field != "" {
		key = "field_" + key
	}
	if lang == "en" {
		return fmt.Sprintf(changeSentences[key].EN, c.who(lang), c.what(lang), short(c.Old.EN), short(c.New.EN))
	}
	return fmt.Sprintf(changeSentences[key].JA, c.who(lang), c.what(lang), short(c.Old.JA), short(c.New.JA))
}

var changeSentences = map[string]Text{
	"added":         {"%[1]sを加えました。", "%[1]s was added."},
	"removed":       {"%[1]sを取り除きました。", "%[1]s was removed."},
	"moved":         {"%[1]sの並び順を変えました。", "%[1]s stands at another place in the list."},
	"new_block":     {"%[1]sを%[3]sから%[4]sへ移しました。", "%[1]s was moved from %[3]s to %[4]s."},
	"field_added":   {"%[1]sに%[2]sを加えました: %[4]s", "%[1]s: %[2]s was added: %[4]s"},
	"field_removed": {"%[1]sから%[2]sを取り除きました: %[3]s", "%[1]s: %[2]s was removed: %[3]s"},
	"field_changed": {"%[1]sの%[2]sを変えました: %[3]s → %[4]s", "%[1]s: %[2]s changed: %[3]s → %[4]s"},
}

// who is the step that changed, or the playbook.
func (c Change) who(lang string) string {
	switch {
	case c.Step == "" && lang == "en":
		return "The playbook"
	case c.Step == "":
		return "手順書"
	case lang == "en":
		return fmt.Sprintf("Step %q (%s)", c.Title.EN, c.Step)
	}
	return fmt.Sprintf("手順「%s」(%s)", c.Title.JA, c.Step)
}

// what is the field that changed, with the entry of a list in brackets.
func (c Change) what(lang string) string {
	field, rest, _ := strings.Cut(c.Field, ".")
	name := FieldName(field).In(lang)
	switch {
	case rest == "":
		return name
	case lang == "en":
		return name + " (" + rest + ")"
	}
	return name + "(" + rest + ")"
}

// short keeps a long text from filling the line; an empty one is a dash.
func short(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 120 {
		return string(r[:120]) + "…"
	}
	if s == "" {
		return "–"
	}
	return s
}

// blockName is what a block is called: the whole, the exception path, or a loop by its id.
func blockName(block string) Text {
	switch block {
	case "":
		return Text{"手順書の本体", "the playbook itself"}
	case ExceptionBlock:
		return Text{"例外の手順", "the exception path"}
	}
	return Text{"繰り返し「" + block + "」", "the loop " + block}
}

// FieldName is what a field of a playbook or a step is called.
func FieldName(field string) Text {
	if t, ok := fieldNames[field]; ok {
		return t
	}
	return Text{field, field}
}

var fieldNames = map[string]Text{
	"playbook": {"手順書の番号", "playbook"}, "part": {"共通部", "part"}, "title": {"題名", "title"}, "summary": {"概要", "summary"},
	"guideline": {"ガイドラインの版", "guideline"}, "constant": {"常に完了の行", "constant line"}, "inputs": {"入力", "input"},
	"variables": {"変数", "variable"}, "outputs": {"出力", "outputs"}, "origin": {"取り込み元", "origin"},
	"kind": {"種類", "kind"}, "row": {"元の行", "row"}, "instructions": {"すること", "instructions"}, "question": {"問い", "question"},
	"role": {"役割", "role"}, "target": {"社内目標", "target"}, "target_from": {"目標の起点", "target from"}, "after": {"前の手順", "after"},
	"not_by": {"別の人", "not by"}, "when": {"条件", "condition"}, "outcomes": {"選択肢", "outcome"}, "checklist": {"確認項目", "checklist"},
	"fields": {"入力欄", "field"}, "do": {"自動処理", "action"}, "with": {"渡す値", "input"}, "approved_by": {"要る承認", "approved by"},
	"of": {"承認の対象", "approved"}, "back_to": {"差し戻し先", "back to"}, "event": {"待つ出来事", "event"}, "for": {"待つ長さ", "waits for"},
	"until": {"待つ時刻", "waits until"}, "timeout": {"制限時間", "timeout"}, "document": {"書類", "document"}, "evidence": {"証拠", "evidence"},
	"clauses": {"条項", "clauses"}, "retry": {"再試行", "retry"}, "on_failure": {"失敗したとき", "on failure"}, "compensates": {"打ち消す手順", "compensates"},
	"skip": {"飛ばせる人", "skip"}, "set": {"変数に入れる値", "sets"}, "prepare": {"用意すること", "prepare"}, "signatures": {"署名", "signatures"},
	"need": {"待つ道の数", "ways needed"}, "rest": {"残りの道", "other ways"}, "while": {"繰り返す条件", "while"}, "until_true": {"終わる条件", "until true"},
	"max": {"回数の上限", "most passes"}, "at_max": {"上限に達したとき", "at the most passes"},
}
