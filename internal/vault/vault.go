// Package vault seals personal data column by column and makes it findable without storing it.
//
// Keys form three levels: a key-encryption key (KEK) in a file, a 256-bit key per subject
// ("customer:<id>") wrapped by the KEK in table vault_key, and the columns sealed by the
// subject's key with AES-256-GCM. The additional data is table|column|row, so that a sealed
// value does not open anywhere but where it was written. Destroying one wrapped key erases the
// subject; rotating the KEK rewraps keys and changes no sealed byte.
//
// Blind indexes and grams are HMACs under one key per field, all derived from the index key of
// the key file. They tell who holds the database which rows share a value or a fragment, and
// how common a fragment is; docs/personal-data.md says what that gives away.
package vault

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

const (
	version  = 1
	idSize   = 16
	headSize = 1 + idSize
	keySize  = 32
	// overhead is the nonce and the tag of GCM.
	overhead = 12 + 16
)

// Place is where a sealed value is stored. A value opens at its own place only.
type Place struct{ Table, Column, Row string }

func (p Place) aad() []byte { return []byte(p.Table + "|" + p.Column + "|" + p.Row) }

// Vault seals, opens and indexes. It is safe for use by many goroutines.
type Vault struct {
	ring   *KeyRing
	keks   map[string]cipher.AEAD
	newest string
	cache  *cache
	fields sync.Map // field name -> *hasher
}

// New makes a vault from the keys of a key file.
func New(ring *KeyRing) (*Vault, error) {
	if ring == nil || len(ring.Seal) == 0 || len(ring.Index) != keySize {
		return nil, fmt.Errorf("make the vault: %w", ErrNoKeys)
	}
	v := &Vault{ring: ring, keks: map[string]cipher.AEAD{}, cache: newCache(cacheSize)}
	for _, k := range ring.Seal {
		a, err := aead(k.Secret)
		if err != nil {
			return nil, fmt.Errorf("make the vault: key %s: %w", k.ID, err)
		}
		v.keks[k.ID], v.newest = a, k.ID
	}
	return v, nil
}

// aead is AES-256-GCM that draws a random nonce and puts it before the ciphertext.
func aead(secret []byte) (cipher.AEAD, error) {
	if len(secret) != keySize {
		return nil, fmt.Errorf("a key of %d bytes, want %d", len(secret), keySize)
	}
	b, err := aes.NewCipher(secret)
	if err != nil {
		return nil, fmt.Errorf("make the cipher: %w", err)
	}
	a, err := cipher.NewGCMWithRandomNonce(b)
	if err != nil {
		return nil, fmt.Errorf("make the cipher: %w", err)
	}
	return a, nil
}

// Seal encrypts plain for a subject at a place. The subject's key is made on first use, so tx
// must be able to write then. It fails with fault.NotFound "vault.erased" when the subject was erased.
func (v *Vault) Seal(ctx context.Context, tx *db.Tx, subject string, p Place, plain []byte) ([]byte, error) {
	k, err := v.Key(ctx, tx, subject)
	if err != nil {
		return nil, err
	}
	return k.Seal(p, plain), nil
}

// SealText is Seal for text.
func (v *Vault) SealText(ctx context.Context, tx *db.Tx, subject string, p Place, plain string) ([]byte, error) {
	return v.Seal(ctx, tx, subject, p, []byte(plain))
}

// Open decrypts what Seal gave, at the place it was sealed for. It fails with fault.NotFound
// "vault.erased" when the subject was erased and with fault.Internal "vault.unreadable" when the
// bytes were changed or moved, or their key-encryption key is not in the key file.
func (v *Vault) Open(ctx context.Context, tx *db.Tx, p Place, sealed []byte) ([]byte, error) {
	if len(sealed) < headSize+overhead || sealed[0] != version {
		return nil, unreadable(p, nil)
	}
	id, err := uuid.FromBytes(sealed[1:headSize])
	if err != nil {
		return nil, unreadable(p, err)
	}
	k, err := v.keyByID(ctx, tx, id.String())
	if err != nil {
		return nil, fmt.Errorf("open %s.%s: %w", p.Table, p.Column, err)
	}
	plain, err := k.aead.Open(nil, nil, sealed[headSize:], p.aad())
	if err != nil {
		return nil, unreadable(p, err)
	}
	return plain, nil
}

// Subject says by whose key a value is sealed. It fails like Open.
func (v *Vault) Subject(ctx context.Context, tx *db.Tx, sealed []byte) (string, error) {
	if len(sealed) < headSize+overhead || sealed[0] != version {
		return "", unreadable(Place{}, nil)
	}
	id, err := uuid.FromBytes(sealed[1:headSize])
	if err != nil {
		return "", unreadable(Place{}, err)
	}
	k, err := v.keyByID(ctx, tx, id.String())
	if err != nil {
		return "", err
	}
	return k.Subject, nil
}

// OpenText is Open for text. A column that was never set (no bytes at all) is the empty text.
func (v *Vault) OpenText(ctx context.Context, tx *db.Tx, p Place, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	b, err := v.Open(ctx, tx, p, sealed)
	return string(b), err
}

// unreadable names the place for the log; the place holds no personal data.
func unreadable(p Place, cause error) error {
	if cause == nil {
		cause = fmt.Errorf("not a sealed value")
	}
	return fault.Wrap(fault.Internal, "vault.unreadable", nil, fmt.Errorf("%s.%s of row %s: %w", p.Table, p.Column, p.Row, cause))
}
