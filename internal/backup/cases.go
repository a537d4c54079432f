package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/migrations"
)

// forgotten are tables whose rows are not backed up and not moved: who is signed in at the moment. A
// session that was ended after the backup must not come back with it.
var forgotten = []string{"session"}

// queue begins the names of the tables of the queue, which only wakes: what is to be done is in our
// own rows, and whoever starts finds it there.
const queue = "river_"

// copyCases writes the case database as it is at one moment into a new SQLite file, and says when
// that was: what was committed then is in it.
func copyCases(ctx context.Context, s Source, file string) (db.Instant, error) {
	if postgres(s.DB) {
		return copyPostgres(ctx, s, file)
	}
	name := strings.TrimPrefix(s.DB, "file:")
	if _, err := os.Stat(name); err != nil { // opening would make an empty one
		return 0, fault.Wrap(fault.Refused, "backup.no_database", map[string]any{"File": name}, err)
	}
	at, err := db.CopySQLite(ctx, name, file)
	if err != nil {
		return 0, err
	}
	return at, alone(ctx, file, leaveOut)
}

// leaveOut refuses a copy of another schema than this program's, and takes out what is forgotten.
func leaveOut(ctx context.Context, tx *db.Tx) error {
	if err := current(ctx, tx); err != nil {
		return err
	}
	var queues []string
	if err := tx.Select(ctx, &queues, `SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, ?) = ?`, len(queue), queue); err != nil {
		return fmt.Errorf("find the tables of the queue: %w", err)
	}
	for _, q := range queues {
		if _, err := tx.Exec(ctx, `DROP TABLE "`+q+`"`); err != nil {
			return fmt.Errorf("leave the queue out: %w", err)
		}
	}
	for _, t := range forgotten {
		if _, err := tx.Exec(ctx, `DELETE FROM "`+t+`"`); err != nil {
			return fmt.Errorf("leave %s out: %w", t, err)
		}
	}
	return nil
}

func current(ctx context.Context, tx *db.Tx) error {
	v, err := migrations.Version(ctx, tx)
	if err != nil {
		return fault.Wrap(fault.Refused, "backup.no_schema", nil, err)
	}
	last, err := migrations.Latest()
	if err != nil {
		return err
	}
	if v != last {
		return fault.New(fault.Refused, "backup.other_schema", map[string]any{"Database": v, "Program": last})
	}
	return nil
}

// alone makes a copied SQLite file stand by itself, without a log, and changes it once.
func alone(ctx context.Context, file string, change func(context.Context, *db.Tx) error) (err error) {
	d, err := db.OpenScratch(ctx, file)
	if err != nil {
		return err
	}
	defer func() { err = db.Full(errors.Join(err, d.Close())) }()
	return d.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if change == nil {
			return nil
		}
		return change(ctx, tx)
	})
}

// copyPostgres writes one REPEATABLE READ snapshot, table by table, into a new SQLite file with the
// same schema, and reads it again to see that it is the same.
func copyPostgres(ctx context.Context, s Source, file string) (at db.Instant, err error) {
	from, err := db.OpenReadOnly(ctx, s.DB)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := db.OpenScratch(ctx, file)
	if err != nil {
		return 0, err
	}
	defer func() { err = db.Full(errors.Join(err, to.Close())) }()
	v, err := migrations.Latest()
	if err != nil {
		return 0, err
	}
	if err := migrations.To(ctx, to, v); err != nil {
		return 0, err
	}
	err = from.View(ctx, func(snapshot context.Context, src *db.Tx) error {
		at = src.Now
		if err := current(snapshot, src); err != nil {
			return err
		}
		return to.Update(ctx, func(ctx context.Context, dst *db.Tx) error { // two databases, so two contexts
			c := carrier{from: src, to: dst, inFrom: snapshot, inTo: ctx, derived: s.Derived}
			return c.carry()
		})
	})
	return at, err
}
