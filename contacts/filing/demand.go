package filing

import (
	"fmt"

	"tasuke/internal/db"
	"tasuke/internal/document"
)

// Demand is what the demand for a report from a contractor (委託先報告要求書, operations.md 5, PB-06) is
// drawn from. The contractor's name is written by people: the program does not know the contracts.
type Demand struct {
	IncidentNo string
	Reporter   Reporter
	Sheet      int64
	Discovered db.Instant
	ToldUs     db.Instant // when the contractor told the firm; zero while it has not
	// Due is the day by which the first answer is asked for, as people read it.
	Due string
}

// Digest identifies what the paper says.
func (d Demand) Digest() (string, error) { return digestOf("demand", d) }

// demanded are the items a contractor is asked for.
var demanded = []string{
	"事案の概要（発生日時、認知日時、認知の経緯、現在の状況）",
	"影響を受けたシステム、及び当社が委託した業務・データの範囲",
	"漏えい等した、又はそのおそれがある個人データの項目と本人の数（確認済みとおそれの別）、対象者の一覧",
	"関係する機器・サービスのログ（取得期間、欠落の有無、ハッシュ値）。消去を停止し、原本を保全すること",
	"実施した封じ込め（接続の遮断、認証情報の変更、不正なプログラムの除去）とその日時",
	"外部専門家による調査の有無、報告書の提出予定日",
	"再委託先の有無、及び再委託先における影響",
	"他の委託元への影響の有無（公表・注意喚起の要否の判断に用いる）",
	"個人情報保護委員会等への報告・通知の予定。貴社が当社への通知により報告に代える場合は、その旨と日時",
	"再発防止策、データの返還・消去とその証明書の提出予定",
}

// DrawDemand makes the PDF. It answers *document.MissingGlyphs when a character is in no font.
func DrawDemand(fonts document.Fonts, m Demand, no string, version int64, at db.Instant) ([]byte, error) {
	d := document.New(fonts, document.Meta{Title: "委託先報告要求書 " + no, Author: m.Reporter.Name, Number: no, Version: fmt.Sprintf("第%d版", version),
		Draft: "案（確認前）", Created: at.In(tokyo)})
	d.Right(no, at.In(tokyo).Format("2006年1月2日"))
	d.Left("【委託先の名称・部署を記入】　御中")
	d.Right(join("\n", m.Reporter.Name), join("　", m.Reporter.Section, m.Reporter.Person), prefixed("電話　", m.Reporter.Phone), prefixed("電子メール　", m.Reporter.Mail))
	d.Title("個人データの取扱いに係る事案についての報告のお願い")
	d.Para("　当社が貴社に委託した業務に関し、個人データの漏えい等が発生し、又は発生したおそれがあると認識しております。委託契約及び個人情報の保護に関する法律第25条（委託先の監督）に基づき、下記の事項について書面による報告を求めます。")
	rows := []document.KeyValue{{Key: "当社の管理番号", Value: m.IncidentNo}, {Key: "当社の認知日時", Value: moment(m.Discovered)}}
	if m.ToldUs != 0 {
		rows = append(rows, document.KeyValue{Key: "貴社からの通知", Value: moment(m.ToldUs)})
	}
	rows = append(rows, document.KeyValue{Key: "第一報の期限", Value: m.Due}, document.KeyValue{Key: "以後の報告", Value: "毎営業日。判明した事項は期限を待たずに連絡"})
	d.KeyValues(keyShare, rows...)
	d.Centre("記")
	d.Numbered(demanded...)
	d.Para("　委託契約に定める監査（立入りを含む。）の実施、及び当社との接続・認証情報の停止をお願いする場合があります。未確定の事項は「調査中」と明記し、確定と推定を分けてください。")
	d.Note(fmt.Sprintf("本書は当システムの記録から作成した案である。宛先、契約の条項、期限を確認のうえ送付する。事案番号 %s／事実確認書 第%d版", m.IncidentNo, m.Sheet))
	return d.PDF()
}
