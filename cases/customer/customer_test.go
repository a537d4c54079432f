package customer_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"tasuke/cases/customer"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
)

const header = "顧客番号,氏名,氏名カナ,生年月日,電話番号,メール,住所,口座番号,口座開設日,区分,注意事項\n"

const sample = header +
	"C001,髙橋　花子,タカハシ　ハナコ,1980-01-02,090-1234-5678;03-1111-2222,hanako@example.jp,東京都千代田区1-1,1234567;7654321,2019-05-01,個人,VIP\n" +
	"C002,高橋 太郎,ﾀｶﾊｼ ﾀﾛｳ,昭和55年1月2日,080-9999-5678,,大阪市北区2-2,2345678,,個人,\n" +
	"C003,株式会社助証券,カ）タスケショウケン,,0312345678,info@tasuke.example.com,札幌市3-3,3456789,,法人,\n" +
	"C004,𠮷田 さくら,ヨシダ サクラ,1999-12-31,070-1234-0000,sakura@example.jp,,4567890,,個人,\n" +
	"C005,John Smith,ジョン スミス,1970-06-15,+81 90-5555-6666,,,5678901,,個人,\n"

var (
	desk   = actor.Actor{ID: "u1", Name: "受付", Kind: actor.Person, Roles: []actor.Role{actor.Operator}}
	pr     = actor.Actor{ID: "u2", Name: "広報", Kind: actor.Person, Roles: []actor.Role{actor.PR}}
	keeper = actor.System("import")
)

type fixture struct {
	*customer.Store
	d    *db.DB
	v    *vault.Vault
	t    *testing.T
	rows []customer.Rejected
}

func (f *fixture) load(text string) customer.Report {
	f.t.Helper()
	f.rows = nil
	rep, err := f.Import(f.t.Context(), keeper, strings.NewReader(text), customer.DefaultMapping(), customer.Options{
		Rejected: func(r customer.Rejected) error { f.rows = append(f.rows, r); return nil },
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return rep
}

func (f *fixture) find(fragment string) customer.Found {
	f.t.Helper()
	found, err := f.Find(f.t.Context(), desk, fragment, 20)
	if err != nil {
		f.t.Fatalf("%q: %v", fragment, err)
	}
	return found
}

func (f *fixture) refs(fragment string) string {
	f.t.Helper()
	var out []string
	for _, c := range f.find(fragment).Candidates {
		out = append(out, c.Ref)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func (f *fixture) id(ref string) (id string) {
	f.t.Helper()
	if err := f.d.View(f.t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		id, err = f.ByRef(ctx, tx, ref)
		return err
	}); err != nil {
		f.t.Fatal(err)
	}
	return id
}

func (f *fixture) count(query string) (n int) {
	f.t.Helper()
	if err := f.d.View(f.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query) }); err != nil {
		f.t.Fatal(err)
	}
	return n
}

func each(t *testing.T, tests map[string]func(*testing.T, *fixture)) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				v := vaulttest.New(t)
				test(t, &fixture{Store: customer.NewStore(d, v), d: d, v: v, t: t})
			})
		})
	}
}

func wantKey(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind {
		t.Fatalf("got %v, want %s %s", err, kind, key)
	}
	for _, k := range f.Fields {
		if k == key {
			return
		}
	}
	if f.Key != key {
		t.Fatalf("got %v %v, want %s", err, f.Fields, key)
	}
}

func TestPersonalData(t *testing.T) {
	t.Parallel()
	each(t, map[string]func(*testing.T, *fixture){
		"is revealed to nobody without the right": func(t *testing.T, f *fixture) {
			f.load(sample)
			_, err := f.Reveal(t.Context(), pr, f.id("C001"), "contact")
			wantKey(t, err, fault.Forbidden, "actor.denied")
			_, err = f.Find(t.Context(), pr, "タカハシ", 5)
			wantKey(t, err, fault.Forbidden, "actor.denied")
			_, err = f.Import(t.Context(), desk, strings.NewReader(sample), customer.DefaultMapping(), customer.Options{})
			wantKey(t, err, fault.Forbidden, "actor.denied")
			wantKey(t, f.Erase(t.Context(), desk, f.id("C001")), fault.Forbidden, "actor.denied")
		},
		"is revealed only for a purpose": func(t *testing.T, f *fixture) {
			f.load(sample)
			_, err := f.Reveal(t.Context(), desk, f.id("C001"), "")
			wantKey(t, err, fault.Invalid, "customer.purpose.required")
			_, err = f.Reveal(t.Context(), desk, f.id("C001"), "髙橋さんの件")
			wantKey(t, err, fault.Invalid, "customer.purpose.unknown")
			_, err = f.Reveal(t.Context(), desk, "nobody", "contact")
			wantKey(t, err, fault.NotFound, "customer.none")
			if n := f.count(`SELECT count(*) FROM audit_entry WHERE tree = 'access'`); n != 0 {
				t.Fatalf("%d access entries", n)
			}
		},
		"is revealed on record": func(t *testing.T, f *fixture) {
			f.load(sample)
			c, err := f.Reveal(t.Context(), desk, f.id("C001"), "identity_check")
			if err != nil {
				t.Fatal(err)
			}
			if c.Name != "髙橋　花子" || c.BirthDate != "1980-01-02" || len(c.Phones) != 2 || len(c.Accounts) != 2 ||
				c.Accounts[0].OpenedOn != "2019-05-01" || c.Accounts[1].Number != "7654321" || c.Address != "東京都千代田区1-1" || c.Flags[0] != "VIP" {
				t.Fatalf("%+v", c)
			}
			if n := f.count(`SELECT count(*) FROM audit_entry WHERE tree = 'access' AND action = 'customer.revealed' AND actor_id = 'u1' AND detail LIKE '%identity_check%'`); n != 1 {
				t.Fatalf("%d access entries", n)
			}
		},
		"stands nowhere in the database": func(t *testing.T, f *fixture) {
			f.load(sample)
			f.load(strings.Replace(sample, "090-1234-5678", "090-1234-9999", 1))
			for _, column := range []string{
				"name FROM customer", "kana FROM customer", "birth_date FROM customer", "phones FROM customer", "mail FROM customer",
				"address FROM customer", "flags FROM customer", "digest FROM customer", "account_no FROM customer_account",
				"account_blind FROM customer_account", "opened_on FROM customer_account", "contact FROM customer_past",
				"hash FROM customer_blind", "gram FROM customer_gram", "detail FROM audit_entry",
			} {
				var values [][]byte
				if err := f.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Select(ctx, &values, `SELECT `+column) }); err != nil {
					t.Fatal(err)
				}
				if len(values) == 0 {
					t.Errorf("nothing in %s", column)
				}
				for _, plain := range []string{"花子", "タカハシ", "1980-01-02", "1234-5678", "09012345678", "hanako", "千代田", "1234567", "2019-05"} {
					if bytes.Contains(bytes.Join(values, []byte{0}), []byte(plain)) {
						t.Errorf("%s in %s", plain, column)
					}
				}
			}
		},
		"is erased with its keys and search rows and does not come back": func(t *testing.T, f *fixture) {
			f.load(sample)
			f.load(strings.Replace(sample, "090-1234-5678", "090-1234-9999", 1))
			id := f.id("C001")
			for range 2 {
				if err := f.Erase(t.Context(), keeper, id); err != nil {
					t.Fatal(err)
				}
			}
			_, err := f.Reveal(t.Context(), desk, id, "contact")
			wantKey(t, err, fault.NotFound, "vault.erased")
			for _, fragment := range []string{"タカハシハナコ", "C001", "090-1234-5678", "hanako@example.jp", "1234567"} {
				if got := f.refs(fragment); strings.Contains(got, "C001") || strings.Contains(got, "erased") {
					t.Errorf("%s finds %s", fragment, got)
				}
			}
			no := `(SELECT no FROM customer WHERE erased_at IS NOT NULL)`
			if n := f.count(`SELECT (SELECT count(*) FROM customer_gram WHERE no IN ` + no + `) + (SELECT count(*) FROM customer_blind WHERE field <> 'erased_ref' AND no IN ` + no + `)
				+ (SELECT count(*) FROM customer_past) + (SELECT count(*) FROM customer_account WHERE customer_id IN (SELECT id FROM customer WHERE erased_at IS NOT NULL))`); n != 0 {
				t.Errorf("%d rows are left", n)
			}
			if rep := f.load(sample); rep.Rejected != 1 || rep.New != 0 || f.rows[0].Reason != "customer.reject.erased" {
				t.Errorf("%+v %v", rep, f.rows)
			}
			if err := f.d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				m, err := f.Masked(ctx, tx, []string{id, f.id("C002"), "nobody"})
				if err == nil && (len(m) != 2 || !m[id].Erased || m[f.id("C002")].MaskedName != "高＊＊") {
					t.Errorf("%+v", m)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		},
	})
}
