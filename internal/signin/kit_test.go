package signin

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
)

const goodPassword = "青い自転車と三つの鍵 x"

// kit is a service with cheap hashes, a clock that the test moves and a count of hashes.
type kit struct {
	*Service
	t      *testing.T
	d      *db.DB
	clock  *dbtest.ManualClock
	hashes atomic.Int64
	onHash func() // runs once, while a password is computed
}

func newKit(t *testing.T, d *db.DB) *kit {
	k := &kit{t: t, d: d, clock: dbtest.Clock(d, d.Clock())}
	k.Service = New(d, Options{HashSlots: 2, params: Params{1, 64, 1}, onHash: func() {
		k.hashes.Add(1)
		if f := k.onHash; f != nil {
			k.onHash = nil
			f()
		}
	}})
	return k
}

// each runs the tests on both databases.
func each(t *testing.T, tests map[string]func(*testing.T, *kit)) {
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newKit(t, d)) })
		})
	}
}

var root = actor.System("test")

// invited is an account whose owner has not used the link yet.
func (k *kit) invited(login string, roles ...actor.Role) (Account, string) {
	k.t.Helper()
	if len(roles) == 0 {
		roles = Roles{actor.Operator}
	}
	a, link, err := k.Create(k.t.Context(), root, NewAccount{Login: login, Name: "受付 " + login, Roles: roles})
	k.must(err)
	return a, link
}

// person is an account with goodPassword.
func (k *kit) person(login string, roles ...actor.Role) Account {
	k.t.Helper()
	_, link := k.invited(login, roles...)
	a, err := k.UseLink(k.t.Context(), link, goodPassword)
	k.must(err)
	return a
}

func (k *kit) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// in signs in from one address.
func (k *kit) in(login, password string) error {
	_, err := k.SignIn(k.t.Context(), login, password, "192.0.2.1")
	return err
}

// refused fails unless err carries the key.
func refused(t *testing.T, err error, kind fault.Kind, key string) *fault.Error {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || f.Key != key {
		t.Fatalf("got %v, want %s %s", err, kind, key)
	}
	return f
}

func badField(t *testing.T, err error, field, key string) {
	t.Helper()
	if f := refused(t, err, fault.Invalid, "form.invalid"); f.Fields[field] != key {
		t.Fatalf("got %v, want %s on %s", f.Fields, key, field)
	}
}

// count reads one number.
func (k *kit) count(query string, args ...any) (n int) {
	k.t.Helper()
	k.must(k.d.View(k.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query, args...) }))
	return n
}

// meanwhile runs first in a transaction, and before it commits lets second run until it either
// ends or waits for that transaction. So the bad interleaving happens every time.
func (k *kit) meanwhile(first func(context.Context, *db.Tx) error, second func() error) (err1, err2 error) {
	k.t.Helper()
	done := make(chan error, 1)
	over := false
	err1 = k.d.Update(k.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		var pid int
		if tx.Dialect == db.Postgres {
			if err := tx.Get(ctx, &pid, `SELECT pg_backend_pid()`); err != nil {
				return err
			}
		}
		waits := k.d.Writer().Stats().WaitCount
		if err := first(ctx, tx); err != nil {
			return err
		}
		go func() { done <- second() }()
		for ctx.Err() == nil {
			select {
			case err2 = <-done:
				over = true
				return nil
			default:
			}
			if k.waiting(pid, waits) {
				return nil
			}
			runtime.Gosched()
		}
		return ctx.Err()
	})
	if !over && err1 == nil {
		err2 = <-done
	}
	return err1, err2
}

// waiting asks whether somebody waits: for our locks on PostgreSQL, for the writer on SQLite.
func (k *kit) waiting(pid int, before int64) bool {
	if k.d.Dialect == db.SQLite {
		return k.d.Writer().Stats().WaitCount > before
	}
	return k.count(`SELECT count(*) FROM pg_stat_activity WHERE CASE WHEN wait_event_type = 'Lock' THEN ? = ANY (pg_blocking_pids(pid)) ELSE false END`, pid) > 0
}

// recorded counts audit entries of an action.
func (k *kit) recorded(action string) int {
	k.t.Helper()
	return k.count(`SELECT count(*) FROM audit_entry WHERE action = ?`, action)
}

const second = time.Second
