package document

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const wideSpace = '　'

// blank are the spaces that reach a line; NBSP forbids a break.
func blank(r rune) bool { return r == ' ' || r == wideSpace || r == nbsp }

const nbsp = '\u00a0'

// clean makes the characters to draw: one rune each, line feeds as '\n'. What stands for nothing that can be seen
// (controls, variation selectors, marks without a composed form, private use, broken UTF-8) is returned as refused.
func clean(text string) (out []rune, refused []string) {
	rs := []rune(strings.ReplaceAll(text, "\r\n", "\n"))
	for i := 0; i < len(rs); {
		end := i + 1
		for end < len(rs) && unicode.Is(unicode.M, rs[end]) {
			end++
		}
		r, ok := compose(rs[i:end])
		if ok {
			r, ok = visible(r)
		}
		if ok {
			out = append(out, r)
		} else {
			refused = append(refused, string(rs[i:end]))
		}
		i = end
	}
	return out, refused
}

// compose joins a base with its marks. Only then: normalising everything would exchange compatibility ideographs.
func compose(cluster []rune) (rune, bool) {
	if len(cluster) == 1 {
		return cluster[0], true
	}
	joined := []rune(norm.NFC.String(string(cluster)))
	return joined[0], len(joined) == 1
}

// visible folds white space to line feed, space, full-width space and NBSP, and refuses what has no shape by nature.
func visible(r rune) (rune, bool) {
	switch {
	case r == '\t':
		return wideSpace, true
	case r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == '\u0085' || r == '\u2028' || r == '\u2029':
		return '\n', true
	case blank(r):
		return r, true
	case unicode.Is(unicode.Zs, r):
		return ' ', true
	}
	return r, r != utf8.RuneError && !unicode.In(r, unicode.C, unicode.M)
}
