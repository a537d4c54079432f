package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"golang.org/x/crypto/argon2"
)

// Params is the work of one argon2id hash (RFC 9106).
type Params struct {
	Time      uint32 // passes
	MemoryKiB uint32
	Threads   uint8
}

// DefaultParams is the first recommendation of the OWASP password storage guide that fits
// beside a busy database: 19 MiB, two passes, one lane.
var DefaultParams = Params{Time: 2, MemoryKiB: 19 * 1024, Threads: 1}

// maxParams bounds what a stored hash may ask for, so that a damaged row cannot take all
// memory: 256 MiB, 16 passes, 8 lanes.
var maxParams = Params{Time: 16, MemoryKiB: 256 * 1024, Threads: 8}

var errHashForm = errors.New("not an argon2id hash of this program")

const saltLen, sumLen = 16, 32

// encoded is a parsed password hash.
type encoded struct {
	Params
	salt, sum []byte
}

// String is the usual text form, $argon2id$v=19$m=…,t=…,p=…$salt$sum.
func (e encoded) String() string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		e.MemoryKiB, e.Time, e.Threads, b.EncodeToString(e.salt), b.EncodeToString(e.sum))
}

var hashForm = regexp.MustCompile(`^\$argon2id\$v=19\$m=([1-9][0-9]{0,6}),t=([1-9][0-9]?),p=([1-9])\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$`)

// decode reads a stored hash. It accepts what String writes and nothing else.
func decode(text string) (encoded, error) {
	m := hashForm.FindStringSubmatch(text)
	if m == nil {
		return encoded{}, errHashForm
	}
	p := Params{Time: number(m[2]), MemoryKiB: number(m[1]), Threads: uint8(number(m[3]))}
	if p.Time > maxParams.Time || p.MemoryKiB > maxParams.MemoryKiB || p.Threads > maxParams.Threads || p.MemoryKiB < 8*uint32(p.Threads) {
		return encoded{}, errHashForm
	}
	b := base64.RawStdEncoding.Strict()
	salt, err := b.DecodeString(m[4])
	if err != nil {
		return encoded{}, errHashForm
	}
	sum, err := b.DecodeString(m[5])
	if err != nil {
		return encoded{}, errHashForm
	}
	return encoded{p, salt, sum}, nil
}

// number reads digits that hashForm already bounded; it cannot fail.
func number(digits string) uint32 {
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return 0
	}
	return uint32(n)
}

// hasher computes argon2id, so many at a time as it has slots: memory is bounded by
// slots × MemoryKiB however many people knock.
type hasher struct {
	params Params
	slots  chan struct{}
	onHash func() // called once per computed hash
	dummy  encoded
}

func newHasher(p Params, slots int, onHash func()) *hasher {
	h := &hasher{params: p, slots: make(chan struct{}, slots), onHash: onHash}
	h.dummy = encoded{p, random(saltLen), random(sumLen)}
	return h
}

// enter waits for a slot. It is never called inside a transaction: whoever holds a slot may
// begin one.
func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a password check: %w", ctx.Err())
	}
}

// hash needs a slot. password is what normalize gave.
func (h *hasher) hash(password string) string {
	salt := random(saltLen)
	return encoded{h.params, salt, h.compute(h.params, password, salt, sumLen)}.String()
}

// verify needs a slot. An empty stored hash costs the same as one made with today's parameters
// and never matches; after a change of parameters, accounts whose owners have not come back
// since cost what they did before. stale says that the hash was made with other parameters than today's.
func (h *hasher) verify(stored, password string) (ok, stale bool, err error) {
	e, known := h.dummy, stored != ""
	if known {
		if e, err = decode(stored); err != nil {
			return false, false, err
		}
	}
	sum := h.compute(e.Params, password, e.salt, uint32(len(e.sum)))
	ok = subtle.ConstantTimeCompare(sum, e.sum) == 1 && known
	return ok, ok && e.Params != h.params, nil
}

func (h *hasher) compute(p Params, password string, salt []byte, n uint32) []byte {
	if h.onHash != nil {
		h.onHash()
	}
	return argon2.IDKey([]byte(password), salt, p.Time, p.MemoryKiB, p.Threads, n)
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: the program ends when the system has no randomness
	return b
}
