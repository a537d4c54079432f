package signin

import (
	"slices"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/fault"
)

// key makes a key for alerts, good for a day.
func (k *kit) key() (APIToken, string) {
	k.t.Helper()
	plain, err := k.CreateToken(k.t.Context(), root, "監視基盤", Scopes{actor.AlertWrite}, k.clock.Now().Add(24*time.Hour))
	k.must(err)
	all, err := k.ListTokens(k.t.Context(), root)
	k.must(err)
	return all[0], plain
}

func TestAKeyOfAProgram(t *testing.T) {
	each(t, map[string]func(*testing.T, *kit){
		"that is unknown, malformed, revoked or over is refused with one answer": func(t *testing.T, k *kit) {
			revoked, plain := k.key()
			k.must(k.RevokeToken(t.Context(), root, revoked.ID))
			k.must(k.RevokeToken(t.Context(), root, revoked.ID))
			_, err := k.AuthenticateToken(t.Context(), plain)
			refused(t, err, fault.Unauthorized, "signin.token.wrong")
			made, _ := newSecret(TokenPrefix)
			_, over := k.key()
			_, good := k.key()
			k.clock.Add(24 * time.Hour)
			for _, bearer := range []string{"", "tsk_", made, over, good + "=", "TSK_" + good[4:], good[4:]} {
				_, err := k.AuthenticateToken(t.Context(), bearer)
				refused(t, err, fault.Unauthorized, "signin.token.wrong")
			}
			if n := k.recorded("token.revoked"); n != 1 {
				t.Fatalf("revoked %d times", n)
			}
		},
		"may do what its scopes name and nothing else": func(t *testing.T, k *kit) {
			_, plain := k.key()
			a, err := k.AuthenticateToken(t.Context(), plain)
			k.must(err)
			for _, p := range actor.Permissions() {
				if a.May(p) != (p == actor.AlertWrite) {
					t.Errorf("%s: %v", p, a.May(p))
				}
			}
			if a.Kind != actor.Token || a.Name != "監視基盤" {
				t.Errorf("%+v", a)
			}
		},
		"gets no permission that is for people": func(t *testing.T, k *kit) {
			end := k.clock.Now().Add(time.Hour)
			for _, scopes := range []Scopes{nil, {"king"}, {actor.AlertWrite, actor.AccountManage}, {actor.CustomerReveal}, {actor.AwarenessCheck}} {
				_, err := k.CreateToken(t.Context(), root, "x", scopes, end)
				badField(t, err, "scopes", "signin.token.scopes")
			}
			if slices.Contains(TokenScopes(), actor.AccountManage) || !slices.Contains(TokenScopes(), actor.AlertWrite) {
				t.Error(TokenScopes())
			}
		},
		"has an end within a year": func(t *testing.T, k *kit) {
			for _, end := range []time.Time{{}, k.clock.Now(), k.clock.Now().Add(MaxTokenLife + second)} {
				_, err := k.CreateToken(t.Context(), root, "", Scopes{actor.AlertWrite}, end)
				badField(t, err, "expires", "signin.token.expires")
				badField(t, err, "name", "signin.name.form")
			}
		},
		"notes its use once a minute at most": func(t *testing.T, k *kit) {
			_, plain := k.key()
			use := func() APIToken {
				_, err := k.AuthenticateToken(t.Context(), plain)
				k.must(err)
				all, err := k.ListTokens(t.Context(), root)
				k.must(err)
				return all[0]
			}
			first := use()
			k.clock.Add(59 * second)
			if got := use(); got.LastUsedAt != first.LastUsedAt {
				t.Fatal("written within a minute")
			}
			k.clock.Add(second)
			if got := use(); got.LastUsedAt.Sub(first.LastUsedAt) != time.Minute {
				t.Fatalf("%v after %v", got.LastUsedAt, first.LastUsedAt)
			}
		},
		"is nowhere in the database": func(t *testing.T, k *kit) {
			key, plain := k.key()
			if k.count(`SELECT count(*) FROM audit_entry WHERE detail LIKE ?`, "%"+plain+"%") != 0 ||
				k.count(`SELECT count(*) FROM api_token WHERE hash = ?`, []byte(plain)) != 0 || k.recorded("token.created") != 1 {
				t.Fatalf("%+v", key)
			}
		},
		"that is not there is not found": func(t *testing.T, k *kit) {
			refused(t, k.RevokeToken(t.Context(), root, "x\x00"), fault.NotFound, "signin.token.none")
		},
	})
}
