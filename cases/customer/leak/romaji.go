package leak

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tasuke/cases/customer"
	"tasuke/internal/text"
)

const (
	// maxReadings bounds the kana one Latin word may be.
	maxReadings = 48
	// plainRomaji is how many letters two words need to be a name without capital letters.
	plainRomaji = 10
	leastRomaji = 4
)

// romanised looks up pairs of Latin words as kana names, in both orders: Taro Sato, SATO Taro.
func (s *scan) romanised(runs []run) error {
	asked := map[string][]window{}
	for _, r := range runs {
		words := r.words()
		for k := 1; k < len(words); k++ {
			a, b := words[k-1], words[k]
			if w := (window{r, a.i, b.j}); a.j == b.i && s.mayBeRomaji(a, b) {
				for _, x := range readings(a.letters()) {
					for _, y := range readings(b.letters()) {
						asked[x+y], asked[y+x] = append(asked[x+y], w), append(asked[y+x], w)
					}
				}
			}
		}
	}
	held, err := s.register.Holds(s.ctx, s.tx, customer.FieldKana, slices.Sorted(maps.Keys(asked)))
	if err != nil {
		return err
	}
	for kana, nos := range held {
		for _, w := range asked[kana] {
			s.add(Name, w.first(), w.last(), text.MaskName, nos)
		}
	}
	return nil
}

// mayBeRomaji: two words of a name, by their capitals or by their length.
func (s *scan) mayBeRomaji(a, b window) bool {
	n := a.j - a.i + b.j - b.i
	capitals := s.isCapital(a.first()) && s.isCapital(b.first())
	return a.j-a.i > 1 && b.j-b.i > 1 && (n >= leastRomaji && capitals || n >= plainRomaji)
}

func (s *scan) isCapital(cell int) bool {
	r, _ := utf8.DecodeRuneInString(s.text[s.cells[cell].from:])
	return unicode.IsUpper(r)
}

// readings gives the kana, folded, a Latin word may stand for, by Hepburn's spelling and the official one; a long
// vowel may be written or not (Ono is オノ or オオノ), and n may end a syllable or begin one (Kenichi).
// None when it is no Japanese word.
func readings(word string) (out []string) {
	var walk func(rest, kana string)
	walk = func(rest, kana string) {
		if rest == "" && len(out) < maxReadings {
			out = append(out, kana)
		}
		if rest == "" || len(out) == maxReadings {
			return
		}
		for _, y := range beginnings(rest) {
			after, ends := rest[y.n:], []string{""}
			switch rest[y.n-1] {
			case 'o':
				after, ends = withoutH(after), []string{"", "ウ", "オ"}
			case 'u':
				ends = []string{"", "ウ"}
			}
			for _, end := range ends {
				walk(after, kana+y.kana+end)
			}
		}
	}
	walk(word, "")
	for i, kana := range out {
		out[i] = text.Kana(kana)
	}
	return out
}

// withoutH leaves out the h that only makes a vowel long: Ohno, Itoh.
func withoutH(s string) string {
	if strings.HasPrefix(s, "h") && (len(s) == 1 || !strings.ContainsRune("aiueoy", rune(s[1]))) {
		return s[1:]
	}
	return s
}

// beginning is a syllable at the beginning of a word, and how many letters it has.
type beginning struct {
	kana string
	n    int
}

func beginnings(s string) (out []beginning) {
	for n := min(3, len(s)); n > 0 && out == nil; n-- {
		if k, ok := syllables[s[:n]]; ok {
			out = append(out, beginning{k, n})
		}
	}
	switch {
	case len(s) > 1 && s[0] == s[1] && strings.IndexByte("kstpgdbzjcfh", s[0]) >= 0, strings.HasPrefix(s, "tch"):
		out = append(out, beginning{"ッ", 1})
	case s[0] == 'n', s[0] == 'm' && len(s) > 1 && strings.IndexByte("mbp", s[1]) >= 0:
		out = append(out, beginning{"ン", 1})
	}
	return out
}

// syllables are the rows of the table: a letter or two, and the kana before a, i, u, e and o.
var syllables = func() map[string]string {
	m := map[string]string{"shi": "シ", "chi": "チ", "tsu": "ツ", "fu": "フ", "ji": "ジ", "wa": "ワ", "wo": "ヲ", "ya": "ヤ", "yu": "ユ", "yo": "ヨ"}
	for row := range strings.SplitSeq(`:アイウエオ k:カキクケコ s:サシスセソ t:タチツテト n:ナニヌネノ h:ハヒフヘホ m:マミムメモ r:ラリルレロ g:ガギグゲゴ z:ザジズゼゾ d:ダヂヅデド b:バビブベボ p:パピプペポ`, " ") {
		head, kana, _ := strings.Cut(row, ":")
		for i, k := range []rune(kana) {
			m[head+"aiueo"[i:i+1]] = string(k)
		}
	}
	for row := range strings.SplitSeq(`ky:キ sh:シ sy:シ ch:チ ty:チ ny:ニ hy:ヒ my:ミ ry:リ gy:ギ j:ジ zy:ジ jy:ジ by:ビ py:ピ`, " ") {
		head, kana, _ := strings.Cut(row, ":")
		m[head+"a"], m[head+"u"], m[head+"o"] = kana+"ヤ", kana+"ユ", kana+"ヨ"
	}
	return m
}()
