package world

import (
	"strconv"
)

// System is a log of the firm: its name, and the mapping file that reads it.
type System struct {
	Name    string
	Mapping string // YAML
	ending  string
	head    string
	cp932   bool
	write   func(b []byte, r *row, customer string, f *file) []byte
}

// Systems are the firm's logs, as four systems of different age and maker would write them.
func Systems() []System { return systems[:] }

var systems = [sources]System{
	{
		Name: "web-login", ending: "csv", write: webRow,
		head:    "日時,会員番号,認証結果,画面,接続元,端末ID,セッション,遷移元",
		Mapping: "kind: login\ntimes: 2006/01/02 15:04:05.000\nresults:\n  ok: 成功\n  bad_pw: パスワード相違\ncolumns:\n  customer: 会員番号\n  result: 認証結果\n  channel: 画面\n",
	},
	{
		Name: "app-login", ending: "ndjson", write: appRow,
		Mapping: "format: ndjson\nkind: login\ntimes: unix_ms\nresults:\n  ok: \"true\"\n  bad_pw: \"false\"\ncolumns:\n  at: ts\n  customer: user\n  result: success\n  channel: os\n  ip: client.ip\n  device: device_id\n  session: sid\n",
	},
	{
		Name: "trades", ending: "csv", write: tradeRow,
		head:    "exec_id,time,type,customer_no,symbol,side,qty,amount,session_id,src_ip",
		Mapping: "kinds:\n  order: NEW\n  execution: FILL\ntimes: rfc3339\ncolumns:\n  ref: exec_id\n  symbol: symbol\n",
	},
	{
		Name: "back-office", ending: "csv", write: officeRow, cp932: true,
		head: "受付番号,受付日時,処理区分,顧客コード,変更項目,新メール,新電話番号,銀行コード,支店コード,振込先口座番号,金額,IPアドレス,端末ID",
		Mapping: "encoding: cp932\nquiet: 24h\ntimes: \"2006/01/02 15:04:05\"\nkinds:\n  withdrawal: 出金指図\n  destination_change: 出金先口座登録\n  profile_change: 属性変更\n" +
			"columns:\n  at: 受付日時\n  kind: 処理区分\n  number: 振込先口座番号\n  ref: 受付番号\n",
	},
}

func webRow(b []byte, r *row, customer string, _ *file) []byte {
	b = append(jst(b, r.at, "2006/01/02 15:04:05.000"), ',')
	b = append(append(b, customer...), ',')
	result := "成功"
	if r.result != "ok" {
		result = "パスワード相違"
	}
	b = append(append(b, result...), ',')
	b = append(append(b, r.channel...), ',')
	b = append(r.ip.AppendTo(b), ',')
	b = append(append(b, r.device...), ',')
	b = append(hex(b, r.session), ',')
	return append(append(b, r.referrer...), '\n')
}

func appRow(b []byte, r *row, customer string, _ *file) []byte {
	b = strconv.AppendInt(append(b, `{"ts":`...), r.at, 10)
	b = append(append(b, `,"user":"`...), customer...)
	b = strconv.AppendBool(append(b, `","success":`...), r.result == "ok")
	b = append(append(b, `,"os":"`...), r.channel...)
	b = r.ip.AppendTo(append(b, `","client":{"ip":"`...))
	b = append(append(b, `"},"device_id":"`...), r.device...)
	b = hex(append(b, `","sid":"`...), r.session)
	return append(b, "\"}\n"...)
}

func tradeRow(b []byte, r *row, customer string, f *file) []byte {
	b = append(b, 'E')
	b = append(jst(b, r.at, "060102-"), strconv.Itoa(f.entry)...)
	b = append(strconv.AppendInt(append(b, '-'), int64(f.line), 10), ',')
	b = append(jst(b, r.at, "2006-01-02T15:04:05.000+09:00"), ',')
	kind := "NEW,"
	if r.kind == execution {
		kind = "FILL,"
	}
	b = append(append(b, kind...), customer...)
	b = strconv.AppendInt(append(b, ','), int64(r.symbol), 10)
	b = append(append(b, ','), r.side...)
	b = strconv.AppendInt(append(b, ','), int64(r.quantity), 10)
	b = strconv.AppendInt(append(b, ','), r.yen, 10)
	b = append(b, ',')
	if r.kind == order {
		b = append(hex(b, r.session), ',')
		return append(r.ip.AppendTo(b), '\n')
	}
	return append(b, ",\n"...)
}

func officeRow(b []byte, r *row, customer string, f *file) []byte {
	b = append(b, 'U')
	b = append(jst(b, r.at, "060102-"), strconv.Itoa(f.entry)...)
	b = append(strconv.AppendInt(append(b, '-'), int64(f.line), 10), ',')
	b = append(jst(b, r.at, "2006/01/02 15:04:05"), ',')
	b = append(append(b, map[string]string{withdrawal: "出金指図", destination: "出金先口座登録", profile: "属性変更"}[r.kind]...), ',')
	for _, s := range []string{customer, r.change, r.mail, r.phone, r.dest.Bank, r.dest.Branch, r.dest.Number} {
		b = append(append(b, s...), ',')
	}
	if r.yen > 0 {
		b = strconv.AppendInt(b, r.yen, 10)
	}
	b = append(r.ip.AppendTo(append(b, ',')), ',')
	return append(append(b, r.device...), '\n')
}
