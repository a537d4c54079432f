// Package plant makes fictional customers and texts for the test of the leak guard: texts with
// customers' data planted by a grammar, in the spellings people use, and texts of the same trade
// without any. It shares no code, list or pattern with the guard.
package plant

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Person is a fictional customer.
type Person struct {
	Ref                   string
	Family, Given         string
	FamilyKana, GivenKana string
	Born                  time.Time
	Phone, Mail, Address  string
	Branch, Account       string
}

// awkward are customers whose names are also pieces of everyday words.
var awkward = strings.Fields(`石川/イシカワ/進/ススム 林/ハヤシ/学/マナブ 森/モリ/進/ススム 長谷川/ハセガワ/学/マナブ 金子/カネコ/修/オサム 小林/コバヤシ/茂/シゲル
	福田/フクダ/豊/ユタカ 中野/ナカノ/学/マナブ 森/モリ/藍/アイ 原/ハラ/学/マナブ 大和田/オオワダ/勝/マサル 東/アズマ/京子/キョウコ 高木/タカギ/一/ハジメ`)

var families = strings.Fields(`佐藤/サトウ 鈴木/スズキ 高橋/タカハシ 田中/タナカ 渡辺/ワタナベ 伊東/イトウ 山﨑/ヤマザキ 中邨/ナカムラ 小沢/オザワ 加藤/カトウ 𠮷田/ヨシダ
	佐々木/ササキ 濱口/ハマグチ 斎藤/サイトウ 広瀬/ヒロセ 国分/コクブ 桜井/サクライ 島田/シマダ 滝沢/タキザワ 黒澤/クロサワ 服部/ハットリ 千葉/チバ 福島/フクシマ 宮城/ミヤギ 長野/ナガノ
	石川/イシカワ 山口/ヤマグチ 和田/ワダ 五十嵐/イガラシ 勅使河原/テシガワラ 藤堂/トウドウ 大野/オオノ 小野/オノ 柳沢/ヤナギサワ 神/ジン 辻/ツジ 堀/ホリ 東海林/ショウジ 来栖/クルス 岩崎/イワサキ`)

var givens = strings.Fields(`太郎/タロウ 花子/ハナコ 健一郎/ケンイチロウ 陽子/ヨウコ 美咲/ミサキ 翔/ショウ 結衣/ユイ 大輔/ダイスケ 直樹/ナオキ 恵子/ケイコ 浩二/コウジ 由美/ユミ 和也/カズヤ さくら/サクラ
	拓也/タクヤ 智子/トモコ 誠/マコト 久美子/クミコ 亮/リョウ 裕子/ユウコ 隆/タカシ 幸子/サチコ ひかり/ヒカリ 修/オサム 京子/キョウコ 豊/ユタカ 進/ススム 千春/チハル 徹/トオル 奈々/ナナ 彩/アヤ 葵/アオイ
	凛/リン 慎之介/シンノスケ 絵里香/エリカ 譲/ジョー ヴィオラ/ヴィオラ 順次/ジュンジ 正/タダシ 明日香/アスカ`)

var towns = strings.Fields(`東京都千代田区丸の内 東京都世田谷区太子堂 北海道札幌市中央区北一条西 大阪府大阪市北区梅田 京都府京都市中京区烏丸通 神奈川県横浜市西区みなとみらい 愛知県名古屋市中村区名駅 福岡県福岡市博多区博多駅前
	架空県見本市中央 埼玉県さいたま市大宮区桜木町 沖縄県那覇市おもろまち 長野県北佐久郡軽井沢町大字長倉 千葉県市川市八幡 兵庫県西宮市甲子園町 宮城県仙台市青葉区一番町`)

// Register makes n customers; the first ones have awkward names. No two have the same name.
func Register(r *rand.Rand, n int) (people []Person) {
	seen := map[string]bool{}
	for len(people) < n {
		var f, fk, g, gk string
		if i := len(people); i < len(awkward) {
			p := strings.Split(awkward[i], "/")
			f, fk, g, gk = p[0], p[1], p[2], p[3]
		} else {
			f, fk, _ = strings.Cut(pick(r, families), "/")
			g, gk, _ = strings.Cut(pick(r, givens), "/")
		}
		if seen[f+g] {
			continue
		}
		seen[f+g] = true
		people = append(people, person(r, len(people)+1, Person{Family: f, FamilyKana: fk, Given: g, GivenKana: gk}))
	}
	return people
}

func person(r *rand.Rand, n int, p Person) Person {
	p.Ref = fmt.Sprintf("H%07d", n*37)
	p.Born = time.Date(1938+r.IntN(65), 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(365))
	p.Branch, p.Account = fmt.Sprintf("%03d", 101+r.IntN(60)), fmt.Sprintf("%07d", 1_000_000+r.IntN(8_999_999))
	p.Phone = fmt.Sprintf("%s-%04d-%04d", pick(r, []string{"090", "080", "070", "050"}), r.IntN(10000), r.IntN(10000))
	if n%3 == 0 {
		p.Phone = fmt.Sprintf("%s-%04d", pick(r, []string{"03-5550", "06-6123", "045-550", "0466-55", "011-555"}), r.IntN(10000))
	}
	p.Mail = fmt.Sprintf("%s.%d@%s", pick(r, []string{"taro", "hana_k", "sakura-55", "k.sato", "m+inv", "yuki"}), n, pick(r, []string{"mail.example", "example.co.jp", "home.example.ne.jp"}))
	p.Address = fmt.Sprintf("%s%d-%d-%d", pick(r, towns), 1+r.IntN(9), 1+r.IntN(30), 1+r.IntN(20))
	return p
}

// CSV is the register as the firm's system would export it.
func CSV(people []Person) string {
	var b strings.Builder
	b.WriteString("顧客番号,氏名,氏名カナ,生年月日,電話番号,メール,住所,口座番号,区分\n")
	for _, p := range people {
		fmt.Fprintf(&b, "%s,%s　%s,%s %s,%s,%s,%s,%s,%s-%s,個人\n", p.Ref, p.Family, p.Given, p.FamilyKana, p.GivenKana, p.Born.Format(time.DateOnly), p.Phone, p.Mail, p.Address, p.Branch, p.Account)
	}
	return b.String()
}

func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }
