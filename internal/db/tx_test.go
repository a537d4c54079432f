package db_test

import (
	"context"
	"errors"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
)

func table(t *testing.T, d *db.DB) {
	t.Helper()
	if err := d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `CREATE TABLE note (id TEXT PRIMARY KEY, at BIGINT NOT NULL)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func put(id string) func(context.Context, *db.Tx) error {
	return func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO note (id, at) VALUES (?, ?)`, id, tx.Now)
		return err
	}
}

func count(t *testing.T, d *db.DB) (n int) {
	t.Helper()
	if err := d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &n, `SELECT count(*) FROM note`)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestOneUserActionIsOneTransaction(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*testing.T, *db.DB){
		"a second transaction inside one fails at once": func(t *testing.T, d *db.DB) {
			err := d.Update(t.Context(), func(ctx context.Context, _ *db.Tx) error { return d.Update(ctx, put("a")) })
			if !errors.Is(err, db.ErrNested) {
				t.Fatalf("got %v", err)
			}
		},
		"an error keeps nothing": func(t *testing.T, d *db.DB) {
			boom := errors.New("boom")
			err := d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				if err := put("a")(ctx, tx); err != nil {
					return err
				}
				return boom
			})
			if !errors.Is(err, boom) || count(t, d) != 0 {
				t.Fatalf("%v, %d rows", err, count(t, d))
			}
		},
		"a panic rolls back and goes on": func(t *testing.T, d *db.DB) {
			func() {
				defer func() {
					if recover() == nil {
						t.Error("the panic was swallowed")
					}
				}()
				_ = d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					if err := put("a")(ctx, tx); err != nil {
						return err
					}
					panic("boom")
				})
			}()
			if n := count(t, d); n != 0 {
				t.Fatalf("%d rows", n)
			}
			if err := d.Update(t.Context(), put("b")); err != nil {
				t.Fatalf("the writer is stuck: %v", err)
			}
		},
		"a view cannot write": func(t *testing.T, d *db.DB) {
			if err := d.View(t.Context(), put("a")); err == nil {
				t.Fatal("a view wrote")
			}
		},
		"a duplicate key is a conflict": func(t *testing.T, d *db.DB) {
			if err := d.Update(t.Context(), put("a")); err != nil {
				t.Fatal(err)
			}
			if err := d.Update(t.Context(), put("a")); !fault.Is(err, fault.Conflict) {
				t.Fatalf("got %v", err)
			}
		},
		"what follows a commit is not called without one": func(t *testing.T, d *db.DB) {
			called := 0
			after := func(fail error) func(context.Context, *db.Tx) error {
				return func(_ context.Context, tx *db.Tx) error {
					tx.AfterCommit(func() { called++ })
					return fail
				}
			}
			_ = d.Update(t.Context(), after(errors.New("no")))
			_ = d.Update(t.Context(), after(nil))
			if called != 1 {
				t.Fatalf("called %d times", called)
			}
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { table(t, d); test(t, d) })
		})
	}
}
