package migrations

import (
	"context"
	"fmt"

	"tasuke/internal/db"
)

// Latest is the schema version of this program.
func Latest() (int64, error) {
	names, err := sources.ReadDir(".")
	if err != nil {
		return 0, fmt.Errorf("list migrations: %w", err)
	}
	var last int64
	if _, err := fmt.Sscanf(names[len(names)-1].Name(), "%d_", &last); err != nil {
		return 0, fmt.Errorf("read the number of the last migration: %w", err)
	}
	return last, nil
}

// Marks is the table in which each migration leaves its mark.
const Marks = "goose_db_version"

// Version reads the schema version of a database, without writing.
func Version(ctx context.Context, tx *db.Tx) (v int64, err error) {
	if err := tx.Get(ctx, &v, `SELECT COALESCE(MAX(version_id), 0) FROM `+Marks); err != nil {
		return 0, fmt.Errorf("read the schema version: %w", err)
	}
	return v, nil
}

// To brings a database that nobody uses yet to a version of the past, to take rows of that time.
// What libraries keep is not made.
func To(ctx context.Context, d *db.DB, version int64) error {
	p, err := provider(d)
	if err != nil {
		return err
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return fmt.Errorf("make the schema of version %d: %w", version, err)
	}
	return nil
}
