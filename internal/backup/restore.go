package backup

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/migrations"
)

// RestoredMark is a file in the folder of a restored installation. What the backup holds as not yet
// sent may have been sent since; while the file is there, the server lets no mail leave.
const RestoredMark = "RESTORED"

// Target is where a backup is restored to.
type Target struct {
	// Dir is the new folder of the installation. It must not exist, or be empty.
	Dir string
	// DB is postgres://... without any rows; empty puts the case database into Dir.
	DB string
	// Cases is the name of the case database in Dir.
	Cases string
	// Vault is made from the key file, which no backup holds.
	Vault *vault.Vault
	// PublicKey holds the public audit keys, kept apart; empty takes those of the backup, which
	// whoever could change the backup could change too.
	PublicKey string
	Options
}

// Proof is what was shown to be true of a restored installation.
type Proof struct {
	Manifest Manifest
	Files    int
	Bytes    int64
	Tables   int
	Rows     int64 // equal to the list, table by table
	Trees    []Tree
	// OwnKey says that the audit trail was verified with the backup's own public key.
	OwnKey     bool
	Checkpoint string // the newest one in the backup; "" when there is none
	Keys       int64  // subject keys that the key file opens
	Segments   int
	LogRows    int64
}

// Restore checks every file of a backup, restores it beside its place, proves that what is there is
// what the list says, and names the folder at the end. A failure leaves neither the folder nor rows.
// It fails with fault.Refused "backup.*" or "vault.other_key".
func Restore(ctx context.Context, dir string, t Target) (p Proof, err error) {
	m, err := Read(dir)
	if err != nil {
		return p, err
	}
	if err := m.Check(ctx, dir); err != nil {
		return p, err
	}
	p = Proof{Manifest: m, Files: len(m.Files), Bytes: m.Bytes(), Checkpoint: newestNote(m), OwnKey: t.PublicKey == ""}
	if p.OwnKey {
		b, err := os.ReadFile(filepath.Join(dir, PublicKeyFile))
		if err != nil {
			return p, fmt.Errorf("read the public audit key: %w", err)
		}
		t.PublicKey = string(b)
	}
	if err := t.key(m); err != nil {
		return p, err
	}
	d, err := begin(t.Dir, []string{dir}, nil)
	if err != nil {
		return p, err
	}
	defer func() { err = d.end(err) }()
	if err := t.files(ctx, dir, m, d); err != nil {
		return p, err
	}
	db.Crash("restore.copied")
	if err := t.prove(ctx, d, &p); err != nil {
		return p, err
	}
	return p, d.finish()
}

// key refuses a key file that is not the one of the backup, before anything is written.
func (t Target) key(m Manifest) error {
	if m.Key != "" && m.Key != hex.EncodeToString(t.Vault.Proof(m.ID)) {
		return fault.New(fault.Refused, "backup.other_key", nil)
	}
	return nil
}

// files puts every file in its place, and sees again that it is what the list says.
func (t Target) files(ctx context.Context, from string, m Manifest, d *draft) error {
	for _, f := range m.Files {
		if err := ctx.Err(); err != nil {
			return err //nolint:wrapcheck // the caller's own
		}
		name := f.Path
		switch name {
		case PublicKeyFile:
			continue // keys have places of their own
		case CaseFile:
			name = t.Cases
		}
		if err := d.copy(filepath.Join(from, filepath.FromSlash(f.Path)), name, &Piece{Size: f.Size, SHA256: f.SHA256}); err != nil {
			return damaged(f.Path, err)
		}
	}
	mark := fmt.Sprintf("backup %s, at %s\n", m.ID, m.At.Time().Format("2006-01-02T15:04:05Z"))
	if err := os.WriteFile(d.place(RestoredMark), []byte(mark), 0o600); err != nil {
		return fmt.Errorf("mark what was restored: %w", err)
	}
	return nil
}

func newestNote(m Manifest) (name string) {
	for _, f := range m.Files {
		if strings.HasSuffix(f.Path, ".note") && path.Base(f.Path) > path.Base(name) {
			name = f.Path
		}
	}
	return name
}

// prove shows what a restored installation is, on its files and then on PostgreSQL.
func (t Target) prove(ctx context.Context, d *draft, p *Proof) error {
	file := d.place(t.Cases)
	if err := t.proveCases(ctx, file, d, p); err != nil {
		return err
	}
	if err := t.proveLogs(ctx, d, p); err != nil {
		return err
	}
	if t.DB == "" {
		return nil
	}
	if err := fill(ctx, file, t.DB, p.Manifest.Schema, t.Options, p.Manifest.Tables); err != nil {
		return err
	}
	if err := t.proveCases(ctx, t.DB, d, p); err != nil {
		return err
	}
	if err := os.Remove(file); err != nil {
		return fmt.Errorf("take the copy of the database away: %w", err)
	}
	return nil
}

func (t Target) proveCases(ctx context.Context, address string, dir *draft, p *Proof) (err error) {
	d, err := db.OpenReadOnly(ctx, address)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if d.Dialect == db.SQLite {
		if err := sane(ctx, d); err != nil {
			return err
		}
	}
	counts, err := countAll(ctx, d)
	if err != nil {
		return err
	}
	if err := equal(p.Manifest.Tables, counts, t.Derived); err != nil {
		return err
	}
	maps.DeleteFunc(counts, func(n string, _ int64) bool { return slices.Contains(t.Derived, n) }) // counted as LogRows
	p.Tables, p.Rows = len(counts), sum(counts)
	if err := t.proveTrail(ctx, d, dir, p); err != nil {
		return err
	}
	return d.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		p.Keys, err = t.Vault.OpensAll(ctx, tx)
		return err
	})
}

// equal compares row counts, and names a table that differs.
func equal(want, have map[string]int64, but []string) error {
	for _, n := range slices.Sorted(maps.Keys(want)) {
		if have[n] != want[n] && !slices.Contains(but, n) {
			return fault.New(fault.Refused, "backup.not_the_same", map[string]any{"Table": n, "Read": want[n], "There": have[n]})
		}
	}
	return nil
}

// proveTrail verifies the audit trail with the newest checkpoint of the backup, and compares sizes and
// roots with the list.
func (t Target) proveTrail(ctx context.Context, d *db.DB, dir *draft, p *Proof) error {
	var note []byte
	if p.Checkpoint != "" {
		var err error
		if note, err = os.ReadFile(dir.place(p.Checkpoint)); err != nil {
			return fmt.Errorf("read the checkpoint: %w", err)
		}
	}
	r, err := audit.Verify(ctx, d, t.PublicKey, note)
	if err != nil {
		return err
	}
	p.Trees = trees(r)
	if !r.OK() || !slices.Equal(p.Trees, p.Manifest.Trees) {
		return fault.New(fault.Refused, "backup.trail", nil)
	}
	return nil
}

func (t Target) proveLogs(ctx context.Context, d *draft, p *Proof) error {
	if p.Manifest.Logs == nil {
		return nil
	}
	file := d.place(IndexFile)
	counts, err := countFile(ctx, file)
	if err != nil {
		return err
	}
	if err := equal(p.Manifest.Logs, counts, nil); err != nil {
		return err
	}
	p.LogRows = sum(counts)
	pieces, err := t.Pieces(ctx, file)
	if err != nil {
		return err
	}
	for _, want := range pieces {
		name := path.Join(SegmentsFolder, filepath.ToSlash(want.Path))
		f, err := hashFile(d.part, name)
		if err != nil || f.SHA256 != want.SHA256 || f.Size != want.Size {
			return damaged(name, err)
		}
	}
	p.Segments = len(pieces)
	return nil
}

// fill carries a SQLite file into a PostgreSQL database without rows, in one transaction: all of it
// or nothing. want are the counts it must come to.
func fill(ctx context.Context, file, to string, schema int64, o Options, want map[string]int64) (err error) {
	src, err := db.OpenReadOnly(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	return src.View(ctx, func(snapshot context.Context, from *db.Tx) error {
		return pour(ctx, snapshot, from, to, schema, o, want)
	})
}

// pour is fill from an open transaction.
func pour(outside, snapshot context.Context, from *db.Tx, to string, schema int64, o Options, want map[string]int64) (err error) {
	dst, err := db.Open(outside, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dst.Close()) }()
	if err := dst.View(outside, empty); err != nil {
		return err
	}
	if err := migrations.To(outside, dst, schema); err != nil {
		return err
	}
	return dst.Update(outside, func(ctx context.Context, tx *db.Tx) error {
		if err := empty(ctx, tx); err != nil {
			return err
		}
		c := carrier{from: from, to: tx, inFrom: snapshot, inTo: ctx, derived: o.Derived}
		if err := c.carry(); err != nil {
			return err
		}
		db.Crash("move.carried")
		if err := equal(want, c.rows, o.Derived); err != nil || o.Rebuild == nil {
			return err
		}
		return o.Rebuild(outside, ctx, tx)
	})
}

// empty refuses a database that has rows in any table.
func empty(ctx context.Context, tx *db.Tx) error {
	names, err := tables(ctx, tx)
	if err != nil {
		return err
	}
	for _, n := range names {
		var some bool
		if err := tx.Get(ctx, &some, `SELECT EXISTS (SELECT 1 FROM "`+n+`")`); err != nil {
			return fmt.Errorf("look into %s: %w", n, err)
		}
		if some {
			return fault.New(fault.Refused, "backup.not_empty", map[string]any{"Table": n})
		}
	}
	return nil
}
