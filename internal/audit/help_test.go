package audit_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

var (
	operator = actor.Actor{ID: "p1", Name: "山田", Kind: actor.Person, Roles: []actor.Role{actor.Operator}}
	auditor  = actor.Actor{ID: "p9", Name: "監査", Kind: actor.Person, Roles: []actor.Role{actor.Auditor}}
	morning  = time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
)

// trail is a database with a log, its public key and a clock.
type trail struct {
	*audit.Log
	t      *testing.T
	d      *db.DB
	clock  *dbtest.ManualClock
	public string
	n      int
}

func newTrail(t *testing.T, d *db.DB) *trail {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, "tasuke")
	must(t, err)
	signer, err := note.NewSigner(private)
	must(t, err)
	return &trail{Log: audit.NewLog(d, signer), t: t, d: d, clock: dbtest.Clock(d, morning), public: public}
}

// write appends n entries to the main tree, a second apart, one transaction each.
func (l *trail) write(n int) {
	l.t.Helper()
	for range n {
		l.clock.Add(time.Second)
		must(l.t, l.d.Update(l.t.Context(), func(ctx context.Context, tx *db.Tx) error {
			l.n++
			return audit.Append(ctx, tx, entry(l.n))
		}))
	}
}

func entry(n int) audit.Entry {
	return audit.Entry{
		Tree: audit.Main, Actor: operator, Action: "case.moved",
		Object: audit.Ref{Kind: "case", ID: fmt.Sprintf("c%d", n)},
		Detail: map[string]any{"to": "contained", "n": n},
	}
}

func (l *trail) checkpoint() []byte {
	l.t.Helper()
	file, err := l.Checkpoint(l.t.Context())
	must(l.t, err)
	return file
}

func (l *trail) sequence() int {
	l.t.Helper()
	n, err := l.Sequence(l.t.Context())
	must(l.t, err)
	return n
}

// verify gives the report on the main tree and fails when the other is not sound.
func (l *trail) verify(checkpoint []byte) audit.TreeReport {
	l.t.Helper()
	r, err := audit.Verify(l.t.Context(), l.d, l.public, checkpoint)
	must(l.t, err)
	return r.Trees[0]
}

// attack runs statements as somebody would who holds the database: without its triggers.
func (l *trail) attack(statements ...string) {
	l.t.Helper()
	must(l.t, l.d.Update(l.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, s := range append(disarm(l.d), statements...) {
			if _, err := tx.Exec(ctx, s); err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
		}
		return nil
	}))
}

func disarm(d *db.DB) (drops []string) {
	for _, table := range []string{"audit_entry", "audit_leaf", "audit_node", "audit_checkpoint"} {
		if d.Dialect == db.Postgres {
			drops = append(drops, fmt.Sprintf("DROP TRIGGER IF EXISTS %s_only_added ON %s", table, table))
			continue
		}
		for _, event := range []string{"update", "delete", "replace"} {
			drops = append(drops, fmt.Sprintf("DROP TRIGGER IF EXISTS %s_no_%s", table, event))
		}
	}
	return drops
}

// rewrite computes every hash anew, as an attacker with the program but without the key would.
func (l *trail) rewrite() {
	l.t.Helper()
	l.attack(`DELETE FROM audit_leaf`, `DELETE FROM audit_node`,
		`INSERT INTO audit_pending (entry_id, tree, at) SELECT id, tree, at FROM audit_entry`)
	l.sequence()
}

func (l *trail) idAt(seq int) (id string) {
	l.t.Helper()
	l.read(&id, `SELECT entry_id FROM audit_leaf WHERE tree = 'main' AND seq = ?`, seq)
	return id
}

func (l *trail) count(table string) (n int) {
	l.t.Helper()
	l.read(&n, `SELECT COUNT(*) FROM `+table)
	return n
}

func (l *trail) read(dest any, query string, args ...any) {
	l.t.Helper()
	must(l.t, l.d.View(l.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, dest, query, args...)
	}))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// each runs the tests of a table on both databases.
func each(t *testing.T, tests map[string]func(*testing.T, *trail)) {
	t.Helper()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newTrail(t, d)) })
		})
	}
}

// bulk appends n entries in one transaction.
func (l *trail) bulk(n int) {
	l.t.Helper()
	must(l.t, l.d.Update(l.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for range n {
			l.n++
			if err := audit.Append(ctx, tx, entry(l.n)); err != nil {
				return err
			}
		}
		return nil
	}))
}
