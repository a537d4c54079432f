package backup_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"tasuke/internal/backup"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
)

func (f *firm) move(t *testing.T, to string) (backup.Moved, error) {
	t.Helper()
	return backup.Move(t.Context(), f.dsn, to, f.publicKey(), options)
}

func TestAMoveKeepsEveryRowNumberRevisionAndProof(t *testing.T) {
	t.Parallel()
	f := found(t, "")
	before, to := dump(t, f.dsn), dbtest.PostgresEmpty(t)
	m, err := f.move(t, to)
	noError(t, err)
	after := dump(t, to)
	sameRows(t, before, after)
	sameRows(t, before, dump(t, f.dsn)) // the source is as it was
	if len(after["incident"]) != 4 || len(after["audit_leaf"]) == 0 || len(after["number"]) != 1 || m.Rows == 0 || len(m.Trees) != 2 {
		t.Errorf("%+v", m)
	}
	there := &firm{t: t, dir: f.dir, dsn: to, d: dbtest.Open(t, to)}
	there.work()
	there.open(t.Context())
	_, err = there.log.Checkpoint(t.Context())
	noError(t, err)
	if n := number(t, to, `SELECT last FROM number`); n != 5 {
		t.Errorf("the next incident was number %d, want 5", n)
	}
	for _, change := range []string{`UPDATE audit_leaf SET seq = 9`, `TRUNCATE timeline`} {
		err := there.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, change); return err })
		if err == nil || !strings.Contains(err.Error(), "only ever added") {
			t.Errorf("%s: %v", change, err)
		}
	}
}

func TestWhatWaitsToBeDoneIsDoneAfterAMove(t *testing.T) {
	t.Parallel()
	f := found(t, "")
	handler := func(done chan string) effect.Handler {
		return effect.Handler{Kind: "letter", Tx: func(_ context.Context, tx *db.Tx, e effect.Effect) (any, error) {
			tx.AfterCommit(func() { done <- e.Key })
			return nil, nil
		}}
	}
	here := effect.NewStore(f.d, nil)
	here.Handle(handler(nil))
	for i := range 3 {
		noError(t, f.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, _, err := here.Enqueue(ctx, tx, effect.Spec{Kind: "letter", Key: fmt.Sprint("letter ", i), Ref: "mail:1"})
			return err
		}))
	}
	to := dbtest.PostgresEmpty(t)
	_, err := f.move(t, to)
	noError(t, err)
	d := dbtest.Open(t, to)
	queue, err := effect.NewRiver(d)
	noError(t, err)
	noError(t, queue.Migrate(t.Context()))
	there, done := effect.NewStore(d, queue), make(chan string, 10)
	there.Handle(handler(done))
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { there.Run(ctx); close(ended) }()
	seen := map[string]bool{}
	for range 3 {
		seen[<-done] = true
	}
	stop()
	<-ended
	if len(seen) != 3 || number(t, to, `SELECT count(*) FROM effect WHERE state = 'done'`) != 3 {
		t.Errorf("%v", seen)
	}
}

func TestAValueThatPostgreSQLWouldNotHoldIsNamedAndNothingIsMoved(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change        string
		table, column string
	}{
		"text in a number":      {`UPDATE incident SET rev = 'many' WHERE no LIKE '%2'`, "incident", "rev"},
		"a fraction":            {`UPDATE number SET last = 4.5`, "number", "last"},
		"bytes in a text":       {`UPDATE incident SET title = x'e38182' WHERE no LIKE '%2'`, "incident", "title"},
		"text in bytes":         {`UPDATE incident SET summary = 'plain' WHERE no LIKE '%2'`, "incident", "summary"},
		"a zero in a text":      {`UPDATE incident SET title = 'a' || char(0) || 'b' WHERE no LIKE '%2'`, "incident", "title"},
		"text that is no UTF-8": {`UPDATE incident SET title = CAST(x'e381' AS TEXT) WHERE no LIKE '%2'`, "incident", "title"},
		"a number too large":    {`UPDATE number SET year = 3000000000`, "number", "year"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := found(t, "")
			var id string
			noError(t, f.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.Exec(ctx, c.change); err != nil {
					return err
				}
				return tx.Get(ctx, &id, `SELECT id FROM incident WHERE no LIKE '%2'`)
			}))
			to := dbtest.PostgresEmpty(t)
			_, err := f.move(t, to)
			args := refused(t, err, "backup.value")
			row := "id=" + id
			if c.table == "number" {
				row = "kind="
			}
			if args["Table"] != c.table || args["Column"] != c.column || !strings.HasPrefix(fmt.Sprint(args["Row"]), row) {
				t.Errorf("%v, want row %s", args, row)
			}
			for name, rows := range dump(t, to) {
				if len(rows) > 0 {
					t.Errorf("%s has %d rows", name, len(rows))
				}
			}
		})
	}
}

func TestWhatIsNotMoved(t *testing.T) {
	t.Parallel()
	f := found(t, "")
	t.Run("to a database with rows", func(t *testing.T) {
		to := dbtest.PostgresEmpty(t)
		_, err := f.move(t, to)
		noError(t, err)
		_, err = f.move(t, to)
		refused(t, err, "backup.not_empty")
	})
	t.Run("to a database of somebody else", func(t *testing.T) {
		to := dbtest.PostgresEmpty(t)
		d, err := db.Open(t.Context(), to)
		noError(t, err)
		defer func() { noError(t, d.Close()) }()
		noError(t, d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `CREATE TABLE payroll AS SELECT 1 AS id`)
			return err
		}))
		_, err = f.move(t, to)
		refused(t, err, "backup.not_empty")
	})
	t.Run("from a table that somebody added", func(t *testing.T) {
		f := found(t, "")
		noError(t, f.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `CREATE TABLE note (id TEXT)`)
			return err
		}))
		_, err := f.move(t, dbtest.PostgresEmpty(t))
		if args := refused(t, err, "backup.strange_table"); args["Table"] != "note" {
			t.Errorf("%v", args)
		}
	})
	t.Run("to SQLite", func(t *testing.T) {
		_, err := f.move(t, f.at("other.db"))
		refused(t, err, "backup.direction")
	})
	t.Run("from a file that is not there, which is not made", func(t *testing.T) {
		_, err := backup.Move(t.Context(), f.at("none.db"), dbtest.PostgresEmpty(t), f.publicKey(), options)
		refused(t, err, "backup.no_database")
		if _, err := os.Stat(f.at("none.db")); err == nil {
			t.Error("it was made")
		}
	})
	t.Run("from a trail that was tampered with", func(t *testing.T) {
		f := found(t, "")
		noError(t, f.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `DROP TRIGGER audit_leaf_no_delete`); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `DELETE FROM audit_leaf WHERE seq = 0`)
			return err
		}))
		_, err := f.move(t, dbtest.PostgresEmpty(t))
		refused(t, err, "backup.trail")
	})
}
