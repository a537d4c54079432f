package backup_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tasuke/internal/backup"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault/vaulttest"
)

func TestADamagedByteInAnyFileOfABackupIsRefusedAndNamed(t *testing.T) {
	t.Parallel()
	f := found(t, "")
	dir, m := f.keep(t)
	names := []string{"manifest.json", "manifest.sha256"}
	for _, file := range m.Files {
		names = append(names, file.Path)
	}
	if len(names) < 8 {
		t.Fatalf("only %v", names)
	}
	for _, name := range names {
		place := filepath.Join(dir, name)
		whole, err := os.ReadFile(place)
		noError(t, err)
		for what, spoil := range map[string]func() error{
			"first byte": func() error { return flip(place, 0) }, "a byte": func() error { return flip(place, len(whole)*2/3) },
			"last byte": func() error { return flip(place, len(whole)-1) }, "cut": func() error { return os.Truncate(place, int64(len(whole)-1)) },
			"gone": func() error { return os.Remove(place) },
		} {
			noError(t, spoil())
			to := f.target(t, "")
			_, err := backup.Restore(t.Context(), dir, to)
			key := "backup.damaged"
			if name == "manifest.json" && what == "gone" {
				key = "backup.no_manifest"
			}
			args := refused(t, err, key)
			if said := args["File"]; said != name && name != "manifest.sha256" && key == "backup.damaged" {
				t.Errorf("%s of %s: %v is named", what, name, said)
			}
			nothing(t, to.Dir)
			noError(t, os.WriteFile(place, whole, 0o600))
		}
	}
	if _, err := backup.Restore(t.Context(), dir, f.target(t, "")); err != nil {
		t.Errorf("made whole again: %v", err)
	}
}

func TestWhatIsNotRestored(t *testing.T) {
	t.Parallel()
	f := found(t, "")
	dir, _ := f.keep(t)
	tests := map[string]struct {
		change func(t *testing.T, dir *string, to *backup.Target)
		key    string
	}{
		"over something": {func(t *testing.T, _ *string, to *backup.Target) { to.Dir = f.dir }, "backup.exists"},
		"into the backup itself": {func(t *testing.T, dir *string, to *backup.Target) { to.Dir = filepath.Join(*dir, "new") },
			"backup.inside"},
		"with another key file": {func(t *testing.T, _ *string, to *backup.Target) { to.Vault = vaulttest.New(t) }, "backup.other_key"},
		"an unfinished one":     {func(t *testing.T, dir *string, _ *backup.Target) { *dir += ".part" }, "backup.unfinished"},
		"what is no backup":     {func(t *testing.T, dir *string, _ *backup.Target) { *dir = t.TempDir() }, "backup.no_manifest"},
		"one of a later program": {func(t *testing.T, dir *string, _ *backup.Target) {
			*dir = edited(t, *dir, func(m map[string]any) { m["schema"] = 9999 })
		},
			"backup.newer"},
		"one of a later format": {func(t *testing.T, dir *string, _ *backup.Target) {
			*dir = edited(t, *dir, func(m map[string]any) { m["format"] = 2 })
		},
			"backup.newer"},
		"one whose list names a place outside": {func(t *testing.T, dir *string, _ *backup.Target) {
			*dir = edited(t, *dir, func(m map[string]any) { m["files"].([]any)[0].(map[string]any)["path"] = "../x" })
		}, "backup.damaged"},
		"one whose list counts other rows": {func(t *testing.T, dir *string, _ *backup.Target) {
			*dir = edited(t, *dir, func(m map[string]any) { m["tables"].(map[string]any)["incident"] = 5 })
		}, "backup.not_the_same"},
		"one whose trail has another root": {func(t *testing.T, dir *string, _ *backup.Target) {
			*dir = edited(t, *dir, func(m map[string]any) { m["audit"].([]any)[0].(map[string]any)["root"] = "x" })
		}, "backup.trail"},
		"into a database with rows": {func(t *testing.T, _ *string, to *backup.Target) {
			to.DB = dbtest.PostgresEmpty(t)
			d := dbtest.Open(t, to.DB)
			noError(t, d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO number (kind, year, last) VALUES ('INC', 2026, 1)`)
				return err
			}))
		}, "backup.not_empty"},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := dir, f.target(t, "")
			c.change(t, &from, &to)
			_, err := backup.Restore(t.Context(), from, to)
			refused(t, err, c.key)
			if to.Dir != f.dir {
				nothing(t, to.Dir)
			}
		})
	}
}

// edited copies a backup and changes its list, with the right hash again.
func edited(t *testing.T, dir string, change func(map[string]any)) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "edited")
	noError(t, os.CopyFS(to, os.DirFS(dir)))
	b, err := os.ReadFile(filepath.Join(to, "manifest.json"))
	noError(t, err)
	var m map[string]any
	noError(t, json.Unmarshal(b, &m))
	change(m)
	b, err = json.Marshal(m)
	noError(t, err)
	h := sha256.Sum256(b)
	noError(t, os.WriteFile(filepath.Join(to, "manifest.json"), b, 0o600))
	noError(t, os.WriteFile(filepath.Join(to, "manifest.sha256"), []byte(hex.EncodeToString(h[:])+"  manifest.json\n"), 0o600))
	return to
}

func TestWhatWasRestoredGoesOn(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run("from sqlite to "+string(dialect), func(t *testing.T) { t.Parallel(); goesOn(t, found(t, ""), dialect) })
		t.Run("from postgres to "+string(dialect), func(t *testing.T) {
			t.Parallel()
			goesOn(t, found(t, dbtest.PostgresEmpty(t)), dialect)
		})
	}
}

func goesOn(t *testing.T, f *firm, dialect db.Dialect) {
	t.Helper()
	dir, _ := f.keep(t)
	dsn := ""
	if dialect == db.Postgres {
		dsn = dbtest.PostgresEmpty(t)
	}
	to := f.target(t, dsn)
	if _, err := backup.Restore(t.Context(), dir, to); err != nil {
		t.Fatal(err)
	}
	if dsn == "" {
		dsn = filepath.Join(to.Dir, "tasuke.db")
	}
	if b, err := os.ReadFile(filepath.Join(to.Dir, backup.RestoredMark)); err != nil || !strings.HasPrefix(string(b), "backup ") {
		t.Errorf("the mark that holds mail back: %q, %v", b, err)
	}
	noError(t, os.CopyFS(filepath.Join(to.Dir, "keys"), os.DirFS(f.at("keys"))))
	noError(t, os.Chmod(filepath.Join(to.Dir, "keys/data.key"), 0o600))
	noError(t, os.Chmod(filepath.Join(to.Dir, "keys/audit.key"), 0o600))
	again := &firm{t: t, dir: to.Dir, dsn: dsn, d: dbtest.Open(t, dsn)}
	again.work()
	again.open(t.Context())
	again.events(0, 80) // 60 of them are known
	_, err := again.log.Checkpoint(t.Context())
	noError(t, err)
	if n := number(t, dsn, `SELECT last FROM number`); n != 5 {
		t.Errorf("the next incident was number %d, want 5", n)
	}
	cover, err := again.logs.Coverage(t.Context())
	noError(t, err)
	if bad, err := again.logs.Verify(t.Context()); err != nil || len(bad) > 0 || cover[0].Rows != 80 {
		t.Errorf("%v %v %+v", bad, err, cover)
	}
	for _, change := range []string{`UPDATE audit_entry SET actor_id = 'x'`, `DELETE FROM clock_event`} {
		err := again.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error { _, err := tx.Exec(ctx, change); return err })
		if err == nil || !strings.Contains(err.Error(), "only ever added") {
			t.Errorf("%s: %v", change, err)
		}
	}
}
