package cacao

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Checked is what was found about one signature.
type Checked struct {
	Number    int // from 1
	Signee    string
	Algorithm string
	Key       string // SHA-256 of the public key, hexadecimal; "" when there is none to check with
	Known     bool   // the key is one of those that were handed in
	Revoked   bool
	Outside   bool // the moment is outside the time the signature says it is valid in
	Counter   bool // it is countersigned; countersignatures are not checked
	Err       error
}

// Holds reports whether the signature is good and has not been taken back.
func (c Checked) Holds() bool { return c.Err == nil && !c.Revoked }

// ErrNoKey is a signature whose key is elsewhere: an address is never followed.
var (
	ErrNoKey    = errors.New("the key is not in the playbook: hand it in")
	ErrOtherKey = errors.New("the signature is by another key than the one handed in")
	ErrRelated  = errors.New("the signature is for another playbook or version")
	ErrShape    = errors.New("the signature or its key cannot be read")
)

// Trusted is a key that the reader of a playbook trusts, with its certificate when there is one.
type Trusted struct {
	Key         crypto.PublicKey
	Certificate []byte // DER
}

// Verify checks every signature of a playbook. With trusted keys a signature holds only by one of
// them; without, by the key it brings itself, which shows that nothing was changed but not who signed.
func Verify(d *Document, trusted []Trusted, at time.Time) (out []Checked) {
	for i, v := range list(d.Tree, "signatures") {
		s, ok := v.(map[string]any)
		if !ok {
			out = append(out, Checked{Number: i + 1, Err: ErrShape})
			continue
		}
		c := Checked{Number: i + 1, Signee: text(s, "signee"), Algorithm: text(s, "algorithm"), Revoked: flag(s, "revoked"), Counter: has(s, "signature")}
		from, begins := when(text(s, "valid_from"))
		until, ends := when(text(s, "valid_until"))
		c.Outside = begins && at.Before(from) || ends && !at.Before(until)
		c.Err = c.check(d, s, trusted)
		out = append(out, c)
	}
	return out
}

func (c *Checked) check(d *Document, s map[string]any, trusted []Trusted) error {
	if text(s, "related_to") != d.ID() || text(s, "related_version") != d.Modified() {
		return ErrRelated
	}
	message, err := digest(d.Tree, s)
	if err != nil {
		return err
	}
	value, err := strict(base64.RawURLEncoding, text(s, "value"))
	if err != nil {
		return fmt.Errorf("%w: value", ErrShape)
	}
	key, err := c.key(s, trusted)
	if err != nil {
		return err
	}
	return holds(c.Algorithm, key, message, value)
}

// key finds the key a signature is checked with.
func (c *Checked) key(s map[string]any, trusted []Trusted) (crypto.PublicKey, error) {
	own, err := ownKey(s)
	if err != nil {
		return nil, err
	}
	want := text(s, "thumbprint")
	for _, t := range trusted {
		print := sha256.Sum256(t.Certificate)
		switch {
		case own != nil && !same(own, t.Key):
			continue
		case own == nil && want != "" && (t.Certificate == nil || base64.RawURLEncoding.EncodeToString(print[:]) != want):
			continue
		}
		c.Known = true
		c.Key, err = fingerprint(t.Key)
		return t.Key, err
	}
	switch {
	case len(trusted) > 0:
		return nil, ErrOtherKey
	case own == nil:
		return nil, ErrNoKey
	}
	c.Key, err = fingerprint(own)
	return own, err
}

// ownKey reads the key a signature brings: a public key, or the first of a chain of certificates of
// which each certifies the one before. nil when it is elsewhere.
func ownKey(s map[string]any) (crypto.PublicKey, error) {
	if raw := text(s, "public_key"); raw != "" {
		der, err := strict(base64.StdEncoding, raw)
		if err != nil {
			return nil, fmt.Errorf("%w: public_key", ErrShape)
		}
		key, err := x509.ParsePKIXPublicKey(der)
		if err != nil {
			return nil, fmt.Errorf("%w: public_key", ErrShape)
		}
		return key, nil
	}
	var chain []*x509.Certificate
	for _, raw := range texts(s, "public_cert_chain") {
		der, err := strict(base64.StdEncoding, raw)
		if err != nil {
			return nil, fmt.Errorf("%w: public_cert_chain", ErrShape)
		}
		one, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("%w: public_cert_chain", ErrShape)
		}
		if n := len(chain); n > 0 && chain[n-1].CheckSignatureFrom(one) != nil {
			return nil, fmt.Errorf("%w: a certificate of the chain is not by the next", ErrShape)
		}
		chain = append(chain, one)
	}
	if len(chain) == 0 {
		return nil, nil //nolint:nilnil // no key is an answer here: it is elsewhere
	}
	return chain[0].PublicKey, nil
}

// strict decodes text of which no other spelling decodes to the same bytes.
func strict(e *base64.Encoding, s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, ErrShape
	}
	return e.Strict().DecodeString(s) //nolint:wrapcheck // told by the caller
}

func same(a, b crypto.PublicKey) bool {
	x, errA := x509.MarshalPKIXPublicKey(a)
	y, errB := x509.MarshalPKIXPublicKey(b)
	return errA == nil && errB == nil && bytes.Equal(x, y)
}

func fingerprint(key crypto.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrKey, err)
	}
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:]), nil
}
