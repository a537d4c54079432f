package customer

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"tasuke/internal/fault"
)

func FuzzACustomerFileIsReadOrRefused(f *testing.F) {
	f.Add([]byte("顧客番号,氏名\nC1,山田\n"), []byte(""))
	f.Add([]byte("\xef\xbb\xbf顧客番号;氏名\nC1;\"山\n田\"\n"), []byte("comma: ;\nlist: /"))
	f.Add([]byte("\x8c\xda\x8bq\x94\xd4\x8d\x86,name\nC1,\x8eR\n"), []byte("encoding: cp932"))
	f.Add([]byte("ref,name,phone,account,birth_date\n1,\"a\"b,0,0,0\n"), []byte("columns: {ref: [ref]}"))
	f.Fuzz(func(t *testing.T, file, mapping []byte) {
		m, err := ReadMapping(mapping)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("mapping: %v", err)
			}
			return
		}
		r, err := newReader(bytes.NewReader(file), m)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatalf("header: %v", err)
			}
			return
		}
		for last := 0; ; {
			c, bad, line, err := r.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				if fault.KindOf(err) != fault.Invalid {
					t.Fatalf("row: %v", err)
				}
				return
			}
			if line <= last {
				t.Fatalf("line %d after %d", line, last)
			}
			last = line
			if bad == nil && (c.Ref == "" || c.Name == "" && c.Kana == "") {
				t.Fatalf("line %d: %+v", line, c)
			}
		}
	})
}

func FuzzAFragmentIsUnderstoodOrRefused(f *testing.F) {
	for _, s := range []string{"", "*", "090*", "*5678", "タカハシ ハナコ", "a@b", "@", "1980-01-02", "+81", "髙", "^$"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		terms, err := parse(s)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		for _, term := range terms {
			if len(term) == 0 {
				t.Fatalf("%q has an empty term", s)
			}
		}
		wholes(terms)
		match(terms, Customer{Name: s, Kana: s, Ref: s})
	})
}
