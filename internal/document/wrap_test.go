package document

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func half(r rune) float64 {
	if r < 0x80 || r >= 0xff61 && r <= 0xff9f {
		return 0.5
	}
	return 1
}

func wrapped(text string, measure float64) string {
	var out []string
	for _, line := range wrap([]rune(text), measure, half) {
		out = append(out, string(line))
	}
	return strings.Join(out, "|")
}

func TestLinesBreakWhereReadersOfJapaneseExpectThem(t *testing.T) {
	tests := map[string]struct {
		text    string
		measure float64
		want    string
	}{
		"a full stop draws its character down":             {"口座番号。", 4, "口座番|号。"},
		"an opening bracket goes down with its word":       {"口座は「凍結」です", 4, "口座は|「凍結」|です"},
		"marks in a row stay together":                     {"依頼した」。次", 4, "依頼し|た」。次"},
		"small kana and long vowels never begin a line":    {"ログインショップサーバー", 5, "ログイン|ショップ|サーバー"},
		"an amount is whole":                               {"被害は1,234,567円です", 6, "被害は|1,234,567円|です"},
		"a full-width amount is whole":                     {"被害額は１２３４円", 6, "被害額は|１２３４円"},
		"a date is whole":                                  {"期日は2026/10/01まで", 6, "期日は|2026/10/01ま|で"},
		"a telephone number is whole":                      {"電話03-1234-5678", 7, "電話|03-1234-5678"},
		"a document number is whole":                       {"番号BNK-2026-0007", 7, "番号|BNK-2026-0007"},
		"a sign stays with its number":                     {"増減は△1,200円", 5, "増減は|△1,200円"},
		"a currency stays with its number":                 {"金額は￥1,200", 5, "金額は|￥1,200"},
		"a word is whole":                                  {"送付securities宛", 6, "送付|securities宛"},
		"spaces at a break belong to no line":              {"Tasuke  Securities", 6, "Tasuke|Securities"},
		"no bracket ends a line before a space":            {"口座（ 東京", 3.5, "口座|（ 東京"},
		"no comma begins a line after a space":             {"口座番号 、東京", 4, "口座番|号 、東|京"},
		"a no-break space is one":                          {"口座山田\u00a0太郎", 4, "口座山|田\u00a0太郎"},
		"a dash of two is whole":                           {"口座番――東京", 4, "口座番|――東京"},
		"a word longer than a line is cut":                 {"abcdefghij", 2, "abcd|efgh|ij"},
		"a number longer than a line is cut, not at marks": {"1234,5678", 2, "123|4,56|78"},
		"a paragraph of nothing is a line":                 {"", 4, ""},
		"a paragraph of spaces is an empty line":           {"　　　　　　", 4, ""},
		"an indented paragraph keeps its indentation":      {"　拝啓　平素より", 4, "　拝啓|平素より"},
		"one character wider than the measure has a line":  {"口座", 0.5, "口|座"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := wrapped(test.text, test.measure); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// phrases are whole: what is longer than ten characters or made of marks alone is left to the fuzz test.
var phrases = []string{
	"不正", "アクセス", "ログイン", "ショップ", "「口座」", "（注）", "、", "。", "です。", "口座番号", "1,234円", "2026年", "10/01", "12:30", "ＡＢＣ", "１２３４",
	"Tasuke", "Co., Ltd.", "a@b.jp", "々", "ヶ", "……", "――", "・", " ", "　", "50%", "¥1,000", "『冊子』", "〒100-0001", "№7", "！", "ﾀﾛｳ", "ﾋﾞﾙ", "、", "？」",
}

func TestNoLineBeginsOrEndsWithAForbiddenMarkOrSplitsANumber(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20000 {
		text := "本"
		var numbers []string
		for range 1 + rnd.IntN(60) {
			phrase := phrases[rnd.IntN(len(phrases))]
			last, _ := utf8.DecodeLastRuneInString(text)
			first, _ := utf8.DecodeRuneInString(phrase)
			if strings.ContainsRune(noStart+noEnd+"…―", last) && strings.ContainsRune(noStart+noEnd+"…―", first) {
				phrase = "漢字" // keeps runs of marks below the width of a line
			}
			if phrase == "1,234円" || phrase == "10/01" || phrase == "12:30" || phrase == "１２３４" {
				phrase = "計" + phrase + "他"
				numbers = append(numbers, strings.Trim(phrase, "計他"))
			}
			text += phrase
		}
		measure := 16 + float64(rnd.IntN(40))/2
		lines := wrap([]rune(text), measure, half)
		for i, line := range lines {
			check(t, text, lines, i, line, measure)
		}
		for _, number := range numbers {
			if !slices.ContainsFunc(lines, func(line []rune) bool { return strings.Contains(string(line), number) }) {
				t.Fatalf("%s is split in %s", number, wrapped(text, measure))
			}
		}
	}
}

func check(t *testing.T, text string, lines [][]rune, i int, line []rune, measure float64) {
	t.Helper()
	if len(line) == 0 {
		t.Fatalf("line %d of %q is empty", i, text)
	}
	if i > 0 && strings.ContainsRune(noStart, line[0]) {
		t.Fatalf("line %q begins with %c", string(line), line[0])
	}
	if i < len(lines)-1 && strings.ContainsRune(noEnd, line[len(line)-1]) {
		t.Fatalf("line %q ends with %c", string(line), line[len(line)-1])
	}
	if width(line) > measure {
		t.Fatalf("line %q is %.1f wide, not %.1f", string(line), width(line), measure)
	}
}

func width(line []rune) float64 {
	var sum float64
	for _, r := range line {
		sum += half(r)
	}
	return sum
}

func FuzzWrap(f *testing.F) {
	f.Add("「「「「、、、、abc 　1,234円", 3.0)
	f.Add("　　", 0.0)
	f.Add("\u00a0\u00a0a", 1.0)
	f.Fuzz(func(t *testing.T, text string, measure float64) {
		rs, _ := clean(text)
		rs = slices.DeleteFunc(rs, func(r rune) bool { return r == '\n' })
		lines := wrap(rs, measure, half)
		solid := func(rs []rune) string {
			return string(slices.DeleteFunc(slices.Clone(rs), func(r rune) bool { return blank(r) }))
		}
		if got := solid(slices.Concat(lines...)); got != solid(rs) {
			t.Fatalf("%q became %q", solid(rs), got)
		}
		for _, line := range lines {
			if w := width(line); w > measure+slack && len(line) > 1 {
				t.Fatalf("line %q is %.1f wide, not %.1f", string(line), w, measure)
			}
		}
	})
}
