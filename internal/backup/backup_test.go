package backup_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tasuke/internal/audit"
	"tasuke/internal/backup"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault"
)

func TestABackupMadeUnderLoadIsOneMomentAndRestoresElsewhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f *firm) {
		ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
		var writers sync.WaitGroup
		begun := make(chan struct{})
		var once sync.Once
		for range 3 {
			writers.Go(func() {
				for n := 0; ctx.Err() == nil; n++ {
					f.open(context.WithoutCancel(ctx))
					once.Do(func() { close(begun) })
				}
			})
		}
		writers.Go(func() {
			for n := 100; ctx.Err() == nil; n += 20 {
				f.events(n, 20)
			}
		})
		writers.Go(func() {
			for ctx.Err() == nil {
				if _, err := f.log.Checkpoint(context.WithoutCancel(ctx)); err != nil {
					t.Error(err)
				}
			}
		})
		<-begun
		var made []string
		var lists []backup.Manifest
		for range 3 {
			before := number(t, f.dsn, `SELECT count(*) FROM incident`)
			dir, m := f.keep(t)
			after := number(t, f.dsn, `SELECT count(*) FROM incident`)
			if n := m.Tables["incident"]; n < before || n > after {
				t.Errorf("%d incidents in the backup, %d before it and %d after it", n, before, after)
			}
			made, lists = append(made, dir), append(lists, m)
		}
		stop()
		writers.Wait()
		if lists[2].Tables["incident"] == lists[0].Tables["incident"] {
			t.Error("nobody wrote between the backups")
		}
		for i, dir := range made {
			f.restored(t, dir, lists[i], "")
		}
		f.restored(t, made[2], lists[2], dbtest.PostgresEmpty(t))
	})
}

// restored restores a backup and looks for torn transactions.
func (f *firm) restored(t *testing.T, dir string, m backup.Manifest, dsn string) {
	t.Helper()
	to := f.target(t, dsn)
	p, err := backup.Restore(t.Context(), dir, to)
	noError(t, err)
	if p.Rows != m.Rows() || p.Tables != len(m.Tables) || p.Segments != m.Segments || p.Segments < 3 || p.Keys != m.Opened || p.Keys == 0 || p.Checkpoint == "" {
		t.Errorf("%+v", p)
	}
	if dsn == "" {
		dsn = filepath.Join(to.Dir, "tasuke.db")
	}
	sameRows(t, dump(t, filepath.Join(dir, "case.db")), dump(t, dsn))
	for what, query := range map[string]string{
		"incidents without an audit entry":   `SELECT count(*) FROM incident i WHERE NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.object_id = i.id)`,
		"audit entries without an incident":  `SELECT count(*) FROM audit_entry e WHERE object_kind = 'incident' AND NOT EXISTS (SELECT 1 FROM incident i WHERE i.id = e.object_id)`,
		"incidents without a clock event":    `SELECT count(*) FROM incident i WHERE NOT EXISTS (SELECT 1 FROM clock_event c WHERE c.incident_id = i.id)`,
		"numbers drawn and not given":        `SELECT (SELECT SUM(last) FROM number) - (SELECT count(*) FROM incident)`,
		"incidents that have lost their no.": `SELECT count(*) FROM incident WHERE no IS NULL`,
	} {
		if n := number(t, dsn, query); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
}

func TestABackupHoldsWhatWasRecordedAndNothingOfWhoIsSignedIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f *firm) {
		noError(t, f.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO session (token_hash, data, expiry) VALUES (?, ?, ?)`, []byte("hash"), []byte("data"), int64(1))
			return err
		}))
		dir, m := f.keep(t)
		sameRows(t, dump(t, f.dsn), dump(t, filepath.Join(dir, "case.db")))
		if m.Tables["session"] != 0 || number(t, filepath.Join(dir, "case.db"), `SELECT count(*) FROM session`) != 0 {
			t.Error("sessions were kept")
		}
		if !m.Sound || m.Tables["incident"] != 4 || m.Segments != 3 || m.Trees[0].Size == 0 || m.Dialect != f.d.Dialect || m.At == 0 {
			t.Errorf("%+v", m)
		}
		for _, name := range []string{"public/notice.html", "audit.pub"} {
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				t.Error(err)
			}
		}
		r, err := verifyFile(t, filepath.Join(dir, "case.db"), f.publicKey())
		if err != nil || !r.OK() {
			t.Errorf("tasuke verify on the file of a backup: %v", err)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "case.db-*")); len(left) > 0 {
			t.Errorf("beside the database lies %v", left)
		}
	})
}

func verifyFile(t *testing.T, file, key string) (audit.Report, error) {
	t.Helper()
	d, err := db.OpenReadOnly(t.Context(), file)
	noError(t, err)
	defer func() { noError(t, d.Close()) }()
	return audit.Verify(t.Context(), d, key, nil)
}

func TestNoKeyIsEverInABackup(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f *firm) {
		dir, _ := f.keep(t)
		ring, err := vault.LoadKeys(f.at("keys/data.key"))
		noError(t, err)
		private, err := os.ReadFile(f.at("keys/audit.key"))
		noError(t, err)
		secrets := [][]byte{ring.Index, bytes.TrimSpace(private)}
		for _, k := range ring.Seal {
			secrets = append(secrets, k.Secret)
		}
		text, err := os.ReadFile(f.at("keys/data.key"))
		noError(t, err)
		for _, w := range strings.Fields(string(text)) {
			if len(w) > 40 {
				secrets = append(secrets, []byte(w))
			}
		}
		if len(secrets) < 5 {
			t.Fatalf("%d secrets", len(secrets))
		}
		files := 0
		noError(t, filepath.WalkDir(dir, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() {
				return err
			}
			files++
			b, err := os.ReadFile(name)
			for _, s := range secrets {
				if bytes.Contains(b, s) {
					t.Errorf("%s holds a key", name)
				}
			}
			return err
		}))
		if files < 8 {
			t.Errorf("%d files", files)
		}
	})
}

func TestAKeyThatLiesInWhatIsCopiedIsRefused(t *testing.T) {
	t.Parallel()
	for name, plant := range map[string]func(f *firm) error{
		"a link to a key file": func(f *firm) error { return os.Link(f.at("keys/data.key"), f.at("public/x.html")) },
		"a copy of a key file": func(f *firm) error {
			b, err := os.ReadFile(f.at("keys/audit.key"))
			if err != nil {
				return err
			}
			return os.WriteFile(f.at("public/x.html"), append([]byte("old key: "), b...), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := found(t, "")
			noError(t, plant(f))
			dir := filepath.Join(t.TempDir(), "backup")
			_, err := backup.Make(t.Context(), f.source(), dir)
			refused(t, err, "backup.key_inside")
			nothing(t, dir)
		})
	}
}

// nothing fails when anything of a backup is there.
func nothing(t *testing.T, dir string) {
	t.Helper()
	for _, name := range []string{dir, dir + ".part"} {
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s was left", name)
		}
	}
}

func TestWhereNoBackupIsMade(t *testing.T) {
	t.Parallel()
	f := found(t, "")
	old, _ := f.keep(t)
	part := filepath.Join(t.TempDir(), "x")
	noError(t, os.Mkdir(part+".part", 0o700))
	loop := filepath.Join(t.TempDir(), "loop")
	noError(t, os.Symlink(f.dir, loop))
	for name, c := range map[string]struct{ dir, key string }{
		"over an old backup":                      {old, "backup.exists"},
		"inside the installation":                 {f.at("backup"), "backup.inside"},
		"inside the installation, through a link": {filepath.Join(loop, "backup"), "backup.inside"},
		"on a disk that is not mounted":           {filepath.Join(t.TempDir(), "mnt", "backup"), "backup.no_parent"},
		"where something else is in the way":      {part, "backup.in_the_way"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := backup.Make(t.Context(), f.source(), c.dir)
			refused(t, err, c.key)
		})
	}
	if _, err := backup.Read(old); err != nil {
		t.Errorf("the old backup: %v", err)
	}
}

func TestWhatIsWrongWithTheSourceLeavesNoBackup(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		break_ func(f *firm, s *backup.Source) error
		key    string
	}{
		"a segment that was changed": {func(f *firm, _ *backup.Source) error {
			list, err := filepath.Glob(f.at("sweep/segments/web/*.parquet"))
			if err != nil {
				return err
			}
			return flip(list[0], 100)
		}, "backup.segment_changed"},
		"a link among the public pages": {func(f *firm, _ *backup.Source) error {
			return os.Symlink("/etc/hostname", f.at("public/link.html"))
		}, "backup.not_plain"},
		"no database": {func(f *firm, s *backup.Source) error { s.DB = f.at("other.db"); return nil }, "backup.no_database"},
		"a key file of somebody else": {func(f *firm, s *backup.Source) error {
			r, err := vault.NewKeyRing()
			if err != nil {
				return err
			}
			s.Vault, err = vault.New(r)
			return err
		}, "vault.other_key"},
		"a schema of another program": {func(f *firm, _ *backup.Source) error {
			return f.d.Update(context.Background(), func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.Exec(ctx, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`)
				return err
			})
		}, "backup.other_schema"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := found(t, "")
			s := f.source()
			noError(t, c.break_(f, &s))
			dir := filepath.Join(t.TempDir(), "backup")
			_, err := backup.Make(t.Context(), s, dir)
			refused(t, err, c.key)
			nothing(t, dir)
		})
	}
}

// flip changes one byte of a file.
func flip(name string, at int) error {
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	b[at%len(b)] ^= 1
	return os.WriteFile(name, b, 0o600)
}

func TestATrailThatWasTamperedWithIsKeptAndSaid(t *testing.T) {
	t.Parallel()
	f := found(t, "")
	noError(t, f.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DROP TRIGGER audit_entry_no_update`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE audit_entry SET actor_id = 'somebody' WHERE id = (SELECT entry_id FROM audit_leaf WHERE seq = 1 AND tree = 'main')`)
		return err
	}))
	dir, m := f.keep(t)
	if m.Sound {
		t.Error("the backup says that the trail is sound")
	}
	_, err := backup.Restore(t.Context(), dir, f.target(t, ""))
	refused(t, err, "backup.trail")
}
