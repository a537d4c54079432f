package cacao

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)

func vector(t *testing.T) (src []byte, key crypto.PublicKey) {
	t.Helper()
	dir := filepath.Join(material(t), "signature-rs256")
	src, err := os.ReadFile(filepath.Join(dir, "signed-playbook.json"))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "public-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(raw)
	key, err = x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return src, key
}

func mustRead(t *testing.T, src []byte) *Document {
	t.Helper()
	d, found := Read(src)
	if len(found) > 0 {
		t.Fatal(found.Error())
	}
	return d
}

func TestThePublishedSignatureHolds(t *testing.T) {
	src, key := vector(t)
	d := mustRead(t, src)
	for _, trusted := range [][]Trusted{nil, {{Key: key}}} {
		got := Verify(d, trusted, noon)
		if len(got) != 1 || !got[0].Holds() || got[0].Known != (trusted != nil) || !got[0].Outside {
			t.Errorf("with %d trusted keys: %+v", len(trusted), got)
		}
	}
	message, err := digest(d.Tree, d.Tree["signatures"].([]any)[0].(map[string]any))
	if err != nil || string(message) != "973bb6492184e4681b1eab9df1f56926fc1a91582e3529bfd0bfb231e1c51b0a" {
		t.Errorf("what is signed: %s %v", message, err)
	}
}

func TestAChangedByteIsRefused(t *testing.T) {
	src, _ := vector(t)
	quoted, flips := false, 0
	for i, b := range src {
		if b == '"' {
			quoted = !quoted
		}
		if !quoted && bytes.ContainsRune([]byte(" \n\r\t"), rune(b)) {
			continue // between the parts: the canonical form has none of it
		}
		for _, bit := range []byte{0x01, 0x02, 0x20} {
			changed := bytes.Clone(src)
			changed[i] ^= bit
			flips++
			d, found := Read(changed)
			if len(found) > 0 {
				continue
			}
			for _, c := range Verify(d, nil, noon) {
				if c.Holds() {
					t.Fatalf("byte %d: %q as %q still holds", i, src[i], changed[i])
				}
			}
		}
	}
	if flips < 3000 {
		t.Errorf("only %d changes tried", flips)
	}
}

func keys(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]crypto.Signer{"RS256": r}
	for name, curve := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()} {
		if out[name], err = ecdsa.GenerateKey(curve, rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	_, e, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	out["Ed25519"] = e
	return out
}

func TestASignatureByEveryAlgorithmHoldsAndSoDoThoseBefore(t *testing.T) {
	d := mustRead(t, encode(t, book(o{id("action", 1): manual("one", next(id("end", 0xe)))}, nil)))
	all := keys(t)
	count := 0
	for name, key := range all {
		src, err := Sign(d, key, Signing{Signee: "Hinata Securities", At: noon.Add(time.Duration(count) * time.Second)})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		d = mustRead(t, src)
		count++
		got := Verify(d, nil, noon)
		if len(got) != count || got[count-1].Algorithm != name {
			t.Fatalf("%s: %+v", name, got)
		}
		for _, c := range got {
			if !c.Holds() {
				t.Errorf("after %s, signature %d: %v", name, c.Number, c.Err)
			}
		}
		if found := Check(d); found.Worst() == Refused {
			t.Errorf("signed by %s it is refused: %s", name, found.Error())
		}
	}
	d.Tree["name"] = "another"
	for _, c := range Verify(d, nil, noon) {
		if !errors.Is(c.Err, ErrBroken) {
			t.Errorf("%s holds for another name: %v", c.Algorithm, c.Err)
		}
	}
}

func TestOnlyATrustedKeyWillDoWhenOneIsHandedIn(t *testing.T) {
	all := keys(t)
	src, err := Sign(mustRead(t, encode(t, book(o{id("action", 1): manual("one", next(id("end", 0xe)))}, nil))), all["ES256"], Signing{Signee: "x", At: noon})
	if err != nil {
		t.Fatal(err)
	}
	d := mustRead(t, src)
	if got := Verify(d, []Trusted{{Key: all["ES384"].Public()}}, noon); !errors.Is(got[0].Err, ErrOtherKey) {
		t.Errorf("by another key: %v", got[0].Err)
	}
	if got := Verify(d, []Trusted{{Key: all["ES384"].Public()}, {Key: all["ES256"].Public()}}, noon); !got[0].Holds() || !got[0].Known {
		t.Errorf("by the key: %+v", got[0])
	}
}

func certificate(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "signer"}, NotBefore: noon, NotAfter: noon.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestACertificateAThumbprintAndAnAddress(t *testing.T) {
	key := keys(t)["ES256"]
	der := certificate(t, key)
	print := sum(crypto.SHA256, der)
	d := mustRead(t, encode(t, book(o{id("action", 1): manual("one", next(id("end", 0xe)))}, nil)))
	signWith := func(name string, v any) *Document {
		s := o{
			"type": "jss", "id": id("jss", 0x51), "created": stamp(noon), "modified": stamp(noon), "signee": "x", "related_to": d.ID(),
			"related_version": d.Modified(), "hash_algorithm": "sha-512", "algorithm": "ES256", name: v,
		}
		message, err := digest(d.Tree, s)
		if err != nil {
			t.Fatal(err)
		}
		value, err := signed(algorithms["ES256"], key, message)
		if err != nil {
			t.Fatal(err)
		}
		s["value"] = base64.RawURLEncoding.EncodeToString(value)
		tree, _ := clone(d.Tree).(map[string]any)
		tree["signatures"] = []any{s}
		return &Document{Tree: tree}
	}
	chain := signWith("public_cert_chain", []any{base64.StdEncoding.EncodeToString(der), base64.StdEncoding.EncodeToString(der)})
	if got := Verify(chain, nil, noon); !got[0].Holds() {
		t.Errorf("chain: %v", got[0].Err)
	}
	thumb := signWith("thumbprint", base64.RawURLEncoding.EncodeToString(print))
	if got := Verify(thumb, nil, noon); !errors.Is(got[0].Err, ErrNoKey) {
		t.Errorf("thumbprint without its certificate: %v", got[0].Err)
	}
	if got := Verify(thumb, []Trusted{{Key: key.Public(), Certificate: der}}, noon); !got[0].Holds() {
		t.Errorf("thumbprint: %v", got[0].Err)
	}
	if got := Verify(signWith("cert_url", "https://keys.example/cert.pem"), nil, noon); !errors.Is(got[0].Err, ErrNoKey) {
		t.Errorf("an address: %v", got[0].Err)
	}
}
