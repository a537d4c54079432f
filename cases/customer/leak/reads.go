package leak

import (
	"slices"
	"strings"
	"unicode"
)

// reads reports whether a window that equals a name in the register is one where it stands, and
// not a piece of longer words. Names that cannot be anything else always are.
func (s *scan) reads(w window, short bool) bool {
	letters := w.run[w.i:w.j]
	switch {
	case slices.ContainsFunc(letters, func(l letter) bool { return isHan(l.r) }):
		return s.readsHan(w, short)
	case slices.ContainsFunc(letters, func(l letter) bool { return isKana(l.r) }):
		return s.readsKana(w)
	}
	// Latin letters: two words, or one that is no everyday word by its length.
	return w.parted() && len(letters) > 4 || len(letters) >= 10
}

func (s *scan) readsHan(w window, short bool) bool {
	if w.parted() {
		return true
	}
	n, first, last := w.j-w.i, w.first(), w.last()
	follows := beginsWith(s.after(last, 6), afterName)
	goesOn := isHan(s.rune(last)) && !follows
	switch {
	case n == 2:
		led := !isHan(s.rune(first-1)) || endsWith(s.before(first, 6), beforeName)
		return !goesOn && (led || beginsWith(s.after(last, 6), honorific))
	case n == 3 || short: // 東京子 in 東京子会社, 長谷川学 in 長谷川学園
		return !goesOn
	}
	return true
}

// readsKana: from six letters on it is a name wherever it stands; shorter ones have to stand alone.
func (s *scan) readsKana(w window) bool {
	n, first, last := w.j-w.i, w.first(), s.end(w)
	if n >= 6 {
		return true
	}
	if n < 3 {
		return false
	}
	before, next := s.rune(first-1), s.rune(last)
	led, ends := !isKana(before), !isKana(next)
	if isHiragana(s.rune(first)) {
		led = led || !isHiragana(before) || strings.ContainsRune("はがのをにとへもや", before)
		ends = ends || beginsWith(s.after(last, 4), afterKana)
	} else {
		led, ends = led || isHiragana(before), ends || isHiragana(next) || beginsWith(s.after(last, 4), honorific)
	}
	return led && ends && (n > 3 || beginsWith(s.after(last, 4), honorific) || w.parted())
}

var (
	honorific = strings.Fields(`様 さま さん 氏 殿 どの ちゃん くん 君 先生 サマ サン`)
	// afterName is what may follow a name without a space and still leave it a name.
	afterName = append(strings.Fields(`名義 宛 宅 口座 顧客 契約 本人 夫妻 夫婦 夫 妻 両 氏名 性 男 女 生 歳 住所 電話 携帯 連絡 被害 当時 方 御中 代理 相続 成年 自身 自宅 申告 来店 架電 受付 確認 届出 依頼 請求 送金 入金 出金 振込 会員 個人 社長 代表 部長 課長 容疑 被告 原告 死亡 在住 所有 保有 登録 通知 対応 案件 分 側 済 株式会社 有限会社 合同会社 印 他 外 等 及 並 (`), honorific...)
	// beforeName is what may stand before a name of two characters.
	beforeName = strings.Fields(`顧客 氏名 名義 名義人 契約者 被害者 客様 本人 会員 名前 代表 代表者 担当 担当者 相手 申出人 申告者 相続人 受取人 依頼人 株式会社 有限会社 合同会社`)
	afterKana  = append(strings.Fields(`は が の を に と へ も や で か だ 、`), honorific...)
)

func beginsWith(s string, list []string) bool {
	s = strings.TrimLeftFunc(s, unicode.IsSpace)
	return slices.ContainsFunc(list, func(p string) bool { return strings.HasPrefix(s, p) })
}

func endsWith(s string, list []string) bool {
	return slices.ContainsFunc(list, func(p string) bool { return strings.HasSuffix(s, p) })
}
