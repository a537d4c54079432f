package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// demoCustomers is how many customers the fictional firm has.
const demoCustomers = 20_000

// name is a family or given name with its kana.
type name struct{ kanji, kana string }

func names(list string) (out []name) {
	for pair := range strings.FieldsSeq(list) {
		kanji, kana, _ := strings.Cut(pair, "/")
		out = append(out, name{kanji, kana})
	}
	return out
}

var (
	families = names(`佐藤/サトウ 鈴木/スズキ 高橋/タカハシ 田中/タナカ 伊藤/イトウ 渡邊/ワタナベ 山本/ヤマモト 中村/ナカムラ 小林/コバヤシ 加藤/カトウ
		吉田/ヨシダ 山田/ヤマダ 佐々木/ササキ 山口/ヤマグチ 松本/マツモト 井上/イノウエ 木村/キムラ 林/ハヤシ 斎藤/サイトウ 清水/シミズ
		山﨑/ヤマザキ 森/モリ 池田/イケダ 橋本/ハシモト 阿部/アベ 石川/イシカワ 前田/マエダ 藤田/フジタ 後藤/ゴトウ 長谷川/ハセガワ
		髙木/タカギ 近藤/コンドウ 石井/イシイ 遠藤/エンドウ 青木/アオキ 坂本/サカモト 村上/ムラカミ 太田/オオタ 金子/カネコ 藤井/フジイ
		福田/フクダ 西村/ニシムラ 三浦/ミウラ 竹内/タケウチ 中川/ナカガワ 岡田/オカダ 松田/マツダ 原田/ハラダ 中野/ナカノ 小野/オノ
		田村/タムラ 藤原/フジワラ 中島/ナカジマ 濵田/ハマダ 和田/ワダ 𠮷野/ヨシノ 小川/オガワ 岡本/オカモト 今井/イマイ 葛西/カサイ`)
	givens = names(`太郎/タロウ 花子/ハナコ 一郎/イチロウ 陽子/ヨウコ 健一/ケンイチ 美咲/ミサキ 翔太/ショウタ 結衣/ユイ 大輔/ダイスケ 愛/アイ
		直樹/ナオキ 恵子/ケイコ 浩二/コウジ 由美/ユミ 和也/カズヤ 真由美/マユミ 拓也/タクヤ 智子/トモコ 誠/マコト 久美子/クミコ
		亮/リョウ 裕子/ユウコ 隆/タカシ 幸子/サチコ 学/マナブ 明美/アケミ 修/オサム 京子/キョウコ 豊/ユタカ 典子/ノリコ
		進/ススム 千春/チハル 徹/トオル 奈々/ナナ 勝/マサル 彩/アヤ 茂/シゲル 葵/アオイ 稔/ミノル 凛/リン`)
)

// demoCSV is the customer file of the fictional firm, the same on every machine. Telephone
// numbers begin with 000, which nobody can have, and mail goes to a reserved domain.
func demoCSV() ([]byte, error) {
	r := rand.New(rand.NewPCG(20201, 2025))
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"顧客番号", "氏名", "氏名カナ", "生年月日", "電話番号", "メール", "住所", "口座番号", "区分"}}
	for i := range demoCustomers {
		rows = append(rows, demoCustomer(r, i+1))
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write the demo's customers: %w", err)
	}
	return b.Bytes(), nil
}

func demoCustomer(r *rand.Rand, n int) []string {
	f, g := families[r.IntN(len(families))], givens[r.IntN(len(givens))]
	born := time.Date(1935+r.IntN(70), 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(365))
	segment := "個人"
	if n%97 == 0 {
		segment = "法人"
	}
	return []string{
		fmt.Sprintf("H%07d", n), f.kanji + "　" + g.kanji, f.kana + " " + g.kana, born.Format("2006-01-02"),
		fmt.Sprintf("090-000%d-%04d", r.IntN(10), n%10000), fmt.Sprintf("h%07d@hinata.example", n),
		fmt.Sprintf("架空県見本市中央%d-%d-%d", 1+r.IntN(9), 1+r.IntN(30), 1+r.IntN(20)),
		fmt.Sprintf("%03d-%07d", 101+r.IntN(40), 1000000+n), segment,
	}
}
