package customer

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tasuke/internal/fault"
	"tasuke/internal/text"
)

const maxFragment = 100

// term is one part of what was typed; a customer has to match every term.
type term []option

// option is one thing a term may be: a piece of the values of a field.
type option struct {
	field string
	value string // folded, with the marks of the ends that are asked for
	exact bool   // the whole value
}

// parse finds out what a fragment may be. Words are separate terms; digits with spaces or
// hyphens between them are one. "*5678" asks for values that end so, "090*" for values that
// begin so. It fails with a field fault for nothing, for too much, and for a word too short to
// search for.
func parse(fragment string) ([]term, error) {
	s := strings.TrimSpace(text.Fold(fragment))
	switch {
	case s == "":
		return nil, fault.Field("fragment", "customer.find.empty")
	case utf8.RuneCountInString(s) > maxFragment:
		return nil, fault.Field("fragment", "customer.find.long")
	}
	words := strings.Fields(s)
	if isNumber(s) {
		words = []string{s}
	}
	terms := make([]term, 0, len(words))
	for _, w := range words {
		t := options(w)
		if len(words) == 1 {
			t = append(t, option{byRef, foldRef(fragment), true})
		}
		if !slices.ContainsFunc(t, func(o option) bool { return o.field != byRef }) && utf8.RuneCountInString(w) < 3 {
			return nil, fault.Field("fragment", "customer.find.short")
		}
		if len(t) == 0 {
			return nil, fault.Field("fragment", "customer.find.unclear")
		}
		terms = append(terms, t)
	}
	return terms, nil
}

// options says what one word may be.
func options(w string) (t term) {
	if strings.Contains(strings.TrimSuffix(w, "@"), "@") {
		return term{{byMail, text.Mail(w), true}}
	}
	if d, ok := text.Date(w); ok {
		t = append(t, option{byBirth, d, true})
	}
	if isNumber(w) {
		t = number(t, byPhone, text.Phone(w), w)
	}
	if a := text.Account(w); strings.ContainsFunc(a, unicode.IsDigit) && len(a) == utf8.RuneCountInString(bare(w)) {
		return number(t, byAccount, a, w)
	}
	if k := text.Kana(w); text.IsKana(k) || isLatin(k) {
		t = letters(t, byKana, k, w)
	}
	return letters(t, byName, text.Name(w), w)
}

// number adds a piece of a telephone or account number, which needs three characters, the marks
// of its ends included.
func number(t term, field, value, typed string) term {
	if strings.HasPrefix(typed, "*") {
		value += tail
	}
	if strings.HasSuffix(typed, "*") {
		value = head + value
	}
	if len(value) < gramSize(field) {
		return t
	}
	return append(t, option{field, value, false})
}

// letters adds a piece of a name. A single character is searched for at the beginning.
func letters(t term, field, value, typed string) term {
	if value == "" {
		return t
	}
	if utf8.RuneCountInString(value) == 1 || strings.HasSuffix(typed, "*") {
		value = head + value
	}
	return append(t, option{field, value, false})
}

// bare leaves out what may stand between the digits of a number.
func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune("-‐‑–—−ー.()+*/", r) {
			return -1
		}
		return r
	}, s)
}

func isNumber(s string) bool {
	b := bare(s)
	return b != "" && !strings.ContainsFunc(b, func(r rune) bool { return r < '0' || r > '9' })
}

func isLatin(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
}

// in reports whether the customer has the option, and which of its values.
func (o option) in(c Customer) (string, bool) {
	for _, v := range values(c, o.field) {
		if o.exact && v == o.value || !o.exact && strings.Contains(whole(o.field, v), o.value) {
			return v, true
		}
	}
	return "", false
}

// match rechecks an opened customer against every term and gives the first field found.
func match(terms []term, c Customer) (why, value string, ok bool) {
	for i, t := range terms {
		hit := false
		for _, o := range t {
			v, has := o.in(c)
			if has && i == 0 && !hit {
				why, value = o.field, v
			}
			hit = hit || has
		}
		if !hit {
			return "", "", false
		}
	}
	return why, value, true
}
