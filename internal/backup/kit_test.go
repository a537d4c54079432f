package backup_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/rollup/tables"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/backup"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
)

var operator = actor.Actor{ID: "op1", Name: "受付 一葉", Kind: actor.Person, Roles: []actor.Role{actor.Operator}}

// firm is a small installation: incidents with an audit trail, sealed text, event logs, checkpoints
// and a public page.
type firm struct {
	t         testing.TB
	dir, dsn  string
	d         *db.DB
	vault     *vault.Vault
	log       *audit.Log
	incidents *incident.Store
	logs      *rollup.Store
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused fails unless err has the key, and gives what it says.
func refused(t testing.TB, err error, key string) map[string]any {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Key != key {
		t.Fatalf("got %v, want %s", err, key)
	}
	return f.Args
}

// each runs a test on an installation over SQLite and on one over PostgreSQL.
func each(t *testing.T, test func(*testing.T, *firm)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, found(t, "")) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, found(t, dbtest.PostgresEmpty(t))) })
}

// found makes an installation with three incidents and 60 events.
func found(t testing.TB, dsn string) *firm {
	t.Helper()
	f := &firm{t: t, dir: t.TempDir(), dsn: dsn}
	if dsn == "" {
		f.dsn = f.at("tasuke.db")
	}
	noError(t, os.MkdirAll(f.at("keys"), 0o700))
	noError(t, vault.CreateKeyFile(f.at("keys/data.key")))
	_, err := audit.CreateKey(f.at("keys/audit.key"))
	noError(t, err)
	f.d = dbtest.Open(t, f.dsn)
	f.work()
	for range 3 {
		f.open(t.Context())
	}
	f.events(0, 60)
	noError(t, os.MkdirAll(f.at("public"), 0o700))
	noError(t, os.WriteFile(f.at("public/notice.html"), []byte("<h1>お知らせ</h1>"), 0o600))
	_, err = f.log.Checkpoint(t.Context())
	noError(t, err)
	f.open(t.Context()) // after the checkpoint
	return f
}

func (f *firm) at(name string) string { return filepath.Join(f.dir, name) }

// work opens the rooms.
func (f *firm) work() {
	f.t.Helper()
	ring, err := vault.LoadKeys(f.at("keys/data.key"))
	noError(f.t, err)
	f.vault, err = vault.New(ring)
	noError(f.t, err)
	signer, err := audit.LoadKey(f.at("keys/audit.key"))
	noError(f.t, err)
	f.log = audit.NewLog(f.d, signer)
	f.log.Dir = f.at("checkpoints")
	pack, err := deadline.Standard()
	noError(f.t, err)
	f.incidents = incident.NewStore(f.d, f.vault, pack, incident.Options{Work: func(context.Context, *db.Tx, string) (incident.Work, error) { return incident.Work{}, nil }})
	noError(f.t, os.MkdirAll(f.at("sweep"), 0o700))
	index, err := tables.Open(context.Background(), f.at("sweep/rollup.db"))
	noError(f.t, err)
	f.t.Cleanup(func() { noError(f.t, index.Close()) })
	f.logs, err = rollup.Open(f.at("sweep/segments"), index, rollup.Options{Blind: f.vault.Blind, Now: f.d.Now, ChunkRows: 20})
	noError(f.t, err)
}

// open opens an incident by its use case.
func (f *firm) open(ctx context.Context) {
	err := f.d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := f.incidents.Open(ctx, tx, operator, incident.New{Details: incident.Details{
			Title: "不正出金の申出", Kind: incident.AccountWithdrawal, Severity: "S2", DetectedBy: "customer",
			SystemBreach: "none_confirmed", Summary: "口座番号123-4567890の顧客から申出", Vectors: incident.VectorSet{"phishing", "unknown"},
		}, DetectedAt: tx.Now, Department: "コールセンター", Evidence: "電話の申出"})
		return err
	})
	if err != nil {
		f.t.Error(err)
	}
}

// events imports rows of a log that were not seen before.
func (f *firm) events(from, n int) {
	var b strings.Builder
	b.WriteString("at,customer,kind,ip,result\n")
	for i := from; i < from+n; i++ {
		fmt.Fprintf(&b, "2026-04-01 00:%02d:%02d,C%05d,login,10.0.%d.%d,ok\n", i/60%60, i%60, i, i/250%250, i%250)
	}
	m, err := rollup.ReadMapping(nil)
	if err == nil {
		_, err = f.logs.Import(context.Background(), actor.System("import events"), strings.NewReader(b.String()), rollup.Import{Source: "web", Mapping: m})
	}
	if err != nil {
		f.t.Error(err)
	}
}

func (f *firm) source() backup.Source { return sourceOf(f.dir, f.dsn, f.vault) }

func sourceOf(dir, dsn string, v *vault.Vault) backup.Source {
	at := func(name string) string { return filepath.Join(dir, name) }
	return backup.Source{
		DB: dsn, PublicKey: at("keys/audit.key.pub"), Index: at("sweep/rollup.db"), Segments: at("sweep/segments"),
		Before: map[string]string{"checkpoints": at("checkpoints")}, After: map[string]string{"public": at("public")},
		Keys: []string{at("keys/data.key"), at("keys/audit.key")}, Private: []string{dir}, Vault: v, Product: "test", Options: options,
	}
}

var options = backup.Options{Pieces: func(ctx context.Context, index string) (out []backup.Piece, err error) {
	x, err := tables.Read(ctx, index)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	segments, err := x.Segments(ctx, 0)
	for _, g := range segments {
		out = append(out, backup.Piece{Path: g.File(), Size: g.Bytes, SHA256: string(g.SHA256)})
	}
	return out, err
}, Derived: tables.Names()}

// keep backs the firm up into a new folder.
func (f *firm) keep(t testing.TB) (string, backup.Manifest) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "backup")
	m, err := backup.Make(t.Context(), f.source(), dir)
	noError(t, err)
	return dir, m
}

// target is a new folder and, unless dsn is empty, PostgreSQL.
func (f *firm) target(t testing.TB, dsn string) backup.Target {
	t.Helper()
	return backup.Target{Dir: filepath.Join(t.TempDir(), "new"), DB: dsn, Cases: "tasuke.db", Vault: f.vault, PublicKey: f.publicKey(), Options: options}
}

func (f *firm) publicKey() string {
	b, err := os.ReadFile(f.at("keys/audit.key.pub"))
	noError(f.t, err)
	return string(b)
}

// dump is every row of every table but those of the queue, of sessions and of event logs, as text.
func dump(t testing.TB, dsn string) map[string][]string {
	t.Helper()
	d, err := db.OpenReadOnly(t.Context(), dsn)
	noError(t, err)
	defer func() { noError(t, d.Close()) }()
	out := map[string][]string{}
	noError(t, d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		var names []string
		q := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
		if tx.Dialect == db.Postgres {
			q = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`
		}
		if err := tx.Select(ctx, &names, q); err != nil {
			return err
		}
		for _, n := range names {
			if slices.Contains(tables.Names(), n) || n == "goose_db_version" || n == "session" || strings.HasPrefix(n, "river_") {
				continue
			}
			out[n] = dumpTable(ctx, t, tx, n)
		}
		return nil
	}))
	return out
}

func dumpTable(ctx context.Context, t testing.TB, tx *db.Tx, name string) []string {
	t.Helper()
	var columns []string
	q := `SELECT name FROM pragma_table_info(?) ORDER BY name`
	if tx.Dialect == db.Postgres {
		q = `SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = ? ORDER BY column_name COLLATE "C"`
	}
	noError(t, tx.Select(ctx, &columns, q, name))
	rows, err := tx.Rows(ctx, `SELECT "`+strings.Join(columns, `", "`)+`" FROM "`+name+`"`)
	noError(t, err)
	defer func() { noError(t, rows.Close()) }()
	lines := []string{}
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			slices.Sort(lines)
			return lines
		}
		noError(t, err)
		var cells []string
		for _, v := range row {
			if b, ok := v.([]byte); ok {
				v = hex.EncodeToString(b)
			}
			cells = append(cells, fmt.Sprintf("%T:%v", v, v))
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
}

func sameRows(t testing.TB, want, have map[string][]string) {
	t.Helper()
	if len(want) < 40 || len(want) != len(have) {
		t.Errorf("%d tables, want %d", len(have), len(want))
	}
	for name, rows := range want {
		if !slices.Equal(rows, have[name]) {
			t.Errorf("%s differs:\n%.500v\n%.500v", name, rows, have[name])
		}
	}
}

// number asks a database for a number.
func number(t testing.TB, dsn, query string) (n int64) {
	t.Helper()
	d, err := db.OpenReadOnly(t.Context(), dsn)
	noError(t, err)
	defer func() { noError(t, d.Close()) }()
	noError(t, d.View(t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query) }))
	return n
}
