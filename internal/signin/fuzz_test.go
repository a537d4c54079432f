package signin

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzAStoredHashIsReadInOneFormOnly(f *testing.F) {
	f.Add(newHasher(Params{1, 64, 1}, 1, nil).hash("x"))
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2i$v=19$m=64,t=1,p=1$$")
	f.Add("")
	f.Fuzz(func(t *testing.T, stored string) {
		e, err := decode(stored)
		if err != nil {
			return
		}
		if e.String() != stored {
			t.Fatalf("%q became %q", stored, e.String())
		}
		if e.MemoryKiB > maxParams.MemoryKiB || e.Time < 1 || e.Time > maxParams.Time || e.Threads < 1 || len(e.salt) < 8 || len(e.sum) < 16 {
			t.Fatalf("%+v", e)
		}
	})
}

func FuzzASecretHasOneText(f *testing.F) {
	link, _ := newSecret("")
	token, _ := newSecret(TokenPrefix)
	for _, s := range []string{link, token, "", "tsk_", token + "\n", token[:46] + "\n", strings.ToUpper(token)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, prefix := range []string{"", TokenPrefix} {
			hash, ok := parseSecret(prefix, s)
			if !ok {
				continue
			}
			if len(hash) != 32 || len(s) != len(prefix)+43 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") != "" {
				t.Fatalf("%q was taken", s)
			}
			if i := strings.IndexByte("AEIMQUYcgkosw048", s[len(s)-1]); i < 0 {
				t.Fatalf("%q has a second text", s)
			}
		}
	})
}

func FuzzWhatIsChosenIsFoldedTextOfBoundedLength(f *testing.F) {
	f.Add("yamada", goodPassword)
	f.Add("", strings.Repeat("\ufdfa", 20))
	f.Fuzz(func(t *testing.T, login, password string) {
		p, err := choose(login, password)
		if err != nil {
			return
		}
		if again, ok := normalize(p); !ok || again != p || len(p) > MaxPassword || utf8.RuneCountInString(p) < MinPassword {
			t.Fatalf("%q became %q, then %q", password, p, again)
		}
	})
}
