package document_test

import (
	"time"

	"tasuke/internal/document"
)

// letter is a business letter with everything such a letter has; the names hold rare characters.
func letter(fonts document.Fonts) *document.Doc {
	d := document.New(fonts, document.Meta{
		Title: "口座の取引停止等の検討および情報提供のお願い", Author: "たすけ証券株式会社", Number: "BNK-2026-0007", Version: "第2版", Draft: "案",
		Created: time.Date(2026, 10, 1, 12, 0, 0, 0, time.FixedZone("JST", 9*3600)),
	})
	d.Right("BNK-2026-0007", "2026年10月1日")
	d.Left("株式会社さくら銀行", "金融犯罪対策室　御中")
	d.Right("〒100-0001　東京都千代田区千代田1丁目1番1号", "たすけ証券株式会社", "お客様相談部長　髙﨑　𠮷之助")
	d.Title("口座の取引停止等の検討および情報提供のお願い")
	d.Para("　拝啓　平素より格別のご高配を賜り、厚く御礼申し上げます。さて、当社のお客様の口座が第三者により不正に操作され、保有する株式が売却され、貴行の下記口座へ出金されたことを確認いたしました。つきましては、被害の拡大防止および被害者の保護のため、下記のとおりお願い申し上げます。")
	d.Right("敬具")
	d.Centre("記")
	d.Heading("1　事案の概要")
	d.Para("　2026年9月30日（水）22時14分から22時41分にかけて、お客様（𠮷野様）の口座に「フィッシング」により窃取された認証情報を用いた不正なログイン（送信元203.0.113.7、ポート51514）があり、株式1,200株が売却され、その代金のうち3,456,789円が出金されました。当社は同日23時05分に認知し、直ちに口座を停止しております。")
	d.Heading("2　対象口座")
	d.KeyValues(0.25,
		document.KeyValue{Key: "銀行コード・名称", Value: "0001　さくら銀行"},
		document.KeyValue{Key: "支店コード・名称", Value: "123　丸の内支店"},
		document.KeyValue{Key: "預金種別・口座番号", Value: "普通　1234567"},
		document.KeyValue{Key: "口座名義（カナ）", Value: "ﾖｼﾉ ﾀﾛｳ"},
	)
	d.Heading("3　振込明細")
	d.Table([]document.Column{{Title: "振込日時", Share: 3}, {Title: "金額（円）", Share: 2, Align: document.End}, {Title: "依頼人名", Share: 3}, {Title: "整理番号", Share: 3}},
		[][]string{
			{"2026-09-30 22:31:07", "2,456,789", "タスケショウケン（カ", "T20260930-000123"},
			{"2026-09-30 22:33:40", "1,000,000", "タスケショウケン（カ", "T20260930-000124"},
		})
	d.Heading("4　ご依頼事項")
	d.Boxes(document.Box{Text: "対象口座の取引停止等の措置のご検討", Checked: true}, document.Box{Text: "入金記帳前の場合の組戻し"},
		document.Box{Text: "残高および払戻状況のご回答（犯罪利用預金口座等に係る資金による被害回復分配金の支払等に関する法律第3条の趣旨によるもの）", Checked: true})
	d.Heading("5　ご連絡先（24時間）")
	d.List("お客様相談部　電話03-1234-5678", "電子メール　anti-fraud-desk@securities.example.co.jp")
	d.Note("※本書面に記載の個人情報は、被害の拡大防止の目的に限りお取り扱いください。誤りがありました場合は、当社の責任において速やかにご連絡申し上げます。")
	d.Right("以上")
	return d
}

// form is a report of many long answers over several pages.
func form(fonts document.Fonts) *document.Doc {
	d := document.New(fonts, document.Meta{Title: "個人データの漏えい等報告書（速報）", Number: "FIL-2026-0003", Version: "第1版"})
	d.Title("個人データの漏えい等報告書（速報）")
	d.Right("2026年10月2日")
	d.Left("個人情報保護委員会　御中")
	long := "当社のお客様48名の口座に対し、フィッシングにより窃取されたとみられる認証情報を用いた第三者による不正なログインが発生し、氏名、住所、電話番号、メールアドレス、口座番号、保有残高および取引履歴が閲覧された可能性があります。\n\n現時点において、当社システムからの漏えいの痕跡は確認されておりません。調査を継続しております。"
	d.Heading("報告事項（規則第8条第1項）")
	var rows []document.KeyValue
	for _, key := range []string{"1 概要", "2 漏えい等が発生し、又は発生したおそれがある個人データの項目", "3 本人の数", "4 原因", "5 二次被害又はそのおそれの有無及びその内容", "6 本人への対応の実施状況", "7 公表の実施状況", "8 再発防止のための措置", "9 その他参考となる事項"} {
		rows = append(rows, document.KeyValue{Key: key, Value: "【調査中】\n" + long})
	}
	d.KeyValues(0.3, rows...)
	return d
}
