package filing

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"tasuke/cases/incident"
	"tasuke/internal/db"
)

// Basis is a provision under which the report is made; one report may serve two of them when
// both are written on it (Q&A for financial institutions, 問Ⅳ-10 and 11).
type Basis string

// The bases.
const (
	BasisAPPI Basis = "appi_26_1"      // 個人情報保護法26条1項
	BasisFIBO Basis = "fibo_123_1_6s2" // 金融商品取引業等に関する内閣府令123条1項6号の2
)

// Bases lists every basis in the order of the form.
var Bases = []Basis{BasisAPPI, BasisFIBO}

// Reporter is who reports: the firm as its settings know it, until the form says otherwise.
type Reporter struct {
	Name           string `json:"name"`         // 商号
	Registration   string `json:"registration"` // 登録番号
	Address        string `json:"address"`
	Representative string `json:"representative"` // 代表者
	Section        string `json:"section"`        // 担当部署
	Person         string `json:"person"`         // 担当者
	Phone          string `json:"phone"`
	Mail           string `json:"mail"`
}

// Payload is what the form says. Its JSON form is what is sealed, hashed and approved.
type Payload struct {
	Facts     incident.FactContent `json:"facts"`
	Rule7     []string             `json:"rule7"` // items of APPI Enforcement Rules 7 that apply
	Bases     []Basis              `json:"bases"`
	Addressee string               `json:"addressee"`
	Reporter  Reporter             `json:"reporter"`
}

// The fields beside the items of the fact sheet, as forms and histories name them.
const (
	FieldAddressee = "addressee"
	FieldBases     = "bases"
	FieldRule7     = "rule7"
	FieldReporter  = "reporter"
)

// Digest identifies a payload: sha256 over its JSON form.
func (p Payload) Digest() string {
	b, err := json.Marshal(p)
	if err != nil { // texts, numbers and a map of them always have a JSON form
		panic(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Tidied is the payload without blanks around texts, its lists in the order of the form.
func (p Payload) Tidied() Payload {
	p.Facts = p.Facts.Tidied()
	p.Rule7 = chosen([]string{"1", "2", "3", "4"}, p.Rule7)
	p.Bases = chosen(Bases, p.Bases)
	p.Addressee = strings.TrimSpace(p.Addressee)
	for _, s := range p.Reporter.fields() {
		*s = strings.TrimSpace(*s)
	}
	return p
}

func (r *Reporter) fields() []*string {
	return []*string{&r.Name, &r.Registration, &r.Address, &r.Representative, &r.Section, &r.Person, &r.Phone, &r.Mail}
}

func chosen[T comparable](all, want []T) []T {
	out := []T{}
	for _, v := range all {
		if slices.Contains(want, v) {
			out = append(out, v)
		}
	}
	return out
}

// Blank lists what the form lacks: items that are neither stated nor marked, and who reports to
// whom under which provision.
func (p Payload) Blank() Items {
	out := factItems(p.Facts.Blank())
	if p.Addressee == "" {
		out = append(out, FieldAddressee)
	}
	if !slices.Contains(p.Bases, BasisAPPI) {
		out = append(out, FieldBases)
	}
	if p.Reporter.Name == "" || p.Reporter.Phone == "" {
		out = append(out, FieldReporter)
	}
	return out
}

// Differ lists what two payloads tell otherwise, in the order of the form.
func Differ(a, b Payload) Items {
	a, b = a.Tidied(), b.Tidied()
	out := factItems(incident.FactDiff(a.Facts, b.Facts))
	for _, f := range []struct {
		name   string
		differ bool
	}{
		{FieldAddressee, a.Addressee != b.Addressee},
		{FieldReporter, a.Reporter != b.Reporter},
		{FieldBases, !slices.Equal(a.Bases, b.Bases)},
		{FieldRule7, !slices.Equal(a.Rule7, b.Rule7)},
	} {
		if f.differ {
			out = append(out, f.name)
		}
	}
	return out
}

// Forward copies the items into p that the fact sheet tells otherwise than the one p was taken
// from; wording that a person gave the other items stays.
func (p Payload) Forward(base, now incident.FactContent) Payload {
	p.Facts = p.Facts.Tidied()
	for _, k := range incident.FactDiff(base, now) {
		p.Facts.Items[k] = now.Items[k]
		switch k {
		case incident.FactDiscovered:
			p.Facts.Discovered = now.Discovered
		case incident.FactOccurred:
			p.Facts.OccurredFrom, p.Facts.OccurredTo = now.OccurredFrom, now.OccurredTo
		case incident.FactEntrusted:
			p.Facts.Entrusted = now.Entrusted
		case incident.FactPersons:
			p.Facts.Persons, p.Facts.PersonsAsOf = now.Persons, now.PersonsAsOf
		}
	}
	return p
}

const maxLine = 200 // characters of a one-line field

// Problems gives field -> message key for everything that is wrong at once. A draft may be
// incomplete: it only may not be handed over.
func (p Payload) Problems(now db.Instant) map[string]string {
	bad := p.Facts.Problems(now)
	for field, s := range map[string]string{
		"addressee": p.Addressee, "reporter_name": p.Reporter.Name, "reporter_registration": p.Reporter.Registration,
		"reporter_address": p.Reporter.Address, "reporter_representative": p.Reporter.Representative,
		"reporter_section": p.Reporter.Section, "reporter_person": p.Reporter.Person,
		"reporter_phone": p.Reporter.Phone, "reporter_mail": p.Reporter.Mail,
	} {
		if utf8.RuneCountInString(s) > maxLine {
			bad[field] = "form.too_long"
		}
	}
	return bad
}
