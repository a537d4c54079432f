package filing

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tasuke/cases/incident"
	"tasuke/internal/db"
	"tasuke/internal/document"
)

// The form goes to a Japanese authority and is in Japanese whatever the reader's language is.

// tokyo is the zone of the form; Japan has had no daylight saving time since 1951.
var tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

var itemTitles = map[incident.FactItem]string{
	incident.FactDiscovered: "発覚日", incident.FactOccurred: "発生日", incident.FactEntrusted: "委託の有無",
	incident.FactOutline: "1　概要", incident.FactData: "2　漏えい等が発生し、又は発生したおそれがある個人データの項目",
	incident.FactPersons: "3　本人の数", incident.FactCause: "4　原因", incident.FactSecondary: "5　二次被害又はそのおそれの有無及びその内容",
	incident.FactResponse: "6　本人への対応の実施状況", incident.FactPublication: "7　公表の実施状況",
	incident.FactPrevention: "8　再発防止のための措置", incident.FactOther: "9　その他参考となる事項",
}

var knownTitles = map[incident.Known]string{
	incident.FactConfirmed: "確認済み", incident.FactInvestigating: "調査中", incident.FactNotApplicable: "該当なし",
}

var entrustedTitles = map[incident.Entrusted]string{
	incident.NotEntrusted: "委託なし", incident.AtProcessor: "委託先で発生", incident.ForPrincipal: "受託した業務で発生",
}

var basisTitles = map[Basis]string{
	BasisAPPI: "個人情報の保護に関する法律第26条第1項", BasisFIBO: "金融商品取引業等に関する内閣府令第123条第1項第6号の2",
}

var rule7Titles = []string{
	"1号　要配慮個人情報が含まれる個人データ", "2号　不正に利用されることにより財産的被害が生じるおそれがある個人データ",
	"3号　不正の目的をもって行われたおそれがある行為による個人データ", "4号　本人の数が1,000人を超える漏えい等",
}

// keyShare is the part of the width that the names of the items take.
const keyShare = 0.28

// Draw makes the PDF of the first report (速報): the nine items of APPI Enforcement Rules 8(1),
// each with how far it is established, and who reports to whom under which provision. It answers
// *document.MissingGlyphs when a character is in no font; nothing is drawn then.
func Draw(fonts document.Fonts, f Form) ([]byte, error) {
	meta := document.Meta{
		Title: "漏えい等報告書（速報）" + f.No, Author: f.Payload.Reporter.Name, Number: f.No,
		Version: fmt.Sprintf("第%d版", f.Version), Created: f.SubmittedAt.Time(),
	}
	if f.SubmittedAt == 0 {
		meta.Draft = "案（未提出）"
	}
	d := document.New(fonts, meta)
	d.Right(day("提出日　", f.SubmittedAt))
	d.Title("個人データの漏えい等に関する報告書（速報）")
	d.Boxes(document.Box{Text: "新規", Checked: f.Version == 1}, document.Box{Text: "続報（既に行った報告の訂正又は追加）", Checked: f.Version > 1})
	d.KeyValues(keyShare, head(f)...)
	d.Heading("報告の根拠")
	d.Boxes(ticked(Bases, f.Payload.Bases, basisTitles)...)
	d.Heading("個人情報の保護に関する法律施行規則第7条の該当号")
	d.Boxes(rule7(f.Payload.Rule7)...)
	if len(f.Payload.Rule7) == 0 {
		d.Note("該当号は検討中である。")
	}
	d.Heading("発覚及び発生")
	d.KeyValues(keyShare, rows(f.Payload.Facts, incident.FactItems[:3])...)
	d.Heading("報告事項（施行規則第8条第1項各号）")
	d.KeyValues(keyShare, rows(f.Payload.Facts, incident.Rule8Items)...)
	d.Note("【調査中】とある事項は、判明次第報告する。表示のない事項は確認済みである。")
	d.Note(fmt.Sprintf("管理番号 %s／事案番号 %s／事実確認書 第%d版／承認者 %s／内容のSHA-256 %s", f.No, f.IncidentNo, f.Sheet, or(f.Approver, "（未承認）"), f.Digest))
	return d.PDF()
}

func head(f Form) []document.KeyValue {
	r := f.Payload.Reporter
	out := []document.KeyValue{
		{Key: "提出先", Value: f.Payload.Addressee},
		{Key: "報告者", Value: join("\n", r.Name, prefixed("登録番号　", r.Registration), r.Address, prefixed("代表者　", r.Representative))},
		{Key: "連絡先", Value: join("\n", join("　", r.Section, r.Person), prefixed("電話　", r.Phone), prefixed("電子メール　", r.Mail))},
	}
	if f.Before != "" {
		out = append(out, document.KeyValue{Key: "前回の受付番号", Value: f.Before})
	}
	return out
}

func rows(c incident.FactContent, items []incident.FactItem) (out []document.KeyValue) {
	for _, k := range items {
		value := join("\n", stated(c, k), c.Items[k].Text)
		known := c.Items[k].Known
		if known != incident.FactConfirmed || value == "" {
			value = join("\n", "【"+or(knownTitles[known], "未記入")+"】", value)
		}
		out = append(out, document.KeyValue{Key: itemTitles[k], Value: value})
	}
	return out
}

// stated is what an item holds beside its text: dates, a choice, a number.
func stated(c incident.FactContent, k incident.FactItem) string {
	switch k {
	case incident.FactDiscovered:
		return moment(c.Discovered)
	case incident.FactOccurred:
		if c.OccurredTo == 0 || c.OccurredTo == c.OccurredFrom {
			return moment(c.OccurredFrom)
		}
		return moment(c.OccurredFrom) + "から" + moment(c.OccurredTo) + "まで"
	case incident.FactEntrusted:
		return entrustedTitles[c.Entrusted]
	case incident.FactPersons:
		if c.PersonsAsOf != 0 {
			return grouped(c.Persons) + "人（" + moment(c.PersonsAsOf) + "現在）"
		}
	}
	return ""
}

func ticked(all, chosen []Basis, titles map[Basis]string) (out []document.Box) {
	for _, b := range all {
		out = append(out, document.Box{Text: titles[b], Checked: slices.Contains(chosen, b)})
	}
	return out
}

func rule7(items []string) (out []document.Box) {
	for i, title := range rule7Titles {
		out = append(out, document.Box{Text: title, Checked: slices.Contains(items, strconv.Itoa(i+1))})
	}
	return out
}

func moment(at db.Instant) string {
	if at == 0 {
		return ""
	}
	return at.In(tokyo).Format("2006年1月2日15時04分")
}

func day(before string, at db.Instant) string {
	if at == 0 {
		return before + "（未提出）"
	}
	return before + at.In(tokyo).Format("2006年1月2日")
}

func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func prefixed(before, s string) string {
	if s == "" {
		return ""
	}
	return before + s
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// join leaves out what is empty.
func join(between string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), between)
}
