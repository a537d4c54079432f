package signin

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
)

var _ scs.CtxStore = (*SessionStore)(nil)

// browser is a person with a cookie jar before pages that sign in, look and sign out.
type browser struct {
	*kit
	*Sessions
	page    http.Handler
	cookie  *http.Cookie
	commits int
	during  func() // runs inside the page "/slow"
}

// counting counts what is written.
type counting struct {
	*SessionStore
	b *browser
}

func (c counting) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	c.b.commits++
	return c.SessionStore.CommitCtx(ctx, token, data, expiry)
}

func newBrowser(k *kit, a Account) *browser {
	b := &browser{kit: k, Sessions: NewSessions(k.d, SessionOptions{})}
	b.Store = counting{NewSessionStore(k.d), b}
	b.page = b.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/in":
			k.must(b.Begin(r.Context(), a))
		case "/out":
			k.must(b.End(r.Context()))
		case "/slow":
			b.Put(r.Context(), "note", "typed")
			b.during()
		case "/":
			b.Touch(r.Context())
		}
		if id, epoch, ok := b.Who(r.Context()); !ok || id != a.ID || epoch != a.SessionEpoch {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	return b
}

// get answers the status and keeps the cookie.
func (b *browser) get(path string) int {
	r := httptest.NewRequestWithContext(b.t.Context(), http.MethodGet, path, nil)
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	w := httptest.NewRecorder()
	b.page.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.cookie = c
	}
	return w.Code
}

func (b *browser) wants(path string, status int) {
	b.t.Helper()
	if got := b.get(path); got != status {
		b.t.Fatalf("%s: %d, want %d", path, got, status)
	}
}

func TestBrowserSessions(t *testing.T) {
	each(t, map[string]func(*testing.T, *kit){
		"a request that ends after the sign-out does not bring the session back": func(t *testing.T, k *kit) {
			b := newBrowser(k, k.person("yamada"))
			b.wants("/in", 200)
			held := *b.cookie
			b.during = func() { b.wants("/out", 401); b.cookie = &held }
			b.get("/slow")
			b.cookie = &held
			b.wants("/", 401)
		},
		"a session planted before sign-in is worth nothing after it": func(t *testing.T, k *kit) {
			b := newBrowser(k, k.person("yamada"))
			b.during = func() {}
			b.get("/slow")
			planted := *b.cookie
			b.wants("/in", 200)
			b.wants("/", 200)
			b.cookie = &planted
			b.wants("/", 401)
		},
		"an idle session ends": func(t *testing.T, k *kit) {
			b := newBrowser(k, k.person("yamada"))
			b.wants("/in", 200)
			k.clock.Add(30 * time.Minute)
			b.wants("/", 401)
		},
		"live updates do not keep a session": func(t *testing.T, k *kit) {
			b := newBrowser(k, k.person("yamada"))
			b.wants("/in", 200)
			for range 5 {
				b.wants("/live", 200)
				k.clock.Add(6 * time.Minute)
			}
			b.wants("/live", 401)
		},
		"looking at pages writes once in three minutes at most": func(t *testing.T, k *kit) {
			b := newBrowser(k, k.person("yamada"))
			b.wants("/in", 200)
			b.commits = 0
			for range 60 {
				k.clock.Add(time.Minute)
				b.wants("/", 200)
			}
			if b.commits != 20 {
				t.Fatalf("%d writes", b.commits)
			}
		},
		"a session ends with its lifetime and is swept": func(t *testing.T, k *kit) {
			b := newBrowser(k, k.person("yamada"))
			b.wants("/in", 200)
			for range 37 {
				k.clock.Add(20 * time.Minute)
				b.get("/")
			}
			b.wants("/", 401)
			if n, err := k.Sweep(t.Context()); err != nil || n == 0 || k.count(`SELECT count(*) FROM session`) != 0 {
				t.Fatalf("%d swept, %v", n, err)
			}
		},
		"the token is not in the database, the owner is": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			b := newBrowser(k, a)
			b.wants("/in", 200)
			if k.count(`SELECT count(*) FROM session WHERE token_hash = ?`, []byte(b.cookie.Value)) != 0 ||
				k.count(`SELECT count(*) FROM session WHERE token_hash = ? AND account_id = ?`, digest(b.cookie.Value), a.ID) != 1 {
				t.Fatal("not as a hash with its owner")
			}
			if c := b.cookie; c.Name != "__Host-s" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge != 0 {
				t.Fatalf("%+v", c)
			}
			k.must(k.SignOutEverywhere(t.Context(), a.Actor(), a.ID))
			b.wants("/", 401)
		},
		"a change of password leaves the session at hand": func(t *testing.T, k *kit) {
			a := k.person("yamada")
			here, there := newBrowser(k, a), newBrowser(k, a)
			here.wants("/in", 200)
			there.wants("/in", 200)
			now, err := k.ChangePassword(t.Context(), a.Actor(), goodPassword, "another good one, long")
			k.must(err)
			cookie := here.cookie
			here = newBrowser(k, now)
			here.cookie = cookie
			here.wants("/in", 200) // what the page does: Begin with the returned account
			here.wants("/", 200)
			there.wants("/", 401)
		},
		"what is not a session of ours is an error, not an empty one": func(t *testing.T, k *kit) {
			if err := NewSessionStore(k.d).Commit("x", []byte("not gob"), k.clock.Now()); err == nil {
				t.Fatal("stored")
			}
			if _, found, err := NewSessionStore(k.d).Find("x"); found || err != nil {
				t.Fatal(found, err)
			}
			k.must(NewSessionStore(k.d).Delete("x"))
		},
	})
}

func TestSweepingLeavesWhatIsGood(t *testing.T) {
	each(t, map[string]func(*testing.T, *kit){
		"sessions, brakes and links are removed when they are over, not before": func(t *testing.T, k *kit) {
			_, link := k.invited("yamada")
			_ = k.in("nobody", "x")
			if n, err := k.Sweep(t.Context()); n != 0 || err != nil {
				t.Fatal(n, err)
			}
			k.clock.Add(24*time.Hour + second)
			if n, err := k.Sweep(t.Context()); n != 2 || err != nil { // by name and by address
				t.Fatal(n, err)
			}
			_, err := k.ReadLink(t.Context(), link)
			k.must(err)
			k.clock.Add(SetupLife + linkKeep)
			if n, err := k.Sweep(t.Context()); n != 1 || err != nil {
				t.Fatal(n, err)
			}
		},
	})
}
