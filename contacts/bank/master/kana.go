package master

import (
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"tasuke/internal/text"
)

// MaxHolder is the room for an account holder's name in a transfer record, in half-width
// characters; a voice mark is one of its own.
const MaxHolder = 30

// Outside is the refusal of a name with a character that transfer records cannot carry.
type Outside struct{ Rune rune }

// Error names the code point only: the character is part of somebody's name.
func (e *Outside) Error() string { return fmt.Sprintf("%U is not of the zengin set", e.Rune) }

// large turns what the zengin set does not have into what banks write for it: no small kana, and a
// hyphen for every kind of long mark and dash.
var large = strings.NewReplacer(
	"ァ", "ア", "ィ", "イ", "ゥ", "ウ", "ェ", "エ", "ォ", "オ", "ッ", "ツ", "ャ", "ヤ", "ュ", "ユ", "ョ", "ヨ", "ヮ", "ワ", "ヵ", "カ", "ヶ", "ケ",
	"ー", "-", "‐", "-", "－", "-", "―", "-", "−", "-", "‑", "-", "–", "-", "—", "-", "・", ".", "ヰ", "イ", "ヱ", "エ", "’", "'", "‘", "'", "′", "'",
)

var marks = strings.NewReplacer("\u3099", "ﾞ", "\u309a", "ﾟ")

var apart = strings.NewReplacer("゛", "\u3099", "゜", "\u309a", "ﾞ", "\u3099", "ﾟ", "\u309a")

// Holder folds any spelling of a kana name to the half-width form of transfer records (全銀協
// 総合振込レコード: ｱ to ﾝ, ﾞ, ﾟ, A to Z, 0 to 9, ( ) - . / ' and the space). It answers *Outside
// with the first character that has no such form, a kanji for example, and exchanges none by guess.
// ヲ stays ｦ: banks differ, and the name is written as it was stated.
func Holder(name string) (string, error) {
	s := norm.NFKC.String(apart.Replace(strings.ToValidUTF8(name, "\ufffd")))
	s = large.Replace(text.Katakana(s))
	s = strings.ToUpper(strings.Join(strings.Fields(s), " "))
	s = width.Narrow.String(marks.Replace(norm.NFD.String(s)))
	for _, r := range s {
		if !usable(r) {
			return "", &Outside{r}
		}
	}
	return s, nil
}

func usable(r rune) bool {
	switch {
	case r >= 'ｱ' && r <= 'ﾟ', r == 'ｦ', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("()-./' ", r):
		return true
	}
	return false
}

// SameHolder reports whether two kana names are one to a bank's eye: widths, small kana, long
// marks, spaces, ヲ and オ, and legal forms aside.
func SameHolder(a, b string) bool { return text.Kana(a) == text.Kana(b) }
