package customer

import (
	"strings"
	"unicode/utf8"

	"tasuke/internal/text"
)

const (
	maxField  = 1000 // characters of one field
	maxRef    = 64
	maxValues = 20 // telephone numbers or accounts of one customer
)

// customer reads one row. reason is empty when the row is good; else it is the message key and
// column the field it is about.
func (l layout) customer(row []string, sep string) (c Customer, column, reason string) {
	if len(row) != l.width {
		return c, "", "customer.reject.width"
	}
	cell := func(i int) string {
		if i < 0 {
			return ""
		}
		return strings.TrimSpace(row[i])
	}
	c.Ref = foldRef(cell(l.ref))
	for _, s := range row {
		switch {
		case !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) || strings.ContainsRune(s, 0):
			return c, "", "customer.reject.encoding"
		case utf8.RuneCountInString(s) > maxField:
			return c, "", "customer.reject.long"
		}
	}
	c.Name, c.Kana, c.Mail = cell(l.name), cell(l.kana), cell(l.mail)
	c.Address, c.Segment = cell(l.address), cell(l.segment)
	c.Phones, c.Flags = split(cell(l.phone), sep), split(cell(l.flagged), sep)
	for _, n := range split(cell(l.account), sep) {
		c.Accounts = append(c.Accounts, Account{Number: n})
	}
	if column, reason = dates(&c, cell(l.birth), split(cell(l.openedOn), sep)); reason != "" {
		return c, column, reason
	}
	column, reason = c.check()
	return c, column, reason
}

// dates sets the birth date and the opening dates, which stand in the order of the accounts.
func dates(c *Customer, birth string, opened []string) (column, reason string) {
	ok := true
	if birth != "" {
		if c.BirthDate, ok = text.Date(birth); !ok {
			return byBirth, "customer.reject.date"
		}
	}
	if len(opened) > len(c.Accounts) {
		return "opened_on", "customer.reject.opened_on"
	}
	for i, o := range opened {
		if c.Accounts[i].OpenedOn, ok = text.Date(o); !ok {
			return "opened_on", "customer.reject.date"
		}
	}
	return "", ""
}

func (c Customer) check() (column, reason string) {
	switch {
	case c.Ref == "":
		return byRef, "customer.reject.no_ref"
	case utf8.RuneCountInString(c.Ref) > maxRef || strings.HasPrefix(c.Ref, erasedPrefix):
		return byRef, "customer.reject.ref"
	case text.Name(c.Name) == "" && text.Kana(c.Kana) == "":
		return byName, "customer.reject.no_name"
	case c.Mail != "" && !isMail(text.Mail(c.Mail)):
		return byMail, "customer.reject.mail"
	case len(c.Phones) > maxValues:
		return byPhone, "customer.reject.many"
	case len(c.Accounts) > maxValues:
		return byAccount, "customer.reject.many"
	}
	for _, p := range c.Phones {
		if n := len(text.Phone(p)); n < 6 || n > 15 {
			return byPhone, "customer.reject.phone"
		}
	}
	for _, a := range c.Accounts {
		if n := len(text.Account(a.Number)); n < 3 || n > 20 {
			return byAccount, "customer.reject.account"
		}
	}
	return "", ""
}

func isMail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && strings.Contains(domain, ".") && !strings.Contains(domain, "@")
}

// split cuts a cell into its values; empty ones are left out.
func split(s, sep string) (out []string) {
	for _, v := range strings.Split(s, sep) {
		if v = strings.Join(strings.Fields(v), " "); v != "" {
			out = append(out, v)
		}
	}
	return out
}
