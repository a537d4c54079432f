package contacts

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/internal/db"
)

func good() Details {
	return Details{Kind: Bank, Name: "みずほ銀行", BankCode: "0001", Section: "事務統括部 不正利用対応", Phone: "03-1234-5678", Mail: "fraud@example.co.jp", Hours: "平日 9:00-17:00"}
}

func TestWhatIsWrongWithADeskIsNamedByField(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spoil func(*Details)
		want  map[string]string
	}{
		"nothing":                          {func(*Details) {}, map[string]string{}},
		"a kind nobody knows":              {func(d *Details) { d.Kind, d.BankCode = "shop", "" }, map[string]string{"kind": "form.choice"}},
		"no name":                          {func(d *Details) { d.Name = "　" }, map[string]string{"name": "form.required"}},
		"a name without an end":            {func(d *Details) { d.Name = strings.Repeat("銀", 121) }, map[string]string{"name": "form.too_long"}},
		"a bank without its code":          {func(d *Details) { d.BankCode = "" }, map[string]string{"bank_code": "directory.bank_code"}},
		"a code of three digits":           {func(d *Details) { d.BankCode = "001" }, map[string]string{"bank_code": "directory.bank_code"}},
		"a code of letters":                {func(d *Details) { d.BankCode = "00O1" }, map[string]string{"bank_code": "directory.bank_code"}},
		"a police station with a code":     {func(d *Details) { d.Kind = Police }, map[string]string{"bank_code": "directory.bank_code_other"}},
		"no way to reach it":               {func(d *Details) { d.Phone, d.Mail = "", "" }, map[string]string{"phone": "directory.no_way"}},
		"a telephone number of words":      {func(d *Details) { d.Phone = "代表まで" }, map[string]string{"phone": "directory.phone"}},
		"a telephone number of two digits": {func(d *Details) { d.Phone = "1-2" }, map[string]string{"phone": "directory.phone"}},
		"two telephone numbers":            {func(d *Details) { d.Phone = "03-1234-5678, 03-1234-5679" }, map[string]string{"phone": "directory.phone"}},
		"a mail address with a name":       {func(d *Details) { d.Mail = "窓口 <fraud@example.co.jp>" }, map[string]string{"mail": "directory.mail"}},
		"two mail addresses":               {func(d *Details) { d.Mail = "a@example.jp,b@example.jp" }, map[string]string{"mail": "directory.mail"}},
		"a mail address without a domain":  {func(d *Details) { d.Mail = "fraud@localhost" }, map[string]string{"mail": "directory.mail"}},
		"a mail address with a line end":   {func(d *Details) { d.Mail = "a@example.jp\r\nBcc: x@example.jp" }, map[string]string{"mail": "directory.mail"}},
		"everything at once": {func(d *Details) { d.Name, d.BankCode, d.Phone, d.Mail = "", "x", "x", "x" },
			map[string]string{"name": "form.required", "bank_code": "directory.bank_code", "phone": "directory.phone", "mail": "directory.mail"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := good()
			test.spoil(&d)
			if got := d.tidied().problems(); !maps.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestNumbersAreTakenAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"０３－１２３４－５６７８", "03 1234 5678", "03‐1234‐5678", "(03)1234-5678", "+81 3 1234 5678", "0120-123-456", "#9110", "110",
		"03-1234-5678 内線 123", "03-1234-5678 ext. 12"} {
		d := good()
		d.Phone, d.BankCode = in, "０００１"
		if d = d.tidied(); len(d.problems()) > 0 || d.BankCode != "0001" {
			t.Errorf("%q: %v", in, d.problems())
		}
	}
}

func TestAVerificationHolds180Days(t *testing.T) {
	t.Parallel()
	now := db.At(time.Date(2026, 11, 4, 0, 0, 0, 0, time.UTC))
	for at, want := range map[db.Instant]bool{0: true, now: false, now.Add(-180 * 24 * time.Hour): false, now.Add(-180*24*time.Hour - time.Second): true} {
		if got := (Desk{VerifiedAt: at}).Stale(now); got != want {
			t.Errorf("verified %s ago: %v", now.Sub(at), got)
		}
	}
}

func TestFieldsThatDifferAreNamed(t *testing.T) {
	t.Parallel()
	a, b := good(), good()
	b.Phone, b.Hours = "03-0000-0000", ""
	if got := a.changed(b); !slices.Equal(got, []string{"phone", "hours"}) {
		t.Error(got)
	}
	if a.changed(a) != nil {
		t.Error("a desk differs from itself")
	}
}
