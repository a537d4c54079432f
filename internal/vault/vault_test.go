package vault_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
)

const anna = "customer:anna"

var place = vault.Place{Table: "customer", Column: "name", Row: "anna"}

func seal(t *testing.T, d *db.DB, v *vault.Vault, plain string) (b []byte) {
	t.Helper()
	if err := d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		b, err = v.SealText(ctx, tx, anna, place, plain)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return b
}

func open(t *testing.T, d *db.DB, v *vault.Vault, p vault.Place, b []byte) (s string, err error) {
	t.Helper()
	err = d.View(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		s, err = v.OpenText(ctx, tx, p, b)
		return err
	})
	return s, err
}

func erase(t *testing.T, d *db.DB, v *vault.Vault) {
	t.Helper()
	if err := d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { return v.Erase(ctx, tx, anna) }); err != nil {
		t.Fatal(err)
	}
}

func ring(t *testing.T) *vault.KeyRing {
	t.Helper()
	r, err := vault.NewKeyRing()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wantKey(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		t.Fatalf("got %v, want %s %s", err, kind, key)
	}
}

func TestSealedValues(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*testing.T, *db.DB, *vault.Vault){
		"a value moved to another row, column or table does not open": func(t *testing.T, d *db.DB, v *vault.Vault) {
			b := seal(t, d, v, "髙橋 花子")
			for _, p := range []vault.Place{{"customer", "name", "bert"}, {"customer", "kana", "anna"}, {"inquiry", "name", "anna"}} {
				_, err := open(t, d, v, p, b)
				wantKey(t, err, fault.Internal, "vault.unreadable")
			}
		},
		"a changed byte anywhere does not open": func(t *testing.T, d *db.DB, v *vault.Vault) {
			b := seal(t, d, v, "x")
			for i := range b {
				c := bytes.Clone(b)
				c[i] ^= 1
				if _, err := open(t, d, v, place, c); err == nil {
					t.Fatalf("byte %d", i)
				}
			}
			for n := 1; n < len(b); n++ {
				if _, err := open(t, d, v, place, b[:n]); err == nil {
					t.Fatalf("%d bytes", n)
				}
			}
		},
		"an erased subject opens nowhere, not from the cache, and gets no second key": func(t *testing.T, d *db.DB, v *vault.Vault) {
			b := seal(t, d, v, "髙橋 花子")
			if _, err := open(t, d, v, place, b); err != nil {
				t.Fatal(err)
			}
			erase(t, d, v)
			erase(t, d, v)
			_, err := open(t, d, v, place, b)
			wantKey(t, err, fault.NotFound, "vault.erased")
			err = d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := v.SealText(ctx, tx, anna, place, "again")
				return err
			})
			wantKey(t, err, fault.NotFound, "vault.erased")
		},
		"a reader on an older snapshot does not bring an erased key back": func(t *testing.T, d *db.DB, v *vault.Vault) {
			b := seal(t, d, v, "x")
			if err := d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				var n int // the snapshot begins with the first read
				if err := tx.Get(ctx, &n, `SELECT count(*) FROM vault_key`); err != nil {
					return err
				}
				erase(t, d, v)
				_, err := v.Open(ctx, tx, place, b)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			_, err := open(t, d, v, place, b)
			wantKey(t, err, fault.NotFound, "vault.erased")
		},
		"two seals of one value differ": func(t *testing.T, d *db.DB, v *vault.Vault) {
			if bytes.Equal(seal(t, d, v, "x"), seal(t, d, v, "x")) {
				t.Fatal("equal")
			}
		},
		"another firm's keys open nothing": func(t *testing.T, d *db.DB, v *vault.Vault) {
			b := seal(t, d, v, "x")
			_, err := open(t, d, vaulttest.New(t), place, b)
			wantKey(t, err, fault.Internal, "vault.unreadable")
		},
		"what was sealed opens at its place": func(t *testing.T, d *db.DB, v *vault.Vault) {
			for _, s := range []string{"", "𠮷田 花子", string(make([]byte, 5000))} {
				if got, err := open(t, d, v, place, seal(t, d, v, s)); err != nil || got != s {
					t.Fatalf("%q %v", got, err)
				}
			}
		},
		"many subjects get a key each": func(t *testing.T, d *db.DB, v *vault.Vault) {
			subjects := make([]string, 1203)
			for i := range subjects {
				subjects[i] = "customer:" + string(rune('一'+i))
			}
			if err := d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				if _, err := v.Key(ctx, tx, subjects[7]); err != nil {
					return err
				}
				ks, err := v.Keys(ctx, tx, append(subjects, subjects[0]))
				if err != nil || len(ks) != len(subjects) {
					t.Errorf("%d keys, %v", len(ks), err)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, d, vaulttest.New(t)) })
		})
	}
}

func TestAnotherNodeHearsOfAnErasureWithinHalfAMinute(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock, r := dbtest.Clock(d, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)), ring(t)
		here, there := vaulttest.Of(t, r), vaulttest.Of(t, r)
		b := seal(t, d, here, "x")
		clock.Add(time.Second)
		if _, err := open(t, d, there, place, b); err != nil {
			t.Fatal(err)
		}
		erase(t, d, here)
		clock.Add(31 * time.Second)
		_, err := open(t, d, there, place, b)
		wantKey(t, err, fault.NotFound, "vault.erased")
	})
}

func TestRewrapMovesKeysAndChangesNoSealedByte(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := ring(t)
		b := seal(t, d, vaulttest.Of(t, r), "髙橋")
		second := ring(t).Seal[0]
		both := vaulttest.Of(t, &vault.KeyRing{Index: r.Index, Seal: append(r.Seal[:1:1], second)})
		for _, want := range []int{1, 0} {
			if n, err := both.Rewrap(t.Context(), d); err != nil || n != want {
				t.Fatalf("%d keys, %v", n, err)
			}
		}
		if _, err := open(t, d, vaulttest.Of(t, r), place, b); err == nil {
			t.Fatal("the old key-encryption key still opens")
		}
		s, err := open(t, d, vaulttest.Of(t, &vault.KeyRing{Index: r.Index, Seal: []vault.KEK{second}}), place, b)
		if err != nil || s != "髙橋" {
			t.Fatal(s, err)
		}
	})
}

func TestAKeyWhoseTransactionWasRolledBackIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r, boom := ring(t), errors.New("boom")
		v := vaulttest.Of(t, r)
		err := d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for range 2 {
				if _, err := v.SealText(ctx, tx, anna, place, "x"); err != nil {
					return err
				}
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		b := seal(t, d, v, "y")
		if s, err := open(t, d, vaulttest.Of(t, r), place, b); err != nil || s != "y" {
			t.Fatalf("another node reads %q, %v", s, err)
		}
	})
}
