package signin

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tasuke/internal/fault"
	"tasuke/internal/text"
)

// MinPassword is in characters, MaxPassword in bytes, both after NFKC folding.
const (
	MinPassword = 12
	MaxPassword = 256
)

// obvious is what people put before a row of digits; what is left of a password without its
// digits and signs must not be one of these.
var obvious = []string{
	"", "password", "passw0rd", "p@ssw0rd", "pass", "passwordpassword", "qwerty", "qwertyuiop", "qwertyuiopasdfgh", "asdfghjkl",
	"qwertyuiopasdfghjkl", "zxcvbnm", "letmein", "letmeinplease", "welcome", "iloveyou", "iloveyouiloveyou", "abcdefghijkl",
	"abcdefghijklmnop", "abcdefghijklmnopqrstuvwxyz", "abc", "admin", "administrator", "changeme", "changemechangeme",
	"changemeplease", "test", "testtesttest", "secret", "tasuke", "tasuketasuke", "security", "trading", "パスワード", "パスワードパスワード",
	"ぱすわーど", "あいうえおかきくけこさし", "あいうえおかきくけこさしすせそ",
}

// normalize folds a password the way every keyboard and input method ends up with the same
// bytes (NFKC). Not text, or too long, is false; the length is tried before folding, because
// folding can lengthen one character eighteen times.
func normalize(password string) (string, bool) {
	if len(password) > MaxPassword || !utf8.ValidString(password) {
		return "", false
	}
	p := norm.NFKC.String(password)
	return p, len(p) <= MaxPassword
}

// choose checks a new password and gives its folded form, or a fault on the form field
// "password". Length counts, not mixture (NIST SP 800-63B 5.1.1).
func choose(login, password string) (string, error) {
	p, ok := normalize(password)
	switch {
	case !ok:
		return "", weak("signin.password.long")
	case utf8.RuneCountInString(p) < MinPassword:
		return "", weak("signin.password.short")
	case text.Fold(p) == text.Fold(login):
		return "", weak("signin.password.login")
	case isObvious(p, login):
		return "", weak("signin.password.obvious")
	}
	return p, nil
}

func weak(key string) error { return fault.Field("password", key) }

func isObvious(password, login string) bool {
	p := text.Fold(password)
	seen := map[rune]bool{}
	for _, r := range p {
		seen[r] = true
	}
	core := strings.TrimFunc(p, func(r rune) bool { return !unicode.IsLetter(r) })
	return len(seen) < 5 || slices.Contains(obvious, core) || slices.Contains(obvious, p) || core == text.Fold(login)
}
