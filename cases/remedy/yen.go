package remedy

import (
	"math/big"
	"math/bits"
	"regexp"
	"strconv"
	"strings"

	"tasuke/internal/fault"
	"tasuke/internal/text"
)

// MaxYen bounds one amount that people state, in yen: far above any account, and so far below the
// end of int64 that the rows of a case cannot run over it.
const MaxYen int64 = 1_000_000_000_000

// fullBP is the whole, in ten-thousandths.
const fullBP = 10_000

// errTooLarge says that amounts do not add up within an int64.
var errTooLarge = fault.New(fault.Refused, "remedy.calc.too_large", nil)

// add adds two amounts and refuses to run over.
func add(a, b int64) (int64, error) {
	sum := a + b
	if (sum > a) != (b > 0) && b != 0 {
		return 0, errTooLarge
	}
	return sum, nil
}

// portion is yen × part / whole, rounded by the rule; yen and part are not negative, part is at
// most whole. The product has 128 bits, so nothing runs over.
func portion(yen, part, whole int64, r Rounding) int64 {
	hi, lo := bits.Mul64(uint64(yen), uint64(part))
	q, rest := bits.Div64(hi, lo, uint64(whole))
	if r == Ceil && rest > 0 {
		q++
	}
	return int64(q)
}

// ParseYen reads an amount as people write it: with or without separators at the thousands, 円 or ¥, in
// any width. Empty is 0. It is false for anything that is not a whole number of yen within MaxYen, also
// where a separator stands elsewhere: 1,00 may be 100 or 1,000.
func ParseYen(s string) (int64, bool) {
	s = strings.NewReplacer(" ", "", "、", ",", "\\", "¥").Replace(text.Fold(s))
	s = strings.TrimSuffix(strings.TrimPrefix(s, "¥"), "円")
	if s == "" {
		return 0, true
	}
	if !written.MatchString(s) {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(s, ",", ""), 10, 64)
	return n, err == nil && n <= MaxYen
}

var written = regexp.MustCompile(`^([0-9]+|[0-9]{1,3}(,[0-9]{3})+)$`)

// decimal is how quantities and prices are written: never a float.
var decimal = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,8})?$`)

// ratio reads a decimal that was checked; the zero value for an empty one.
func ratio(s string) *big.Rat {
	if n, ok := new(big.Rat).SetString(s); ok {
		return n
	}
	return new(big.Rat)
}

// Grouped writes an amount with commas.
func Grouped(n int64) string {
	if n < 0 {
		return "-" + Grouped(-n)
	}
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Percent writes a rate in ten-thousandths as a percentage.
func Percent(bp int64) string {
	s := strconv.FormatInt(bp/100, 10)
	if rest := bp % 100; rest != 0 {
		s += "." + strings.TrimRight(strconv.FormatInt(100+rest, 10)[1:], "0")
	}
	return s + "%"
}

// ParsePercent reads a percentage with at most two decimals as ten-thousandths; false outside 0 to
// 100 %.
func ParsePercent(s string) (int64, bool) {
	s = strings.TrimSuffix(strings.TrimSpace(text.Fold(s)), "%")
	m := percent.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseInt(m[1]+(m[3] + "00")[:2], 10, 64)
	return n, err == nil && n <= fullBP
}

var percent = regexp.MustCompile(`^([0-9]{1,3})(\.([0-9]{1,2}))?$`)
