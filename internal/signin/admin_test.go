package signin

import (
	"context"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

func TestManagingAccounts(t *testing.T) {
	each(t, map[string]func(*testing.T, *kit){
		"nobody without the right does": func(t *testing.T, k *kit) {
			a, by := k.person("yamada"), k.person("sato", actor.Supervisor, actor.Auditor, actor.SystemOperations).Actor()
			ctx := t.Context()
			_, _, create := k.Create(ctx, by, NewAccount{Login: "x", Name: "x", Roles: Roles{actor.Operator}})
			_, roles := k.SetRoles(ctx, by, a.ID, a.Rev, Roles{actor.Administrator})
			_, name := k.Rename(ctx, by, a.ID, a.Rev, "x")
			_, off := k.Disable(ctx, by, a.ID, a.Rev)
			_, on := k.Enable(ctx, by, a.ID, a.Rev)
			_, link := k.NewLink(ctx, by, a.ID)
			_, list := k.List(ctx, by, Filter{}, Page{})
			_, one := k.Account(ctx, by, a.ID)
			_, key := k.CreateToken(ctx, by, "x", Scopes{actor.AlertWrite}, k.clock.Now().Add(second))
			_, keys := k.ListTokens(ctx, by)
			for _, err := range []error{create, roles, name, off, on, link, list, one, key, keys, k.RevokeToken(ctx, by, "x")} {
				refused(t, err, fault.Forbidden, "actor.denied")
			}
		},
		"an edit of what a colleague changed first shows what it is now": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			_, err := k.Rename(t.Context(), root, a.ID, a.Rev, "山田 花子")
			k.must(err)
			_, err = k.SetRoles(t.Context(), root, a.ID, a.Rev, Roles{actor.Legal})
			f := refused(t, err, fault.Conflict, "row.stale")
			if now := f.Current.(Account); now.DisplayName != "山田 花子" || now.Rev != a.Rev+1 || now.Roles[0] != actor.Operator {
				t.Fatalf("%+v", now)
			}
		},
		"a colleague who commits between our read and our write wins": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			err1, err2 := k.meanwhile(
				func(ctx context.Context, tx *db.Tx) error {
					_, err := setRoles(Roles{actor.Legal}).apply(ctx, tx, root, a.ID, a.Rev)
					return err
				},
				func() error { _, err := k.SetRoles(t.Context(), root, a.ID, a.Rev, Roles{actor.PR}); return err },
			)
			k.must(err1)
			refused(t, err2, fault.Conflict, "row.stale")
		},
		"nobody changes their own roles or disables themselves": func(t *testing.T, k *kit) {
			k.person("another", actor.Administrator)
			a := k.person("yamada", actor.Administrator)
			_, err := k.SetRoles(t.Context(), a.Actor(), a.ID, a.Rev, Roles{actor.Administrator, actor.Auditor})
			refused(t, err, fault.Refused, "signin.own_roles")
			_, err = k.Disable(t.Context(), a.Actor(), a.ID, a.Rev)
			refused(t, err, fault.Refused, "signin.own_account")
		},
		"the last administrator who can sign in stays one": func(t *testing.T, k *kit) {
			a := k.person("yamada", actor.Administrator)
			k.invited("later", actor.Administrator) // has no password yet
			off := k.person("off", actor.Administrator)
			_, err := k.Disable(t.Context(), root, off.ID, off.Rev)
			k.must(err)
			_, err = k.Disable(t.Context(), root, a.ID, a.Rev)
			refused(t, err, fault.Refused, "signin.last_administrator")
			_, err = k.SetRoles(t.Context(), root, a.ID, a.Rev, Roles{actor.Operator})
			refused(t, err, fault.Refused, "signin.last_administrator")
			_, err = k.SetRoles(t.Context(), root, a.ID, a.Rev, Roles{actor.Operator, actor.Administrator})
			k.must(err)
		},
		"two administrators who disable each other at once leave one": func(t *testing.T, k *kit) {
			a, b := k.person("yamada", actor.Administrator), k.person("sato", actor.Administrator)
			err1, err2 := k.meanwhile(
				func(ctx context.Context, tx *db.Tx) error {
					_, err := disable().apply(ctx, tx, a.Actor(), b.ID, b.Rev)
					return err
				},
				func() error { _, err := k.Disable(t.Context(), b.Actor(), a.ID, a.Rev); return err },
			)
			k.must(err1)
			refused(t, err2, fault.Refused, "signin.last_administrator")
		},
		"a login name is one person's in any width and case": func(t *testing.T, k *kit) {
			k.person("yamada")
			_, _, err := k.Create(t.Context(), root, NewAccount{Login: " ＹＡＭＡＤＡ", Name: "x", Roles: Roles{actor.Operator}})
			badField(t, err, "login", "signin.login.taken")
		},
		"each wrong field is named": func(t *testing.T, k *kit) {
			_, _, err := k.Create(t.Context(), root, NewAccount{Login: "やまだ", Name: "a\x00", Roles: Roles{"king"}})
			for field, key := range map[string]string{"login": "signin.login.form", "name": "signin.name.form", "roles": "signin.roles.none"} {
				badField(t, err, field, key)
			}
		},
		"what is not there is not found": func(t *testing.T, k *kit) {
			for _, id := range []string{"", "\x00", "0190a3c4-0000-7000-8000-000000000000"} {
				_, err := k.Disable(t.Context(), root, id, 1)
				refused(t, err, fault.NotFound, "signin.account.none")
				_, err = k.NewLink(t.Context(), root, id)
				refused(t, err, fault.NotFound, "signin.account.none")
				_, err = k.Account(t.Context(), root, id)
				refused(t, err, fault.NotFound, "signin.account.none")
			}
		},
		"every act is on record": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			a, err := k.SetRoles(t.Context(), root, a.ID, a.Rev, Roles{actor.Legal, actor.Operator, actor.Legal})
			k.must(err)
			a, err = k.Rename(t.Context(), root, a.ID, a.Rev, " 山田 ")
			k.must(err)
			a, err = k.Disable(t.Context(), root, a.ID, a.Rev)
			k.must(err)
			a, err = k.Enable(t.Context(), root, a.ID, a.Rev)
			k.must(err)
			_, err = k.ChangePassword(t.Context(), a.Actor(), goodPassword, "another good one, long")
			k.must(err)
			k.must(k.SetPreferences(t.Context(), a.Actor(), "en", "dark"))
			k.must(k.SignOutEverywhere(t.Context(), root, a.ID))
			if a, err = k.Account(t.Context(), root, a.ID); err != nil || a.DisplayName != "山田" || len(a.Roles) != 2 || a.Lang != "en" || a.Theme != "dark" {
				t.Fatalf("%+v, %v", a, err)
			}
			for _, action := range []string{
				"account.created", "account.link_issued", "account.password_set", "account.roles_set", "account.renamed", "account.disabled",
				"account.enabled", "account.password_changed", "account.preferences_set", "account.signed_out_everywhere",
			} {
				if n := k.recorded(action); n != 1 {
					t.Errorf("%s: %d entries", action, n)
				}
			}
			if n := k.count(`SELECT count(*) FROM audit_entry WHERE detail LIKE '%argon2%' OR detail LIKE '%自転車%'`); n != 0 {
				t.Error("a secret in the audit trail")
			}
		},
	})
}

func TestTheListOfAccounts(t *testing.T) {
	each(t, map[string]func(*testing.T, *kit){
		"finds by name, role and state, a page at a time": func(t *testing.T, k *kit) {
			k.invited("a_1", actor.Operator)
			k.invited("a-2", actor.Operator, actor.Legal)
			b, _ := k.invited("b3", actor.Auditor)
			_, err := k.Disable(t.Context(), root, b.ID, b.Rev)
			k.must(err)
			for _, c := range []struct {
				f     Filter
				p     Page
				total int
				first string
			}{
				{Filter{}, Page{}, 3, ""},
				{Filter{Text: "_"}, Page{}, 1, "a_1"},
				{Filter{Text: "%"}, Page{}, 0, ""},
				{Filter{Text: "Ａ－2"}, Page{}, 1, "a-2"},
				{Filter{Text: "受付\x00"}, Page{}, 3, ""},
				{Filter{Role: actor.Legal}, Page{}, 1, "a-2"},
				{Filter{Role: "l%"}, Page{}, 0, ""},
				{Filter{State: Disabled}, Page{}, 1, "b3"},
				{Filter{}, Page{Number: 3, Size: 1}, 3, "b3"},
				{Filter{}, Page{Number: -1, Size: 1_000_000}, 3, ""},
				{Filter{}, Page{Number: 1 << 60}, 3, ""},
			} {
				got, err := k.List(t.Context(), root, c.f, c.p)
				if err != nil || got.Total != c.total || (c.first != "" && (len(got.Rows) != 1 || got.Rows[0].LoginName != c.first)) {
					t.Errorf("%+v %+v: %+v, %v", c.f, c.p, got, err)
				}
			}
		},
	})
}

func TestOnesOwnAccount(t *testing.T) {
	each(t, map[string]func(*testing.T, *kit){
		"keeps its password without the old one, and guessing it is slowed down": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			for range 5 {
				_, err := k.ChangePassword(t.Context(), a.Actor(), "a guess", "another good one, long")
				badField(t, err, "old", "signin.password.old_wrong")
			}
			_, err := k.ChangePassword(t.Context(), a.Actor(), goodPassword, "another good one, long")
			refused(t, err, fault.TooMany, "signin.wait")
		},
		"gets another password, not the same again": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			_, err := k.ChangePassword(t.Context(), a.Actor(), goodPassword, goodPassword)
			badField(t, err, "password", "signin.password.same")
		},
		"speaks the languages we have": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			badField(t, k.SetPreferences(t.Context(), a.Actor(), "fr", ""), "lang", "signin.lang.unknown")
			badField(t, k.SetPreferences(t.Context(), a.Actor(), "ja", "pink"), "theme", "signin.theme.unknown")
			refused(t, k.SetPreferences(t.Context(), root, "ja", ""), fault.NotFound, "signin.account.none")
		},
	})
}
