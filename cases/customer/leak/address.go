package leak

import (
	"regexp"
	"strings"
)

// addresses finds postal addresses down to the house by their shape: the register keeps them sealed
// and has no index of them. A town alone, and an office's 市 in a sentence, is none.
func (s *scan) addresses() {
	for _, shape := range []*regexp.Regexp{inPrefecture, inCity, afterLabel, postal, latinAddress} {
		for _, m := range shape.FindAllStringSubmatchIndex(s.s, -1) {
			at, end := m[2], m[3] // what is marked is the first group
			if beginsWith(s.s[end:], noHouse) || endsInDate.MatchString(s.s[at:end]) {
				continue
			}
			s.add(Address, s.at[at], s.at[end], func(string) string { return "＊＊" }, nil)
		}
	}
}

const (
	digits = `(?:[0-9]{1,5}|[一二三四五六七八九十]{1,3})`
	joint  = `\s?[-‐‑‒–—−ーのノ]\s?`
	// block is 1-2-3, 一丁目二番三号, 12番地3; pair is 1-2 at least.
	block = `(?:` + digits + `\s?丁目(?:\s?` + digits + `(?:\s?(?:番地?の?|[-‐‑‒–—−ーのノ])\s?` + digits + `)?(?:番地?|号)?)?|` +
		digits + `番地(?:の?` + digits + `)?|` + digits + `番\s?` + digits + `号?|` + digits + joint + digits + joint + digits + `)`
	pair     = `(?:` + block + `|` + digits + joint + digits + `)`
	city     = `[\p{Han}ぁ-んァ-ヶー]{1,6}?[市区町村郡]`
	town     = `[\p{Han}ァ-ヶーのが々]{0,12}?`
	kanaTown = `[\p{Han}ぁ-んァ-ヶー々]{0,16}?` // only where a prefecture or a word says that it is an address
	pref     = `(?:[\p{Han}]{2,3}県|東京都|北海道|京都府|大阪府)`
	gap      = `[\s,]?`
)

var (
	inPrefecture = regexp.MustCompile(`(` + pref + gap + `(?:` + city + gap + `){1,3}(?:` + town + gap + pair + `|` + kanaTown + gap + block + `))`)
	inCity       = regexp.MustCompile(`((?:` + city + gap + `){1,3}` + town + gap + block + `|(?:[\p{Han}]{2,4}市[\p{Han}]{1,3}区)` + town + gap + pair + `)`)
	afterLabel   = regexp.MustCompile(`(?:住所|居所|所在地|送付先|転居先|address)\s?[::はを]?\s?((?:` + city + gap + `){1,3}(?:` + town + gap + pair + `|` + kanaTown + gap + block + `))`)
	postal       = regexp.MustCompile(`(〒\s?\d{3}-?\d{4})`)
	latinAddress = regexp.MustCompile(`(\d{1,4}-\d{1,4}(?:-\d{1,4})?,? [a-z][a-z' -]{1,40},? ?[a-z]{0,20}-(?:ku|shi|cho|machi|gun|ken|fu|to)\b|\d{1,4}-\d{1,4}-\d{1,4},? [a-z][a-z ,'-]{1,60}(?:tokyo|osaka|kyoto|hokkaido|japan)\b)`)

	// noHouse: what follows makes the numbers something else.
	noHouse    = strings.Fields(`月 日 年 時 分 件 人 名 % 円 株 四半期 回 倍 割`)
	endsInDate = regexp.MustCompile(`(?:19|20)\d\d\s?[-/]\s?\d{1,2}(?:\s?[-/]\s?\d{1,2})?$`)
)
