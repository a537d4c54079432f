package text

import "strings"

// toLarge follows the bank file format, which has no small kana, and joins what cannot be told
// apart by ear: ヲ and オ, ヂ and ジ, ヅ and ズ, ヴァ and バ.
var toLarge = strings.NewReplacer(
	"ヴァ", "バ", "ヴィ", "ビ", "ヴェ", "ベ", "ヴォ", "ボ", "ヴア", "バ", "ヴイ", "ビ", "ヴエ", "ベ", "ヴオ", "ボ", "ヴ", "ブ",
	"ァ", "ア", "ィ", "イ", "ゥ", "ウ", "ェ", "エ", "ォ", "オ", "ッ", "ツ", "ャ", "ヤ", "ュ", "ユ", "ョ", "ヨ",
	"ヮ", "ワ", "ヵ", "カ", "ヶ", "ケ", "ヲ", "オ", "ヰ", "イ", "ヱ", "エ", "ヂ", "ジ", "ヅ", "ズ", "ー", "",
)

// Kana is the form in which two kana names are compared: full-width katakana, small kana made
// large, long marks, spaces and punctuation left out, legal forms (カ）, カブシキガイシャ) left
// out. Latin letters and digits stay, in lower case.
func Kana(s string) string {
	return settle(s, func(s string) string {
		s = toLarge.Replace(Katakana(Fold(s)))
		return dropForms(s, kanaShort, kanaLong)
	})
}

// Katakana turns hiragana into katakana and leaves everything else.
func Katakana(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'ぁ' && r <= 'ゖ' || r == 'ゝ' || r == 'ゞ' {
			return r + 0x60
		}
		return r
	}, s)
}

// IsKana reports whether a folded text has letters and they are all katakana or hiragana.
func IsKana(s string) bool {
	for _, r := range s {
		if (r < 'ァ' || r > 'ヺ') && (r < 'ぁ' || r > 'ゖ') && r != 'ー' {
			return false
		}
	}
	return s != ""
}
