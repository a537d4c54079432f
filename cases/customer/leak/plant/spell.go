package plant

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// old lists kanji with another form of the same; either may stand in the register.
var old = strings.Fields(`高髙 崎﨑 浜濱 浜濵 辺邊 辺邉 斎齋 沢澤 国國 桜櫻 広廣 島嶋 吉𠮷 滝瀧 瀬瀨 恵惠 黒黑 豊豐 徳德 藪薮 渡渡 佐佐 真眞 慎愼 譲讓 亀龜 栄榮 長長 郎郞 邨邨`)

// Name writes a name with another spacing, form of kanji or width than the register's.
func Name(r *rand.Rand, p Person) string {
	full := []string{p.Family, p.Given}
	for i, part := range full {
		full[i] = otherKanji(r, part)
	}
	return strings.Join(full, pick(r, []string{"", "", "", " ", "　", "　", "・", "\u00a0", "\u200b", "  ", "\n"}))
}

func otherKanji(r *rand.Rand, s string) string {
	if s == "佐々木" && r.IntN(3) == 0 {
		s = "佐佐木"
	}
	for _, pair := range old {
		two := []rune(pair)
		if r.IntN(2) == 0 {
			s = strings.ReplaceAll(s, string(two[0]), string(two[1]))
		} else {
			s = strings.ReplaceAll(s, string(two[1]), string(two[0]))
		}
	}
	if r.IntN(12) == 0 {
		s += "\U000E0101"
	}
	return s
}

// Kana writes the kana name in one of three scripts.
func Kana(r *rand.Rand, p Person) string {
	s := p.FamilyKana + pick(r, []string{"", " ", "　", "・", " "}) + p.GivenKana
	switch r.IntN(4) {
	case 0:
		return half(s)
	case 1:
		return strings.Map(func(c rune) rune {
			if c >= 'ァ' && c <= 'ヴ' {
				return c - 0x60
			}
			return c
		}, s)
	case 2: // as bank files have it, without small kana
		return half(strings.NewReplacer("ャ", "ヤ", "ュ", "ユ", "ョ", "ヨ", "ッ", "ツ", "ィ", "イ", "ー", "-").Replace(s))
	}
	return s
}

// Latin writes a name as an English text has it: long vowels are mostly left out.
func Latin(r *rand.Rand, p Person) string {
	f, g := roman(r, p.FamilyKana), roman(r, p.GivenKana)
	switch r.IntN(4) {
	case 0:
		return strings.ToUpper(f) + " " + g
	case 1:
		return f + ", " + g
	case 2:
		return "Ms. " + g + " " + strings.ToUpper(f)
	}
	return g + " " + f
}

// roman writes kana in Hepburn's spelling.
func roman(r *rand.Rand, kana string) string {
	s := hepburn.Replace(kana)
	if r.IntN(4) != 0 {
		s = strings.NewReplacer("ou", "o", "oo", "o", "uu", "u", "-", "").Replace(s)
	}
	for _, c := range "kstpc" {
		s = strings.ReplaceAll(s, "~"+string(c), string(c)+string(c))
	}
	s = strings.NewReplacer("cch", "tch", "-", "", "~", "").Replace(s)
	return strings.ToUpper(s[:1]) + s[1:]
}

var hepburn = strings.NewReplacer(strings.Fields(`キャ kya キュ kyu キョ kyo シャ sha シュ shu ショ sho チャ cha チュ chu チョ cho ニャ nya ニュ nyu ニョ nyo ヒャ hya ヒュ hyu ヒョ hyo ミャ mya ミョ myo リャ rya リュ ryu リョ ryo ギョ gyo
	ジャ ja ジュ ju ジョ jo ビャ bya ア a イ i ウ u エ e オ o カ ka キ ki ク ku ケ ke コ ko サ sa シ shi ス su セ se ソ so タ ta チ chi ツ tsu テ te ト to ナ na ニ ni ヌ nu ネ ne ノ no ハ ha ヒ hi フ fu ヘ he ホ ho
	マ ma ミ mi ム mu メ me モ mo ヤ ya ユ yu ヨ yo ラ ra リ ri ル ru レ re ロ ro ワ wa ン n ガ ga ギ gi グ gu ゲ ge ゴ go ザ za ジ ji ズ zu ゼ ze ゾ zo ダ da デ de ド do バ ba ビ bi ブ bu ベ be ボ bo パ pa ピ pi プ pu ペ pe ポ po ッ ~ ー -`)...)

// half is half-width katakana with separate voice marks.
func half(s string) string {
	s = strings.NewReplacer("\u3099", "ﾞ", "\u309a", "ﾟ").Replace(norm.NFD.String(s))
	return width.Narrow.String(s)
}

func wide(r *rand.Rand, s string) string {
	if r.IntN(4) != 0 {
		return s
	}
	return width.Widen.String(s)
}

// Phone writes a telephone number in one of the usual ways.
func Phone(r *rand.Rand, p Person) string {
	part := strings.Split(p.Phone, "-")
	switch r.IntN(7) {
	case 0:
		return strings.Join(part, "")
	case 1:
		return "+81 " + strings.TrimPrefix(part[0], "0") + "-" + part[1] + "-" + part[2]
	case 2:
		return "(" + part[0] + ")" + part[1] + "-" + part[2]
	case 3:
		return strings.Join(part, pick(r, []string{".", " ", "−", "ー", "‐"}))
	case 4:
		return "+81(0)" + strings.TrimPrefix(part[0], "0") + " " + part[1] + " " + part[2]
	}
	return wide(r, p.Phone)
}

// Account writes an account number with its branch.
func Account(r *rand.Rand, p Person) string {
	return wide(r, p.Branch+pick(r, []string{"-", "", " ", " - ", "−", "ー"})+p.Account)
}

// Mail writes a mail address, also as people do who fear robots.
func Mail(r *rand.Rand, p Person) string {
	switch r.IntN(6) {
	case 0:
		return strings.ToUpper(p.Mail)
	case 1:
		return strings.Replace(p.Mail, "@", pick(r, []string{"[at]", " (at) ", " @ "}), 1)
	case 2:
		return "mailto:" + p.Mail
	}
	return wide(r, p.Mail)
}

// Born writes a birth date in Japanese years, western years or English.
func Born(r *rand.Rand, p Person) string {
	b := p.Born
	switch r.IntN(7) {
	case 0:
		return b.Format("2006/1/2")
	case 1:
		return wide(r, b.Format("2006年1月2日"))
	case 2:
		if b.Year() > 1926 && b.Year() < 1989 {
			return fmt.Sprintf("昭和%d年%d月%d日", b.Year()-1925, b.Month(), b.Day())
		}
		return b.Format("20060102")
	case 3:
		if b.Year() > 1926 && b.Year() < 1989 {
			return fmt.Sprintf("S%d.%d.%d", b.Year()-1925, b.Month(), b.Day())
		}
		return b.Format("2006.1.2")
	case 4:
		return pick(r, []string{b.Format("January 2, 2006"), b.Format("2 Jan 2006")})
	}
	return b.Format("2006-01-02")
}

// Address writes a postal address with another spacing or form of its numbers.
func Address(r *rand.Rand, p Person) string {
	i := strings.IndexAny(p.Address, "123456789")
	town, no := p.Address[:i], strings.Split(p.Address[i:], "-")
	switch r.IntN(5) {
	case 0:
		return fmt.Sprintf("%s%s丁目%s番%s号", town, no[0], no[1], no[2])
	case 1:
		return town + " " + strings.Join(no, "−")
	case 2:
		return width.Widen.String(p.Address)
	case 3:
		return fmt.Sprintf("%s%s丁目%s-%s", town, width.Widen.String(no[0]), no[1], no[2])
	}
	return p.Address
}

// Ref writes the firm's customer number.
func Ref(r *rand.Rand, p Person) string {
	if r.IntN(5) == 0 {
		return strings.ToLower(p.Ref)
	}
	return wide(r, p.Ref)
}
