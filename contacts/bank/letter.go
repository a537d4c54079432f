package bank

import (
	"fmt"
	"strconv"
	"strings"

	"tasuke/contacts/bank/master"
	"tasuke/internal/db"
	"tasuke/internal/document"
)

// LetterData is what a letter is drawn from. It has no place for the victim's address.
type LetterData struct {
	Firm       Firm
	No         string
	Version    int64
	Round      int64
	Date       db.Instant
	Track      Track
	Addressee  string // the bank as the directory names it, else as the master does
	Section    string
	Account    Account
	BankName   string // of the account, as in the master
	BranchName string
	Terms      Terms
	Previous   db.Instant // when the letter of the round before was sent; zero in the first
}

// The letter goes to a Japanese bank and is in Japanese whatever the reader's language is.

var subjects = map[Track]string{
	Freeze: "口座の取引停止等の検討および情報提供のお願い", Recall: "振込の組戻しのお願い", Info: "口座に関する情報提供のお願い",
}

var openings = map[Track]string{
	Freeze: "当社のお客様の口座が第三者に不正に操作され、貴行の下記口座に資金が振り込まれたことを確認いたしました。被害の拡大を防ぐため、下記のとおり対象口座の取引停止等のご検討と情報のご提供をお願い申し上げます。",
	Recall: "当社のお客様の口座が第三者に不正に操作され、貴行を通じて下記の振込が行われたことを確認いたしました。被害の拡大を防ぐため、下記の振込について、至急、組戻しのお手続をお願い申し上げます。",
	Info:   "当社のお客様の口座が第三者に不正に操作され、貴行の下記口座に資金が振り込まれたことを確認いたしました。被害の回復に向けた調査のため、下記のとおり情報のご提供をお願い申し上げます。",
}

// grounds never claim a duty of the bank: the firm is not among those whose word 救済法3条 acts on.
var grounds = map[Track]string{Freeze: consideration, Info: consideration,
	Recall: "貴行の振込規定に定める組戻しのお手続としてお願いするものです。入金記帳の後は受取人の承諾を要するものと承知しておりますので、記帳の有無を併せてお知らせください。受取人の口座のある金融機関には、当社から別途、取引停止等のご検討をお願いしております。",
}

const consideration = "貴行の預金規定に定める取引停止等のご判断の材料としてお届けするものであり、犯罪利用預金口座等に係る資金による被害回復分配金の支払等に関する法律（平成19年法律第133号）第3条の趣旨を踏まえてお願いするものです。" +
	"当社は同条にいう捜査機関等には当たらず、ご判断は貴行に委ねられるものと承知しております。"

var asks = map[Ask]string{
	"suspend": "対象口座の取引停止等の措置のご検討",
	"recall":  "入金記帳前である場合の組戻し",
	"balance": "残高および払戻しの状況のご回答",
	"related": "名義または取引に関連のある他の口座の有無のご確認",
}

var kinds = map[master.Kind]string{master.Ordinary: "普通", master.Current: "当座", master.Savings: "貯蓄", master.Other: "その他"}

var policeStates = map[PoliceState]string{"planned": "相談の準備中", "consulting": "相談中", "accepted": "受理済み"}

// Draw makes the PDF of a letter (operations.md 6 A). It answers *document.MissingGlyphs when a
// character is in no font; nothing is drawn then.
func Draw(fonts document.Fonts, l LetterData) ([]byte, error) {
	d := document.New(fonts, document.Meta{
		Title: subjects[l.Track] + " " + l.No, Author: l.Firm.Name, Number: l.No, Version: fmt.Sprintf("第%d版", l.Version), Created: l.Date.In(japan),
	})
	l.write(d)
	return d.PDF()
}

func (l LetterData) write(d paper) {
	l.head(d)
	l.facts(d)
	l.wishes(d)
	l.close(d)
}

func (l LetterData) head(d paper) {
	d.Right(l.No, day(l.Date))
	d.Left(lines(l.Addressee, or(l.Terms.ToSection, or(l.Section, "ご担当部署"))+"　御中")...)
	d.Right(lines(l.Firm.Address, l.Firm.Name, l.Firm.Section, prefixed("電話　", l.Firm.Phone))...)
	d.Title(subjects[l.Track])
	d.Para("　拝啓　平素より格別のご高配を賜り、厚く御礼申し上げます。")
	d.Para("　" + openings[l.Track])
	if l.Round > 1 {
		d.Para(fmt.Sprintf("　本状は、%sにお送りした依頼に続く%d回目のお願いです。前回のご回答を踏まえ、内容を改めました。", day(l.Previous), l.Round))
	}
	d.Right("敬具")
	d.Centre("記")
}

func (l LetterData) facts(d paper) {
	t, a := l.Terms, l.Account
	d.Heading("1　事案の概要")
	rows := []document.KeyValue{{Key: "発生日時", Value: minute(t.OccurredAt)}, {Key: "当社の認知日時", Value: minute(t.KnownAt)}, {Key: "手口", Value: t.Method}}
	if t.Outline != "" {
		rows = append(rows, document.KeyValue{Key: "概要", Value: t.Outline})
	}
	d.KeyValues(0.25, rows...)
	d.Heading("2　対象口座")
	account := []document.KeyValue{
		{Key: "金融機関", Value: a.BankCode + "　" + l.BankName}, {Key: "支店", Value: strings.TrimSpace(a.BranchCode + "　" + l.BranchName)},
		{Key: "種別・口座番号", Value: kinds[a.Kind] + "　" + a.Number},
	}
	if a.Kigo != "" {
		account = append(account, document.KeyValue{Key: "記号・番号", Value: a.Kigo + "-" + a.Bango})
	}
	account = append(account, document.KeyValue{Key: "口座名義（カナ）", Value: a.HolderKana})
	if a.HolderName != "" {
		account = append(account, document.KeyValue{Key: "口座名義", Value: a.HolderName})
	}
	d.KeyValues(0.25, account...)
	d.Heading("3　振込明細")
	d.KeyValues(0.25, document.KeyValue{Key: "振込元口座", Value: t.FromAccount}, document.KeyValue{Key: "依頼人名", Value: t.Remitter})
	d.Space(2)
	d.Table([]document.Column{{Title: "振込日時", Share: 2}, {Title: "金額（円）", Share: 2, Align: document.End}, {Title: "整理番号", Share: 3}}, l.transfers())
}

func (l LetterData) transfers() (rows [][]string) {
	for _, x := range l.Terms.Transfers {
		rows = append(rows, []string{x.At.In(japan).Format("2006-01-02 15:04"), grouped(x.Yen), x.Ref})
	}
	if len(rows) > 1 {
		rows = append(rows, []string{fmt.Sprintf("計　%d件", len(rows)), grouped(l.Terms.total())})
	}
	return rows
}

func (l LetterData) wishes(d paper) {
	d.Heading("4　ご依頼事項")
	var boxes []document.Box
	for _, a := range Asks {
		boxes = append(boxes, document.Box{Text: asks[a], Checked: known(l.Terms.Asks, a)})
	}
	d.Boxes(boxes...)
	d.Heading("5　依頼の根拠")
	d.Para("　" + grounds[l.Track])
	d.Heading("6　警察への相談")
	p := l.Terms.Police
	rows := []document.KeyValue{{Key: "状況", Value: policeStates[p.State]}}
	for _, r := range []document.KeyValue{{Key: "警察署・課", Value: p.Station}, {Key: "担当", Value: p.Officer}, {Key: "相談日時", Value: minute(p.ConsultedAt)}, {Key: "受理番号", Value: p.Ref}} {
		if r.Value != "" {
			rows = append(rows, r)
		}
	}
	d.KeyValues(0.25, rows...)
}

func (l LetterData) close(d paper) {
	d.Heading("7　当社の責任")
	d.Para("　本状の内容に誤りがあることが分かったときは、当社の責任において直ちにご連絡し、訂正いたします。本状に基づく措置について第三者からお申し出があったときは、下記の窓口へお知らせください。当社が誠実に対応いたします。")
	d.Heading("8　ご連絡先（24時間）")
	d.KeyValues(0.25, l.contact()...)
	if l.Terms.Enclosures != "" {
		d.Heading("別紙")
		d.Para("　" + l.Terms.Enclosures)
	}
	d.Note("本状に記載の個人情報は、被害の拡大防止と回復の目的に限ってお取り扱いください。ご回答の際は、番号 " + l.No + " をお示しください。")
	d.Right("以上")
}

func (l LetterData) contact() []document.KeyValue {
	rows := []document.KeyValue{{Key: "窓口", Value: strings.Join(lines(l.Firm.Name, l.Firm.Section), "　")}}
	for _, r := range []document.KeyValue{{Key: "電話", Value: l.Firm.Phone}, {Key: "電子メール", Value: l.Firm.Mail}} {
		if r.Value != "" {
			rows = append(rows, r)
		}
	}
	return rows
}

// covering is the mail around the letter. It names the request and nobody.
func (l LetterData) covering() (subject, text string) {
	return "【至急】" + subjects[l.Track] + "（" + l.No + "）", strings.Join([]string{
		l.Addressee, or(l.Terms.ToSection, or(l.Section, "ご担当部署")) + "　御中", "",
		"平素より格別のご高配を賜り、厚く御礼申し上げます。",
		"添付の書面のとおり、" + strings.TrimSuffix(subjects[l.Track], "のお願い") + "をお願い申し上げます。",
		"お取扱いの状況を、書面に記載の連絡先へお知らせください。ご返信の際は件名の番号を残してください。", "",
		"書面番号: " + l.No + " 第" + strconv.FormatInt(l.Version, 10) + "版", "",
		strings.Join(lines(l.Firm.Name, l.Firm.Section, prefixed("電話 ", l.Firm.Phone)), "\n"), "",
	}, "\n")
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}

// lines leaves out what is empty.
func lines(all ...string) (out []string) {
	for _, s := range all {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func day(i db.Instant) string {
	if i == 0 {
		return ""
	}
	return i.In(japan).Format("2006年1月2日")
}

var weekdays = [...]string{"日", "月", "火", "水", "木", "金", "土"}

func minute(i db.Instant) string {
	if i == 0 {
		return ""
	}
	t := i.In(japan)
	return t.Format("2006年1月2日（") + weekdays[t.Weekday()] + t.Format("）15時04分")
}

// grouped writes an amount with commas.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
