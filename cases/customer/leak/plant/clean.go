package plant

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// House is what the fictional firm may say of itself.
var House = []string{"架空県見本市中央1-1-1", "〒000-0000", "000-0000-0110", "0120-000-110", "03-0000-0110", "fraud-desk@hinata.example", "ひなた証券株式会社"}

// trade are sentences of the trade without anybody's data, many with pieces that look like it.
var trade = []func(*rand.Rand) string{
	says("不正ログインを確認し、該当する口座の取引を停止しました。"), says("当社は関東財務局及び警察へ相談しています。"), says("現時点で原因は調査中です。"),
	says("石川進出の経緯と山口県内の拠点について確認した。"), says("森林学の研究所を名乗るメールに注意してください。"), says("長谷川学園を騙る求人サイトが踏み台でした。"), says("金子修正案は取り下げられた。"),
	says("福田豊作祭の案内を装う文面。"), says("東京子会社の業務システムに影響はありません。"), says("メモリアイコンを偽装した実行ファイル。"), says("中野学習塾のサーバーが悪用されていた。"),
	says("千葉、福島、宮城、長野の各支店で窓口を延長します。"), says("大和田勝訴の記事を模した誘導サイト。"), says("高木一般職の研修資料に類似。"), says("はらはらしながらまなぶところのある報告でした。"),
	says("お客様にはご心配をおかけし、深くお詫び申し上げます。"), says("ご利用明細に身に覚えのない取引がないか、お確かめください。"), says("パスワードの使い回しを避け、多要素認証の設定をお願いします。"),
	says("次回の公表は調査の進捗に応じて行います。"), says("本件に便乗した電話や訪問にご注意ください。当社がパスワードをお聞きすることはありません。"), says("市場1-3月期の決算への影響は精査中です。"),
	says("都市計画法第12号に関する照会は本件と無関係。"), says("攻撃者はスマートフォンアプリを模したUser-Agentを用いた。"), says("The attacker used credentials obtained by phishing."), says("No loss of customer assets has been confirmed so far."),
	says("We have reported the matter to the police and to the Financial Services Agency."), says("Multi-factor authentication is now required for all withdrawals."), says("The next update is expected within three business days."),
	says("詳細は https://www.hinata.example/news/notice.html をご覧ください。"), says("お問い合わせ: ひなた証券株式会社 不正取引対応室 000-0000-0110(24時間)"), says("所在地 〒000-0000 架空県見本市中央1-1-1"), says("連絡先 fraud-desk@hinata.example"),
	says("See https://www.first.org/tlp/ for the meaning of the markings."), says("三菱ＵＦＪ銀行、みずほ銀行、三井住友銀行に凍結を依頼した。"), says("金融ISAC会員に限り共有可(TLP:AMBER+STRICT)。"),
	func(r *rand.Rand) string {
		return fmt.Sprintf("%d年%d月%d日 %02d:%02d時点の件数は%d口座です。", 2025+r.IntN(2), 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(5000))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("被害額は合計%d円、うち回収%s円。", r.IntN(9_000_000)+1_000_000, comma(r.IntN(90_000_000)))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("攻撃元IPは%d.%d.%d.%d(AS%d)、送信元ポート%d。", 1+r.IntN(223), r.IntN(256), r.IntN(256), r.IntN(256), 1000+r.IntN(60000), 1024+r.IntN(60000))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("事案 INC-2026-%04d、案件 CASE-2026-%06d を参照。", r.IntN(10000), r.IntN(1_000_000))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("証拠ファイルの SHA-256: %016x%016x%016x%016x", r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64())
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("2026-%02d-%02dT%02d:%02d:%02dZ first seen, %d logins from %d hosts.", 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(100000), r.IntN(900))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("受付番号 F-%04d、整理番号 PO-%02d%02d-%03d。", r.IntN(10000), 1+r.IntN(12), 1+r.IntN(28), r.IntN(1000))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("走査した行数は%d行、所要%dミリ秒。", r.IntN(90_000_000), r.IntN(100000))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("証券コード%dの出来高は%d株でした。", 1300+r.IntN(8000), r.IntN(9_000_000))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("phishing domain: hinata-%s%d.example を観測。", pick(r, []string{"sec", "trade", "info"}), r.IntN(100))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("ログ抽出 %d%02d%02d%02d%02d〜、対象%d件。", 2026, 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(100000))
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf("窓口は%d年%d月%d日まで 0120-000-110 で承ります。", 2026, 1+r.IntN(12), 1+r.IntN(28))
	},
}

func says(s string) func(*rand.Rand) string { return func(*rand.Rand) string { return s } }

// Sentence draws one sentence of the trade.
func Sentence(r *rand.Rand) string { return pick(r, trade)(r) }

// Clean makes a text of the trade of at least so many characters, without anybody's data.
func Clean(r *rand.Rand, characters int) string {
	var b strings.Builder
	for n := 0; n < characters; {
		s := Sentence(r)
		n += len([]rune(s)) + 1
		b.WriteString(s + pick(r, glue(s)))
	}
	return b.String()
}

func comma(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
