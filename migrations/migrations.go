// Package migrations holds the schema: one numbered, templated source rendered for SQLite and
// PostgreSQL, only upward, each file with its mark in one transaction.
package migrations

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"testing/fstest"
	"text/template"

	"github.com/pressly/goose/v3"

	"tasuke/internal/db"
)

//go:embed *.sql
var sources embed.FS

// ErrNewer is returned for a database that has migrations this program does not know.
var ErrNewer = errors.New("the database was made by a newer version of tasuke; start that version, or restore a backup of this one")

// kind is what a template may ask for.
type kind struct{ Dialect, Bytes string }

func kindOf(d db.Dialect) kind {
	if d == db.Postgres {
		return kind{string(d), "BYTEA"}
	}
	return kind{string(d), "BLOB"}
}

// Render gives the SQL of every migration for a database.
func Render(d db.Dialect) (fs.FS, error) {
	names, err := fs.Glob(sources, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	out := fstest.MapFS{}
	for _, name := range names {
		t, err := template.ParseFS(sources, name)
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", name, err)
		}
		var b bytes.Buffer
		if err := t.Execute(&b, kindOf(d)); err != nil {
			return nil, fmt.Errorf("render migration %s: %w", name, err)
		}
		out[name] = &fstest.MapFile{Data: b.Bytes()}
	}
	return out, nil
}

// Up brings the database to this program's schema, and then, under the same lock, what libraries
// keep in it (also). Nodes that start together wait for each other under a lock that is taken
// before the first CREATE. It fails with ErrNewer instead of running on a schema from the future.
func Up(ctx context.Context, d *db.DB, also ...func(context.Context) error) error {
	p, err := provider(d)
	if err != nil {
		return err
	}
	release, err := alone(ctx, d)
	if err != nil {
		return err
	}
	defer release()
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	has, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("read the schema version: %w", err)
	}
	if s := p.ListSources(); has > s[len(s)-1].Version {
		return ErrNewer
	}
	return libraries(ctx, d, also)
}

// libraries migrates what libraries keep. SQLite's lock is still held; PostgreSQL's was given back
// by the last migration of ours and is taken again.
func libraries(ctx context.Context, d *db.DB, also []func(context.Context) error) (err error) {
	if len(also) == 0 {
		return nil
	}
	if d.Dialect == db.Postgres {
		c, err := d.Writer().DB.Conn(ctx)
		if err != nil {
			return fmt.Errorf("connect for the migration lock: %w", err)
		}
		defer func() { err = errors.Join(err, c.Close()) }()
		if err := (sessionLock{}).SessionLock(ctx, c); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, sessionLock{}.SessionUnlock(ctx, c)) }()
	}
	for _, migrate := range also {
		if err := migrate(ctx); err != nil {
			return err
		}
	}
	return nil
}

func provider(d *db.DB) (*goose.Provider, error) {
	files, err := Render(d.Dialect)
	if err != nil {
		return nil, err
	}
	dialect, opts := goose.DialectSQLite3, []goose.ProviderOption{}
	if d.Dialect == db.Postgres {
		dialect, opts = goose.DialectPostgres, append(opts, goose.WithSessionLocker(sessionLock{}))
	}
	p, err := goose.NewProvider(dialect, d.Writer().DB, files, opts...)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}
