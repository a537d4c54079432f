package cacao

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"math/big"
	"time"
)

// Algorithm is a way of signing, as a signature names it.
type algorithm struct {
	hash  crypto.Hash
	pss   bool
	bytes int // of one half of an ECDSA signature
}

// algorithms are those that can be checked and made here. EdDSA is what JWA calls Ed25519.
var algorithms = map[string]algorithm{
	"RS256": {hash: crypto.SHA256}, "RS384": {hash: crypto.SHA384}, "RS512": {hash: crypto.SHA512},
	"PS256": {hash: crypto.SHA256, pss: true}, "PS384": {hash: crypto.SHA384, pss: true}, "PS512": {hash: crypto.SHA512, pss: true},
	"ES256": {hash: crypto.SHA256, bytes: 32}, "ES384": {hash: crypto.SHA384, bytes: 48}, "ES512": {hash: crypto.SHA512, bytes: 66},
	"Ed25519": {}, "EdDSA": {},
}

var hashes = map[string]func() hash.Hash{"sha-256": sha256.New, "sha-384": sha512.New384, "sha-512": sha512.New}

// The faults of signing and of checking a signature.
var (
	ErrAlgorithm = errors.New("this program does not sign in this way")
	ErrKey       = errors.New("the key does not fit the algorithm, or is too weak")
	ErrBroken    = errors.New("the signature does not hold")
)

const leastRSA = 2048 // bits

// digest is what is signed: the hash of the canonical playbook that holds this signature alone and
// without its value, written as lower-case hexadecimal text.
func digest(tree, signature map[string]any) ([]byte, error) {
	fresh, ok := hashes[text(signature, "hash_algorithm")]
	if !ok {
		return nil, fmt.Errorf("%w: hash %q", ErrAlgorithm, clip(text(signature, "hash_algorithm")))
	}
	own, _ := clone(signature).(map[string]any)
	delete(own, "value")
	delete(own, "signature") // countersigned later
	whole, _ := clone(tree).(map[string]any)
	whole["signatures"] = []any{own}
	raw, err := json.Marshal(whole)
	if err != nil {
		return nil, fmt.Errorf("write the playbook: %w", err)
	}
	canonical, err := Canonical(raw)
	if err != nil {
		return nil, err
	}
	h := fresh()
	h.Write(canonical)
	return []byte(hex.EncodeToString(h.Sum(nil))), nil
}

// holds checks a signature over a message.
func holds(name string, key crypto.PublicKey, message, value []byte) error {
	a, ok := algorithms[name]
	if !ok {
		return fmt.Errorf("%w: %s", ErrAlgorithm, clip(name))
	}
	switch key := key.(type) {
	case *rsa.PublicKey:
		return holdsRSA(a, key, message, value)
	case *ecdsa.PublicKey:
		if a.bytes == 0 || key.Curve.Params().BitSize != curveBits(a.bytes) {
			return ErrKey
		}
		if len(value) != 2*a.bytes || !ecdsa.Verify(key, sum(a.hash, message), new(big.Int).SetBytes(value[:a.bytes]), new(big.Int).SetBytes(value[a.bytes:])) {
			return ErrBroken
		}
		return nil
	case ed25519.PublicKey:
		if a.hash != 0 || len(key) != ed25519.PublicKeySize {
			return ErrKey
		}
		if !ed25519.Verify(key, message, value) {
			return ErrBroken
		}
		return nil
	}
	return ErrKey
}

func holdsRSA(a algorithm, key *rsa.PublicKey, message, value []byte) error {
	if a.hash == 0 || a.bytes != 0 || key.N.BitLen() < leastRSA {
		return ErrKey
	}
	err := rsa.VerifyPKCS1v15(key, a.hash, sum(a.hash, message), value)
	if a.pss {
		err = rsa.VerifyPSS(key, a.hash, sum(a.hash, message), value, nil)
	}
	if err != nil {
		return ErrBroken
	}
	return nil
}

func curveBits(half int) int {
	if half == 66 {
		return 521
	}
	return half * 8
}

func sum(h crypto.Hash, message []byte) []byte {
	d := h.New()
	d.Write(message)
	return d.Sum(nil)
}

// Signing says who signs and when.
type Signing struct {
	Signee    string
	CreatedBy string // a STIX identity; may be empty
	At        time.Time
}

// Sign adds a signature to a playbook and gives the whole as text. Signatures that are there stay
// and hold as before: adding one is no new version.
func Sign(d *Document, key crypto.Signer, by Signing) ([]byte, error) {
	name, err := algorithmOf(key.Public())
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return nil, fmt.Errorf("write the public key: %w", err)
	}
	at := stamp(by.At)
	s := map[string]any{
		"type": "jss", "id": objectID("jss", d.ID(), d.Modified(), at, string(der)), "created": at, "modified": at, "signee": by.Signee,
		"related_to": d.ID(), "related_version": d.Modified(), "hash_algorithm": "sha-256", "algorithm": name,
		"public_key": base64.StdEncoding.EncodeToString(der),
	}
	if by.CreatedBy != "" {
		s["created_by"] = by.CreatedBy
	}
	tree, _ := clone(d.Tree).(map[string]any)
	if summary, ok := tree["playbook_processing_summary"].(map[string]any); ok && has(summary, "digital_signatures") {
		summary["digital_signatures"] = true
	}
	message, err := digest(tree, s)
	if err != nil {
		return nil, err
	}
	value, err := signed(algorithms[name], key, message)
	if err != nil {
		return nil, err
	}
	s["value"] = base64.RawURLEncoding.EncodeToString(value)
	tree["signatures"] = append(list(tree, "signatures"), s)
	return pretty(tree)
}

func algorithmOf(key crypto.PublicKey) (string, error) {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() >= leastRSA {
			return "RS256", nil
		}
	case *ecdsa.PublicKey:
		name, ok := map[int]string{256: "ES256", 384: "ES384", 521: "ES512"}[key.Curve.Params().BitSize]
		if ok {
			return name, nil
		}
	case ed25519.PublicKey:
		return "Ed25519", nil
	}
	return "", ErrKey
}

func signed(a algorithm, key crypto.Signer, message []byte) ([]byte, error) {
	if private, ok := key.(*ecdsa.PrivateKey); ok {
		r, s, err := ecdsa.Sign(rand.Reader, private, sum(a.hash, message))
		if err != nil {
			return nil, fmt.Errorf("sign: %w", err)
		}
		out := make([]byte, 2*a.bytes)
		r.FillBytes(out[:a.bytes])
		s.FillBytes(out[a.bytes:])
		return out, nil
	}
	if a.hash == 0 {
		out, err := key.Sign(rand.Reader, message, crypto.Hash(0))
		return out, err //nolint:wrapcheck // Ed25519 does not fail
	}
	out, err := key.Sign(rand.Reader, sum(a.hash, message), a.hash)
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	return out, nil
}

// stamp writes a moment as the text wants it: UTC, Z, three decimals.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
