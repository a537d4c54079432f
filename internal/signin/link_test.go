package signin

import (
	"context"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

func TestAOneTimeLink(t *testing.T) {
	each(t, map[string]func(*testing.T, *kit){
		"is used once": func(t *testing.T, k *kit) {
			_, link := k.invited("yamada")
			_, err := k.UseLink(t.Context(), link, goodPassword)
			k.must(err)
			_, err = k.UseLink(t.Context(), link, "the password of a thief")
			refused(t, err, fault.Refused, "signin.link.void")
			k.must(k.in("yamada", goodPassword))
		},
		"used by two at once sets one password": func(t *testing.T, k *kit) {
			_, link := k.invited("yamada")
			i, err := k.ReadLink(t.Context(), link)
			k.must(err)
			hash := k.hasher.hash("the first of the two")
			err1, err2 := k.meanwhile(
				func(ctx context.Context, tx *db.Tx) error {
					_, err := redeem(ctx, tx, i, digest(link), hash)
					return err
				},
				func() error { _, err := k.UseLink(t.Context(), link, goodPassword); return err },
			)
			k.must(err1)
			refused(t, err2, fault.Refused, "signin.link.void")
			k.must(k.in("yamada", "the first of the two"))
		},
		"that is replaced while it is used is void": func(t *testing.T, k *kit) {
			a, link := k.invited("yamada")
			err1, err2 := k.meanwhile(
				func(ctx context.Context, tx *db.Tx) error {
					s, err := lockSecret(ctx, tx, a.ID)
					if err != nil {
						return err
					}
					_, err = issue(ctx, tx, root, s.Account)
					return err
				},
				func() error { _, err := k.UseLink(t.Context(), link, goodPassword); return err },
			)
			k.must(err1)
			refused(t, err2, fault.Refused, "signin.link.void")
		},
		"past its end is void": func(t *testing.T, k *kit) {
			_, link := k.invited("yamada")
			k.clock.Add(SetupLife)
			_, err := k.UseLink(t.Context(), link, goodPassword)
			refused(t, err, fault.Refused, "signin.link.void")
		},
		"of a disabled account is void, also after it is enabled": func(t *testing.T, k *kit) {
			a, link := k.invited("yamada")
			a, err := k.Disable(t.Context(), root, a.ID, a.Rev)
			k.must(err)
			_, err = k.NewLink(t.Context(), root, a.ID)
			refused(t, err, fault.Refused, "signin.link.disabled")
			_, err = k.Enable(t.Context(), root, a.ID, a.Rev)
			k.must(err)
			_, err = k.UseLink(t.Context(), link, goodPassword)
			refused(t, err, fault.Refused, "signin.link.void")
		},
		"that nobody made is void and costs no hash": func(t *testing.T, k *kit) {
			made, _ := newSecret("")
			for _, token := range []string{"", "x", made, made + "A", "\x00" + made[1:]} {
				_, err := k.UseLink(t.Context(), token, goodPassword)
				refused(t, err, fault.Refused, "signin.link.void")
			}
			if n := k.hashes.Load(); n != 0 {
				t.Fatalf("%d hashes", n)
			}
		},
		"survives a password that is refused": func(t *testing.T, k *kit) {
			_, link := k.invited("yamada")
			_, err := k.UseLink(t.Context(), link, "short")
			badField(t, err, "password", "signin.password.short")
			i, err := k.ReadLink(t.Context(), link)
			if err != nil || i.LoginName != "yamada" || i.Purpose != Setup {
				t.Fatalf("%+v, %v", i, err)
			}
			_, err = k.UseLink(t.Context(), link, goodPassword)
			k.must(err)
		},
		"for a forgotten password ends the old one, the sessions and the wait": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			for range 5 {
				refused(t, k.in("yamada", "x"), fault.Unauthorized, "signin.wrong")
			}
			link, err := k.NewLink(t.Context(), root, a.ID)
			k.must(err)
			if i, err := k.ReadLink(t.Context(), link); err != nil || i.Purpose != Reset {
				t.Fatalf("%+v, %v", i, err)
			}
			_, err = k.UseLink(t.Context(), link, "another good one, long")
			k.must(err)
			_, err = k.Authenticate(t.Context(), a.ID, a.SessionEpoch)
			refused(t, err, fault.Unauthorized, "signin.again")
			k.must(k.in("yamada", "another good one, long"))
			refused(t, k.in("yamada", goodPassword), fault.Unauthorized, "signin.wrong")
		},
		"is nowhere in the database": func(t *testing.T, k *kit) {
			_, link := k.invited("yamada")
			if n := k.count(`SELECT count(*) FROM audit_entry WHERE detail LIKE ?`, "%"+link+"%"); n != 0 {
				t.Fatal("in the audit trail")
			}
			if n := k.count(`SELECT count(*) FROM account_link WHERE hash = ?`, []byte(link)); n != 0 {
				t.Fatal("in its table")
			}
		},
	})
}

func TestTheFirstAdministrator(t *testing.T) {
	each(t, map[string]func(*testing.T, *kit){
		"is not needed once somebody has a password": func(t *testing.T, k *kit) {
			link, needed, err := k.FirstAdministrator(t.Context())
			if err != nil || !needed {
				t.Fatal(needed, err)
			}
			a, err := k.UseLink(t.Context(), link, goodPassword)
			k.must(err)
			if !a.Actor().May(actor.AccountManage) || a.LoginName != FirstLogin || a.MustChange {
				t.Fatalf("%+v", a)
			}
			link, needed, err = k.FirstAdministrator(t.Context())
			if err != nil || needed || link != "" {
				t.Fatal(link, needed, err)
			}
		},
		"gets a fresh link at each start, and the old one is void": func(t *testing.T, k *kit) {
			first, _, err := k.FirstAdministrator(t.Context())
			k.must(err)
			k.clock.Add(time.Hour)
			second, needed, err := k.FirstAdministrator(t.Context())
			if err != nil || !needed {
				t.Fatal(needed, err)
			}
			_, err = k.UseLink(t.Context(), first, goodPassword)
			refused(t, err, fault.Refused, "signin.link.void")
			_, err = k.UseLink(t.Context(), second, goodPassword)
			k.must(err)
			if n := k.count(`SELECT count(*) FROM account`); n != 1 {
				t.Fatalf("%d accounts", n)
			}
		},
		"is one when two nodes start at once": func(t *testing.T, k *kit) {
			var link string
			err1, err2 := k.meanwhile(
				func(ctx context.Context, tx *db.Tx) error { _, err := firstAdministrator(ctx, tx); return err },
				func() (err error) { link, _, err = k.FirstAdministrator(t.Context()); return err },
			)
			k.must(err1)
			k.must(err2)
			_, err := k.UseLink(t.Context(), link, goodPassword)
			k.must(err)
			if n := k.count(`SELECT count(*) FROM account`); n != 1 {
				t.Fatalf("%d accounts", n)
			}
		},
	})
}
