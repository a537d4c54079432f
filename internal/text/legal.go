package text

import (
	"slices"
	"strings"
)

// The legal forms of firms as bank files abbreviate them, in large kana, in parentheses before,
// after or within the name: カ）トウキヨウ, トウキヨウ（カ, トウキヨウ（カ）シブヤ.
var kanaShort = []string{
	"カ", "ユ", "ド", "メ", "シ", "イ", "ソ", "ザイ", "シヤ", "シユウ", "ガク", "フク", "トクヒ", "ドク", "ホゴ", "ベン", "ギヨ", "ロウ",
}

var kanaLong = []string{
	"カブシキガイシヤ", "カブシキカイシヤ", "ユウゲンガイシヤ", "ユウゲンカイシヤ",
	"ゴウドウガイシヤ", "ゴウドウカイシヤ", "ゴウシガイシヤ", "ゴウメイガイシヤ",
	"イツパンシヤダンホウジン", "イツパンザイダンホウジン", "イリヨウホウジン", "ガツコウホウジン", "シユウキヨウホウジン",
}

var nameShort = []string{"株", "有", "同", "資", "名", "医", "財", "社", "宗", "学", "福"}

var nameLong = []string{
	"株式会社", "有限会社", "合同会社", "合資会社", "合名会社",
	"一般社団法人", "一般財団法人", "公益社団法人", "公益財団法人", "医療法人", "学校法人", "宗教法人", "社会福祉法人",
}

// dropForms leaves out legal forms and punctuation. A name that is nothing else keeps its form.
func dropForms(s string, short, long []string) string {
	s = strings.Join(strings.Fields(s), "")
	for _, f := range short {
		s = strings.ReplaceAll(s, "("+f+")", "(")
	}
	s = strings.Trim(s, "(")
	if head, rest, ok := strings.Cut(s, ")"); ok && slices.Contains(short, head) {
		s = rest
	}
	if i := strings.LastIndex(s, "("); i >= 0 && slices.Contains(short, s[i+1:]) {
		s = s[:i]
	}
	for _, f := range long {
		s = strings.ReplaceAll(s, f, "")
	}
	return strings.Map(word, s)
}
