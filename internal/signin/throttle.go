package signin

import (
	"context"
	"crypto/sha256"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// brake slows down guessing, for each login name (known or not) and for each network address.
// It is kept in the database: a restart or another node forgets nothing. The price of a brake
// by login name is that a stranger can make its owner wait, maxDelay at most.
const (
	// An office shares one address, so an address may fail more often than a name.
	freeByAccount = 4
	freeByAddress = 19
	maxDelay      = 15 * time.Minute
	// forgetAfter is how long a row without a new failure counts.
	forgetAfter = 24 * time.Hour
)

// attempt is one brake: what is counted, under a hash, since people type passwords into the
// field for names.
type attempt struct {
	kind string
	hash []byte
	free int64
}

func byAccount(login string) attempt { return newAttempt("account", foldLogin(login), freeByAccount) }
func byAddress(addr string) attempt  { return newAttempt("address", addr, freeByAddress) }

func newAttempt(kind, key string, free int64) attempt {
	sum := sha256.Sum256([]byte(kind + "\x00" + key))
	return attempt{kind, sum[:], free}
}

// delay is the wait after so many failures in a row: none up to free, then 1 s, 2 s, 4 s ...
func (a attempt) delay(failures int64) time.Duration {
	over := failures - a.free
	switch {
	case over <= 0:
		return 0
	case over > 10: // 2^10 s is more than maxDelay
		return maxDelay
	}
	return min(time.Second<<(over-1), maxDelay)
}

// check refuses while the brake is on. It only reads, so a flood costs no writing.
func (a attempt) check(ctx context.Context, tx *db.Tx) error {
	var until db.Instant
	err := tx.Get(ctx, &until, `SELECT blocked_until FROM signin_attempt WHERE kind = ? AND key_hash = ?`, a.kind, a.hash)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil
	case err != nil:
		return err
	case until > tx.Now:
		return wait(until.Sub(tx.Now))
	}
	return nil
}

func wait(d time.Duration) error {
	return fault.New(fault.TooMany, "signin.wait", map[string]any{"Seconds": int64((d + time.Second - 1) / time.Second)})
}

// charge counts a failure before the password is looked at, in one statement that also
// refuses while the brake is on: of many guesses sent at once each is counted, and none
// after the brake went on is looked at. forgive or refund take it back.
func (a attempt) charge(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, `INSERT INTO signin_attempt (kind, key_hash, last_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
		a.kind, a.hash, tx.Now); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `UPDATE signin_attempt SET failures = CASE WHEN last_at < ? THEN 1 ELSE failures + 1 END, last_at = ?
		WHERE kind = ? AND key_hash = ? AND blocked_until <= ?`, tx.Now.Add(-forgetAfter), tx.Now, a.kind, a.hash, tx.Now)
	if err != nil {
		return err
	}
	if n == 0 {
		if err := a.check(ctx, tx); err != nil {
			return err
		}
		return wait(time.Second) // the brake went off between the two statements
	}
	var failures int64
	if err := tx.Get(ctx, &failures, `SELECT failures FROM signin_attempt WHERE kind = ? AND key_hash = ?`, a.kind, a.hash); err != nil {
		return err
	}
	if d := a.delay(failures); d > 0 {
		_, err = tx.Exec(ctx, `UPDATE signin_attempt SET blocked_until = ? WHERE kind = ? AND key_hash = ?`, tx.Now.Add(d), a.kind, a.hash)
	}
	return err
}

// forgive starts over: the owner is known to be there.
func (a attempt) forgive(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `DELETE FROM signin_attempt WHERE kind = ? AND key_hash = ?`, a.kind, a.hash)
	return err
}

// refund takes one charge back and no more: with an account of one's own one must not be able
// to wipe out an address's failures at other accounts.
func (a attempt) refund(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `UPDATE signin_attempt SET failures = failures - 1, blocked_until = 0
		WHERE kind = ? AND key_hash = ? AND failures > 0`, a.kind, a.hash)
	return err
}
