package remedy

import (
	"fmt"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/document"
)

// The letter goes to a customer in Japan and is in Japanese whatever the reader's language is.

// Letter is what the offer says (補償のご提案, operations.md 6 I). It names the customer by number:
// the name is on the cover that posts it, and nowhere in this room.
type Letter struct {
	Firm                    Firm
	No, CaseNo, CustomerRef string
	Version                 int64
	Date                    db.Instant
	ValidUntil              string // last day for an answer, YYYY-MM-DD
	Digest                  string
	PolicyTitle             string
	Calculation             Calculation
	// Draft letters say so on every page.
	Draft bool
}

var stepTitles = map[Step]string{
	StepItems: "損失の額", StepGain: "調整（利益の場合は0円）", StepOffset: "回収金の控除", StepShare: "補償額（損失に対する分）",
	StepFees: "手数料の返還", StepConsolation: "見舞金", StepCap: "上限を超える額",
}

var kindTitles = map[Kind]string{
	Login: "ログイン", Order: "注文", Execution: "約定", Cancel: "取消", Disposal: "処分", PaidOut: "出金", InstantDeposit: "即時入金", TransferOut: "移管・出庫",
	Exchange: "為替", MarginOpen: "信用新規", FundSell: "投信売却", ProfileChange: "登録変更", DestinationSet: "出金先変更", SecondFactorSet: "認証変更",
}

var sideTitles = map[Side]string{Buy: "買", Sell: "売"}

// Draw makes the PDF of an offer: what is offered and until when, how it was counted line by line,
// the transactions behind it, and what an acceptance would mean. It answers *document.MissingGlyphs
// when a character is in no font; nothing is drawn then.
func Draw(fonts document.Fonts, l Letter) ([]byte, error) {
	meta := document.Meta{Title: "補償のご提案 " + l.No, Author: l.Firm.Name, Number: l.No, Version: fmt.Sprintf("第%d版", l.Version), Created: l.Date.In(tokyo)}
	if l.Draft {
		meta.Draft = "案（未送付）"
	}
	d := document.New(fonts, meta)
	l.head(d)
	l.amount(d)
	l.terms(d)
	l.annex(d)
	return d.PDF()
}

func (l Letter) head(d *document.Doc) {
	d.Right(l.No, japaneseDay(day(l.Date)))
	d.Left("お客様番号　"+l.CustomerRef, "お客様")
	d.Right(present(l.Firm.Address, l.Firm.Name, l.Firm.Section, prefixed("電話　", l.Firm.Phone))...)
	d.Title("補償のご提案")
	d.Para("　このたびは、お客様の口座における不正な取引により、ご心配とご不便をおかけしておりますことを、深くお詫び申し上げます。")
	d.Para("　お申し出の件（案件番号 " + l.CaseNo + "）について、当社の補償方針に基づき、次のとおりご提案いたします。内容をご確認のうえ、回答期限までにご回答くださいますようお願い申し上げます。")
}

func (l Letter) amount(d *document.Doc) {
	c := l.Calculation
	d.Heading("1　ご提案の内容")
	until := "（送付時に記載）"
	if l.ValidUntil != "" {
		until = japaneseDay(l.ValidUntil) + "（必着）"
	}
	d.KeyValues(0.3,
		document.KeyValue{Key: "ご提案額", Value: Grouped(c.OfferYen) + "円"},
		document.KeyValue{Key: "対象の期間", Value: japaneseDay(c.DamageDay) + "から" + japaneseDay(c.LastDay) + "までの不正な取引（別紙）"},
		document.KeyValue{Key: "回答期限", Value: until},
	)
	d.Heading("2　算定の内訳")
	var rows [][]string
	for _, x := range c.Lines {
		rows = append(rows, []string{stepTitles[x.Step], c.Explain(x, "ja"), Grouped(x.Yen)})
	}
	rows = append(rows, []string{"ご提案額", "補償額から下の行の合計です。", Grouped(c.OfferYen)})
	d.Table([]document.Column{{Title: "項目", Share: 3}, {Title: "説明", Share: 7}, {Title: "金額（円）", Share: 2.2, Align: document.End}}, rows)
	d.Note("適用した方針: " + l.PolicyTitle + "（" + c.PolicyID + " 第" + fmt.Sprint(c.PolicyVersion) + "版）")
}

func (l Letter) terms(d *document.Doc) {
	d.Heading("3　ご確認いただきたいこと")
	d.Numbered(
		"本書はご提案であり、お客様にご承諾いただき、合意書を取り交わすまでは、支払いの義務は生じません。",
		"本書は上記の金額についてのみご提案するもので、これを超える補償、支払いの時期その他本書に記載のない事項をお約束するものではありません。",
		"算定の基礎となる取引の内容に変更があったときは、本書を改めることがあります。その場合は、改めた内容を書面でお知らせします。",
		"回答期限を過ぎてもご回答がないときは、本書のご提案は効力を失います。事情がおありの場合は、期限までに下記の窓口へご相談ください。",
		"ご承諾いただかないことにより、お客様の権利が失われることはありません。第三者機関（証券・金融商品あっせん相談センター）もご利用いただけます。",
	)
	d.Heading("4　窓口")
	rows := []document.KeyValue{{Key: "窓口", Value: joined(l.Firm.Name, l.Firm.Section)}}
	for _, r := range []document.KeyValue{{Key: "電話", Value: l.Firm.Phone}, {Key: "電子メール", Value: l.Firm.Mail}} {
		if r.Value != "" {
			rows = append(rows, r)
		}
	}
	d.KeyValues(0.3, rows...)
	d.Right("以上")
}

func (l Letter) annex(d *document.Doc) {
	d.Break()
	d.Title("別紙　算定書")
	var rows [][]string
	for _, i := range l.Calculation.Items {
		rows = append(rows, []string{i.OccurredAt.In(tokyo).Format("2006-01-02 15:04"), kindTitles[i.Kind] + sideTitles[i.Side], i.ExternalID, joined(i.Symbol, i.Qty), l.reason(i), Grouped(i.Yen), Grouped(i.FeeYen)})
	}
	rows = append(rows, []string{"", "", "", "", "計", Grouped(l.Calculation.Lines[0].Yen), Grouped(fees(l.Calculation.Items))})
	d.Table([]document.Column{{Title: "日時", Share: 2.6}, {Title: "種別", Share: 1.4}, {Title: "番号", Share: 2.4}, {Title: "銘柄・数量", Share: 1.9}, {Title: "取扱い", Share: 2.4},
		{Title: "損失（円）", Share: 2, Align: document.End}, {Title: "手数料（円）", Share: 2, Align: document.End}}, rows)
	d.Note("損失の欄は、損失に加える額を正、差し引く額を負で示します。")
	d.Note(fmt.Sprintf("算定番号 %s 第%d版／案件番号 %s／算定のSHA-256 %s", l.No, l.Version, l.CaseNo, l.Digest))
}

func (l Letter) reason(i Item) string {
	switch i.Why {
	case Lost:
		return "損失に加算"
	case Brought:
		return "損失から控除"
	case NotFraud:
		return "ご本人の取引（対象外）"
	case NotBoughtBy:
		return "不正な買付の銘柄でない売却"
	}
	return "損失の算定では対象外"
}

func fees(items []Item) (sum int64) {
	for _, i := range items {
		sum += i.FeeYen // within an int64: the calculation has added them up before
	}
	return sum
}

func japaneseDay(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return t.Format("2006年1月2日")
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// present leaves out what is empty.
func present(all ...string) (out []string) {
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "　" + b
}
