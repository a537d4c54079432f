package cacao

import "tasuke/playbooks"

type sentence struct {
	severity Severity
	text     playbooks.Text
}

// kindName says what a property should hold.
var kindName = map[kind]playbooks.Text{
	aText:    {JA: "文字列", EN: "text"},
	aFlag:    {JA: "true か false", EN: "true or false"},
	aWhole:   {JA: "0 以上の整数", EN: "a whole number, 0 or more"},
	aPercent: {JA: "0 から 100 の整数", EN: "a whole number from 0 to 100"},
	anID:     {JA: "識別子", EN: "an identifier"},
	aTime:    {JA: "時刻の文字列", EN: "a time as text"},
	aMilli:   {JA: "時刻の文字列", EN: "a time as text"},
	someText: {JA: "文字列の一覧", EN: "a list of texts"},
	someIDs:  {JA: "識別子の一覧", EN: "a list of identifiers"},
	anObject: {JA: "オブジェクト", EN: "an object"},
	objects:  {JA: "オブジェクトの一覧", EN: "a list of objects"},
}

func no(ja, en string) sentence     { return sentence{Refused, playbooks.Text{JA: ja, EN: en}} }
func byHand(ja, en string) sentence { return sentence{Manual, playbooks.Text{JA: ja, EN: en}} }
func note(ja, en string) sentence   { return sentence{Note, playbooks.Text{JA: ja, EN: en}} }

// sentences says of each rule what is wrong and what to do, and what it means for an import. Rules
// that the text states as MUST refuse; what it states as SHOULD is a note.
var sentences = map[string]sentence{
	"too_big":     no("文書が %[1]d バイトを超えています。分けてください。", "The document is larger than %[1]d bytes. Split it."),
	"encoding":    no("UTF-8 として読めません。UTF-8 で保存し直してください。", "This is not UTF-8. Save it as UTF-8."),
	"json":        no("JSON として読めません(%[1]s)。", "This is not readable JSON (%[1]s)."),
	"no_object":   no("CACAO 手順書は一つの JSON オブジェクトでなければなりません。", "A CACAO playbook is one JSON object."),
	"twice":       no("同じ名前が二度あります。どちらが本当か分からないので、一つにしてください。", "This name stands twice, and nobody can say which one counts. Keep one."),
	"too_deep":    no("入れ子が %[1]d 段を超えています。", "This is nested more than %[1]d deep."),
	"too_many":    no("項目が %[1]d 個を超えています。", "There are more than %[1]d properties and entries."),
	"text_long":   no("文字列が %[1]d バイトを超えています。", "This text is longer than %[1]d bytes."),
	"number_kept": no("数「%[1]s」は正準形で値が変わります。文字列で書いてください。", "The number %[1]s does not survive the canonical form. Write it as text."),

	"not_playbook": no("CACAO 手順書ではありません(type は「%[1]s」)。", "This is no CACAO playbook (its type is %[1]q)."),
	"version_one":  no("CACAO 1.x の文書です(%[1]s)。2.0 の文書だけを取り込めます。", "This is a document of CACAO 1.x (%[1]s). Only 2.0 can be imported."),
	"version":      no("spec_version は cacao-2.0 でなければなりません(「%[1]s」)。", "spec_version must be cacao-2.0 (it is %[1]q)."),

	"missing":          no("必須の「%[1]s」がありません。", "The required property %[1]q is missing."),
	"type":             no("ここには%[1]sが要ります。", "This must be %[1]s."),
	"empty":            no("空です。値を書くか、項目ごと取り除いてください。", "This is empty. Give it a value or remove the property."),
	"unknown_property": no("「%[1]s」という項目は CACAO 2.0 にありません。綴りを直すか、拡張(extensions)に移してください。", "CACAO 2.0 has no property %[1]q here. Correct the spelling or move it into an extension."),
	"unknown_kept":     note("「%[1]s」は CACAO 2.0 にない項目です。使いませんが、そのまま残します。", "CACAO 2.0 has no property %[1]q here. It is not used and kept as it is."),
	"vocabulary":       note("「%[1]s」は仕様の語彙にない値です。そのまま残します。", "%[1]q is not in the vocabulary of the specification. It is kept."),
	"reference_empty":  no("外部参照には name のほかに description、source、url、external_id、reference_id のどれかが要ります。", "Beside its name an external reference needs a description, source, url, external_id or reference_id."),

	"id_form":             no("識別子「%[1]s」は「種類--UUID」の形ではありません(UUID の版は 1 から 5)。", "%[1]q is no identifier of the form type--UUID (UUID versions 1 to 5)."),
	"id_type":             no("識別子「%[1]s」の種類が合いません(「%[2]s」のはずです)。", "The identifier %[1]q is of the wrong type: %[2]q is what the object is."),
	"id_twice":            no("識別子「%[1]s」の UUID は「%[2]s」でも使われています。種類の違うものに同じ UUID は使えません。", "The UUID of %[1]q is also that of %[2]q. Objects of different types never share a UUID."),
	"id_playbook_version": no("手順書の識別子の UUID は版 4 か 5 でなければなりません(版 %[1]s)。", "The UUID of a playbook must be of version 4 or 5 (it is %[1]s)."),
	"id_step_version":     no("手順の識別子の UUID は版 4 でなければなりません(版 %[1]s)。", "The UUID of a step must be of version 4 (it is %[1]s)."),
	"time":                no("時刻「%[1]s」は 2026-03-01T09:00:00.000Z のように協定世界時(Z)で書いてください。", "Write the time %[1]q in UTC with Z, like 2026-03-01T09:00:00.000Z."),
	"time_milli":          no("時刻「%[1]s」は小数点以下ちょうど 3 桁で書いてください。", "Write the time %[1]q with exactly three decimals."),
	"modified_early":      no("modified が created より前です。", "modified is before created."),
	"valid_order":         no("valid_until は valid_from より後でなければなりません。", "valid_until must be after valid_from."),
	"revoked":             no("作成者がこの手順書を無効にしています。新しい版を入手してください。", "Its creator has revoked this playbook. Get a newer version."),

	"activities_missing": no("playbook_types が仕様の語彙なので、playbook_activities に一つ以上の活動が要ります。", "playbook_types is from the vocabulary, so playbook_activities needs at least one entry."),
	"activity_unseen":    note("活動「%[1]s」を playbook_activity に持つコマンドがありません。どの手順のことかは人が確かめてください。", "No command has the playbook_activity %[1]q. Look for yourself which step it means."),
	"summary_false":      no("要約の %[1]s は事実と違います(実際は %[2]s)。", "The summary is wrong about %[1]s: it is %[2]s."),
	"summary_silent":     note("要約に %[1]s がありませんが、実際には使われています。", "The summary does not mention %[1]s, which the playbook uses."),

	"step_kind":      no("手順の種類「%[1]s」は CACAO 2.0 にありません。", "CACAO 2.0 has no step of the type %[1]q."),
	"steps_few":      no("手順には start が一つ、action か playbook-action と end が一つ以上要ります(start %[1]d、action %[2]d、end %[3]d)。", "A workflow needs one start, an action or playbook-action and an end (there are %[1]d, %[2]d and %[3]d)."),
	"steps_many":     no("手順が %[1]d 個を超えています。", "There are more than %[1]d steps."),
	"next_both":      no("on_completion と on_success / on_failure は一緒に使えません。", "on_completion excludes on_success and on_failure."),
	"next_none":      no("次の手順がありません。on_completion か on_success を書いてください。", "Nothing follows this step. Give it on_completion or on_success."),
	"next_success":   no("on_failure だけがあり、うまくいったときに終わりに届きません。on_success を書いてください。", "There is only on_failure: when the step succeeds, no end is reached. Add on_success."),
	"next_end":       no("end の後には何も続けられません。", "Nothing follows an end."),
	"next_start":     no("start に on_success と on_failure は使えません。", "A start has neither on_success nor on_failure."),
	"failure_open":   note("失敗したときの行き先がありません。失敗すると、続きは人が決めます。", "No way leads on when this step fails. A person decides then."),
	"step_missing":   no("「%[1]s」という手順はありません。", "There is no step %[1]q."),
	"start_kind":     no("workflow_start の「%[1]s」は start ではありません。", "workflow_start names %[1]q, which is no start."),
	"start_inside":   no("start「%[1]s」に戻ることはできません。", "Nothing leads back to the start %[1]q."),
	"exception_kind": no("workflow_exception の「%[1]s」は start です。例外で行う手順を書いてください。", "workflow_exception names %[1]q, which is the start. Name the step that deals with exceptions."),
	"circle":         no("手順が輪になっています(%[1]s)。繰り返しは while-condition で書いてください。", "The steps form a circle (%[1]s). Repeat by a while-condition."),
	"unreachable":    no("この手順には workflow_start からも workflow_exception からも届きません。", "This step cannot be reached from workflow_start or workflow_exception."),
	"branch_shared":  no("この枝は手順「%[1]s」で別の流れ(%[2]s)に入っています。枝ごとに自分の end で終えてください。", "This branch runs into %[1]q of another stretch (%[2]s). Every branch reaches an end of its own."),
	"branch_ends":    no("この枝には end が %[1]d つあります。一つにまとめてください。", "This branch has %[1]d ends. It needs exactly one."),
	"end_none":       no("ここから end に届きません。", "No end is reached from here."),

	"parallel_few":    no("parallel には枝が二つ以上要ります。", "A parallel needs two branches or more."),
	"parallel_twice":  no("parallel の next_steps に同じ手順が二度あります。", "next_steps names the same step twice."),
	"switch_variable": no("switch の「%[1]s」は変数ではありません。__名前__:value と書いてください。", "%[1]q is no variable to switch on. Write __name__:value."),
	"timeout_branch":  no("%[1]s の timeout は枝全体の制限になり、守ることを約束できません。枝の手順に付けてください。", "A timeout of a %[1]s would bound all its branches, which cannot be promised. Put it on the steps of the branches."),
	"timeout_zero":    note("timeout の 0 は制限なしとして扱います。", "A timeout of 0 is taken as none."),
	"timeout_idle":    note("ここでの timeout には意味がありません。残しますが使いません。", "A timeout means nothing here. It is kept and not used."),

	"undefined": no("「%[1]s」が %[2]s に定義されていません。", "%[1]q is not defined in %[2]s."),

	"command_none":    no("command か command_b64 のどちらかが要ります。", "A command or command_b64 is needed."),
	"command_two":     no("command と command_b64 の中身が違います。どちらを行うのか分かりません。", "command and command_b64 differ, and nobody can say which is meant."),
	"content_two":     no("content と content_b64 は一緒に使えません。", "content and content_b64 exclude each other."),
	"base64":          no("base64 として読めません。", "This is not base64."),
	"start_line":      no("「%[1]s」は HTTP の開始行ではありません。POST /path HTTP/1.1 のように書いてください。", "%[1]q is no HTTP start line. Write it like POST /path HTTP/1.1."),
	"http_method":     no("HTTP のメソッド「%[1]s」は使えません。", "The HTTP method %[1]q cannot be used."),
	"header_name":     no("ヘッダー名「%[1]s」は使えません。", "%[1]q cannot be the name of a header."),
	"header_value":    no("ヘッダーの値は改行のない文字列でなければなりません。", "The value of a header must be text without line breaks."),
	"openc2_post":     no("openc2-http のメソッドは POST でなければなりません(%[1]s)。", "The method of openc2-http must be POST (it is %[1]s)."),
	"openc2_variable": note("base64 の中の変数は置き換えられません。担当者が値を入れてください。", "Variables inside base64 are not replaced. Whoever does the task fills them in."),
	"command_person":  byHand("種類 %[1]s のコマンドは実行せず、担当者の作業として示します。", "A command of the type %[1]s is never run. It is shown to a person as a task."),
	"command_foreign": note("コマンドの種類「%[1]s」は仕様の語彙にありません(語彙は開いています)。", "The command type %[1]q is outside the vocabulary, which is open."),

	"party_foreign": note("種類「%[1]s」は仕様の語彙にありません(語彙は開いています)。そのまま残します。", "The type %[1]q is outside the vocabulary, which is open. It is kept as it is."),
	"auth_foreign":  note("認証情報の種類「%[1]s」は仕様の語彙にありません(語彙は開いています)。そのまま残します。", "The authentication type %[1]q is outside the vocabulary, which is open. It is kept as it is."),
	"address":       no("%[1]s の値として読めません。", "This is no %[1]s address."),
	"address_kind":  no("アドレスの種類「%[1]s」はありません(dname、ipv4、ipv6、l2mac、vlan、url)。", "There is no kind of address %[1]q (dname, ipv4, ipv6, l2mac, vlan, url)."),
	"port":          no("ポート「%[1]s」は 1 から 65535 の数でなければなりません。", "The port %[1]q must be a number from 1 to 65535."),
	"place_half":    no("緯度と経度は両方書いてください。", "Latitude and longitude stand together or not at all."),
	"kms_flag":      no("kms_key_identifier があるなら kms は true でなければなりません。", "With a kms_key_identifier, kms must be true."),
	"kms_both":      no("kms を使うなら「%[1]s」は書けません。", "With kms there must be no %[1]q."),
	"secret_inside": note("秘密が文書の中に書かれています。変数か kms に移すよう、作成者に知らせてください。取り込んでも使いません。", "A secret is written into the document. Tell its author to use a variable or kms. It is not used here."),

	"extension_name": no("拡張の項目名「%[1]s」は英小文字、数字、下線で 3 から 250 字でなければなりません。", "The extension property %[1]q must be 3 to 250 small letters, digits and underscores."),
	"semver":         note("拡張の版「%[1]s」は 1.2.3 の形ではありません。", "The extension version %[1]q is not of the form 1.2.3."),

	"variable_name":      no("変数名「%[1]s」は __名前__ の形で、英字で始め、全体で 250 字以内にしてください。", "Write the variable %[1]q as __name__, beginning with a letter, at most 250 characters in all."),
	"variable_case":      note("変数名「%[1]s」に大文字があります(小文字が推奨されています)。", "The variable %[1]q has capital letters (small ones are recommended)."),
	"variable_undefined": no("変数「%[1]s」はここから見えるところに定義されていません。", "The variable %[1]q is not defined where it can be seen from here."),
	"variable_shadows":   note("変数「%[1]s」は手順書の変数と同じ名前です。この手順と後の手順ではこちらを使います。", "The variable %[1]q has the name of a playbook variable. This step and those after it use this one."),
	"variable_bare":      note("変数「%[1]s」に :value がありません。ただの文字として残します。", "The variable %[1]q is written without :value. It stays plain text."),
	"value_json":         no("型 %[1]s の値は文字列か null でなければなりません(辞書だけがオブジェクトを持てます)。", "The value of a %[1]s is text or null (only a dictionary holds an object)."),
	"value_type":         no("値「%[1]s」は型 %[2]s に合いません。", "The value %[1]q is no %[2]s."),
	"constant_unknown":   note("定数に値がありません。", "This constant has no value."),
	"constant_set":       no("定数「%[1]s」に値を入れることはできません。", "The constant %[1]q cannot be given a value."),
	"external_step":      note("external は手順書の変数だけに意味があります。", "external means something for playbook variables only."),

	"marking_kind":    no("データマーキングの種類「%[1]s」はありません。", "There is no data marking of the type %[1]q."),
	"marking_version": no("データマーキングに版はありません。modified を取り除いてください。", "Data markings have no versions. Remove modified."),
	"marking_id":      no("マーキングの id は、それが置かれた名前(%[1]s)と同じでなければなりません。", "The id of a marking is the name it stands under (%[1]s)."),
	"marking_circle":  no("マーキングが自分自身を指しています(%[1]s)。", "The marking marks itself by way of %[1]s."),
	"tlp_level":       no("TLP 2.0 の区分「%[1]s」はありません。", "There is no TLP 2.0 level %[1]q."),
	"tlp_object":      no("%[1]s には公式のオブジェクト(%[2]s)をそのまま使わなければなりません。", "%[1]s must be the official object (%[2]s), as it was published."),

	"signature_type":     no("署名の type は jss でなければなりません(「%[1]s」)。", "The type of a signature must be jss (it is %[1]q)."),
	"signature_key":      no("署名には public_key、public_cert_chain、cert_url、thumbprint のちょうど一つが要ります(%[1]d 個あります)。", "A signature has exactly one of public_key, public_cert_chain, cert_url and thumbprint (there are %[1]d)."),
	"signature_other":    no("署名は別の手順書(%[1]s)のものです。", "The signature is for another playbook (%[1]s)."),
	"signature_version":  no("署名は別の版(%[1]s)のものです。", "The signature is for another version (%[1]s)."),
	"signature_value":    no("署名の値が base64url として読めません。", "The value of the signature is not base64url."),
	"signature_unlooked": note("署名があります。確かめるには tasuke playbook verify を使ってください。", "There are signatures. Use tasuke playbook verify to check them."),

	"call":         note("手順書「%[1]s」を呼び出します。取り込んだ手順書のうち、同じ識別子のものが使われます。", "The playbook %[1]q is called: the imported playbook of that identifier is used."),
	"call_version": note("呼び出す版の指定は残しますが、実行時にはその時点の版が使われます。", "The version that is called is kept on record; a run uses the version that is published when it starts."),

	"condition_person": byHand("条件「%[1]s」は翻訳できないので、担当者が成り立つかどうかを選びます。", "The condition %[1]q cannot be translated. A person says whether it holds."),
	"while_bound":      note("CACAO の繰り返しには上限がありません。最大 %[1]d 回とします。公開の前に確かめてください。", "A while of CACAO has no bound. It is worked through at most %[1]d times; look at this before publishing."),
	"rounded":          note("1 秒より細かい、または長すぎる時間です。%[1]s とします。", "This time is finer than a second or too long to write. It becomes %[1]s."),
	"timeout_several":  byHand("timeout が複数の作業全体にかかるので、まとめて一人の作業とします。", "The timeout holds for several pieces of work together, so they become one person's task."),
	"command_cut":      note("コマンドが長いため、作業には初めの部分だけを示します。全文は取り込んだ文書に残ります。", "The command is long: the task shows its beginning. All of it stays in the imported document."),
	"http_host":        note("「%[1]s」へ要求を送ります。管理者がこのホストを許可するまで送られません。", "A request goes to %[1]q. It is not sent before an administrator has allowed the host."),
	"http_person":      byHand("http-api の要求を自動では送れません(%[1]s)。担当者の作業とします。", "The http-api request is not sent by the program (%[1]s). It becomes a person's task."),
	"values_person":    byHand("応答のどこに値があるかを CACAO は決めていません。担当者が読み取って記入します。", "CACAO does not say where in an answer a value stands. A person reads it and fills it in."),
	"external_set":     no("外部から渡される変数「%[1]s」に手順が値を入れています。tasuke では、渡された値は変えられません。別の変数に返してください。", "A step gives the external variable %[1]q a new value. Here, what was passed in does not change: return it in a variable of its own."),
	"loop_empty":       no("繰り返しの中に手順がありません。", "There is no step in this loop."),
	"not_loadable":     no("手順書として成り立ちません: %[1]s", "This does not make a playbook here: %[1]s"),
	"expired":          note("有効期間の外にある手順書です。", "This playbook is outside the time it says it is valid in."),
	"export_carried":   note("手順「%[1]s」の %[2]s は CACAO では言い表せないため、拡張に入れました。", "CACAO has no word for %[2]s of the step %[1]q. It is carried in the extension."),
	"export_call":      note("手順「%[1]s」は手順書 %[2]s を呼び出します。その手順書も書き出してください。", "The step %[1]q calls the playbook %[2]s. Export that one too."),
	"export_unsigned":  note("内容が変わったので、前の署名は取り除きました。", "The content has changed, so the signatures it had are left out."),
	"export_rebuilt":   note("変更された手順書です。手順の流れを書き直し、残った手順の知らない項目はそのまま残しました。", "This playbook was changed: its flow is written anew, and what is not understood of the steps that remain is kept."),
	"validity":         note("いまは、作成者が示した有効期間（valid_from から valid_until）の外です。取り込めますが、新しい版がないか確かめてください。", "This moment is outside the time its creator gives it (valid_from to valid_until). It can be taken; look for a newer version."),
	"export_changed":   note("tasuke が書き出した後にほかで変えられています。CACAO としての中身を取り込みます。", "This was changed elsewhere after tasuke exported it. What it says as CACAO is taken."),
}
