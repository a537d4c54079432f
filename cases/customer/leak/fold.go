package leak

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tasuke/internal/text"
)

// cell is one folded character and the bytes of the text it stands for.
type cell struct {
	r        rune
	from, to int
}

// folded is a text in the form in which spellings agree, with the way back.
type folded struct {
	text  string // as it was given
	cells []cell
	s     string // the cells as text
	at    []int  // byte of s -> cell; one more for the end
}

// fold folds a text piece by piece (text.Fold), so that every character knows where it came from.
func fold(given string) folded {
	f := folded{text: given}
	// Both marks have as many bytes as the combining ones, so that places stay what they are.
	in := voiceMarks.Replace(given)
	var b strings.Builder
	for i := 0; i < len(in); {
		n := max(1, norm.NFKC.NextBoundaryInString(in[i:], true))
		for _, r := range plain(in[i : i+n]) {
			for range utf8.RuneLen(r) {
				f.at = append(f.at, len(f.cells))
			}
			f.cells = append(f.cells, cell{r, i, i + n})
			b.WriteRune(r)
		}
		i += n
	}
	f.at, f.s = append(f.at, len(f.cells)), b.String()
	return f
}

var voiceMarks = strings.NewReplacer("゛", "\u3099", "゜", "\u309a")

// plain folds one piece; most characters of a Japanese text fold to themselves. What nobody sees
// is left out.
func plain(piece string) string {
	r, n := utf8.DecodeRuneInString(piece)
	if n == len(piece) && (r >= 'ぁ' && r <= 'ゖ' || r >= 'ァ' && r <= 'ー' || r >= '一' && r <= '\u9fa5') {
		return piece
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) {
			return -1
		}
		return r
	}, text.Fold(piece))
}

// rune gives the character of a cell; 0 outside the text.
func (f *folded) rune(i int) rune {
	if i < 0 || i >= len(f.cells) {
		return 0
	}
	return f.cells[i].r
}

// before and after give up to n cells beside a place, as text.
func (f *folded) before(i, n int) string { return f.slice(max(0, i-n), i) }
func (f *folded) after(i, n int) string  { return f.slice(i, min(len(f.cells), i+n)) }

func (f *folded) slice(i, j int) string {
	var b strings.Builder
	for _, c := range f.cells[i:j] {
		b.WriteRune(c.r)
	}
	return b.String()
}

// isGap: what may stand between two parts of one name.
func isGap(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("・_-‐‑‒–—−/|,.=゠", r)
}

// squeeze is a text without gaps, in which what may stand is looked for.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if isGap(r) || r == '(' || r == ')' {
			return -1
		}
		return r
	}, text.Fold(s))
}

// contains: pieces of one or two characters are in everything and prove nothing.
func contains(whole, piece string) bool {
	return utf8.RuneCountInString(piece) > 2 && strings.Contains(whole, piece) || piece == whole && piece != ""
}
