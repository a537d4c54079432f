package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

// evidence is a closed database with three entries and one checkpoint, and how to verify it.
func evidence(t *testing.T) (file string, args []string) {
	t.Helper()
	dir := t.TempDir()
	file, key := filepath.Join(dir, "tasuke.db"), filepath.Join(dir, "audit.key")
	_, err := audit.CreateKey(key)
	noError(t, err)
	signer, err := audit.LoadKey(key)
	noError(t, err)
	d := dbtest.Open(t, file)
	for range 3 {
		noError(t, d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return audit.Append(ctx, tx, audit.Entry{
				Tree: audit.Main, Actor: actor.System("test"), Action: "case.opened", Object: audit.Ref{Kind: "case", ID: "c1"},
			})
		}))
	}
	checkpoint, err := audit.NewLog(d, signer).Checkpoint(t.Context())
	noError(t, err)
	note := filepath.Join(dir, "checkpoint.note")
	noError(t, os.WriteFile(note, checkpoint, 0o600))
	noError(t, d.Close())
	return file, []string{"--db", file, "--key", key + ".pub", "--checkpoint", note}
}

func verifyWith(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	c := verifyCommand()
	c.SilenceErrors, c.SilenceUsage = true, true
	c.SetOut(&out)
	c.SetArgs(args)
	err := c.ExecuteContext(t.Context())
	return out.String(), err
}

func TestVerifyCommand(t *testing.T) {
	t.Parallel()
	t.Run("a changed row ends with status 1 and is named", func(t *testing.T) {
		t.Parallel()
		file, args := evidence(t)
		d, err := db.Open(t.Context(), file)
		noError(t, err)
		var id string
		noError(t, d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.Exec(ctx, `DROP TRIGGER audit_entry_no_update`); err != nil {
				return err
			}
			if err := tx.Get(ctx, &id, `SELECT entry_id FROM audit_leaf WHERE seq = 1`); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `UPDATE audit_entry SET actor_id = 'somebody' WHERE id = ?`, id)
			return err
		}))
		noError(t, d.Close())
		for lang, want := range map[string]string{"ja": "異常があります", "en": "something is wrong"} {
			out, err := verifyWith(t, append(args, "--lang", lang)...)
			if !errors.Is(err, errSaid) || !strings.Contains(out, id) || !strings.Contains(out, want) {
				t.Errorf("%v:\n%s", err, out)
			}
		}
	})
	t.Run("a file that is no checkpoint is answered with a sentence", func(t *testing.T) {
		t.Parallel()
		_, args := evidence(t)
		noError(t, os.WriteFile(args[5], []byte("hello\n"), 0o600))
		if out, err := verifyWith(t, args...); !errors.Is(err, errSaid) || !strings.Contains(out, ".note") {
			t.Errorf("%v:\n%s", err, out)
		}
	})
	t.Run("a database that is not there is not made", func(t *testing.T) {
		t.Parallel()
		file, args := evidence(t)
		args[1] = file + ".other"
		if _, err := verifyWith(t, args...); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%v", err)
		}
		if _, err := os.Stat(args[1]); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("made: %v", err)
		}
	})
	t.Run("a sound trail is good, and its file stays as it was to the byte", func(t *testing.T) {
		t.Parallel()
		file, args := evidence(t)
		before, err := os.ReadFile(file)
		noError(t, err)
		out, err := verifyWith(t, args...)
		if err != nil || !strings.Contains(out, "異常は見つかりませんでした") || !strings.Contains(out, "外部保管のチェックポイントと一致: 3 行") {
			t.Errorf("%v:\n%s", err, out)
		}
		after, err := os.ReadFile(file)
		noError(t, err)
		if string(before) != string(after) {
			t.Error("the database file was changed")
		}
	})
}

func noError(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
