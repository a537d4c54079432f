package signin

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// How long one-time links are good for.
const (
	SetupLife = 72 * time.Hour // a new colleague's first password
	ResetLife = 24 * time.Hour
)

// linkKeep is how long a link that is over stays readable for an inquiry into who used it.
const linkKeep = 90 * 24 * time.Hour

// Options of the service; zero values are the defaults.
type Options struct {
	// HashSlots is how many passwords are computed at once, 19 MiB each; default is the number
	// of processors.
	HashSlots int

	params Params // tests use cheaper ones
	onHash func()
}

// Service is everything one can do with accounts. Each method that changes something is one
// transaction with its audit entry.
type Service struct {
	d      *db.DB
	hasher *hasher
}

// New makes the service over a migrated database.
func New(d *db.DB, o Options) *Service {
	if o.HashSlots < 1 {
		o.HashSlots = runtime.NumCPU()
	}
	if o.params == (Params{}) {
		o.params = DefaultParams
	}
	return &Service{d: d, hasher: newHasher(o.params, o.HashSlots, o.onHash)}
}

// detail is what the audit trail keeps beside who, what and when. No field ever holds a
// password, a token or a hash.
type detail struct {
	Login    string   `json:"login,omitempty"`
	Name     string   `json:"name,omitempty"`
	Roles    Roles    `json:"roles,omitempty"`
	Before   Roles    `json:"roles_before,omitempty"`
	Purpose  Purpose  `json:"purpose,omitempty"`
	Address  string   `json:"address,omitempty"` // network address of the browser
	Scopes   Scopes   `json:"scopes,omitempty"`
	Expires  string   `json:"expires,omitempty"`
	Rehashed bool     `json:"rehashed,omitempty"`
	Settings []string `json:"settings,omitempty"`
}

func record(ctx context.Context, tx *db.Tx, by actor.Actor, action, kind, id string, d detail) error {
	return audit.Append(ctx, tx, audit.Entry{
		Tree: audit.Main, Actor: by, Action: action, Object: audit.Ref{Kind: kind, ID: id}, Detail: d,
	})
}

// system acts where nobody has signed in yet.
var system = actor.System("signin")

// view reads on one snapshot.
func view[T any](ctx context.Context, d *db.DB, fn func(context.Context, *db.Tx) (T, error)) (out T, err error) {
	err = d.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = fn(ctx, tx)
		return err
	})
	return out, err
}

// update is view for writing; when it fails, what fn gave is not shown.
func update[T any](ctx context.Context, d *db.DB, fn func(context.Context, *db.Tx) (T, error)) (T, error) {
	var out, none T
	err := d.Update(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = fn(ctx, tx)
		return err
	})
	if err != nil {
		return none, err
	}
	return out, nil
}

// unknown turns "no row" into the reader's error for an account that is not there.
func unknown(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.Wrap(fault.NotFound, "signin.account.none", nil, err)
	}
	return err
}

// Sweep removes what is over: sessions past their end, brakes that nobody touched for a day,
// links that ended 90 days ago. A schedule calls it; nothing depends on when.
func (s *Service) Sweep(ctx context.Context) (removed int64, err error) {
	err = s.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		removed = 0
		for _, q := range []struct {
			sql    string
			before db.Instant
		}{
			{`DELETE FROM session WHERE expiry <= ?`, tx.Now},
			{`DELETE FROM signin_attempt WHERE last_at < ?`, tx.Now.Add(-forgetAfter)},
			{`DELETE FROM account_link WHERE expires_at < ?`, tx.Now.Add(-linkKeep)},
		} {
			n, err := tx.Exec(ctx, q.sql, q.before)
			if err != nil {
				return fmt.Errorf("sweep sign-in records: %w", err)
			}
			removed += n
		}
		return nil
	})
	return removed, err
}
