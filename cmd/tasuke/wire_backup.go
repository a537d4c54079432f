package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"

	"tasuke/cases/sweep/rollup/tables"
	"tasuke/internal/backup"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/web/words"
)

// backupSource says what of an installation is backed up. Settings and keys are not.
func backupSource(cfg Config) (backup.Source, error) {
	sightings := filepath.Join(cfg.Dir, "sweep", "rollup.db")
	s := backup.Source{
		DB: cfg.DB, PublicKey: cfg.AuditKeyFile + ".pub", Product: productVersion(),
		Index: sightings, Segments: filepath.Join(cfg.Dir, "sweep", "segments"),
		Before:  map[string]string{"checkpoints": cfg.CheckpointDir},
		After:   map[string]string{"public": filepath.Join(cfg.Dir, "public")},
		Keys:    []string{cfg.KeyFile, cfg.AuditKeyFile, cfg.TLSKey, cfg.SMTP.PasswordFile, cfg.DBFile},
		Private: []string{cfg.Dir, cfg.CheckpointDir}, Options: backupOptions(sightings),
	}
	if cfg.postgres() {
		s.WriteIndex = func(ctx context.Context, file string) error { return writeSightings(ctx, cfg.DB, file) }
	}
	if _, err := os.Stat(cfg.KeyFile); errors.Is(err, os.ErrNotExist) {
		return s, nil // the backup says that no key was tried
	}
	var err error
	s.Vault, err = openVault(cfg.KeyFile)
	return s, err
}

func openVault(file string) (*vault.Vault, error) {
	ring, err := vault.LoadKeys(file)
	if err != nil {
		return nil, err
	}
	return vault.New(ring)
}

// backupOptions are those of an installation whose roll-up lies, or is to lie, in a file: on SQLite it
// is used from there, and PostgreSQL is filled from it.
func backupOptions(rollup string) backup.Options {
	return backup.Options{Pieces: evidencePieces, Derived: tables.Names(), Rebuild: func(outside, ctx context.Context, tx *db.Tx) error {
		return rollUp(outside, rollup, ctx, tx)
	}}
}

// rollUp fills the sightings of a PostgreSQL database from a file; a file that is not there is none.
func rollUp(outside context.Context, file string, ctx context.Context, tx *db.Tx) (err error) {
	if _, err := os.Stat(file); tx.Dialect != db.Postgres || errors.Is(err, os.ErrNotExist) {
		return nil
	}
	from, err := tables.Read(outside, file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	_, err = from.Pour(outside, ctx, tx)
	return err
}

// writeSightings writes the roll-up that PostgreSQL keeps beside the cases as a file. It is asked for
// after the cases were copied, so that it knows all that they speak of.
func writeSightings(ctx context.Context, dsn, file string) (err error) {
	d, err := db.OpenReadOnly(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	from, err := tables.Beside(d)
	if err != nil {
		return err
	}
	to, err := tables.Open(ctx, file)
	if err != nil {
		return err
	}
	_, err = tables.Carry(ctx, from, to)
	return errors.Join(err, to.Close())
}

// evidencePieces lists the segments that a roll-up speaks of.
func evidencePieces(ctx context.Context, index string) (out []backup.Piece, err error) {
	x, err := tables.Read(ctx, index)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	segments, err := x.Segments(ctx, 0)
	if err != nil {
		return nil, err
	}
	for _, g := range segments {
		if name := g.File(); name != "" {
			out = append(out, backup.Piece{Path: name, Size: g.Bytes, SHA256: string(g.SHA256)})
		}
	}
	return out, nil
}

// productVersion is what the build knows of itself.
func productVersion() string {
	if b, ok := debug.ReadBuildInfo(); ok && b.Main.Version != "" {
		return b.Main.Version
	}
	return "unknown"
}

// notMoved refuses a SQLite database whose rows were moved to PostgreSQL.
func notMoved(cfg Config) error {
	if _, err := os.Stat(cfg.DB + backup.MovedMark); cfg.postgres() || err != nil {
		return nil
	}
	return fault.New(fault.Refused, "backup.was_moved", map[string]any{"File": cfg.DB, "Mark": cfg.DB + backup.MovedMark})
}

// heldBack lets no mail leave a restored installation until a person has taken the mark away: what
// the backup holds as waiting may have been sent since.
func heldBack(cfg Config) Config {
	mark := filepath.Join(cfg.Dir, backup.RestoredMark)
	if _, err := os.Stat(mark); err != nil || cfg.SMTP.Addr == "" {
		return cfg
	}
	slog.Warn("restored from a backup: letters are held in the outbox until this file is removed", "file", mark)
	cfg.SMTP = SMTPConfig{}
	return cfg
}

// inWords gives the sentence of an error in both languages, for the terminal, with its cause.
func inWords(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err.Error()
	}
	book, werr := words.Load()
	if werr != nil || book.In("ja").Or(f.Key, "") == "" {
		return err.Error()
	}
	text := book.In("ja").Fault(f) + "\n" + book.In("en").Fault(f)
	if f.Cause != nil {
		text += "\n(" + f.Cause.Error() + ")"
	}
	return text
}

// bilingual prints sentences in both languages.
type bilingual struct {
	book *words.Book
	out  io.Writer
}

func inBoth(out io.Writer) (bilingual, error) {
	book, err := words.Load()
	return bilingual{book, out}, err
}

// line prints a sentence on one line for each language.
func (b bilingual) line(key string, args ...any) {
	for _, lang := range words.Languages {
		_, _ = fmt.Fprintln(b.out, b.book.In(lang).T(key, args...))
	}
}

// row prints what was shown and its measure as a row of a table.
func (b bilingual) row(measure any, key string, args ...any) {
	_, _ = fmt.Fprintf(b.out, "  %14v  %s / %s\n", measure, b.book.In("ja").T(key, args...), b.book.In("en").T(key, args...))
}
