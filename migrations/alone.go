package migrations

import (
	"context"
	"fmt"
	"os"
	"syscall"

	"tasuke/internal/db"
)

// alone lets one process migrate a SQLite file at a time; PostgreSQL has its session lock.
func alone(ctx context.Context, d *db.DB) (func(), error) {
	if d.Dialect != db.SQLite {
		return func() {}, nil
	}
	var files []struct {
		Seq        int
		Name, File string
	}
	if err := d.Writer().SelectContext(ctx, &files, "PRAGMA database_list"); err != nil {
		return nil, fmt.Errorf("find the database file: %w", err)
	}
	f, err := os.OpenFile(files[0].File+".migrate", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the migration lock: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return nil, fmt.Errorf("take the migration lock: %w", err)
	}
	return func() { _ = f.Close() }, nil // closing lets the lock go
}
