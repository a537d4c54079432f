package signin

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// TokenPrefix begins every key of a program, so that scanners for leaked secrets can find it.
const TokenPrefix = "tsk_"

// secretLen is 256 bits: too many to guess, which is why their plain SHA-256 may be stored and
// looked up, and why nothing slows down who presents one.
const secretLen = 32

// newSecret makes a secret for a prefix ("" for links) and the hash that is stored of it.
func newSecret(prefix string) (plain string, hash []byte) {
	plain = prefix + base64.RawURLEncoding.EncodeToString(random(secretLen))
	return plain, digest(plain)
}

// parseSecret gives the stored hash of a presented secret. There is exactly one text for each
// secret; anything else is false.
func parseSecret(prefix, plain string) (hash []byte, ok bool) {
	body, found := strings.CutPrefix(plain, prefix)
	if !found || len(body) != base64.RawURLEncoding.EncodedLen(secretLen) || strings.ContainsAny(body, "\r\n") {
		return nil, false
	}
	if _, err := base64.RawURLEncoding.Strict().DecodeString(body); err != nil {
		return nil, false
	}
	return digest(plain), true
}

func digest(plain string) []byte {
	sum := sha256.Sum256([]byte(plain))
	return sum[:]
}
