package customer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"tasuke/internal/fault"
	"tasuke/internal/text"
)

// Encoding is how the bytes of a file stand for characters.
type Encoding string

// The encodings. Auto is UTF-8 (with or without BOM) or CP932, whichever leaves fewer broken
// characters from the first one outside ASCII on; a broken byte here and there decides nothing.
const (
	Auto  Encoding = "auto"
	UTF8  Encoding = "utf-8"
	CP932 Encoding = "cp932"
)

// Headers are the names a column may have in the first line, compared without regard to width,
// case and spaces. In YAML one name or a list.
type Headers []string

// UnmarshalYAML reads one name or a list of names.
func (h *Headers) UnmarshalYAML(b []byte) error {
	var one string
	if err := yaml.Unmarshal(b, &one); err == nil {
		*h = Headers{one}
		return nil
	}
	var many []string
	if err := yaml.Unmarshal(b, &many); err != nil {
		return fmt.Errorf("a column needs a header or a list of headers: %w", err)
	}
	*h = many
	return nil
}

// Mapping says how a firm's file is laid out.
type Mapping struct {
	Encoding Encoding `yaml:"encoding"`
	// Comma separates columns, List separates several values in one column.
	Comma   string  `yaml:"comma"`
	List    string  `yaml:"list"`
	Columns Columns `yaml:"columns"`
}

// Columns names the header of each field. Ref is required, and Name or Kana.
type Columns struct {
	Ref       Headers `yaml:"ref"`
	Name      Headers `yaml:"name"`
	Kana      Headers `yaml:"kana"`
	BirthDate Headers `yaml:"birth_date"`
	Phone     Headers `yaml:"phone"`
	Mail      Headers `yaml:"mail"`
	Address   Headers `yaml:"address"`
	Account   Headers `yaml:"account"`
	OpenedOn  Headers `yaml:"opened_on"`
	Segment   Headers `yaml:"segment"`
	Flags     Headers `yaml:"flags"`
}

// DefaultMapping knows the usual Japanese and English headers.
func DefaultMapping() Mapping {
	return Mapping{Encoding: Auto, Comma: ",", List: ";", Columns: Columns{
		Ref:       Headers{"顧客番号", "顧客コード", "customer_no", "customer_id", "ref"},
		Name:      Headers{"氏名", "顧客名", "名前", "name"},
		Kana:      Headers{"氏名カナ", "カナ氏名", "フリガナ", "kana"},
		BirthDate: Headers{"生年月日", "birth_date", "date_of_birth"},
		Phone:     Headers{"電話番号", "電話", "phone", "phones"},
		Mail:      Headers{"メール", "メールアドレス", "mail", "email", "e-mail"},
		Address:   Headers{"住所", "address"},
		Account:   Headers{"口座番号", "account", "account_no", "accounts"},
		OpenedOn:  Headers{"口座開設日", "opened_on"},
		Segment:   Headers{"区分", "顧客区分", "segment"},
		Flags:     Headers{"注意事項", "フラグ", "flags"},
	}}
}

// ReadMapping reads a mapping file (YAML). What it does not name keeps its default; a name it
// does not know is fault.Invalid "customer.mapping.invalid".
func ReadMapping(b []byte) (Mapping, error) {
	m := DefaultMapping()
	if len(bytes.TrimSpace(b)) > 0 {
		if err := yaml.UnmarshalWithOptions(b, &m, yaml.DisallowUnknownField()); err != nil {
			return Mapping{}, fault.Wrap(fault.Invalid, "customer.mapping.invalid", nil, err)
		}
	}
	return m, m.check()
}

func (m Mapping) check() error {
	if !slices.Contains([]Encoding{Auto, UTF8, CP932}, m.Encoding) {
		return fault.New(fault.Invalid, "customer.mapping.encoding", nil)
	}
	comma := []rune(m.Comma)
	if len(comma) != 1 || m.List == "" || m.List == m.Comma || strings.ContainsAny(m.Comma+m.List, "\"\r\n\ufeff\ufffd\x00") {
		return fault.New(fault.Invalid, "customer.mapping.separator", nil)
	}
	return nil
}

// layout is the position of each field in a line, -1 where the file does not have it.
type layout struct {
	width                                                                             int
	ref, name, kana, birth, phone, mail, address, account, openedOn, segment, flagged int
}

// layout finds the columns in the first line. It fails with fault.Invalid
// "customer.import.header" when a required column is missing or two columns claim one field.
func (m Mapping) layout(first []string) (layout, error) {
	names := make([]string, len(first))
	for i, s := range first {
		names[i] = headerName(s)
	}
	var twice []string
	at := func(h Headers) int {
		found := -1
		for i, n := range names {
			if !slices.ContainsFunc(h, func(w string) bool { return headerName(w) == n }) {
				continue
			}
			if found >= 0 {
				twice = append(twice, strings.TrimSpace(first[i]))
			}
			found = i
		}
		return found
	}
	c := m.Columns
	l := layout{
		len(first), at(c.Ref), at(c.Name), at(c.Kana), at(c.BirthDate), at(c.Phone), at(c.Mail),
		at(c.Address), at(c.Account), at(c.OpenedOn), at(c.Segment), at(c.Flags),
	}
	switch {
	case len(twice) > 0:
		return l, headerFault("customer.import.header_twice", twice)
	case l.ref < 0:
		return l, headerFault("customer.import.header", c.Ref)
	case l.name < 0 && l.kana < 0:
		return l, headerFault("customer.import.header", append(slices.Clone(c.Name), c.Kana...))
	}
	return l, nil
}

func headerFault(key string, names []string) error {
	return fault.New(fault.Invalid, key, map[string]any{"Columns": strings.Join(names, ", ")})
}

func headerName(s string) string { return strings.Join(strings.Fields(text.Fold(s)), "") }
