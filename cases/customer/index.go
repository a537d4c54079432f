package customer

import (
	"encoding/json"
	"strconv"

	"tasuke/internal/text"
	"tasuke/internal/vault"
)

// The searchable fields. The names are part of the derived keys: never rename one.
const (
	byName    = "name"
	byKana    = "kana"
	byBirth   = "birth_date"
	byPhone   = "phone"
	byMail    = "mail"
	byAccount = "account"
	byRef     = "ref"
	// erasedRef marks the number of an erased customer, so that an import does not bring
	// the customer back.
	erasedRef = "erased_ref"
)

// head and tail stand for the ends of a value in its grams, so that a fragment can ask for them.
const head, tail = "^", "$"

// values gives the folded values of a field. What cannot be folded to anything is left out.
func values(c Customer, field string) (out []string) {
	add := func(s string) {
		if s != "" {
			out = append(out, s)
		}
	}
	switch field {
	case byName:
		add(text.Name(c.Name))
	case byKana:
		add(text.Kana(c.Kana))
	case byBirth:
		add(c.BirthDate)
	case byMail:
		add(text.Mail(c.Mail))
	case byRef:
		add(c.Ref)
	case byPhone:
		for _, p := range c.Phones {
			add(text.Phone(p))
		}
	case byAccount:
		for _, a := range c.Accounts {
			add(text.Account(a.Number))
		}
	}
	return out
}

// gramSize is the length of the runs of a field; 0 where only whole values are found.
func gramSize(field string) int {
	switch field {
	case byName, byKana:
		return 2
	case byPhone, byAccount:
		return 3
	}
	return 0
}

// whole gives a value with the marks of its ends. Names are searched from the front only, so
// they have no mark at their end.
func whole(field, value string) string {
	if gramSize(field) == 2 {
		return head + value
	}
	return head + value + tail
}

// index is everything the search tables hold of one customer.
type index struct {
	blinds []blind
	grams  [][]byte
}

type blind struct {
	field string
	hash  []byte
}

func indexOf(v *vault.Vault, c Customer) (x index) {
	seen := map[string]bool{}
	for _, f := range []string{byName, byKana, byBirth, byPhone, byMail, byAccount} {
		for _, val := range values(c, f) {
			h := v.Blind("customer."+f, val)
			if !seen[f+string(h)] {
				seen[f+string(h)] = true
				x.blinds = append(x.blinds, blind{f, h})
			}
			if gramSize(f) == 0 {
				continue
			}
			for _, g := range v.Grams("customer."+f, whole(f, val), gramSize(f)) {
				if !seen[string(g)] {
					seen[string(g)] = true
					x.grams = append(x.grams, g)
				}
			}
		}
	}
	return x
}

// digest is equal for two imports of the same data, and another one when the folding changed, so
// that the customer is indexed again.
func digest(v *vault.Vault, c Customer) []byte {
	c.ID, c.ImportedAt, c.Rev, c.Past = "", 0, 0, nil
	b, err := json.Marshal(c)
	if err != nil {
		panic("customer: a struct of strings has no JSON form: " + err.Error())
	}
	return v.Blind("customer.digest", strconv.Itoa(text.Version)+string(b))
}
