package signin

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

func TestNobodyLearnsWhichNamesExist(t *testing.T) {
	each(t, map[string]func(*testing.T, *kit){
		"unknown, wrong, disabled, without a password and impossible get one answer for one hash": func(t *testing.T, k *kit) {
			k.person("yamada")
			gone := k.person("sato")
			_, err := k.Disable(t.Context(), root, gone.ID, gone.Rev)
			k.must(err)
			k.invited("suzuki")
			for _, c := range []struct{ login, password string }{
				{"nobody", goodPassword}, {"yamada", "not the password"}, {"sato", goodPassword}, {"suzuki", goodPassword},
				{"suzuki", ""}, {"yamada", strings.Repeat("あ", 200)}, {"yamada", "\xff\xfe not text at all"}, {"ya\x00mada", goodPassword}, {"", ""},
			} {
				before := k.hashes.Load()
				refused(t, k.in(c.login, c.password), fault.Unauthorized, "signin.wrong")
				if n := k.hashes.Load() - before; n != 1 {
					t.Errorf("%q: %d hashes", c.login, n)
				}
			}
			if n := k.recorded("signin.failed"); n != 9 {
				t.Errorf("%d failures on record", n)
			}
		},
		"a name that does not exist has to wait like one that does": func(t *testing.T, k *kit) {
			k.person("yamada")
			for _, login := range []string{"yamada", "nobody"} {
				for range 5 {
					refused(t, k.in(login, "wrong password"), fault.Unauthorized, "signin.wrong")
				}
				before := k.hashes.Load()
				f := refused(t, k.in(login, goodPassword), fault.TooMany, "signin.wait")
				if f.Args["Seconds"] != int64(1) || k.hashes.Load() != before {
					t.Errorf("%s: %v, %d hashes", login, f.Args, k.hashes.Load()-before)
				}
			}
		},
		"the name that was typed is not kept": func(t *testing.T, k *kit) {
			_ = k.in("my secret passphrase", "")
			if n := k.count(`SELECT count(*) FROM audit_entry WHERE action = 'signin.failed' AND object_id = 'unknown' AND detail NOT LIKE '%secret%'`); n != 1 {
				t.Fatalf("%d entries", n)
			}
		},
	})
}

func TestGuessingGetsSlower(t *testing.T) {
	each(t, map[string]func(*testing.T, *kit){
		"the wait doubles up to a quarter of an hour": func(t *testing.T, k *kit) {
			k.person("yamada")
			for range 4 {
				refused(t, k.in("yamada", "x"), fault.Unauthorized, "signin.wrong")
			}
			for _, want := range []int64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900} {
				refused(t, k.in("yamada", "x"), fault.Unauthorized, "signin.wrong")
				f := refused(t, k.in("yamada", goodPassword), fault.TooMany, "signin.wait")
				if f.Args["Seconds"] != want {
					t.Fatalf("got %v, want %d", f.Args, want)
				}
				k.clock.Add(time.Duration(want)*second - time.Microsecond)
				refused(t, k.in("yamada", "x"), fault.TooMany, "signin.wait")
				k.clock.Add(time.Microsecond)
			}
			k.must(k.in("yamada", goodPassword))
		},
		"spaces, width and case of the name make no second set of guesses": func(t *testing.T, k *kit) {
			k.person("yamada")
			for _, login := range []string{"yamada", " YAMADA", "ｙａｍａｄａ", "Yamada ", "yamada"} {
				refused(t, k.in(login, "x"), fault.Unauthorized, "signin.wrong")
			}
			refused(t, k.in("ＹＡＭＡＤＡ", goodPassword), fault.TooMany, "signin.wait")
		},
		"an address that tries many names has to wait": func(t *testing.T, k *kit) {
			for i := range 20 {
				refused(t, k.in("name"+string(rune('a'+i)), "x"), fault.Unauthorized, "signin.wrong")
			}
			refused(t, k.in("another", "x"), fault.TooMany, "signin.wait")
			_, err := k.SignIn(t.Context(), "another", "x", "198.51.100.7")
			refused(t, err, fault.Unauthorized, "signin.wrong")
		},
		"an account of one's own does not wipe an address's failures out": func(t *testing.T, k *kit) {
			k.person("mine")
			for i := range 19 {
				refused(t, k.in("name"+string(rune('a'+i)), "x"), fault.Unauthorized, "signin.wrong")
				k.must(k.in("mine", goodPassword))
				k.clock.Add(second)
			}
			refused(t, k.in("one more", "x"), fault.Unauthorized, "signin.wrong")
			refused(t, k.in("mine", goodPassword), fault.TooMany, "signin.wait")
		},
		"signing in clears the failures of the name": func(t *testing.T, k *kit) {
			k.person("yamada")
			for range 3 {
				for range 4 {
					refused(t, k.in("yamada", "x"), fault.Unauthorized, "signin.wrong")
				}
				k.must(k.in("yamada", goodPassword))
			}
		},
		"failures are forgotten after a day without one": func(t *testing.T, k *kit) {
			for range 5 {
				refused(t, k.in("nobody", "x"), fault.Unauthorized, "signin.wrong")
			}
			k.clock.Add(24*time.Hour + second)
			for range 5 {
				refused(t, k.in("nobody", "x"), fault.Unauthorized, "signin.wrong")
			}
		},
		"of two guesses at once the one after the brake went on is not looked at": func(t *testing.T, k *kit) {
			k.person("yamada")
			for range 4 {
				refused(t, k.in("yamada", "x"), fault.Unauthorized, "signin.wrong")
			}
			before := k.hashes.Load()
			err1, err2 := k.meanwhile(byAccount("yamada").charge, func() error { return k.in("yamada", goodPassword) })
			k.must(err1)
			refused(t, err2, fault.TooMany, "signin.wait")
			if n := k.hashes.Load(); n != before {
				t.Fatalf("%d hashes", n-before)
			}
		},
		"another node and a restart remember": func(t *testing.T, k *kit) {
			for range 5 {
				refused(t, k.in("nobody", "x"), fault.Unauthorized, "signin.wrong")
			}
			_, err := New(k.d, Options{}).SignIn(t.Context(), "nobody", "x", "198.51.100.7")
			refused(t, err, fault.TooMany, "signin.wait")
		},
	})
}

func TestSigningIn(t *testing.T) {
	each(t, map[string]func(*testing.T, *kit){
		"an account disabled while its password is computed stays out": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			k.onHash = func() {
				_, err := k.Disable(t.Context(), root, a.ID, a.Rev)
				k.must(err)
			}
			refused(t, k.in("yamada", goodPassword), fault.Unauthorized, "signin.wrong")
		},
		"a password changed while the old one is computed keeps the old one out": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			k.onHash = func() {
				_, err := k.ChangePassword(t.Context(), a.Actor(), goodPassword, "another good one, long")
				k.must(err)
			}
			refused(t, k.in("yamada", goodPassword), fault.Unauthorized, "signin.wrong")
		},
		"a damaged hash is an error of ours, not a wrong password": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			k.must(k.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE account SET password_hash = 'damaged' WHERE id = ?`, a.ID)
				return err
			}))
			if err := k.in("yamada", goodPassword); fault.KindOf(err) != fault.Internal {
				t.Fatalf("got %v", err)
			}
		},
		"nobody waits for ever for a password check": func(t *testing.T, k *kit) {
			for range cap(k.hasher.slots) {
				leave, err := k.hasher.enter(t.Context())
				k.must(err)
				defer leave()
			}
			ctx, giveUp := context.WithCancel(t.Context())
			giveUp()
			if _, err := k.hasher.enter(ctx); !errors.Is(err, context.Canceled) {
				t.Fatalf("got %v", err)
			}
		},
		"any width, case and composition of what was chosen is right": func(t *testing.T, k *kit) {
			k.person("yamada")
			if err := k.in("ＹＡＭＡＤＡ", "青い自転車と三つの鍵　ｘ"); err != nil {
				t.Fatal(err)
			}
			if k.recorded("signin.entered") != 1 {
				t.Fatal("not recorded")
			}
		},
		"a password hashed with older parameters is hashed again, once": func(t *testing.T, k *kit) {
			k.person("yamada")
			k.hasher.params = Params{2, 128, 1}
			for _, want := range []int64{2, 1} {
				before := k.hashes.Load()
				k.must(k.in("yamada", goodPassword))
				if n := k.hashes.Load() - before; n != want {
					t.Fatalf("%d hashes, want %d", n, want)
				}
			}
			if n := k.count(`SELECT count(*) FROM account WHERE password_hash LIKE '%m=128,t=2,p=1$%'`); n != 1 {
				t.Fatal("not hashed again")
			}
		},
		"a password that today's rules refuse has to be changed": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			k.must(k.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `UPDATE account SET password_hash = ? WHERE id = ?`, k.hasher.hash("short"), a.ID)
				return err
			}))
			a, err := k.SignIn(t.Context(), "yamada", "short", "192.0.2.1")
			if err != nil || !a.MustChange {
				t.Fatalf("%+v, %v", a, err)
			}
			a, err = k.ChangePassword(t.Context(), a.Actor(), "short", goodPassword)
			if err != nil || a.MustChange {
				t.Fatalf("%+v, %v", a, err)
			}
		},
	})
}

func TestASession(t *testing.T) {
	each(t, map[string]func(*testing.T, *kit){
		"after signing out everywhere is refused": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			k.must(k.SignOutEverywhere(t.Context(), a.Actor(), a.ID))
			_, err := k.Authenticate(t.Context(), a.ID, a.SessionEpoch)
			refused(t, err, fault.Unauthorized, "signin.again")
		},
		"of a disabled account is refused at once, and still after it is enabled": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			now, err := k.Disable(t.Context(), root, a.ID, a.Rev)
			k.must(err)
			_, err = k.Authenticate(t.Context(), a.ID, now.SessionEpoch)
			refused(t, err, fault.Unauthorized, "signin.again")
			_, err = k.Enable(t.Context(), root, a.ID, now.Rev)
			k.must(err)
			_, err = k.Authenticate(t.Context(), a.ID, a.SessionEpoch)
			refused(t, err, fault.Unauthorized, "signin.again")
		},
		"of nobody is refused": func(t *testing.T, k *kit) {
			for _, id := range []string{"", "x", "\x00", "0190a3c4-0000-7000-8000-000000000000"} {
				_, err := k.Authenticate(t.Context(), id, 1)
				refused(t, err, fault.Unauthorized, "signin.again")
			}
		},
		"of another cannot be ended without the right to": func(t *testing.T, k *kit) {
			a, b := k.person("yamada"), k.person("sato")
			refused(t, k.SignOutEverywhere(t.Context(), b.Actor(), a.ID), fault.Forbidden, "actor.denied")
		},
		"begun before a change of password is refused, the new epoch is good": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			now, err := k.ChangePassword(t.Context(), a.Actor(), goodPassword, "another good one, long")
			k.must(err)
			_, err = k.Authenticate(t.Context(), a.ID, a.SessionEpoch)
			refused(t, err, fault.Unauthorized, "signin.again")
			who, err := k.Authenticate(t.Context(), a.ID, now.SessionEpoch)
			if err != nil || who.ID != a.ID || !who.Has(actor.Operator) || who.Kind != actor.Person {
				t.Fatalf("%+v, %v", who, err)
			}
		},
		"sees new roles at its next request": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			_, err := k.SetRoles(t.Context(), root, a.ID, a.Rev, Roles{actor.Auditor})
			k.must(err)
			who, err := k.Authenticate(t.Context(), a.ID, a.SessionEpoch)
			if err != nil || who.Has(actor.Operator) || !who.Has(actor.Auditor) {
				t.Fatalf("%+v, %v", who, err)
			}
		},
	})
}
