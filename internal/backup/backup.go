// Package backup makes, checks and restores backups while the product runs, and moves a database
// from SQLite to PostgreSQL.
//
// A backup is a folder of plain files. The case database in it is always one SQLite file, also when
// it was taken from PostgreSQL: one format that carries its own schema, that `tasuke verify` and any
// SQLite tool read without a server, and that restore and move read in the same way. Keys are never
// in it: whoever holds a backup alone cannot read what is sealed.
package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"tasuke/internal/db"
	"tasuke/internal/vault"
)

// The places in a backup.
const (
	CaseFile       = "case.db"
	PublicKeyFile  = "audit.pub"
	IndexFile      = "sweep/rollup.db"
	SegmentsFolder = "sweep/segments"
)

// Source is an installation that is backed up. It may be in use.
type Source struct {
	// DB is the case database: a SQLite file or postgres://...
	DB string
	// PublicKey is the file of the public audit keys, with which the copy is verified.
	PublicKey string
	// Index is the roll-up of the event logs; a file that is not there is none. Segments is the
	// folder of their evidence.
	Index, Segments string
	// WriteIndex, if not nil, writes the roll-up into a new file, for a database that keeps it beside
	// the cases; Index is not looked at then.
	WriteIndex func(ctx context.Context, file string) error
	// Before are folders copied before the database, so that they hold nothing it does not know
	// (checkpoints); After are copied after it, so that they hold all it knows (public pages). By
	// their name in the backup; a folder that is not there is none.
	Before, After map[string]string
	// Keys are the files that must never be in a backup, and Private the folders of the
	// installation, in which no backup is made.
	Keys, Private []string
	// Vault is made from the key file; nil when it is not at hand. With it the backup is marked with
	// the key file it needs, and every sealed key in it is tried.
	Vault *vault.Vault
	// Product is the version of the program.
	Product string
	Options
}

// Options are what cmd hands in from rooms that this package does not know.
type Options struct {
	// Pieces lists the evidence that a roll-up speaks of.
	Pieces func(ctx context.Context, index string) ([]Piece, error)
	// Derived are tables that only one of the two databases has, made from others: they are not
	// carried from one to the other. Rebuild makes them again in the transaction that fills a database;
	// outside is a context that carries no transaction, for what it reads elsewhere.
	Derived []string
	Rebuild func(outside, ctx context.Context, tx *db.Tx) error
}

// Piece is one file of evidence, as the roll-up knows it; Path lies in the folder of the segments.
type Piece struct {
	Path   string
	Size   int64
	SHA256 string
}

// Make backs an installation up into dir, which must not exist. The backup is made as DIR.part and
// renamed when all of it is durable, so there is a whole backup or none. The case database is copied
// at one moment, and the roll-up after it, so that it knows all that the cases speak of. It fails
// with fault.Refused "backup.*" where a person has to do something.
func Make(ctx context.Context, s Source, dir string) (m Manifest, err error) {
	d, err := begin(dir, s.Private, s.Keys)
	if err != nil {
		return m, err
	}
	defer func() { err = d.end(err) }()
	m, err = newManifest(s)
	if err != nil {
		return m, err
	}
	for _, step := range []func(context.Context, Source, *draft, *Manifest) error{keepBefore, keepCases, keepLogs, keepAfter} {
		if err := ctx.Err(); err != nil {
			return m, err //nolint:wrapcheck // the caller's own
		}
		if err := step(ctx, s, d, &m); err != nil {
			return m, err
		}
	}
	m.Files = slices.SortedFunc(slices.Values(d.files), func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	if err := m.write(d.part); err != nil {
		return m, err
	}
	db.Crash("backup.written")
	return m, d.finish()
}

func keepBefore(ctx context.Context, s Source, d *draft, _ *Manifest) error {
	if err := d.folders(ctx, s.Before); err != nil {
		return err
	}
	if err := d.copy(s.PublicKey, PublicKeyFile, nil); err != nil {
		return err
	}
	db.Crash("backup.before")
	return nil
}

func keepAfter(ctx context.Context, s Source, d *draft, _ *Manifest) error {
	return d.folders(ctx, s.After)
}

func keepCases(ctx context.Context, s Source, d *draft, m *Manifest) error {
	file := d.place(CaseFile)
	at, err := copyCases(ctx, s, file)
	if err != nil {
		return err
	}
	m.At = at
	db.Crash("backup.cases")
	if err := m.look(ctx, d.part, s.Vault); err != nil {
		return err
	}
	return d.add(CaseFile)
}

// keepLogs copies the roll-up and then exactly the evidence it speaks of: segments are written before
// the roll-up knows them, and never changed.
func keepLogs(ctx context.Context, s Source, d *draft, m *Manifest) error {
	file := d.place(IndexFile)
	if there, err := s.keepIndex(ctx, file); err != nil || !there {
		return err
	}
	if err := alone(ctx, file, nil); err != nil {
		return err
	}
	var err error
	if m.Logs, err = countFile(ctx, file); err != nil {
		return err
	}
	if err := d.add(IndexFile); err != nil {
		return err
	}
	pieces, err := s.Pieces(ctx, file)
	if err != nil {
		return err
	}
	for _, p := range pieces {
		if err := ctx.Err(); err != nil {
			return err //nolint:wrapcheck // the caller's own
		}
		if err := d.copy(filepath.Join(s.Segments, p.Path), path.Join(SegmentsFolder, filepath.ToSlash(p.Path)), &p); err != nil {
			return err
		}
		db.Crash("backup.segment")
	}
	m.Segments = len(pieces)
	return nil
}

// keepIndex writes the roll-up as it now is; false when there is none.
func (s Source) keepIndex(ctx context.Context, file string) (bool, error) {
	if s.WriteIndex == nil {
		if _, err := os.Stat(s.Index); s.Index == "" || errors.Is(err, os.ErrNotExist) {
			return false, nil
		} else if err != nil {
			return false, fmt.Errorf("find the roll-up: %w", err)
		}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return false, fmt.Errorf("make a folder of the backup: %w", err)
	}
	if s.WriteIndex != nil {
		return true, s.WriteIndex(ctx, file)
	}
	_, err := db.CopySQLite(ctx, s.Index, file)
	return true, err
}

// postgres reports whether an address is PostgreSQL's.
func postgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}
