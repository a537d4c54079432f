// Package text folds Japanese names, kana, telephone and account numbers to the form in which
// two spellings of one thing are equal, cuts text into bigrams for search, and masks values for
// the screen. It is pure. Every folding is idempotent and never fails: what it does not know
// stays as it is or is left out.
package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Version is raised when a folding gives another result for some input, so that what was
// indexed with the older one can be indexed again.
const Version = 1

// Fold is the form for free text: NFKC (full width and half width agree) in lower case.
func Fold(s string) string {
	return settle(s, func(s string) string { return norm.NFKC.String(strings.ToLower(compose(s))) })
}

// compose is NFKC that keeps the free-standing voice marks ゛ and ゜ with their kana, where NFKC
// alone would put a space between.
func compose(s string) string {
	return norm.NFKC.String(voiceMarks.Replace(strings.ToValidUTF8(s, "\ufffd")))
}

var voiceMarks = strings.NewReplacer("゛", "\u3099", "゜", "\u309a")

// settle repeats a folding until it changes nothing: NFKC and lower case can undo each other.
func settle(s string, fold func(string) string) string {
	for range 8 {
		t := fold(s)
		if t == s {
			break
		}
		s = t
	}
	return s
}

// word keeps letters, digits and the marks that belong to a letter.
func word(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsNumber(r) || r == '\u3099' || r == '\u309a' {
		return r
	}
	return -1
}

// Mail is the form in which two mail addresses are compared: NFKC, lower case, no spaces.
func Mail(s string) string {
	return settle(s, func(s string) string { return strings.Join(strings.Fields(Fold(s)), "") })
}

// Account is the form in which two account numbers are compared: ASCII letters and digits only,
// in upper case. Zeros in front are kept.
func Account(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(Fold(s)))
}

// Phone is the form in which two telephone numbers are compared: digits only, the country code
// of Japan (+81, 0081) as the leading 0. Numbers of other countries keep their country code.
func Phone(s string) string {
	s = strings.TrimSpace(norm.NFKC.String(s))
	plus := strings.HasPrefix(s, "+")
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	for {
		rest, ok := strings.CutPrefix(digits, "0081")
		if !ok && plus {
			rest, ok = strings.CutPrefix(digits, "81")
		}
		if !ok {
			return digits
		}
		plus, digits = false, "0"+strings.TrimPrefix(rest, "0")
	}
}

// Bigrams gives the overlapping pairs of characters of a folded text, in order and with
// repetitions; characters outside the basic plane (𠮷) count as one. A text of less than two
// characters has none.
func Bigrams(s string) []string {
	r := []rune(s)
	if len(r) < 2 {
		return nil
	}
	out := make([]string, len(r)-1)
	for i := range out {
		out[i] = string(r[i : i+2])
	}
	return out
}
