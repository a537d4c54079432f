// Package contacts is the directory of desks (連絡先台帳): whom the firm calls and writes to at
// banks, the police, authorities and ISAC, when they answer, and how fresh that is. Desks are
// offices, not people: an entry holds no name of a person.
package contacts

import (
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/text"
)

// Kind is what sort of office a desk belongs to.
type Kind string

// The kinds. The database repeats the list in a CHECK.
const (
	Bank      Kind = "bank"      // 金融機関
	Police    Kind = "police"    // 警察
	Authority Kind = "authority" // 監督官庁・自主規制機関
	ISAC      Kind = "isac"      // 金融ISAC等
	Other     Kind = "other"     // その他
)

// Kinds lists every kind in the order screens show them.
var Kinds = []Kind{Bank, Police, Authority, ISAC, Other}

// StaleAfter is how long a verification holds: after 180 days an entry is shown as not verified
// (a house proposal).
const StaleAfter = 180 * 24 * time.Hour

// Details is what people state about a desk.
type Details struct {
	Kind     Kind   `db:"kind"`
	Name     string `db:"name"`
	BankCode string `db:"bank_code"` // 金融機関コード: four digits of a bank, empty for others
	Section  string `db:"section"`   // 部署・窓口
	Phone    string `db:"phone"`
	Mail     string `db:"mail"`
	Hours    string `db:"hours"` // 受付時間, as the office states it
	Note     string `db:"note"`
	Retired  bool   `db:"retired"` // no longer in use: kept, and offered to nobody
}

// Desk is one office that can be reached.
type Desk struct {
	ID string `db:"id"`
	Details
	VerifiedAt     db.Instant `db:"verified_at"` // zero while nobody has made sure of it
	VerifiedBy     string     `db:"verified_by"` // account id
	VerifiedByName string     `db:"verified_by_name"`
	// Changed is who last stated which office this is and how it is reached. Hours and notes, and
	// whether it is in use, are in the audit trail only.
	ChangedAt     db.Instant `db:"changed_at"`
	ChangedBy     string     `db:"changed_by"`
	ChangedByName string     `db:"changed_by_name"`
	Rev           int64      `db:"rev"`
}

// MayVerify says whether by may be the second pair of eyes on the entry: letters go to the address
// that stands here, so nobody makes sure of what they stated themselves (operations.md 2.2, 4-eyes).
func (d Desk) MayVerify(by actor.Actor) bool { return actor.FourEyes(d.ChangedBy, by) == nil }

// Stale reports whether an entry must not be relied on as it is: never verified, changed since,
// or verified more than 180 days ago.
func (d Desk) Stale(now db.Instant) bool {
	return d.VerifiedAt.IsZero() || now.Sub(d.VerifiedAt) > StaleAfter
}

// tidied brings what can be written in several ways into one form.
func (d Details) tidied() Details {
	for _, s := range []*string{&d.Name, &d.Section, &d.Hours, &d.Note} {
		*s = strings.TrimSpace(*s)
	}
	for _, s := range []*string{&d.Phone, &d.Mail, &d.BankCode} {
		*s = strings.TrimSpace(dashes.Replace(norm.NFKC.String(*s)))
	}
	return d
}

// dashes are what people type between the parts of a telephone number.
var dashes = strings.NewReplacer("‐", "-", "‑", "-", "–", "-", "—", "-", "―", "-", "−", "-", "ー", "-")

var (
	bankCode = regexp.MustCompile(`^[0-9]{4}$`)
	// phone is a number with an extension (内線), or a short one such as #9110.
	phone = regexp.MustCompile(`^(\+?[0-9(][0-9() -]{1,22}[0-9]( ?(内線|ext\.?) ?[0-9]{1,6})?|#[0-9]{4})$`)
)

// problems gives field -> message key for everything that is wrong at once.
func (d Details) problems() map[string]string {
	bad := map[string]string{}
	if !known(d.Kind) {
		bad["kind"] = "form.choice"
	}
	length(bad, "name", d.Name, 1, 120)
	length(bad, "section", d.Section, 0, 120)
	length(bad, "hours", d.Hours, 0, 200)
	length(bad, "note", d.Note, 0, 2000)
	switch {
	case d.Kind == Bank && !bankCode.MatchString(d.BankCode):
		bad["bank_code"] = "directory.bank_code"
	case d.Kind != Bank && d.BankCode != "":
		bad["bank_code"] = "directory.bank_code_other"
	}
	switch {
	case d.Phone == "" && d.Mail == "":
		bad["phone"] = "directory.no_way"
	case d.Phone != "" && (!phone.MatchString(d.Phone) || digits(d.Phone) > 21 || digits(d.Phone) < 3):
		bad["phone"] = "directory.phone"
	}
	if d.Mail != "" && !address(d.Mail) {
		bad["mail"] = "directory.mail"
	}
	return bad
}

func known(k Kind) bool { return slices.Contains(Kinds, k) }

func length(bad map[string]string, field, s string, least, most int) {
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		bad[field] = "form.required"
	case n > most:
		bad[field] = "form.too_long"
	}
}

func digits(s string) int {
	return strings.Count(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return 'd'
		}
		return ' '
	}, s), "d")
}

// address reports whether s is a bare mail address that can be written to from a letter: no shown
// name, no list, ASCII, and a domain with a dot.
func address(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	return strings.Contains(strings.Trim(domain, "."), ".") && !strings.ContainsAny(s, `"[]`)
}

// sameOffice reports whether two states of an entry lead to the same office; who verified one has
// verified the other.
func (d Details) sameOffice(e Details) bool {
	return d.Kind == e.Kind && d.Name == e.Name && d.BankCode == e.BankCode && d.Section == e.Section && d.Phone == e.Phone && d.Mail == e.Mail
}

// changed names the fields that differ, for the audit trail; it tells no values.
func (d Details) changed(e Details) (fields []string) {
	for _, f := range []struct {
		name   string
		differ bool
	}{
		{"kind", d.Kind != e.Kind}, {"name", d.Name != e.Name}, {"bank_code", d.BankCode != e.BankCode}, {"section", d.Section != e.Section},
		{"phone", d.Phone != e.Phone}, {"mail", d.Mail != e.Mail}, {"hours", d.Hours != e.Hours}, {"note", d.Note != e.Note}, {"retired", d.Retired != e.Retired},
	} {
		if f.differ {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// sort is the place of a desk in the list: kind, bank code, name and section. No two desks have
// the same.
func (d Details) sort() string {
	return strings.Join([]string{string(rune('0' + slices.Index(Kinds, d.Kind))), d.BankCode, text.Fold(d.Name), text.Fold(d.Section)}, "|")
}

// search is what a fragment is looked for in.
func (d Details) search() string {
	return text.Fold(strings.Join([]string{d.Name, d.Section, d.BankCode, d.Phone, text.Phone(d.Phone), d.Mail, d.Hours, d.Note}, "\n"))
}
