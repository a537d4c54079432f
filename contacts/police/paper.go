package police

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/document"
)

// The summary goes to the Japanese police and is in Japanese whatever the reader's language is.

// tokyo is the zone of the summary; Japan has had no daylight saving time since 1951.
var tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

var kindNames = map[Kind]string{Consult: "相談", Damage: "被害届の提出", Complaint: "告訴"}

var filerNames = map[FiledBy]string{"firm": "当社", "customer": "被害者本人（当社は資料を提供）"}

var offenceNames = map[Offence]string{
	UnauthorizedAccess: "不正アクセス行為の禁止等に関する法律違反", ComputerFraud: "電子計算機使用詐欺（刑法第246条の2）",
	MarketAbuse: "金融商品取引法違反（相場操縦）", ProceedsTransfer: "犯罪による収益の移転防止に関する法律違反",
}

// keyShare is the part of the width that the names of the items take.
const keyShare = 0.22

// Draw makes the PDF of the summary, sections 1 to 11 of operations.md 6 B. It answers
// *document.MissingGlyphs when a character is in no font; nothing is drawn then.
func Draw(fonts document.Fonts, p Paper) ([]byte, error) {
	d := document.New(fonts, document.Meta{Title: "警察相談概要 " + p.No, Author: p.Firm.Name, Number: p.No, Version: fmt.Sprintf("第%d版", p.Version), Created: p.At.In(tokyo)})
	d.Right(p.No+"　"+fmt.Sprintf("第%d版", p.Version), p.At.In(tokyo).Format("2006年1月2日"))
	d.Left(p.addressee()...)
	d.Right(filled(p.Firm.Name, p.Firm.Address)...)
	d.Title("警察相談概要")
	p.who(d)
	p.course(d)
	p.damage(d)
	p.rest(d)
	return d.PDF()
}

// addressee is the office, and the officer where one is named.
func (p Paper) addressee() []string {
	out := []string{strings.Join(filled(p.Agency, p.Section), "　") + "　御中"}
	if p.Officer != "" {
		out = append(out, "（ご担当　"+p.Officer+"　様）")
	}
	return out
}

// who: 1 and 2.
func (p Paper) who(d *document.Doc) {
	d.Heading("1　届出者・被害者の別")
	rows := []document.KeyValue{{Key: "区分", Value: kindNames[p.Kind]}, {Key: "届出者", Value: filerNames[p.FiledBy]}, {Key: "事案", Value: p.Incident.No + "　" + p.Incident.Title}}
	if p.ConsultedAt != 0 {
		rows = append(rows, document.KeyValue{Key: "前回の相談日時", Value: minutes(p.ConsultedAt)})
	}
	if p.Receipt != "" {
		rows = append(rows, document.KeyValue{Key: "受理番号", Value: p.Receipt})
	}
	d.KeyValues(keyShare, rows...)
	d.Heading("2　被害者")
	if len(p.Cases) == 0 {
		d.Para("個別の被害者は特定していない。")
		return
	}
	var table [][]string
	for _, c := range p.Cases {
		table = append(table, []string{c.No, c.name(), c.reach(), c.agreed()})
	}
	d.Table([]document.Column{{Title: "案件番号", Share: 2.6}, {Title: "氏名・口座", Share: 3.4}, {Title: "連絡先", Share: 3.4}, {Title: "開示の同意", Share: 2.6}}, table)
	d.Note("同意を得ていない被害者は伏せ字とする。照会は案件番号による。")
}

func (v Victimised) name() string {
	if v.Victim == nil {
		return strings.Join(filled(v.Name, v.Account), "\n")
	}
	born := ""
	if v.Victim.BirthDate != "" {
		born = v.Victim.BirthDate + " 生"
	}
	return strings.Join(filled(v.Victim.Name, v.Victim.Kana, born, v.Victim.Account), "\n")
}

func (v Victimised) reach() string {
	if v.Victim == nil {
		return "当社を通じて連絡する"
	}
	return strings.Join(filled(v.Victim.Phone, v.Victim.Address), "\n")
}

func (v Victimised) agreed() string {
	switch {
	case v.Consent == nil:
		return "未確認"
	case !v.Consent.Given:
		return "なし（" + day(v.Consent.At) + "）"
	}
	return "あり（" + day(v.Consent.At) + "）\n" + v.Consent.How
}

// course: 3 and 4.
func (p Paper) course(d *document.Doc) {
	d.Heading("3　認知の経緯")
	d.KeyValues(keyShare, document.KeyValue{Key: "当社の認知日時", Value: minutes(p.Incident.DetectedAt)}, document.KeyValue{Key: "発生期間", Value: span(p.Incident.OccurredFrom, p.Incident.OccurredTo)})
	paras(d, p.Recognition)
	d.Heading("4　時系列（日本標準時）")
	if len(p.Timeline) == 0 {
		d.Para("調査中。")
		return
	}
	var rows [][]string
	for _, e := range p.Timeline {
		port := "記録なし"
		if e.Port > 0 {
			port = strconv.Itoa(e.Port)
		}
		rows = append(rows, []string{e.At.In(tokyo).Format("2006-01-02 15:04:05"), strings.Join(filled(e.Operation, e.Case), "\n"), e.IP, port, e.Agent, e.Device})
	}
	d.Table([]document.Column{{Title: "日時", Share: 2.2}, {Title: "操作", Share: 3.5}, {Title: "IPアドレス", Share: 2.8}, {Title: "送信元ポート", Share: 1.7, Align: document.End},
		{Title: "UA", Share: 2.5}, {Title: "端末ID", Share: 2.3}}, rows)
}

// damage: 5 and 6.
func (p Paper) damage(d *document.Doc) {
	d.Heading("5　被害額")
	d.KeyValues(keyShare, document.KeyValue{Key: "売却", Value: yen(p.Damages.Sold)}, document.KeyValue{Key: "買付", Value: yen(p.Damages.Bought)},
		document.KeyValue{Key: "出金", Value: yen(p.Damages.Withdrawn)}, document.KeyValue{Key: "実損", Value: yen(p.Damages.Net)})
	d.Heading("6　出金先")
	if len(p.Destinations) == 0 {
		d.Para("出金先口座は確認していない。")
		return
	}
	var rows [][]string
	for _, x := range p.Destinations {
		rows = append(rows, []string{strings.Join(filled(x.Bank, x.Branch), "\n"), strings.Join(filled(x.Kind, x.Number), " "), x.Holder, yen(x.Yen), x.RequestNo})
	}
	d.Table([]document.Column{{Title: "金融機関・支店", Share: 3.4}, {Title: "種別・口座番号", Share: 2.4}, {Title: "名義", Share: 2.6}, {Title: "金額", Share: 2.4, Align: document.End}, {Title: "銀行への依頼", Share: 2.4}}, rows)
}

// rest: 7 to 11.
func (p Paper) rest(d *document.Doc) {
	d.Heading("7　手口の推定")
	paras(d, p.Method)
	d.Heading("8　保全した証拠")
	if len(p.Evidence) == 0 {
		d.Para("保全作業中。")
	} else {
		var rows [][]string
		for _, e := range p.Evidence {
			rows = append(rows, []string{e.No, e.SHA256, e.Kept})
		}
		d.Table([]document.Column{{Title: "証拠番号", Share: 2}, {Title: "SHA-256", Share: 6}, {Title: "保管", Share: 3}}, rows)
	}
	d.Heading("9　当社の措置")
	paras(d, p.Measures)
	d.Heading("10　希望")
	var boxes []document.Box
	for _, k := range Kinds {
		boxes = append(boxes, document.Box{Text: kindNames[k], Checked: k == p.Kind})
	}
	d.Boxes(boxes...)
	var laws []string
	for _, o := range p.Offences {
		laws = append(laws, offenceNames[o])
	}
	if len(laws) > 0 {
		d.KeyValues(keyShare, document.KeyValue{Key: "該当し得る罪", Value: strings.Join(laws, "\n")})
	}
	paras(d, p.Wish)
	d.Heading("11　担当")
	d.KeyValues(keyShare, document.KeyValue{Key: "担当", Value: strings.Join(filled(p.Firm.Name, p.Firm.Section, p.Person), "　")},
		document.KeyValue{Key: "連絡先", Value: strings.Join(filled(p.Firm.Phone, p.Firm.Mail), "\n")})
	d.Note("内容の識別子（SHA-256）: " + p.Digest)
}

func paras(d *document.Doc, text string) {
	if text == "" {
		text = "調査中。"
	}
	for line := range strings.SplitSeq(text, "\n") {
		d.Para("　" + line)
	}
}

func filled(all ...string) (out []string) {
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func minutes(at db.Instant) string {
	if at == 0 {
		return "調査中"
	}
	return at.In(tokyo).Format("2006年1月2日15時04分")
}

func day(at db.Instant) string { return at.In(tokyo).Format("2006-01-02") }

func span(from, to db.Instant) string {
	if from == 0 || to == 0 || from == to {
		return minutes(from)
	}
	return minutes(from) + "から" + minutes(to) + "まで"
}

func yen(n int64) string {
	if n < 0 {
		return "算定中"
	}
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s + "円"
}
