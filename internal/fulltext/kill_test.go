package fulltext_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fulltext"
	"tasuke/internal/vault"
)

// Where a child process of these tests takes old texts in.
const (
	childDB   = "FULLTEXT_TEST_DB"
	childKeys = "FULLTEXT_TEST_KEYS"
)

// TestMain lets this test binary also be a process that is killed.
func TestMain(m *testing.M) {
	if dsn := os.Getenv(childDB); dsn != "" {
		if err := fill(context.Background(), dsn, os.Getenv(childKeys)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// fill is the backfill of 350 texts as a program of its own.
func fill(ctx context.Context, dsn, keys string) error {
	ring, err := vault.LoadKeys(keys)
	if err != nil {
		return err
	}
	v, err := vault.New(ring)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return err
	}
	_, err = fulltext.New(v).Backfill(ctx, d, []fulltext.Source{{Kind: fulltext.Note, Read: oldTexts}})
	return err
}

func oldTexts(_ context.Context, tx *db.Tx, before string, limit int) (out []fulltext.Text, err error) {
	for i := 349; i >= 0 && len(out) < limit; i-- {
		if id := fmt.Sprintf("%03d", i); id < before {
			out = append(out, fulltext.Text{Kind: fulltext.Note, ID: id, Subject: "customer:" + id, At: tx.Now, Parts: []string{"身に覚えのない出金 " + id}})
		}
	}
	return out, nil
}

func TestAKilledBackfillGoesOnAndTakesEachTextInOnce(t *testing.T) {
	t.Parallel()
	for dialect, dsn := range map[string]func() string{
		"sqlite": func() string { return filepath.Join(t.TempDir(), "t.db") }, "postgres": func() string { return dbtest.PostgresDSN(t) },
	} {
		for _, point := range []string{"fulltext.backfill", "fulltext.backfill@3", "tx.after_commit@2", "tx.after_commit@4"} {
			t.Run(dialect+" "+point, func(t *testing.T) {
				t.Parallel()
				where, keys := dsn(), filepath.Join(t.TempDir(), "data.key")
				d := dbtest.Open(t, where)
				if err := vault.CreateKeyFile(keys); err != nil {
					t.Fatal(err)
				}
				cmd := exec.CommandContext(t.Context(), os.Args[0])
				cmd.Env = append(os.Environ(), childDB+"="+where, childKeys+"="+keys, db.CrashEnv+"="+point)
				out, err := cmd.CombinedOutput()
				if err == nil || !strings.Contains(string(out), db.CrashLine) {
					t.Fatalf("the process was not killed: %v\n%s", err, out)
				}
				if err := fill(t.Context(), where, keys); err != nil {
					t.Fatal(err)
				}
				var docs, grams, orphans int
				if err := d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					if err := tx.Get(ctx, &docs, `SELECT count(*) FROM text_doc`); err != nil {
						return err
					}
					if err := tx.Get(ctx, &orphans, `SELECT count(*) FROM text_gram WHERE no NOT IN (SELECT no FROM text_doc)`); err != nil {
						return err
					}
					return tx.Get(ctx, &grams, `SELECT count(*) FROM text_gram`)
				}); err != nil {
					t.Fatal(err)
				}
				if docs != 350 || orphans != 0 || grams < 350*9 {
					t.Errorf("%d texts, %d grams, %d of no text", docs, grams, orphans)
				}
			})
		}
	}
}
