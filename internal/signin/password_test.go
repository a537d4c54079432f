package signin

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func TestWhichPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	for password, key := range map[string]string{
		"":                           "signin.password.short",
		"eleven char":                "signin.password.short",
		"ｶﾞｷﾞｸﾞｹﾞｺﾞ1":                "signin.password.short", // 6 characters once folded
		strings.Repeat("a b c", 52):  "signin.password.long",
		strings.Repeat("\ufdfa", 20): "signin.password.long", // 60 bytes that fold to 660
		"\xff\xfe\xfd and more text": "signin.password.long",
		"Yamada.Hanako":              "signin.password.login",
		"ｙａｍａｄａ．ｈａｎａｋｏ":                "signin.password.login",
		"yamada.hanako2026!":           "signin.password.obvious",
		"Password12345":                "signin.password.obvious",
		"123456789012":                 "signin.password.obvious",
		"2026-07-28 09:15":             "signin.password.obvious",
		"abababababab":                 "signin.password.obvious",
		"qwertyuiop123":                "signin.password.obvious",
		"パスワード1234567":                 "signin.password.obvious",
		"correct horse battery":        "",
		"青い自転車と三つの鍵 x":                 "",
		"ｃorrect ｈorse battery staple": "",
	} {
		t.Run(password, func(t *testing.T) {
			t.Parallel()
			_, err := choose("yamada.hanako", password)
			if key == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			badField(t, err, "password", key)
		})
	}
}

func TestTheWorkOfAPassword(t *testing.T) {
	t.Parallel()
	if p := DefaultParams; p.Time < 2 || p.MemoryKiB < 19*1024 || p.Threads < 1 {
		t.Fatalf("too little: %+v", p)
	}
	h := newHasher(DefaultParams, 1, nil)
	stored := h.hash("correct horse battery")
	if !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") || stored == h.hash("correct horse battery") {
		t.Fatal(stored)
	}
	for password, want := range map[string]bool{"correct horse battery": true, "correct horse batterz": false, "": false} {
		if ok, stale, err := h.verify(stored, password); ok != want || stale || err != nil {
			t.Errorf("%q: %v %v %v", password, ok, stale, err)
		}
	}
}

func TestNoMorePasswordsAtOnceThanSlots(t *testing.T) {
	t.Parallel()
	var inside, most, over atomic.Int64
	h := newHasher(Params{1, 64, 1}, 2, func() {
		if n := inside.Add(1); n > 2 {
			over.Add(1)
		} else if n > most.Load() {
			most.Store(n)
		}
	})
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			leave, err := h.enter(context.Background())
			if err != nil {
				t.Error(err)
				return
			}
			defer leave()
			h.hash("x")
			inside.Add(-1)
		})
	}
	wg.Wait()
	if over.Load() != 0 {
		t.Fatalf("%d times more than two", over.Load())
	}
}
