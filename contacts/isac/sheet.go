package isac

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tasuke/contacts/isac/stix"
	"tasuke/internal/db"
	"tasuke/internal/document"
)

// SheetData is what the sheet for people (金融ISAC共有票, operations.md 6 C) is drawn from: the same
// content as the bundle, whose hash it bears.
type SheetData struct {
	Content
	Firm         Firm
	No           string
	Version      int64
	At           db.Instant
	BundleSHA256 string
}

func (s *Store) sheetData(r record) SheetData {
	return SheetData{Content: r.content, Firm: s.opts.Firm, No: r.No, Version: r.Version + 1}
}

// tokyo is the zone of the sheet; Japan has had no daylight saving time since 1951.
var tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

// said are the words of the sheet, by the language the share is written in.
var said = map[string]map[string]string{
	"ja": {"title": "金融ISAC共有票", "no": "番号", "subject": "件名", "to": "共有先", "period": "5　観測期間", "confidence": "6　確度", "range": "7　共有可能範囲", "contact": "8　連絡先",
		"values": "添付　指標一覧", "kind": "種類", "value": "値", "from": "開始", "until": "終了", "seen": "回数", "note": "備考", "on": "継続中",
		"note1": "本票には、お客様の氏名・口座番号その他お客様を特定できる情報を記載していません。", "hash": "STIX 2.1 ファイルの SHA-256: ", "of": " / 100"},
	"en": {"title": "Information sharing sheet", "no": "Number", "subject": "Subject", "to": "Shared with", "period": "5  Period of observation", "confidence": "6  Confidence", "range": "7  May be shared with", "contact": "8  Contact",
		"values": "Annex  Indicators", "kind": "Kind", "value": "Value", "from": "From", "until": "Until", "seen": "Seen", "note": "Note", "on": "going on",
		"note1": "This sheet has no customer's name, account number or other data that tells who a customer is.", "hash": "SHA-256 of the STIX 2.1 file: ", "of": " / 100"},
}

var channelNames = map[string]map[Channel]string{
	"ja": {FISAC: "金融ISAC", JSDA: "日本証券業協会", JPCERT: "JPCERT/CC", Police: "警察", Peer: "個社"},
	"en": {FISAC: "Financials ISAC Japan", JSDA: "JSDA", JPCERT: "JPCERT/CC", Police: "Police", Peer: "A firm"},
}

var kindNames = map[string]map[stix.Kind]string{
	"ja": {stix.IP: "IPアドレス", stix.Domain: "ドメイン", stix.URL: "URL", stix.Mail: "メール", stix.Device: "端末"},
	"en": {stix.IP: "IP address", stix.Domain: "Domain", stix.URL: "URL", stix.Mail: "Mail", stix.Device: "Device"},
}

// ranges say what a label allows (FIRST, TLP 2.0).
var ranges = map[string]map[stix.TLP]string{
	"ja": {stix.Clear: "制限なし", stix.Green: "受領者の属するコミュニティ内。公開の経路では不可", stix.Amber: "受領者の組織と、その顧客のうち知る必要がある者",
		stix.AmberStrict: "受領者の組織内のみ", stix.Red: "受領した個人のみ。それ以外への開示は不可"},
	"en": {stix.Clear: "No limit on disclosure", stix.Green: "The recipient's community, not by publicly accessible channels", stix.Amber: "The recipient's organization and its clients who need to know",
		stix.AmberStrict: "The recipient's organization only", stix.Red: "The individual recipients only, nobody else"},
}

// Draw makes the PDF of the sheet. It answers *document.MissingGlyphs when a character is in no
// font; nothing is drawn then.
func Draw(fonts document.Fonts, d SheetData) ([]byte, error) {
	w := said[d.Language]
	doc := document.New(fonts, document.Meta{Title: w["title"] + " " + d.No, Author: d.Firm.Name, Number: d.No,
		Version: string(d.TLP) + "　" + fmt.Sprintf("v%d", d.Version), Created: d.At.In(tokyo)})
	doc.Right(string(d.TLP), d.At.In(tokyo).Format("2006-01-02 15:04 JST"))
	doc.Title(w["title"])
	doc.KeyValues(0.22, document.KeyValue{Key: w["no"], Value: fmt.Sprintf("%s v%d", d.No, d.Version)},
		document.KeyValue{Key: w["subject"], Value: d.Title}, document.KeyValue{Key: w["to"], Value: channelNames[d.Language][d.Channel]})
	for n, s := range []string{d.AttackOrigin, d.Method, d.Purpose, d.Countermeasure} {
		doc.Heading(fmt.Sprintf("%d　%s", n+1, headings[d.Language][n]))
		for line := range strings.SplitSeq(s, "\n") {
			doc.Para(line)
		}
	}
	doc.Space(2)
	doc.KeyValues(0.22, document.KeyValue{Key: w["period"], Value: d.period(w["on"])}, document.KeyValue{Key: w["confidence"], Value: strconv.Itoa(d.Confidence) + w["of"]},
		document.KeyValue{Key: w["range"], Value: string(d.TLP) + "　" + ranges[d.Language][d.TLP]},
		document.KeyValue{Key: w["contact"], Value: strings.Join(filled(d.Firm.Name, d.Firm.contact()), "\n")})
	doc.Heading(w["values"])
	doc.Table([]document.Column{{Title: w["kind"], Share: 2.6}, {Title: w["value"], Share: 6}, {Title: w["from"], Share: 3}, {Title: w["until"], Share: 3},
		{Title: w["seen"], Share: 1.3, Align: document.End}, {Title: w["note"], Share: 3}}, d.values())
	doc.Note(w["note1"])
	doc.Note(w["hash"] + d.BundleSHA256)
	return doc.PDF()
}

func (d SheetData) period(on string) string {
	to := on
	if d.ObservedTo != 0 {
		to = stamp(d.ObservedTo)
	}
	return stamp(d.ObservedFrom) + " – " + to
}

func (d SheetData) values() (rows [][]string) {
	for _, i := range d.Indicators {
		seen := ""
		if i.Seen > 0 {
			seen = strconv.Itoa(i.Seen)
		}
		from := i.From
		if from == 0 {
			from = d.ObservedFrom
		}
		rows = append(rows, []string{kindNames[d.Language][i.Kind], i.Value, stamp(from), stamp(i.Until), seen, i.Note})
	}
	return rows
}

func stamp(at db.Instant) string {
	if at == 0 {
		return ""
	}
	return at.In(tokyo).Format("2006-01-02 15:04")
}
