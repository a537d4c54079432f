package playbooks

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a definition: where, what, and what to do.
type Problem struct {
	Line int
	code string
	args []any
}

// In gives the sentence in a language: "en", or Japanese for everything else.
func (p Problem) In(lang string) string {
	s, ok := sentences[p.code]
	if !ok {
		s = Text{p.code, p.code}
	}
	return fmt.Sprintf(s.In(lang), p.args...)
}

// Named is In for those who write in forms: it names the field or button that mends it, and calls
// fields, steps and answers as the forms do.
func (p Problem) Named(lang string, names map[string]string) string {
	t, ok := inForms[p.code]
	if !ok {
		t = sentences[p.code]
	}
	args := slices.Clone(p.args)
	for i, a := range args {
		if word, is := a.(string); is && names[word] != "" {
			args[i] = names[word]
		}
	}
	said := t.In(lang)
	for _, field := range slices.Sorted(maps.Keys(names)) {
		for _, into := range []string{field + " に", " in " + field, "to " + field} {
			said = strings.ReplaceAll(said, into, strings.Replace(into, field, names[field], 1))
		}
	}
	if !strings.Contains(said, "%[") {
		return said
	}
	return fmt.Sprintf(said, args...)
}

// Problems is everything that is wrong with a definition, by line.
type Problems []Problem

// Error lists the problems in English, for the log.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = fmt.Sprintf("line %d: %s", one.Line, one.In("en"))
	}
	return strings.Join(lines, "\n")
}

func (p *Problems) add(line int, code string, args ...any) {
	*p = append(*p, Problem{line, code, args})
}

func (p Problems) sorted() Problems {
	slices.SortStableFunc(p, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return p
}

// sentences says what is wrong and what to do. Every code used in this package has a row.
var sentences = map[string]Text{
	"too_big":   {"ファイルが %[1]d バイトを超えています。手順書を分けてください。", "The file is larger than %[1]d bytes. Split the playbook."},
	"encoding":  {"UTF-8 として読めない文字、または制御文字があります。その文字を取り除き、UTF-8 で保存してください。", "There is a byte that is not UTF-8, or a control character. Remove it and save as UTF-8."},
	"too_deep":  {"入れ子が深すぎます。字下げを %[1]d 桁以内にしてください。", "This is nested too deeply. Keep the indentation within %[1]d columns."},
	"yaml_mark": {"アンカー、エイリアス、タグ、複数文書(%[1]s)は使えません。値をそのまま書いてください。", "Anchors, aliases, tags and several documents (%[1]s) are not allowed. Write the value out."},
	"yaml":      {"YAML として読めません(%[1]s)。この行の字下げ、コロン、引用符を確かめてください。", "This is not readable YAML (%[1]s). Check indentation, colons and quotes on this line."},
	"empty":     {"中身がありません。playbook、title、steps を書いてください。", "There is nothing here. Write playbook, title and steps."},

	"want_fields":   {"「%[1]s」は「名前: 値」の並びでなければなりません。", "%[1]q must be a block of \"name: value\" lines."},
	"want_list":     {"「%[1]s」は一覧(「- 」で始まる行、または [ ])でなければなりません。", "%[1]q must be a list (lines that start with \"- \", or [ ])."},
	"want_text":     {"「%[1]s」は文字列でなければなりません。引用符で囲んでください。", "%[1]q must be text. Put it in quotes."},
	"want_flag":     {"「%[1]s」は true または false でなければなりません。", "%[1]q must be true or false."},
	"field_unknown": {"「%[1]s」という項目はありません。使える項目: %[2]s。綴りを直すか、取り除いてください。", "There is no field %[1]q. Fields here: %[2]s. Correct the spelling or remove it."},
	"field_twice":   {"「%[1]s」が二度書かれています。一つにしてください。", "%[1]q is written twice. Keep one."},
	"field_missing": {"「%[1]s」がありません。書き足してください。", "%[1]q is missing. Add it."},
	"field_kind":    {"「%[1]s」は種類 %[2]s の手順では使えません。取り除いてください。", "%[1]q has no meaning for a step of kind %[2]s. Remove it."},
	"text_missing":  {"「%[1]s」の %[2]s がありません。日本語(ja)と英語(en)の両方を書いてください。", "%[1]q has no %[2]s. Write both ja and en."},
	"text_long":     {"「%[1]s」が %[2]d 字を超えています。短くしてください。", "%[1]q is longer than %[2]d characters. Shorten it."},
	"text_control":  {"「%[1]s」に制御文字があります。取り除いてください。", "%[1]q has a control character. Remove it."},

	"slug":           {"手順書の番号「%[1]s」は PB-01 のような英大文字、数字、ハイフンで書いてください(40 字以内)。", "The playbook id %[1]q must be capital letters, digits and hyphens, like PB-01 (at most 40)."},
	"id_form":        {"ID「%[1]s」は英小文字で始め、英小文字、数字、下線だけで書いてください(60 字以内)。", "The id %[1]q must start with a small letter and hold small letters, digits and underscores only (at most 60)."},
	"id_word":        {"ID「%[1]s」は条件式の語と重なります。別の名前にしてください。", "The id %[1]q is a word of the condition language. Choose another."},
	"id_twice":       {"ID「%[1]s」は %[2]d 行目でも使われています。どちらかを変えてください。", "The id %[1]q is also used on line %[2]d. Change one of them."},
	"kind_unknown":   {"手順の種類「%[1]s」は実行できません。使える種類: %[2]s。", "A step of kind %[1]q cannot be run. Kinds: %[2]s."},
	"list_many":      {"「%[1]s」が %[2]d 個を超えています。減らしてください。", "%[1]q has more than %[2]d entries. Remove some."},
	"role_unknown":   {"役割「%[1]s」はありません。使える役割: %[2]s。", "There is no role %[1]q. Roles: %[2]s."},
	"clause_unknown": {"条項「%[1]s」は %[2]s 版のガイドラインにありません。条項番号を確かめてください。", "There is no clause %[1]q in the guideline of %[2]s. Check the number."},
	"edition":        {"ガイドラインの版「%[1]s」は知られていません。使える版: %[2]s。", "The guideline edition %[1]q is not known. Editions: %[2]s."},
	"target":         {"目標時間「%[1]s」は 10m、2h、3d、1bd(営業日)のように書いてください。", "Write the target %[1]q like 10m, 2h, 3d or 1bd (business days)."},
	"target_from":    {"target_from「%[1]s」は start か ready とし、target と一緒に書いてください。", "target_from %[1]q must be start or ready, and stand beside a target."},

	"after_unknown": {"after の「%[1]s」という手順はありません。ID を確かめてください。", "after names %[1]q, which is no step. Check the id."},
	"after_end":     {"after に終わりの手順「%[1]s」があります。終わりの後には何も置けません。", "after names the end %[1]q. Nothing follows an end."},
	"after_none":    {"after がありません。after を省けるのは最初の手順だけです。この手順の前に終わるべき手順を書いてください。", "after is missing. Only the first step has none: name the steps that finish before this one."},
	"after_first":   {"最初の手順に after があります。始まりの手順を先頭に置いてください。", "The first step has an after. Put the step that begins the run first."},
	"cycle":         {"手順が輪になっています(%[1]s)。どこかの after を取り除いてください。", "The steps form a circle (%[1]s). Remove one of the afters."},
	"unreachable":   {"この手順「%[1]s」には最初の手順から届きません。after をたどって直してください。", "The step %[1]q cannot be reached from the first step. Follow its afters and correct them."},
	"end_missing":   {"終わりの手順がありません。kind: end の手順を一つ書いてください。", "There is no end. Write one step with kind: end."},
	"end_second":    {"終わりの手順は一つだけです。%[1]d 行目の終わりにまとめてください。", "There is only one end. Join this to the end on line %[1]d."},
	"end_lost":      {"手順「%[1]s」から終わりに届きません。後に続く手順か終わりの after に加えてください。", "No way leads from the step %[1]q to the end. Name it in the after of a later step or of the end."},

	"not_by_unknown": {"not_by の「%[1]s」という手順はありません。ID を確かめてください。", "not_by names %[1]q, which is no step. Check the id."},
	"not_by_later":   {"not_by の手順「%[1]s」はこの手順より前に終わりません。after をたどって届く手順を書いてください。", "not_by names %[1]q, which is not finished before this step. Name a step that after leads back to."},

	"not_by_kind": {"not_by の手順「%[1]s」は人が行うものではありません。人が行う手順を書いてください。", "not_by names %[1]q, which no person does. Name a step that a person does."},

	"parallel_few": {"並行「%[1]s」の後に続く手順が二つ以上ありません。after にこの手順を書いた手順を足すか、取り除いてください。", "Fewer than two steps follow the parallel %[1]q. Name it in the after of more steps, or remove it."},
	"join_few":     {"合流「%[1]s」には after が二つ以上要ります。合流する手順をすべて書いてください。", "The join %[1]q needs two or more afters. Name every step that meets here."},
	"wait_one":     {"待つ手順には event(出来事)、for(長さ)、until(時刻)のどれか一つだけを書いてください。", "A wait has an event, a for or an until. Write exactly one of them."},
	"wait_timeout": {"timeout は event を待つ手順にだけ付けられます。取り除くか、event を書いてください。", "A timeout stands beside an event only. Remove it, or name an event."},

	"length":       {"長さ「%[1]s」は 30s、10m、2h、3d、1bd(営業日)のように書いてください。", "Write the length %[1]q like 30s, 10m, 2h, 3d or 1bd (business days)."},
	"number":       {"「%[1]s」は %[2]d から %[3]d までの整数で書いてください。", "%[1]q must be a whole number from %[2]d to %[3]d."},
	"retry_pause":  {"retry の pause を 30s、10m、2h のように書いてください。日数は使えません。", "Write the pause of retry like 30s, 10m or 2h. Days cannot be used."},
	"rest_unknown": {"rest の「%[1]s」は読めません。continue か cancel と書いてください。", "rest cannot be %[1]q. Write continue or cancel."},
	"at_max":       {"at_max の「%[1]s」は読めません。continue と書くか、取り除いてください。", "at_max cannot be %[1]q. Write continue, or remove it."},
	"need":         {"need の「%[1]s」は読めません。all、any、または数を書いてください。", "need cannot be %[1]q. Write all, any or a number."},
	"switch_if":    {"選択肢「%[1]s」の if を確かめてください。最後の選択肢だけが if を持たず、ほかはすべて if が要ります。", "Look at the if of the outcome %[1]q: the last outcome has none, and every other needs one."},
	"loop_bound":   {"繰り返し「%[1]s」に回数の上限がありません。max に回数を書いてください。", "The loop %[1]q has no bound. Write the most passes in max."},
	"loop_one":     {"繰り返し「%[1]s」には while か until_true のどちらか一つだけを書いてください。", "Write exactly one of while and until_true for the loop %[1]q."},
	"too_nested":   {"繰り返しの入れ子が %[1]d 段を超えています。別の手順書に分けてください。", "Loops stand more than %[1]d deep in each other. Move one into a playbook of its own."},
	"origin":       {"origin の text が無いか、%[1]d バイトを超えています。取り込み元の文書をそのまま書いてください。", "The text of origin is missing or longer than %[1]d bytes. Keep the imported text as it came."},

	"type_unknown": {"型「%[1]s」はありません。使える型: %[2]s。", "There is no type %[1]q. Types: %[2]s."},
	"options_few":  {"choice には二つ以上の選択肢が要ります。options に書き足してください。", "A choice needs two options or more. Add them to options."},
	"options_type": {"options は型 choice だけのものです。型 %[1]s からは取り除いてください。", "Options belong to a choice only. Remove them from the type %[1]s."},

	"action_unknown":     {"この製品に「%[1]s」という自動処理はありません。使えるもの: %[2]s。", "This program has no action %[1]q. Actions: %[2]s."},
	"approvable_unknown": {"この製品は「%[1]s」を承認の対象として示せません。使えるもの: %[2]s。", "This program cannot show %[1]q for approval. It can show: %[2]s."},
	"event_unknown":      {"この製品は「%[1]s」という出来事を知らせません。使えるもの: %[2]s。", "This program tells of no event %[1]q. Events: %[2]s."},

	"with_value":   {"with の「%[1]s」は文字列、整数、true か false、または ${手順.項目} で書いてください。", "Write the input %[1]q as text, a whole number, true or false, or ${step.field}."},
	"with_form":    {"「%[1]s」は読めません。前の手順の値は ${手順.項目} だけで書き、ほかの文字を混ぜないでください。", "%[1]q cannot be read. Write the value of an earlier step as ${step.field} and nothing beside it."},
	"with_missing": {"%[2]s に要る入力「%[1]s」が with にありません。書き足してください。", "The input %[1]q, which %[2]s needs, is not in with. Add it."},
	"with_unknown": {"%[2]s に「%[1]s」という入力はありません(使えるもの: %[3]s)。取り除いてください。", "%[2]s has no input %[1]q (inputs: %[3]s). Remove it."},
	"with_type":    {"入力「%[1]s」は型 %[2]s でなければなりません。値か参照先を直してください。", "The input %[1]q must be of the type %[2]s. Correct the value or what it refers to."},
	"with_step":    {"with の「%[1]s」という手順はありません。ID を確かめてください。", "with names %[1]q, which is no step. Check the id."},
	"with_field":   {"手順「%[1]s」に「%[2]s」という項目も出力もありません。名前を確かめてください。", "The step %[1]q has neither a field nor an output %[2]q. Check the name."},
	"with_later":   {"with の手順「%[1]s」はこの手順より前に終わりません。after をたどって届く手順を書いてください。", "with names %[1]q, which is not finished before this step. Name a step that after leads back to."},
	"with_maybe":   {"「%[1]s」の値は無いことがあります。項目を required: true にし、条件のある手順なら同じ when を付けてください。", "The value %[1]q may be missing. Make the field required: true, and give both steps the same when if its step has one."},

	"approved_missing": {"自動処理 %[1]s の前には %[2]s の承認が要ります。approved_by に承認の手順を書いてください。", "%[1]s needs an approval of %[2]s before it. Name the approval in approved_by."},
	"approved_unknown": {"approved_by の「%[1]s」は承認の手順ではありません。ID を確かめてください。", "approved_by names %[1]q, which is no approval. Check the id."},
	"approved_later":   {"approved_by の承認「%[1]s」はこの手順より前に終わりません。after をたどって届くようにしてください。", "The approval %[1]q is not finished before this step. Make it one of the steps that after leads back to."},
	"approved_other":   {"自動処理 %[1]s には %[2]s の承認が要りますが、書かれた承認は %[3]s のものです。正しい承認を書いてください。", "%[1]s needs an approval of %[2]s, but this one is of %[3]s. Name the right one."},
	"approved_maybe":   {"承認「%[1]s」は条件によって飛ばされることがあります。この手順にも同じ when を付けてください。", "The approval %[1]q may be skipped by its condition. Give this step the same when."},
	"approval_alone":   {"承認「%[1]s」に not_by がありません。承認される仕事をした手順を書き、別の人が承認するようにしてください。", "The approval %[1]q has no not_by. Name whose work it approves, so that somebody else approves it."},
	"back_unknown":     {"back_to の「%[1]s」という手順はありません。ID を確かめてください。", "back_to names %[1]q, which is no step. Check the id."},
	"back_later":       {"back_to の手順「%[1]s」はこの承認より前にありません。after をたどって届く手順を書いてください。", "back_to names %[1]q, which does not stand before this approval. Name a step that after leads back to."},
	"back_kind":        {"back_to の手順「%[1]s」は人の作業ではありません。差し戻せるのは種類 task の手順だけです。", "back_to names %[1]q, which is no task. Only a task can be sent back to."},
	"back_maybe":       {"back_to の手順「%[1]s」は条件によって飛ばされることがあります。この承認にも同じ when を付けてください。", "The step %[1]q in back_to may be skipped by its condition. Give this approval the same when."},

	"outcomes_few":    {"判断には二つ以上の選択肢が要ります。outcomes に書き足してください。", "A decision needs two outcomes or more. Add them to outcomes."},
	"outcome_unused":  {"選択肢「%[1]s」を使う when がありません。使うか、goes_on: true と書いてください。", "No when uses the outcome %[1]q. Use it, or mark it goes_on: true."},
	"when_long":       {"条件が %[1]d 字を超えています。短くしてください。", "The condition is longer than %[1]d characters. Shorten it."},
	"when_syntax":     {"条件が読めません(%[1]s)。例: money_sent == \"yes\"", "The condition cannot be read (%[1]s). Example: money_sent == \"yes\""},
	"when_word":       {"条件で %[1]s は使えません。判断の ID、facts.名前、vars.名前、steps.手順、値と == != < <= > >= in and or not だけを使ってください。", "A condition cannot use %[1]s. Use decision ids, facts.name, vars.name, steps.id, values and == != < <= > >= in and or not."},
	"when_decision":   {"条件の「%[1]s」は判断ではありません。判断の ID を確かめてください。", "The condition names %[1]q, which is no decision. Check the id."},
	"when_later":      {"条件の判断「%[1]s」はこの手順より前に終わりません。after をたどって届くようにしてください。", "The decision %[1]q is not finished before this step. Make it one of the steps that after leads back to."},
	"when_compare":    {"判断「%[1]s」は、選択肢と ==、!=、in で比べてください。", "Compare the decision %[1]q with its outcomes by ==, != or in."},
	"when_outcome":    {"判断「%[1]s」に選択肢「%[2]s」はありません。", "The decision %[1]q has no outcome %[2]q."},
	"when_fact":       {"事実「%[1]s」はありません。使える事実: %[2]s。", "There is no fact %[1]q. Facts: %[2]s."},
	"when_never":      {"この条件はどの選択肢でも成り立ちません。手順が決して始まらないので、条件を直してください。", "No choice of outcomes makes this condition true, so the step can never begin. Correct it."},
	"when_first":      {"最初の手順と終わりの手順に条件は付けられません。when を取り除いてください。", "The first step and the end cannot have a condition. Remove the when."},
	"constant_effect": {"常に完了の行「%[1]s」は手順から参照できません。", "The constant line %[1]q cannot be named by a step."},

	"other_block":         {"「%[1]s」は別の繰り返しか例外の中の手順です。そこからは見えません。値は set で変数に入れ、vars で受け取ってください。", "The step %[1]q stands in another loop or in the exception path and cannot be seen from here. Put its value into a variable by set and read it as vars."},
	"work_twice":          {"自動処理「%[1]s」は %[3]d 行目の「%[2]s」と同じことを同時に行います。一つにするか、after で順に並べてください。", "The action %[1]q does the same as %[2]q on line %[3]d at the same time. Keep one, or put them in order by after."},
	"after_compensates":   {"after の「%[1]s」は打ち消しの手順で、通常の流れにはありません。取り除いてください。", "after names %[1]q, which takes work back and is on no way of the run. Remove it."},
	"compensates_after":   {"打ち消しの手順「%[1]s」に after は付けられません。取りやめのときにだけ行われます。取り除いてください。", "The step %[1]q takes work back and has no after: its turn comes when the run is given up. Remove it."},
	"compensates_first":   {"最初の手順「%[1]s」は打ち消しの手順にできません。始まりの手順を先頭に置いてください。", "The first step %[1]q cannot take work back. Put the step that begins the run first."},
	"compensates_unknown": {"compensates の「%[1]s」という手順はありません。ID を確かめてください。", "compensates names %[1]q, which is no step. Check the id."},
	"compensates_kind":    {"「%[1]s」は打ち消せる手順ではありません。compensates には作業、自動処理、呼び出し、繰り返しの手順を書いてください。", "The work of %[1]q cannot be taken back. Name a task, an action, a call or a loop in compensates."},
	"compensates_twice":   {"「%[1]s」を打ち消す手順は %[2]d 行目にもあります。一つにしてください。", "The work of %[1]q is also taken back on line %[2]d. Keep one."},
	"failure_unknown":     {"on_failure の「%[1]s」という手順はありません。ID を確かめるか、continue と書いてください。", "on_failure names %[1]q, which is no step. Check the id, or write continue."},
	"failure_compensates": {"打ち消しの手順「%[1]s」の on_failure に書けるのは continue だけです。", "The step %[1]q takes work back: its on_failure can only be continue."},
	"failure_kind":        {"on_failure の「%[1]s」は終わりか合流です。失敗のときに行う手順を書いてください。", "on_failure names %[1]q, an end or a join. Name the step that is done about the failure."},
	"failure_after":       {"on_failure の手順「%[1]s」の after に「%[2]s」がありません。失敗した手順のすぐ後に置いてください。", "The step %[1]q in on_failure does not have %[2]q in its after. Put it right behind the step that may fail."},
	"failure_unclear":     {"「%[2]s」が失敗したとき「%[1]s」がどうなるか分かりません。after に「%[3]s」を加えるか、when に steps.%[2]s を書いてください。", "It is not clear what becomes of %[1]q when %[2]q fails. Add %[3]q to its after, or name steps.%[2]s in its when."},
	"retry_long":          {"retry の間隔が %[1]d 日を超えるまで延びます。times か factor を小さくしてください。", "The pauses of retry grow beyond %[1]d days. Make times or factor smaller."},
	"skip_never":          {"手順「%[1]s」の skip が食い違っています。never を書いたら role と second は取り除いてください。", "The skip of %[1]q contradicts itself. Beside never there is no role and no second."},
	"signature_role":      {"役割「%[1]s」は承認「%[2]s」の署名者にいません。signatures の roles に加えるか、role を直してください。", "The role %[1]q is none of those who sign %[2]q. Add it to the roles of signatures, or correct the role."},
	"join_need":           {"合流「%[1]s」の need は %[2]d ですが、道は %[3]d 本しかありません。数を減らすか、after に加えてください。", "The join %[1]q needs %[2]d ways and has %[3]d. Need fewer, or add them to its after."},
	"join_rest":           {"合流「%[1]s」は全部の道を待ちません。残りの道をどうするか、rest に continue か cancel と書いてください。", "The join %[1]q does not wait for all of its ways. Write in rest what becomes of the others: continue or cancel."},
	"join_rest_all":       {"合流「%[1]s」は全部の道を待つので rest は意味を持ちません。取り除いてください。", "The join %[1]q waits for all of its ways, so rest says nothing. Remove it."},
	"join_leak":           {"手順「%[1]s」は、合流「%[3]s」が中止する道の「%[2]s」の後にあります。合流の後につなぐか、rest を continue にしてください。", "The step %[1]q follows %[2]q, which lies on a way that the join %[3]q cancels. Put it behind the join, or make rest continue."},

	"default_from":   {"「%[1]s」の default は値そのものでなければなりません。${…} は使えません。", "The default of %[1]q must be a value itself, not ${…}."},
	"vars_pass":      {"pass は繰り返しの回数を表す変数です。別の名前にしてください。", "pass is the number of the pass in every loop. Choose another name."},
	"vars_default":   {"「%[1]s」の default が型 %[2]s に合いません。値を直してください。", "The default of %[1]q does not fit its type %[2]s. Correct the value."},
	"vars_required":  {"変数「%[1]s」に required は付けられません。開始時に受け取る値なら inputs に移してください。", "The variable %[1]q cannot be required. Move it to inputs if it is given at the start."},
	"vars_unknown":   {"「%[1]s」という変数はありません(あるもの: %[2]s)。inputs か variables に書き足してください。", "There is no variable %[1]q (there are: %[2]s). Add it to inputs or variables."},
	"vars_personal":  {"変数「%[1]s」は個人情報を含むため条件に使えません。判断の結果だけを別の変数に入れてください。", "The variable %[1]q holds personal data and cannot decide anything. Put only the answer into another variable."},
	"vars_empty":     {"変数「%[1]s」はまだ値が無いことがあります。default を書くか、入力なら required にするか、条件に vars.%[1]s != nil を加えてください。", "The variable %[1]q may have no value yet. Give it a default, make the input required, or add vars.%[1]s != nil to the condition."},
	"vars_order":     {"型 %[2]s の変数「%[1]s」は大小を比べられません。== か != か in を使ってください。", "The variable %[1]q of the type %[2]s has no order. Compare it by ==, != or in."},
	"vars_option":    {"変数「%[1]s」に選択肢「%[2]s」はありません。", "The variable %[1]q has no option %[2]q."},
	"vars_date":      {"「%[1]s」は日付ではありません。2026-03-01 のように書いてください。", "%[1]q is no date. Write it like 2026-03-01."},
	"output_unknown": {"outputs の「%[1]s」という変数はありません(あるもの: %[2]s)。名前を確かめてください。", "outputs names %[1]q, which is no variable (there are: %[2]s). Check the name."},
	"set_input":      {"入力「%[1]s」は開始時の値のまま残ります。set では variables の変数を使ってください。", "The input %[1]q stays as it was given. Set one of the variables instead."},
	"set_form":       {"set の「%[1]s」は読めません。この手順の項目は ${項目}、変数は ${vars.名前} と書いてください。", "set cannot take %[1]q. Write ${field} for a field or output of this step, or ${vars.name}."},
	"set_type":       {"変数「%[1]s」は型 %[2]s です。値か参照先を直してください。", "The variable %[1]q is of the type %[2]s. Correct the value or what it refers to."},
	"set_personal":   {"「%[1]s」に個人情報が入ります。受け取る側を personal: true にしてください。", "%[1]q would take personal data. Make it personal: true."},
	"set_maybe":      {"変数「%[1]s」に入れる値は無いことがあります。項目を required: true にするか、変数の default を取り除いてください。", "What %[1]q is set to may be missing. Make the field required: true, or take the default from the variable."},

	"if_never":          {"選択肢「%[1]s」の条件はどの場合にも成り立ちません。直してください。", "The condition of the outcome %[1]q can never hold. Correct it."},
	"when_step":         {"条件の steps.%[1]s という手順はありません。ID を確かめてください。", "The condition names steps.%[1]s, which is no step. Check the id."},
	"when_step_later":   {"条件の手順「%[1]s」はこの手順より前に終わりません。after をたどって届くようにしてください。", "The condition looks at the step %[1]q, which does not come before this one. Make it one of the steps that after leads back to."},
	"when_step_compare": {"steps.%[1]s は終わり方と ==、!=、in で比べてください(%[2]s)。", "Compare steps.%[1]s by ==, != or in with how a step ends (%[2]s)."},
	"when_ending":       {"手順「%[1]s」が「%[2]s」という終わり方をすることはありません。使える語: %[3]s。", "No step ends as %[2]q, so steps.%[1]s is never that. Words: %[3]s."},
	"loop_names":        {"繰り返しの条件から「%[1]s」は見えません。中の手順の set で変数に入れ、vars か facts で判断してください。", "The condition of a loop cannot see %[1]q. Set a variable inside the loop and look at vars or facts."},
	"loop_never":        {"繰り返し「%[1]s」は自分では終わりません。条件の変数を中の手順の set で変えるか、facts を使ってください。", "The loop %[1]q never ends by itself: nothing in it changes what its condition looks at. Set the variable in a step of the loop, or use facts."},

	"with_bare":        {"「${%[1]s}」がどの手順の値か分かりません。${手順.項目} か ${vars.名前} と書いてください。", "It is not clear whose value ${%[1]s} is. Write ${step.field} or ${vars.name}."},
	"with_alone":       {"手順「%[1]s」の with は使われません。prepare を書くか、with を取り除いてください。", "The with of %[1]q is used by nothing. Write prepare, or remove with."},
	"prepare_approval": {"「%[1]s」は承認を受けてから行う処理なので prepare に書けません。承認の後の自動処理にしてください。", "%[1]q needs an approval and cannot be prepared unasked. Make it an action behind the approval."},
	"until_type":       {"until の「%[1]s」は日付でも日時でもありません。型 date か datetime の値を書いてください。", "until names %[1]q, which is neither a date nor a moment. Name a value of the type date or datetime."},
	"call_unknown":     {"手順書「%[1]s」が見つかりません。番号を確かめるか、先に公開してください。", "There is no playbook %[1]q. Check its id, or publish it first."},
	"call_circle":      {"手順書の呼び出しが輪になっています(%[1]s)。どこかの呼び出しを取り除いてください。", "The playbooks call each other in a circle (%[1]s). Remove one of the calls."},
	"call_deep":        {"呼び出しが %[2]d 段になります。%[1]d 段以内にしてください。", "The calls go %[2]d playbooks deep. Keep them within %[1]d."},
}
