package customer_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"

	"tasuke/cases/customer"
	"tasuke/internal/fault"
)

func TestImport(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *fixture){
		"a file that cannot be read is refused whole": func(t *testing.T, f *fixture) {
			for text, key := range map[string]string{
				"":                   "customer.import.empty",
				"\xff\xfea\x00b\x00": "customer.import.encoding",
				"氏名,氏名カナ\n":          "customer.import.header",
				"顧客番号,住所\n":          "customer.import.header",
				"顧客番号,氏名,顧客名\n":      "customer.import.header_twice",
				"顧客番号,\"氏名\nC1,山田\n": "customer.import.quote",
				"顧客番号,氏名\nC1,\"山田" + strings.Repeat("あ\n", 200_000): "customer.import.long_row",
			} {
				_, err := f.Import(t.Context(), keeper, strings.NewReader(text), customer.DefaultMapping(), customer.Options{})
				wantKey(t, err, fault.Invalid, key)
			}
			if n := f.count(`SELECT count(*) FROM customer`); n != 0 {
				t.Fatalf("%d customers", n)
			}
		},
		"wrong rows are rejected one by one with line and reason": func(t *testing.T, f *fixture) {
			rep := f.load("顧客番号,氏名,生年月日,電話番号,メール,口座番号,口座開設日\n" +
				"C1,山田,,,,,\n" +
				",山田,,,,,\n" +
				"C3,,,,,,\n" +
				"C4,山田,1980-02-30,,,,\n" +
				"C5,山田,,12,,,\n" +
				"C6,山田,,,nobody,,\n" +
				"C7,山田,,,,1,\n" +
				"C8,山田,,,,1234567,x\n" +
				"C9,山田,,,,,2019-01-01\n" +
				"C10,山田\n" +
				"C1,山本,,,,,\n" +
				"C12,山\xff田,,,,,\n" +
				"C13,山\"田,,,,,\n" +
				"C14," + strings.Repeat("山", 1001) + ",,,,,\n" +
				"C15,\"山\n田\",,,,,\n" +
				"erased:x,山田,,,,,\n")
			want := map[int]string{
				3: "no_ref", 4: "no_name", 5: "date", 6: "phone", 7: "mail", 8: "account", 9: "date", 10: "opened_on", 11: "width",
				12: "twice", 13: "encoding", 14: "quote", 15: "long", 18: "ref",
			}
			if rep.New != 2 || rep.Rejected != len(want) || rep.Rows != 16 {
				t.Errorf("%+v", rep)
			}
			for _, r := range f.rows {
				if r.Reason != "customer.reject."+want[r.Line] {
					t.Errorf("line %d: %s, want %s", r.Line, r.Reason, want[r.Line])
				}
			}
		},
		"the same file again changes nothing": func(t *testing.T, f *fixture) {
			if rep := f.load(sample); rep.New != 5 || rep.Rejected != 0 || rep.Encoding != customer.UTF8 {
				t.Fatalf("%+v %v", rep, f.rows)
			}
			before := f.count(`SELECT count(*) FROM customer_gram`)
			if rep := f.load(sample); rep.Unchanged != 5 || rep.New+rep.Changed != 0 {
				t.Fatalf("%+v", rep)
			}
			if n := f.count(`SELECT count(*) FROM customer_gram`); n != before || f.count(`SELECT max(rev) FROM customer`) != 1 {
				t.Fatalf("%d search rows, were %d", n, before)
			}
			if n := f.count(`SELECT count(*) FROM audit_entry WHERE action = 'customer.imported'`); n != 2 {
				t.Fatalf("%d audit entries", n)
			}
		},
		"changed contact data is kept as it was, with its moment": func(t *testing.T, f *fixture) {
			f.load(sample)
			if rep := f.load(strings.Replace(sample, "090-1234-5678", "090-0000-0000", 1)); rep.Changed != 1 || rep.Unchanged != 4 {
				t.Fatalf("%+v", rep)
			}
			c, err := f.Reveal(t.Context(), desk, f.id("C001"), "identity_check")
			if err != nil || c.Rev != 2 || c.Phones[0] != "090-0000-0000" || len(c.Past) != 1 || c.Past[0].Phones[0] != "090-1234-5678" || c.Past[0].Until == 0 {
				t.Fatalf("%+v %v", c, err)
			}
		},
		"search rows after a change are those of a fresh import": func(t *testing.T, f *fixture) {
			changed := strings.Replace(sample, "髙橋　花子,タカハシ　ハナコ", "渡邉 花子,ワタナベ ハナコ", 1)
			f.load(changed)
			want := f.count(`SELECT count(*) FROM customer_gram`)
			f.load(sample)
			f.load(changed)
			if n := f.count(`SELECT count(*) FROM customer_gram`); n != want {
				t.Fatalf("%d search rows, want %d", n, want)
			}
		},
		"CP932 with characters of the IBM extension is understood": func(t *testing.T, f *fixture) {
			text := "顧客番号,氏名\nC1,髙﨑 一郎①\n"
			b, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			rep, err := f.Import(t.Context(), keeper, bytes.NewReader(b), customer.DefaultMapping(), customer.Options{})
			if err != nil || rep.New != 1 || rep.Encoding != customer.CP932 || f.refs("高崎") != "C1" {
				t.Fatalf("%+v %v", rep, err)
			}
		},
		"one kanji is enough to tell CP932": func(t *testing.T, f *fixture) {
			if rep := f.load("ref,name\nC0001,\x8eR\n"); rep.Encoding != customer.CP932 || f.refs("山") != "C0001" {
				t.Fatalf("%+v", rep)
			}
		},
		"the first Japanese character may come late and stand across a window": func(t *testing.T, f *fixture) {
			var b strings.Builder
			b.WriteString("ref,name\n")
			for i := 0; b.Len() < 64<<10-3; i++ {
				fmt.Fprintf(&b, "A%05d,Smith\n", i)
			}
			b.WriteString("B1," + strings.Repeat("髙", 500) + "\nB0002,髙橋\n")
			if rep := f.load(b.String()); rep.Rejected != 0 || rep.Encoding != customer.UTF8 || f.refs("B0002") != "B0002" {
				t.Fatalf("%+v", rep)
			}
		},
		"a failure keeps the batches before it and nothing of its own, and the file can be given again": func(t *testing.T, f *fixture) {
			var b strings.Builder
			b.WriteString("ref,name\n")
			for i := range 25 {
				fmt.Fprintf(&b, "R%d,Smith\n", i)
			}
			text, boom := b.String(), errors.New("the disk is gone")
			broken := &failing{Reader: strings.NewReader(text), left: strings.Index(text, "R17"), err: boom}
			rep, err := f.Import(t.Context(), keeper, broken, customer.DefaultMapping(), customer.Options{Batch: 10})
			if !errors.Is(err, boom) || rep.New != 10 || f.count(`SELECT count(*) FROM customer`) != 10 {
				t.Fatalf("%+v %v", rep, err)
			}
			if rep := f.load(text); rep.New != 15 || rep.Unchanged != 10 {
				t.Fatalf("%+v", rep)
			}
		},
		"progress ends at the size of the file": func(t *testing.T, f *fixture) {
			var last, total int64
			if _, err := f.Import(t.Context(), keeper, strings.NewReader(sample), customer.DefaultMapping(), customer.Options{
				Batch: 2, Size: int64(len(sample)), Progress: func(d, n int64) { last, total = d, n },
			}); err != nil || last != total || total != int64(len(sample)) {
				t.Fatalf("%d of %d, %v", last, total, err)
			}
		},
	})
}

type failing struct {
	*strings.Reader
	left int
	err  error
}

func (f *failing) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, f.err
	}
	n, err := f.Reader.Read(p[:min(len(p), f.left)])
	f.left -= n
	return n, err
}

func TestMappingFiles(t *testing.T) {
	t.Parallel()
	for text, key := range map[string]string{
		"columns: {reff: x}":     "customer.mapping.invalid",
		"colums: {}":             "customer.mapping.invalid",
		"- a":                    "customer.mapping.invalid",
		"encoding: latin1":       "customer.mapping.encoding",
		"comma: ';;'":            "customer.mapping.separator",
		"comma: ';'":             "customer.mapping.separator",
		"list: ''":               "customer.mapping.separator",
		"comma: \"\\n\"":         "customer.mapping.separator",
		"columns: {ref: {a: b}}": "customer.mapping.invalid",
	} {
		_, err := customer.ReadMapping([]byte(text))
		wantKey(t, err, fault.Invalid, key)
	}
	m, err := customer.ReadMapping([]byte("encoding: cp932\ncomma: \"\\t\"\nlist: /\ncolumns:\n  ref: お客様番号\n  name: [姓名, 名義]\n"))
	if err != nil || m.Columns.Ref[0] != "お客様番号" || len(m.Columns.Name) != 2 || m.Columns.Kana == nil || m.Comma != "\t" {
		t.Fatalf("%+v %v", m, err)
	}
}
