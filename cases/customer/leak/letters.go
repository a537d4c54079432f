package leak

import (
	"unicode"

	"tasuke/internal/text"
)

// letter is one character of a possible name, folded as the register folds names.
type letter struct {
	r        rune
	from, to int  // cells
	apart    bool // something stands between this and the one before
}

// maxGap is how many cells may stand between two letters of one name.
const maxGap = 3

// run is letters that one name may reach across.
type run []letter

// runs cuts the text into runs. as folds the cell i (with those after it, where several make one
// letter) and says how many it took; none taken ends a run.
func (f *folded) runs(as func(f *folded, i int, before rune) (letters string, taken int)) (out []run) {
	var now run
	gap := 0
	end := func() {
		if len(now) > 1 {
			out = append(out, now)
		}
		now, gap = nil, 0
	}
	for i := 0; i < len(f.cells); {
		if isGap(f.cells[i].r) {
			if gap++; gap > maxGap {
				end()
			}
			i++
			continue
		}
		before := rune(0)
		if len(now) > 0 {
			before = now[len(now)-1].r
		}
		s, n := as(f, i, before)
		if n == 0 {
			end()
			i++
			continue
		}
		for _, r := range s {
			now = append(now, letter{r, i, i + n, gap > 0})
			gap = 0
		}
		i += n
	}
	end()
	return out
}

// nameLetters folds as text.Name does.
func nameLetters() func(*folded, int, rune) (string, int) {
	memo := map[rune]string{}
	return func(f *folded, i int, before rune) (string, int) {
		r := f.cells[i].r
		if r == '々' && before != 0 {
			return string(before), 1
		}
		s, ok := memo[r]
		if !ok {
			s = text.Name(string(r))
			memo[r] = s
		}
		if s == "" {
			return "", 0
		}
		return s, 1
	}
}

// kanaLetters folds as text.Kana does: ヴ and the vowel after it are one, long marks are none.
func kanaLetters() func(*folded, int, rune) (string, int) {
	memo := map[string]string{}
	return func(f *folded, i int, _ rune) (string, int) {
		r := f.cells[i].r
		if !isKana(r) {
			return "", 0
		}
		n := 1
		if r == 'ヴ' || r == 'ゔ' {
			switch f.rune(i + 1) {
			case 'ァ', 'ィ', 'ェ', 'ォ', 'ア', 'イ', 'エ', 'オ', 'ぁ', 'ぃ', 'ぇ', 'ぉ', 'あ', 'い', 'え', 'お':
				n = 2
			}
		}
		in := f.slice(i, i+n)
		s, ok := memo[in]
		if !ok {
			s = text.Kana(in)
			memo[in] = s
		}
		return s, n
	}
}

func isKana(r rune) bool { return r >= 'ぁ' && r <= 'ゖ' || r >= 'ァ' && r <= 'ヺ' || r == 'ー' }

func isHiragana(r rune) bool { return r >= 'ぁ' && r <= 'ゖ' }

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func isASCII(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }

// splits reports whether a name that begins at letter i would begin within a Latin word or number.
func (r run) splits(i int) bool {
	return i > 0 && i < len(r) && !r[i].apart && isASCII(r[i].r) && isASCII(r[i-1].r)
}
