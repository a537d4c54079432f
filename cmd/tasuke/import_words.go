package main

// importSentence is what a person at a terminal reads; the web catalogue is for pages.
type importSentence struct{ ja, en string }

// importReasons holds the sentences of the keys that package customer gives to an import.
var importReasons = map[string]importSentence{
	"customer.import.empty":        {"ファイルが空です。", "The file is empty."},
	"customer.import.encoding":     {"UTF-16のファイルは読めません。UTF-8またはCP932で保存し直してください。", "UTF-16 cannot be read. Save the file as UTF-8 or CP932."},
	"customer.import.header":       {"1行目に必要な列がありません（候補: {{.Columns}}）。--mapping または --encoding を確かめてください。", "A required column is missing in line 1 (one of: {{.Columns}}). Check --mapping or --encoding."},
	"customer.import.header_twice": {"1行目に同じ項目の列が二つあります: {{.Columns}}", "Two columns of line 1 are the same field: {{.Columns}}"},
	"customer.import.quote":        {"{{.Line}}行目の引用符が正しくありません。", "The quotation marks of line {{.Line}} are wrong."},
	"customer.import.long_row":     {"{{.Line}}行目以降に64KiBを超える行があります。引用符の閉じ忘れを確かめてください。それより前のまとまりは取り込み済みです。", "A row at or after line {{.Line}} is longer than 64 KiB; look for a quotation mark that is not closed. Batches before it are kept."},
	"customer.mapping.invalid":     {"マッピングファイルを読めません。", "The mapping file cannot be read."},
	"customer.mapping.encoding":    {"encoding は auto, utf-8, cp932 のいずれかです。", "encoding is auto, utf-8 or cp932."},
	"customer.mapping.separator":   {"comma は1文字、list は comma と異なる文字にしてください。", "comma is one character and list another one."},
	"customer.reject.quote":        {"引用符が正しくありません。続く行も含まれている場合があります。", "The quotation marks are wrong; the row may have taken following lines with it."},
	"customer.reject.width":        {"列の数が1行目と異なります。", "The number of columns is not that of line 1."},
	"customer.reject.encoding":     {"読めない文字があります。", "There are characters that cannot be read."},
	"customer.reject.long":         {"1000文字を超える項目があります。", "A field is longer than 1,000 characters."},
	"customer.reject.twice":        {"同じ顧客番号の行が先にあります。", "An earlier row has the same customer number."},
	"customer.reject.no_ref":       {"顧客番号がありません。", "There is no customer number."},
	"customer.reject.ref":          {"顧客番号が長すぎるか、使えない形です。", "The customer number is too long or of a reserved form."},
	"customer.reject.no_name":      {"氏名も氏名カナもありません。", "There is neither a name nor a kana name."},
	"customer.reject.date":         {"日付として読めません（例: 1980-01-02, 昭和55年1月2日）。", "Not a date (for example 1980-01-02, S55.1.2)."},
	"customer.reject.opened_on":    {"口座開設日が口座番号より多くあります。", "There are more opening dates than accounts."},
	"customer.reject.phone":        {"電話番号は6桁から15桁です。", "A telephone number has 6 to 15 digits."},
	"customer.reject.account":      {"口座番号は英数字3文字から20文字です。", "An account number has 3 to 20 letters and digits."},
	"customer.reject.mail":         {"メールアドレスの形ではありません。", "Not a mail address."},
	"customer.reject.many":         {"電話番号または口座番号が20件を超えています。", "More than 20 telephone numbers or accounts."},
	"customer.reject.erased":       {"消去済みの顧客です。取り込みません。", "This customer was erased and is not brought back."},
}
