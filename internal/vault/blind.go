package vault

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"sync"
)

const (
	blindSize = 16
	// gramSize is short on purpose: a gram only finds candidates, which are rechecked after
	// opening, and it is by far the most numerous thing stored.
	gramSize = 8
)

// hasher is HMAC-SHA256 under the key of one field.
type hasher struct{ pool sync.Pool }

func (v *Vault) field(kind, name string) *hasher {
	id := kind + " " + name
	if h, ok := v.fields.Load(id); ok {
		return h.(*hasher)
	}
	key, err := hkdf.Key(sha256.New, v.ring.Index, nil, "tasuke "+id, keySize)
	if err != nil {
		panic("vault: derive a 32-byte key: " + err.Error()) // only a length over 8160 bytes can fail
	}
	h := &hasher{}
	h.pool.New = func() any { return hmac.New(sha256.New, key) }
	got, _ := v.fields.LoadOrStore(id, h)
	return got.(*hasher)
}

func (h *hasher) sum(s string, size int) []byte {
	m := h.pool.Get().(hash.Hash)
	defer h.pool.Put(m)
	m.Reset()
	_, _ = m.Write([]byte(s)) // hash.Hash never fails
	return m.Sum(make([]byte, 0, sha256.Size))[:size:size]
}

// Blind is the 16-byte index of an exact value: equal values of one field, and only those, have
// equal indexes. The caller folds the value first (package text). Keep it off columns with few
// values: equality alone would tell them.
func (v *Vault) Blind(field, normalized string) []byte {
	return v.field("blind", field).sum(normalized, blindSize)
}

// Grams gives the 8-byte indexes of the distinct runs of n characters of a value, in the order
// of first appearance; none when it is shorter than n or n < 1.
func (v *Vault) Grams(field, normalized string, n int) [][]byte {
	r := []rune(normalized)
	if n < 1 || len(r) < n {
		return nil
	}
	h, seen := v.field("gram", field), make(map[string]bool, len(r))
	out := make([][]byte, 0, len(r)-n+1)
	for i := 0; i+n <= len(r); i++ {
		g := string(r[i : i+n])
		if !seen[g] {
			seen[g] = true
			out = append(out, h.sum(g, gramSize))
		}
	}
	return out
}
