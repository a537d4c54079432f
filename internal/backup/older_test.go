package backup

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault/vaulttest"
	"tasuke/migrations"
)

// A program restores what an older one kept, as it was; the server brings it up to date.
func TestABackupOfAnOlderVersionIsRestoredAndBroughtUpToDate(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "audit.key")
	public, err := audit.CreateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	s := Source{PublicKey: key + ".pub", Vault: vaulttest.New(t)}
	dir := filepath.Join(t.TempDir(), "old")
	d, err := begin(dir, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := newManifest(s)
	if err != nil {
		t.Fatal(err)
	}
	const before = 14
	m.Schema = before
	old, err := db.OpenScratch(t.Context(), d.place(CaseFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := migrations.To(t.Context(), old, before); err != nil {
		t.Fatal(err)
	}
	if err := old.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO number (kind, year, last) VALUES ('INC', 2026, 7)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, step := range []func() error{
		old.Close, func() error { return d.copy(s.PublicKey, PublicKeyFile, nil) }, func() error { return m.look(t.Context(), d.part, s.Vault) },
		func() error { return d.add(CaseFile) }, func() error { m.Files = d.files; return m.write(d.part) }, d.finish, func() error { return d.end(nil) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			to := Target{Dir: filepath.Join(t.TempDir(), "new"), Cases: "tasuke.db", Vault: s.Vault, PublicKey: strings.TrimSpace(public)}
			dsn := filepath.Join(to.Dir, "tasuke.db")
			if dialect == db.Postgres {
				to.DB = dbtest.PostgresEmpty(t)
				dsn = to.DB
			}
			if _, err := Restore(t.Context(), dir, to); err != nil {
				t.Fatal(err)
			}
			up := dbtest.Open(t, dsn)
			if err := up.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				var last, version int64
				if err := tx.Get(ctx, &last, `SELECT last FROM number`); err != nil {
					return err
				}
				version, err := migrations.Version(ctx, tx)
				if now, _ := migrations.Latest(); last != 7 || version != now {
					t.Errorf("number %d, version %d of %d", last, version, now)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		})
	}
}
