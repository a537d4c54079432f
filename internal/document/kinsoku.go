package document

import (
	"strings"
	"unicode"
)

// Characters of JIS X 4051 that may not begin a line (4.3: closing marks, iteration marks, long vowel, small kana,
// middle dots, units after a number) or end one (4.4: opening marks, signs before a number), full and half width.
const (
	noStart = "、。，．・：；？！）］｝〕〉》」』】〙〗〟’”»゛゜ーァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿぁぃぅぇぉっゃゅょゎゕゖ" +
		"々〻ゝゞヽヾ‐〜～゠–‼⁇⁈⁉％‰℃℉′″,.:;?!)]}%°｠｡｣､･ｧｨｩｪｫｬｭｮｯｰﾞﾟ"
	noEnd = "（［｛〔〈《「『【〘〖〝‘“«￥＄￡＃([{¥$£€#№｟｢"
	// What makes a number negative, or the tail of a document number: BNK-2026.
	signs = "+-−±＋－△▲"
	// Two of the same stay together.
	inseparable = "―—…‥"
	// A number keeps the counter behind it.
	counters = "円年月日時分秒件名人口株回号条項"
)

func digit(r rune) bool { return r >= '0' && r <= '9' || r >= '０' && r <= '９' }

// joins are the marks inside a number, a date, a time, a telephone or document number.
func joins(r rune) bool { return strings.ContainsRune(".,:/-．，：／－‐", r) }

// latin are the characters of words in alphabets, with the ASCII marks that addresses are made of.
func latin(r rune) bool {
	if r < 0x80 {
		return r > ' ' && r != 0x7f
	}
	return r < 0x0530 && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// mayBreak says whether a new line may begin with rs[i], i > 0. Spaces belong to the line they follow.
func mayBreak(rs []rune, i int) bool {
	before, after := rs[i-1], rs[i]
	if after == ' ' || after == wideSpace || before == nbsp || after == nbsp {
		return false
	}
	if forbidden(rs, i) {
		return false
	}
	if before == ' ' || before == wideSpace {
		return true
	}
	switch {
	case digit(before):
		return !digit(after) && !joins(after) && !latin(after) && !strings.ContainsRune(counters, after)
	case digit(after) && strings.ContainsRune(signs, before):
		return false
	case digit(after) && joins(before): // 12:30; but 期間：2026 may break, no digit came before
		return i >= 2 && !digit(rs[i-2])
	case before == '’' && latin(after): // it’s
		return false
	case before == '"' || before == '\'' || after == '"' || after == '\'': // opening or closing: cannot be known
		return false
	case latin(before) && latin(after):
		return (before == '-' || before == '/') && unicode.IsLetter(after)
	}
	return true
}

// forbidden is the part of the rules that holds even when a word must be cut because it is longer than a line.
func forbidden(rs []rune, i int) bool {
	if strings.ContainsRune(noStart, rs[i]) || rs[i] == rs[i-1] && strings.ContainsRune(inseparable, rs[i]) {
		return true
	}
	last := i - 1
	for last > 0 && blank(rs[last]) {
		last--
	}
	return strings.ContainsRune(noEnd, rs[last])
}
