package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"

	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/migrations"
)

// format is the layout of a backup. A program restores its own and older ones.
const format = 1

// The list of a backup, and the hash of the list in the form of sha256sum.
const (
	manifestFile = "manifest.json"
	sumFile      = "manifest.sha256"
)

// Manifest says what is in a backup. It is the last thing written.
type Manifest struct {
	Format  int    `json:"format"`
	ID      string `json:"id"`
	Product string `json:"product"`
	// Schema is the version of the case database.
	Schema int64 `json:"schema"`
	// At is the moment the case database was copied at: what was committed before is in it.
	At      db.Instant `json:"at"`
	Dialect db.Dialect `json:"database"`
	// Tables counts the rows of each table, Logs those of the roll-up of event logs.
	Tables   map[string]int64 `json:"tables"`
	Logs     map[string]int64 `json:"event_log_tables,omitempty"`
	Segments int              `json:"segments"`
	Trees    []Tree           `json:"audit"`
	// Sound says that the audit trail was verified when the backup was made.
	Sound bool `json:"audit_sound"`
	// Key is the mark by which the key file is known again, empty when it was not at hand; Opened is
	// how many sealed keys it opened.
	Key    string `json:"key_mark,omitempty"`
	Opened int64  `json:"keys_opened"`
	Files  []File `json:"files"`
}

// Tree is one audit tree as it was.
type Tree struct {
	Tree string `json:"tree"`
	Size int64  `json:"size"`
	Root string `json:"root"`
}

// File is one file of a backup.
type File struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Rows is the number of rows of the case database.
func (m Manifest) Rows() int64 { return sum(m.Tables) }

// Bytes is the size of all files.
func (m Manifest) Bytes() (n int64) {
	for _, f := range m.Files {
		n += f.Size
	}
	return n
}

func sum(counts map[string]int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}

func newManifest(s Source) (Manifest, error) {
	m := Manifest{Format: format, ID: uuid.NewString(), Product: s.Product, Dialect: db.SQLite}
	if postgres(s.DB) {
		m.Dialect = db.Postgres
	}
	if s.Vault != nil {
		m.Key = hex.EncodeToString(s.Vault.Proof(m.ID))
	}
	var err error
	m.Schema, err = migrations.Latest()
	return m, err
}

// look counts the copy, recomputes its audit trees and tries the key file.
func (m *Manifest) look(ctx context.Context, dir string, v *vault.Vault) (err error) {
	d, err := db.OpenReadOnly(ctx, filepath.Join(dir, CaseFile))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := sane(ctx, d); err != nil {
		return err
	}
	if m.Tables, err = countAll(ctx, d); err != nil {
		return err
	}
	key, err := os.ReadFile(filepath.Join(dir, PublicKeyFile))
	if err != nil {
		return fmt.Errorf("read the public audit key: %w", err)
	}
	r, err := audit.Verify(ctx, d, string(key), nil)
	if m.Trees, m.Sound = trees(r), r.OK(); err != nil || v == nil {
		return err
	}
	return d.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		m.Opened, err = v.OpensAll(ctx, tx)
		return err
	})
}

func trees(r audit.Report) (out []Tree) {
	for _, t := range r.Trees {
		out = append(out, Tree{string(t.Tree), t.Size, t.Root.String()})
	}
	return out
}

func (m Manifest) write(dir string) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("write the list of the backup: %w", err)
	}
	b = append(b, '\n')
	h := sha256.Sum256(b)
	for name, content := range map[string][]byte{manifestFile: b, sumFile: []byte(hex.EncodeToString(h[:]) + "  " + manifestFile + "\n")} {
		if _, err := copyFile(bytes.NewReader(content), filepath.Join(dir, name), name); err != nil {
			return err
		}
	}
	return nil
}

// Read reads the list of a backup, and refuses one that is unfinished, damaged, or of a later
// program.
func Read(dir string) (m Manifest, err error) {
	if strings.HasSuffix(filepath.Clean(dir), unfinished) {
		return m, fault.New(fault.Refused, "backup.unfinished", map[string]any{"Dir": dir})
	}
	b, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return m, fault.Wrap(fault.Refused, "backup.no_manifest", map[string]any{"Dir": dir}, err)
	}
	said, err := os.ReadFile(filepath.Join(dir, sumFile))
	if err != nil {
		return m, damaged(sumFile, err)
	}
	h := sha256.Sum256(b)
	if string(said) != hex.EncodeToString(h[:])+"  "+manifestFile+"\n" {
		return m, damaged(manifestFile, nil)
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return m, damaged(manifestFile, err)
	}
	last, err := migrations.Latest()
	if err != nil {
		return m, err
	}
	if m.Format > format || m.Schema > last {
		return m, fault.New(fault.Refused, "backup.newer", map[string]any{"Backup": m.Schema, "Program": last, "Product": m.Product})
	}
	for _, f := range m.Files {
		if !filepath.IsLocal(filepath.FromSlash(f.Path)) {
			return m, damaged(manifestFile, nil)
		}
	}
	return m, nil
}

func damaged(file string, cause error) error {
	return fault.Wrap(fault.Refused, "backup.damaged", map[string]any{"File": file}, cause)
}

// Check hashes every file of a backup again and names the first that is missing or changed.
func (m Manifest) Check(ctx context.Context, dir string) error {
	for _, want := range m.Files {
		if err := ctx.Err(); err != nil {
			return err //nolint:wrapcheck // the caller's own
		}
		f, err := hashFile(dir, want.Path)
		if err != nil || f != want {
			return damaged(want.Path, err)
		}
	}
	return nil
}
