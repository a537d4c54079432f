package vault

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Key is the key of one subject, for sealing many values in one transaction.
type Key struct {
	Subject string
	id      uuid.UUID
	aead    cipher.AEAD
}

// Seal encrypts plain at a place.
func (k *Key) Seal(p Place, plain []byte) []byte {
	out := make([]byte, headSize, headSize+overhead+len(plain))
	out[0] = version
	copy(out[1:], k.id[:])
	return k.aead.Seal(out, nil, plain, p.aad())
}

// row is one line of vault_key.
type row struct {
	ID          string
	Subject     string
	KEK         string `db:"kek_id"`
	Wrapped     []byte
	CreatedAt   db.Instant  `db:"created_at"`
	DestroyedAt *db.Instant `db:"destroyed_at"`
}

const columns = `id, subject, kek_id, wrapped, created_at, destroyed_at`

// Key gives the key of a subject and makes it on first use. It fails with fault.NotFound
// "vault.erased" when the subject was erased.
func (v *Vault) Key(ctx context.Context, tx *db.Tx, subject string) (*Key, error) {
	if k := v.cache.bySubject(subject, tx.Now); k != nil {
		return k, nil
	}
	ks, err := v.Keys(ctx, tx, []string{subject})
	if err != nil {
		return nil, err
	}
	return ks[subject], nil
}

// chunk keeps the number of placeholders of one statement far below both databases' limits.
const chunk = 500

// Keys is Key for many subjects in few statements. One erased subject fails the whole call.
func (v *Vault) Keys(ctx context.Context, tx *db.Tx, subjects []string) (map[string]*Key, error) {
	// Sorted, so that two nodes that create the same keys wait for each other in one order.
	all := slices.Compact(slices.Sorted(slices.Values(subjects)))
	out := make(map[string]*Key, len(all))
	for part := range slices.Chunk(all, chunk) {
		if err := v.load(ctx, tx, part, out); err != nil {
			return nil, err
		}
		missing := slices.DeleteFunc(slices.Clone(part), func(s string) bool { return out[s] != nil })
		if len(missing) == 0 {
			continue
		}
		if err := v.create(ctx, tx, missing, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (v *Vault) load(ctx context.Context, tx *db.Tx, subjects []string, out map[string]*Key) error {
	var rows []row
	if err := tx.SelectIn(ctx, &rows, `SELECT `+columns+` FROM vault_key WHERE subject IN (?)`, subjects); err != nil {
		return fmt.Errorf("read subject keys: %w", err)
	}
	for _, r := range rows {
		k, err := v.unwrap(r)
		if err != nil {
			return err
		}
		v.remember(k, r, tx)
		out[r.Subject] = k
	}
	return nil
}

// create inserts new keys. When another node was first its key wins and ours is thrown away;
// a new key enters the cache only once it is durable.
func (v *Vault) create(ctx context.Context, tx *db.Tx, subjects []string, out map[string]*Key) error {
	args, made := make([]any, 0, 5*len(subjects)), make([]*Key, 0, len(subjects))
	for _, s := range subjects {
		k, wrapped, err := v.newKey(tx, s)
		if err != nil {
			return err
		}
		made = append(made, k)
		args = append(args, k.id.String(), s, v.newest, wrapped, tx.Now)
	}
	n, err := tx.Exec(ctx, `INSERT INTO vault_key (id, subject, kek_id, wrapped, created_at) VALUES (?, ?, ?, ?, ?)`+
		strings.Repeat(`, (?, ?, ?, ?, ?)`, len(subjects)-1)+` ON CONFLICT (subject) DO NOTHING`, args...)
	if err != nil {
		return fmt.Errorf("keep subject keys: %w", err)
	}
	if n != int64(len(made)) {
		return v.reload(ctx, tx, subjects, out)
	}
	for _, k := range made {
		out[k.Subject] = k
	}
	at := tx.Now
	tx.AfterCommit(func() {
		for _, k := range made {
			v.cache.put(k, at)
		}
	})
	return nil
}

// reload reads what is there after a lost race. Some of it may be ours and not durable yet, so
// the cache is left alone.
func (v *Vault) reload(ctx context.Context, tx *db.Tx, subjects []string, out map[string]*Key) error {
	for _, s := range subjects {
		var r row
		if err := tx.Get(ctx, &r, `SELECT `+columns+` FROM vault_key WHERE subject = ?`, s); err != nil {
			return fmt.Errorf("read a subject key: %w", err)
		}
		k, err := v.unwrap(r)
		if err != nil {
			return err
		}
		out[s] = k
	}
	return nil
}

func (v *Vault) newKey(tx *db.Tx, subject string) (*Key, []byte, error) {
	secret := make([]byte, keySize)
	if _, err := rand.Read(secret); err != nil {
		return nil, nil, fmt.Errorf("draw a key: %w", err)
	}
	a, err := aead(secret)
	if err != nil {
		return nil, nil, err
	}
	id, err := uuid.Parse(tx.NewID())
	if err != nil {
		return nil, nil, fmt.Errorf("draw a key id: %w", err)
	}
	return &Key{Subject: subject, id: id, aead: a}, v.keks[v.newest].Seal(nil, nil, secret, wrapAAD(id.String(), subject)), nil
}

func wrapAAD(id, subject string) []byte { return []byte("vault_key|wrapped|" + id + "|" + subject) }

func (v *Vault) keyByID(ctx context.Context, tx *db.Tx, id string) (*Key, error) {
	if k := v.cache.byID(id, tx.Now); k != nil {
		return k, nil
	}
	var r row
	err := tx.Get(ctx, &r, `SELECT `+columns+` FROM vault_key WHERE id = ?`, id)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Wrap(fault.Internal, "vault.unreadable", nil, errors.New("no such subject key"))
	}
	if err != nil {
		return nil, fmt.Errorf("read a subject key: %w", err)
	}
	k, err := v.unwrap(r)
	if err != nil {
		return nil, err
	}
	v.remember(k, r, tx)
	return k, nil
}

// remember caches a key that was read, unless this very transaction made it: that may yet be
// rolled back.
func (v *Vault) remember(k *Key, r row, tx *db.Tx) {
	if r.CreatedAt < tx.Now {
		v.cache.put(k, tx.Now)
	}
}

func (v *Vault) unwrap(r row) (*Key, error) {
	if r.DestroyedAt != nil {
		return nil, fault.New(fault.NotFound, "vault.erased", nil)
	}
	secret, err := v.secret(r)
	if err != nil {
		return nil, err
	}
	a, err := aead(secret)
	if err != nil {
		return nil, err
	}
	id, err := uuid.Parse(r.ID)
	if err != nil {
		return nil, fmt.Errorf("read a subject key id: %w", err)
	}
	return &Key{Subject: r.Subject, id: id, aead: a}, nil
}

func (v *Vault) secret(r row) ([]byte, error) {
	kek := v.keks[r.KEK]
	if kek == nil {
		return nil, fault.Wrap(fault.Internal, "vault.unreadable", nil, fmt.Errorf("key-encryption key %s is not in the key file", r.KEK))
	}
	secret, err := kek.Open(nil, nil, r.Wrapped, wrapAAD(r.ID, r.Subject))
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "vault.unreadable", nil, fmt.Errorf("subject key %s: %w", r.ID, err))
	}
	return secret, nil
}

// Warm reads the keys of many subjects into the cache in one query, before their columns are
// opened one by one. Subjects without a key and erased ones are passed over.
func (v *Vault) Warm(ctx context.Context, tx *db.Tx, subjects []string) error {
	cold := slices.DeleteFunc(slices.Clone(subjects), func(s string) bool { return v.cache.bySubject(s, tx.Now) != nil })
	for part := range slices.Chunk(cold, chunk) {
		var rows []row
		if err := tx.SelectIn(ctx, &rows, `SELECT `+columns+` FROM vault_key WHERE subject IN (?) AND destroyed_at IS NULL`, part); err != nil {
			return fmt.Errorf("read subject keys: %w", err)
		}
		for _, r := range rows {
			k, err := v.unwrap(r)
			if err != nil {
				return err
			}
			v.remember(k, r, tx)
		}
	}
	return nil
}
