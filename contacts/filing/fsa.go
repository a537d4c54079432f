package filing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"tasuke/cases/incident"
	"tasuke/internal/db"
	"tasuke/internal/document"
)

// FSAReport is what the report of an incident to the Financial Services Agency (障害発生等報告,
// operations.md 6 E) is drawn from: the fact sheet, the figures of the rooms, and how far others were told.
type FSAReport struct {
	IncidentNo   string
	Kind         incident.Kind
	Sheet        int64 // version of the fact sheet
	Facts        incident.FactContent
	Reporter     Reporter
	Breach       incident.Breach
	Accounts     int64 // affected, as the snapshot or the rooms count them
	Confirmed    int64
	Cases        int64
	LossYen      int64
	RecoveredYen int64
	Contained    int64
	Inquiries    int64 // from customers about it
	Police       int64 // consultations held
	Shares       int64 // shares sent
	Published    int64 // public notices
	Filings      int64 // other reports handed in
}

// Digest identifies what the paper says.
func (r FSAReport) Digest() (string, error) { return digestOf("fsa", r) }

func digestOf(kind string, v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("write the %s paper: %w", kind, err)
	}
	sum := sha256.Sum256(append([]byte(kind+"\n"), b...))
	return hex.EncodeToString(sum[:]), nil
}

var kindTitles = map[incident.Kind]string{
	incident.AccountWithdrawal: "第三者による不正ログイン及び不正出金", incident.AccountTrade: "第三者による不正ログイン及び不正取引",
	incident.MassLogin: "大量の不正ログイン試行（リスト型攻撃等）", incident.Phishing: "当社を装うフィッシング", incident.OwnLeak: "当社からの顧客情報の漏えい",
	incident.VendorLeak: "委託先からの顧客情報の漏えい", incident.Other: "サイバーセキュリティ事案",
}

// ordinal is which report of the incident a version is.
func ordinal(version int64) string {
	if version == 1 {
		return "初報"
	}
	return fmt.Sprintf("続報（第%d報）", version)
}

// DrawFSA makes the PDF. It answers *document.MissingGlyphs when a character is in no font.
func DrawFSA(fonts document.Fonts, r FSAReport, no string, version int64, at db.Instant) ([]byte, error) {
	d := document.New(fonts, document.Meta{Title: "障害発生等報告書 " + no, Author: r.Reporter.Name, Number: no, Version: fmt.Sprintf("第%d版", version),
		Draft: "案（確認前）", Created: at.In(tokyo)})
	d.Right(no, at.In(tokyo).Format("2006年1月2日"))
	d.Left("金融庁（監督局）　御中")
	d.Title("障害発生等報告書（" + ordinal(version) + "）")
	d.KeyValues(keyShare,
		document.KeyValue{Key: "業者名・登録番号", Value: join("\n", r.Reporter.Name, prefixed("登録番号　", r.Reporter.Registration), r.Reporter.Address)},
		document.KeyValue{Key: "担当", Value: join("\n", join("　", r.Reporter.Section, r.Reporter.Person), prefixed("電話　", r.Reporter.Phone), prefixed("電子メール　", r.Reporter.Mail))})
	d.Heading("1　発生・認知・復旧")
	d.KeyValues(keyShare,
		document.KeyValue{Key: "発生日時", Value: or(stated(r.Facts, incident.FactOccurred), "【調査中】")},
		document.KeyValue{Key: "認知日時", Value: or(moment(r.Facts.Discovered), "【調査中】")},
		document.KeyValue{Key: "復旧日時", Value: "【調査中】"},
		document.KeyValue{Key: "対象システム・業務", Value: "【記入】"})
	d.Heading("2　概要")
	d.Para("種別：" + kindTitles[r.Kind])
	paragraph(d, r.Facts, incident.FactOutline)
	d.Heading("3　原因（サイバー攻撃の別）")
	d.Boxes(document.Box{Text: "サイバー攻撃による", Checked: r.Kind != incident.Other && r.Kind != incident.OwnLeak}, document.Box{Text: "当社システムへの侵害を確認", Checked: r.Breach == "confirmed"},
		document.Box{Text: "当社システムへの侵害の疑い", Checked: r.Breach == "suspected"})
	paragraph(d, r.Facts, incident.FactCause)
	d.Heading("4　顧客への影響")
	d.Table([]document.Column{{Title: "区分", Share: 3}, {Title: "件数・金額", Share: 2, Align: document.End}}, [][]string{
		{"影響を受けた可能性のある口座", grouped(r.Accounts) + "件"}, {"うち被害を確認した口座", grouped(r.Confirmed) + "件"},
		{"検算済みの損害額", grouped(r.LossYen) + "円"}, {"うち銀行等から回収した額", grouped(r.RecoveredYen) + "円"},
		{"個人情報：本人の数", personsOf(r.Facts)},
	})
	paragraph(d, r.Facts, incident.FactData)
	d.Heading("5　対応（暫定・恒久）")
	d.Para(fmt.Sprintf("口座の停止を依頼した案件：%d件（対象案件 %d件）", r.Contained, r.Cases))
	paragraph(d, r.Facts, incident.FactSecondary)
	d.Heading("6　顧客対応・苦情")
	d.Para(fmt.Sprintf("本件に関する問い合わせ・申出：%d件", r.Inquiries))
	paragraph(d, r.Facts, incident.FactResponse)
	d.Heading("7　公表、他当局・警察等への連絡")
	d.KeyValues(keyShare, document.KeyValue{Key: "公表", Value: count(r.Published, "公表済み %d件", "公表していない")},
		document.KeyValue{Key: "警察", Value: count(r.Police, "相談済み %d件", "相談前")}, document.KeyValue{Key: "金融ISAC・協会等", Value: count(r.Shares, "情報共有済み %d件", "共有前")},
		document.KeyValue{Key: "個人情報保護委員会", Value: count(r.Filings, "報告済み %d件", "報告していない")})
	paragraph(d, r.Facts, incident.FactPublication)
	d.Heading("8　再発防止・経営の関与")
	paragraph(d, r.Facts, incident.FactPrevention)
	d.KeyValues(keyShare, document.KeyValue{Key: "経営への報告", Value: "【記入】"}, document.KeyValue{Key: "次回報告予定", Value: "【記入】"})
	d.Note("本書は事実確認書と当システムの記録から作成した案であり、監督当局の様式に従って確認・転記のうえ提出する。【調査中】【記入】の項目を残したまま提出しない。")
	d.Note(fmt.Sprintf("事案番号 %s／事実確認書 第%d版", r.IncidentNo, r.Sheet))
	return d.PDF()
}

func count(n int64, some, none string) string {
	if n == 0 {
		return none
	}
	return fmt.Sprintf(some, n)
}

func personsOf(c incident.FactContent) string {
	if c.PersonsAsOf == 0 {
		return "【調査中】"
	}
	return grouped(c.Persons) + "人"
}

// paragraph is an item of the fact sheet as running text, with how far it is established.
func paragraph(d *document.Doc, c incident.FactContent, k incident.FactItem) {
	f := c.Items[k]
	text := f.Text
	if f.Known != incident.FactConfirmed || text == "" {
		text = join("\n", "【"+or(knownTitles[f.Known], "未記入")+"】", text)
	}
	for line := range strings.Lines(text) {
		d.Para(strings.TrimRight(line, "\n"))
	}
}
