package text

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Loose is the form in which free text is searched: Fold, variants of one kanji as one (壓→圧, 髙→高),
// hiragana as katakana, no variation selectors and nothing invisible. Spaces and punctuation stay.
func Loose(s string) string {
	folded, _ := Trace(s)
	return string(folded)
}

// Trace is Loose with the way back: at[i] is the byte of s that the i-th character comes from, and
// at[len(folded)] is the end of s. What folds together (ｶﾞ) comes from one place.
func Trace(s string) (folded []rune, at []int) {
	folded, at = make([]rune, 0, len(s)/2), make([]int, 0, len(s)/2+1)
	in := voiceMarks.Replace(s) // as many bytes as before
	for i := 0; i < len(in); {
		n := max(1, norm.NFKC.NextBoundaryInString(in[i:], true))
		for _, r := range loosen(in[i : i+n]) {
			folded, at = append(folded, r), append(at, i)
		}
		i += n
	}
	return folded, append(at, len(s))
}

// loosen folds one piece. Most characters of a Japanese text are one rune that no folding touches.
func loosen(piece string) []rune {
	r, n := utf8.DecodeRuneInString(piece)
	if n == len(piece) && (r >= 'ァ' && r <= 'ー' || r >= '一' && r <= '\u9fa5' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9') {
		return []rune{plainKanji(r)}
	}
	var out []rune
	for _, r := range Katakana(Fold(piece)) {
		if r = plainKanji(r); r >= 0 && !unicode.Is(unicode.Cf, r) {
			out = append(out, r)
		}
	}
	return out
}

// IsWord reports whether a folded character can be part of a word.
func IsWord(r rune) bool { return word(r) >= 0 }
