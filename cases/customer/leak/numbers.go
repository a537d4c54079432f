package leak

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"tasuke/cases/customer"
	"tasuke/internal/text"
)

// atom is a run of digits or a run of Latin letters.
type atom struct {
	from, to int // cells
	digits   bool
	first    bool // nothing that could belong to one number joins it to the one before
}

const (
	maxAtoms  = 6
	maxNumber = 24
	// free is how many characters a number has that needs no word beside it to be an account or a
	// customer number: shorter ones are met by chance.
	free = 7
)

// span is a piece of the text, in cells.
type span struct{ from, to int }

// numbers looks account, telephone and customer numbers up.
func (s *scan) numbers() error {
	skip := s.notNumbers()
	asked := map[string]map[string][]span{customer.FieldAccount: {}, customer.FieldPhone: {}, customer.FieldRef: {}}
	for _, w := range s.numberWindows() {
		inside := slices.ContainsFunc(skip, func(x span) bool { return w.from < x.to && x.from < w.to })
		for field, values := range s.mayBe(w, inside) {
			for _, v := range values {
				asked[field][v] = append(asked[field][v], w)
			}
		}
	}
	for _, by := range []struct {
		field string
		kind  Kind
		mask  func(string) string
	}{
		{customer.FieldPhone, Phone, text.MaskPhone}, {customer.FieldAccount, Account, text.MaskAccount}, {customer.FieldRef, Ref, text.MaskAccount},
	} {
		held, err := s.register.Holds(s.ctx, s.tx, by.field, slices.Sorted(maps.Keys(asked[by.field])))
		if err != nil {
			return err
		}
		for v, nos := range held {
			for _, w := range asked[by.field][v] {
				if s.rune(w.from-1) == '(' && strings.Contains(s.slice(w.from, w.to), ")") {
					w.from--
				}
				s.add(by.kind, w.from, w.to, by.mask, nos)
			}
		}
	}
	return s.endings()
}

// mayBe gives the forms in which a window would stand in the register, by field.
func (s *scan) mayBe(w span, inside bool) map[string][]string {
	out, raw := map[string][]string{}, s.slice(w.from, w.to)
	joined := text.Account(raw)
	digits := !strings.ContainsFunc(joined, func(r rune) bool { return r < '0' || r > '9' })
	if digits {
		if s.rune(w.from-1) == '+' {
			raw = "+" + raw
		}
		if p := text.Phone(raw); len(p) >= 9 && len(p) <= 15 {
			out[customer.FieldPhone] = []string{p}
		}
	}
	if inside || digits && s.isAmount(w) || strings.ContainsAny(raw, ".()+") || !strings.ContainsAny(joined, "0123456789") {
		return out
	}
	if len(joined) >= 3 && (len(joined) >= free || endsWith(s.cue(w.from), accountCues)) {
		out[customer.FieldAccount] = []string{joined}
	}
	if len(joined) >= free || !digits && len(joined) >= 5 || endsWith(s.cue(w.from), refCues) {
		given := norm.NFKC.String(s.text[s.cells[w.from].from:s.cells[w.to-1].to])
		out[customer.FieldRef] = unique(given, strings.ToUpper(given), joined, strings.ToLower(joined))
	}
	return out
}

func unique(all ...string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

// numberWindows gives every piece of up to six atoms that has a digit.
func (s *scan) numberWindows() (out []span) {
	atoms := s.atoms()
	for i := range atoms {
		some := false
		for j := i; j < len(atoms) && j < i+maxAtoms && (j == i || !atoms[j].first) && atoms[j].to-atoms[i].from <= maxNumber; j++ {
			some = some || atoms[j].digits
			if some {
				out = append(out, span{atoms[i].from, atoms[j].to})
			}
		}
	}
	return out
}

func (s *scan) atoms() (out []atom) {
	end := -maxGap - 1
	for i := 0; i < len(s.cells); {
		r := s.cells[i].r
		if !isASCII(r) {
			i++
			continue
		}
		digits, j := unicode.IsDigit(r), i+1
		for j < len(s.cells) && isASCII(s.cells[j].r) && unicode.IsDigit(s.cells[j].r) == digits {
			j++
		}
		out = append(out, atom{i, j, digits, !s.joins(end, i)})
		end, i = j, j
	}
	return out
}

// joins reports whether only what people put into numbers stands between two cells.
func (s *scan) joins(from, to int) bool {
	if from < 0 || to-from > maxGap {
		return false
	}
	for _, c := range s.cells[from:to] {
		if !strings.ContainsRune(" -‐‑‒–—−ー_/.()", c.r) {
			return false
		}
	}
	return true
}

var (
	accountCues = strings.Fields(`口座 口座番号 account acct a/c accountno accountnumber 口座no`)
	refCues     = strings.Fields(`顧客番号 客様番号 会員番号 顧客no 顧客id customerno customerid customernumber customer`)
	units       = regexp.MustCompile(`^ ?(?:円|株|件|名|人|口|%|[百千]?[万億兆](?:円|株|件|人|口|ドル|[、。\s]|$)|[百千](?:円|株|件|人|口|ドル)|回|個|秒|分|時|年|月|日|歳|頁|行|通|社|台|倍|ミリ|バイト|ページ|ポイント|yen|jpy|usd|ms|bytes|rows|shares|accounts|customers|people|cases)`)
	before      = regexp.MustCompile(`(?:[¥$€#]|jpy|usd)\s?$`)
	noNumber    = regexp.MustCompile(`\d{1,3}(?:\.\d{1,3}){3}|\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}(?:日|[t ]?\d{1,2}:\d{2})?|\d{1,2}:\d{2}(?::\d{2})?|` +
		`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32,}\b|\b[a-z]{2,4}-20\d\d-\d{4,}`)
)

// notNumbers are pieces that are no account: addresses of machines, moments, hashes, and the
// numbers of our own records.
func (s *scan) notNumbers() (out []span) {
	for _, m := range noNumber.FindAllStringIndex(s.s, -1) {
		out = append(out, span{s.at[m[0]], s.at[m[1]]})
	}
	return out
}

// isAmount: a number with a unit is money or a count.
func (s *scan) isAmount(w span) bool {
	return units.MatchString(s.after(w.to, 9)) || before.MatchString(s.before(w.from, 5))
}

// cue is the word before a number, without what joins the two.
func (s *scan) cue(from int) string {
	b := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("::は.#「【[(-", r) {
			return -1
		}
		return r
	}, s.before(from, 18))
	return strings.TrimSuffix(b, "no")
}

// endings looks up account numbers that are written without their branch, where a word says that
// it is one.
func (s *scan) endings() error {
	for _, a := range s.atoms() {
		n := a.to - a.from
		if !a.digits || n < free-1 || n > 14 || !endsWith(s.cue(a.from), accountCues) || s.isAmount(span{a.from, a.to}) {
			continue
		}
		nos, err := s.register.AccountsEnding(s.ctx, s.tx, strings.ToUpper(s.slice(a.from, a.to)))
		if err != nil {
			return err
		}
		if len(nos) > 0 {
			s.add(Account, a.from, a.to, text.MaskAccount, nos)
		}
	}
	return nil
}
