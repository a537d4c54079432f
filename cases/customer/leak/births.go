package leak

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"tasuke/cases/customer"
	"tasuke/internal/text"
)

// nearBirth is how many characters around a date its person's family or given name is looked for.
const nearBirth = 60

// births finds birth dates of customers: beside a word that says so, beside a piece of that
// customer's name, or of a customer whose other data stands in the text. A date alone is no finding,
// since every day is somebody's birthday.
func (s *scan) births() error {
	asked := s.dates()
	held, err := s.register.Holds(s.ctx, s.tx, customer.FieldBirth, slices.Sorted(maps.Keys(asked)))
	if err != nil {
		return err
	}
	for _, day := range slices.Sorted(maps.Keys(held)) {
		if err := s.birth(asked[day], held[day]); err != nil {
			return err
		}
	}
	return nil
}

func (s *scan) birth(spans []span, nos []int64) error {
	known := slices.ContainsFunc(nos, func(no int64) bool { return s.seen[no] })
	var names map[int64]customer.Names
	for _, w := range spans {
		said := birthLabel.MatchString(s.before(w.from, 16)) || bornAfter.MatchString(s.after(w.to, 8))
		if !said && !known && names == nil {
			var err error
			if names, err = s.register.NamesOf(s.ctx, s.tx, nos); err != nil {
				return err
			}
		}
		if said || known || s.isNear(w, names) {
			s.add(Birth, w.from, w.to, hidden, nos)
		}
	}
	return nil
}

// isNear looks for a part of the names, of two characters at least, around a date.
func (s *scan) isNear(w span, names map[int64]customer.Names) bool {
	around := s.before(w.from, nearBirth) + "\n" + s.after(w.to, nearBirth)
	name, kana := text.Name(around), text.Kana(around)
	for _, n := range names {
		if hasPart(name, n.Name, text.Name, 2) || hasPart(kana, n.Kana, text.Kana, 3) || alone(s.before(w.from, 12), n.Name) {
			return true
		}
	}
	return false
}

func hasPart(around, full string, fold func(string) string, least int) bool {
	return slices.ContainsFunc(strings.Fields(full), func(part string) bool {
		p := fold(part)
		return len([]rune(p)) >= least && strings.Contains(around, p)
	})
}

// alone reports whether a family name of one character stands by itself: 原様, 森 /.
func alone(around, full string) bool {
	family, _, parted := strings.Cut(strings.Join(strings.Fields(full), " "), " ")
	if family = text.Name(family); !parted || len([]rune(family)) != 1 {
		return false
	}
	r := []rune(around)
	for i := range r {
		if text.Name(string(r[i])) == family && (i == 0 || !isHan(r[i-1])) &&
			(i+1 == len(r) || !isHan(r[i+1]) || beginsWith(string(r[i+1:]), honorific)) {
			return true
		}
	}
	return false
}

// dates gives the days the text names, as 1980-01-02, in any of the ways of text.Date and in
// English.
func (s *scan) dates() map[string][]span {
	out := map[string][]span{}
	for _, m := range anyDate.FindAllStringIndex(s.s, -1) {
		from, to := s.at[m[0]], s.at[m[1]]
		if inWord(s.rune(from-1)) || inWord(s.rune(to)) {
			continue
		}
		if day, ok := readDate(s.s[m[0]:m[1]]); ok {
			out[day] = append(out[day], span{from, to})
		}
	}
	return out
}

func readDate(raw string) (string, bool) {
	if day, ok := text.Date(raw); ok {
		return day, true
	}
	words := strings.FieldsFunc(raw, func(r rune) bool { return r == ' ' || r == ',' || r == '.' || r == '-' || r == '/' })
	for i, w := range words {
		words[i] = ordinal.ReplaceAllString(w, "$1")
		if len(w) > 3 && w[0] >= 'a' {
			words[i] = w[:3]
		}
	}
	for _, layout := range []string{"Jan 2 2006", "2 Jan 2006", "1 2 2006", "2 1 2006"} {
		if t, err := time.Parse(layout, strings.Join(words, " ")); err == nil {
			return t.Format(time.DateOnly), true
		}
	}
	return "", false
}

const month = `(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)`

var (
	anyDate = regexp.MustCompile(`(?:(?:明治|大正|昭和|平成|令和|\b[mtshr])\s?)?(?:元|\d{1,4})[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?|\d{8}|` +
		month + `\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{1,2}(?:st|nd|rd|th)? ` + month + `\.?,? \d{4}|\d{1,2}/\d{1,2}/\d{4}`)
	ordinal    = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)$`)
	birthLabel = regexp.MustCompile(`生年月日|誕生日|出生|dob|d\.o\.b|date of birth|birth ?da(?:y|te)|\bborn\b`)
	bornAfter  = regexp.MustCompile(`^[\s)]{0,2}(?:生(?:まれ|[^産成存])|生$|誕生|出生|born)`)
)
