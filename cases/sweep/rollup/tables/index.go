// Package tables keeps sightings, manifest and coverage of the sweep in SQL tables: in a SQLite
// file of their own, so that an import never holds the writer of the case database, or beside the
// cases in PostgreSQL, which has no such writer.
package tables

import (
	"context"
	"errors"
	"fmt"

	"tasuke/internal/db"
)

// Index implements rollup.Index.
type Index struct {
	d   *db.DB
	own bool // the file is the index's own and is closed with it
}

// version is what schema makes. A file of a later one is not opened.
const version = 1

// The columns of sighting are those of rollup.Sighting; days has one bit for each day of the era.
// Hours are counted since 1970, in UTC. On PostgreSQL migrations/0025_event_log.sql makes the same.
var schema = []string{
	`CREATE TABLE log_sighting (
		field    INTEGER NOT NULL,
		key      BLOB    NOT NULL,
		customer TEXT    NOT NULL,
		era      INTEGER NOT NULL,
		n        INTEGER NOT NULL CHECK (n > 0),
		first_at BIGINT  NOT NULL,
		last_at  BIGINT  NOT NULL CHECK (last_at >= first_at),
		days     BIGINT  NOT NULL CHECK (days > 0),
		PRIMARY KEY (field, key, customer, era)
	) WITHOUT ROWID`,
	`CREATE TABLE log_segment (
		no       INTEGER PRIMARY KEY,
		chunk    TEXT    NOT NULL UNIQUE,
		source   TEXT    NOT NULL,
		mapping  TEXT    NOT NULL,
		rows     INTEGER NOT NULL,
		kept     INTEGER NOT NULL,
		rejected INTEGER NOT NULL,
		unknown  INTEGER NOT NULL,
		first_at BIGINT  NOT NULL,
		last_at  BIGINT  NOT NULL,
		bytes    BIGINT  NOT NULL,
		sha256   TEXT    NOT NULL,
		at       BIGINT  NOT NULL,
		CHECK (rows = kept + rejected)
	)`,
	`CREATE TABLE log_hour (
		source TEXT    NOT NULL,
		hour   INTEGER NOT NULL,
		kind   TEXT    NOT NULL,
		n      INTEGER NOT NULL,
		PRIMARY KEY (source, hour, kind)
	) WITHOUT ROWID`,
	`CREATE TABLE log_source (name TEXT PRIMARY KEY, quiet BIGINT NOT NULL) WITHOUT ROWID`,
	`CREATE TABLE log_intake (
		file     TEXT   PRIMARY KEY,
		source   TEXT   NOT NULL,
		begun_at BIGINT NOT NULL,
		ended_at BIGINT NOT NULL DEFAULT 0
	) WITHOUT ROWID`,
	`CREATE TABLE log_withdrawn (
		chunk    TEXT    NOT NULL,
		source   TEXT    NOT NULL,
		mapping  TEXT    NOT NULL,
		rows     INTEGER NOT NULL,
		kept     INTEGER NOT NULL,
		rejected INTEGER NOT NULL,
		unknown  INTEGER NOT NULL,
		first_at BIGINT  NOT NULL,
		last_at  BIGINT  NOT NULL,
		bytes    BIGINT  NOT NULL,
		sha256   TEXT    NOT NULL,
		at       BIGINT  NOT NULL,
		reason   TEXT    NOT NULL,
		by_id    TEXT    NOT NULL,
		gone_at  BIGINT  NOT NULL,
		PRIMARY KEY (chunk, gone_at)
	) WITHOUT ROWID`,
	`CREATE TABLE log_version (version INTEGER NOT NULL)`,
}

var (
	errLater     = errors.New("the roll-up was made by a later version of the program")
	errNotBeside = errors.New("on SQLite the roll-up has a file of its own, so that an import never holds the cases")
)

// Open opens the file, or makes it. Two processes may do so at once.
func Open(ctx context.Context, file string) (*Index, error) {
	d, err := db.Open(ctx, file)
	if err != nil {
		return nil, err
	}
	if err := d.Update(ctx, prepare); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare the roll-up: %w", err), d.Close())
	}
	return &Index{d, true}, nil
}

// Beside gives the index that lies in the case database itself, on PostgreSQL.
func Beside(d *db.DB) (*Index, error) {
	if d.Dialect != db.Postgres {
		return nil, errNotBeside
	}
	return &Index{d, false}, nil
}

// Close closes the file, if the index has one of its own.
func (x *Index) Close() error {
	if !x.own {
		return nil
	}
	return x.d.Close()
}

func prepare(ctx context.Context, tx *db.Tx) error {
	var tables, v int
	if err := tx.Get(ctx, &tables, `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'log_version'`); err != nil {
		return err
	}
	if tables == 0 {
		for _, q := range schema {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `INSERT INTO log_version (version) VALUES (?)`, version)
		return err
	}
	if err := tx.Get(ctx, &v, `SELECT version FROM log_version`); err != nil {
		return err
	}
	if v > version {
		return errLater
	}
	return nil
}
