package backup_test

import (
	"context"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tasuke/internal/backup"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

// TestBenchBackup measures a backup and a restore of a million rows beside a plain copy of the same
// files, flushed to the disk. It runs with make bench.
func TestBenchBackup(t *testing.T) {
	if os.Getenv("TASUKE_BENCH") == "" {
		t.Skip("measurements run with make bench")
	}
	const rows = 1_000_000
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			dsn := ""
			if dialect == db.Postgres {
				dsn = dbtest.PostgresEmpty(t)
			}
			f := found(t, dsn)
			f.grams(t, rows)
			start := time.Now()
			dir, m := f.keep(t)
			made := time.Since(start)
			start = time.Now()
			_, err := backup.Restore(t.Context(), dir, f.target(t, ""))
			noError(t, err)
			back := time.Since(start)
			start = time.Now()
			plainCopy(t, filepath.Join(dir, "case.db"))
			floor := time.Since(start)
			mb := float64(m.Bytes()) / 1e6
			rate := func(d time.Duration) float64 { return mb / d.Seconds() }
			t.Logf("%s: %.0f MB, %d rows: backup %v (%.0f MB/s, %.0f rows/s), restore and proof to SQLite %v (%.0f MB/s), plain flushed copy %v (%.0f MB/s)",
				dialect, mb, m.Rows(), made.Round(time.Millisecond), rate(made), float64(m.Rows())/made.Seconds(), back.Round(time.Millisecond), rate(back), floor.Round(time.Millisecond), rate(floor))
			if dialect == db.Postgres {
				return
			}
			start = time.Now()
			_, err = f.move(t, dbtest.PostgresEmpty(t))
			noError(t, err)
			t.Logf("move to PostgreSQL: %v (%.0f rows/s)", time.Since(start).Round(time.Millisecond), float64(m.Rows())/time.Since(start).Seconds())
		})
	}
}

// grams fills the table that is by far the largest in a firm's database.
func (f *firm) grams(t *testing.T, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	noError(t, f.d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		i := 0
		_, err := tx.Fill(ctx, "customer_gram", []string{"gram", "no"}, func() ([]any, error) {
			if i++; i > n {
				return nil, io.EOF
			}
			return []any{binary.BigEndian.AppendUint64(nil, r.Uint64()), int64(i)}, nil
		})
		return err
	}))
}

func plainCopy(t *testing.T, file string) {
	t.Helper()
	in, err := os.Open(file)
	noError(t, err)
	out, err := os.Create(filepath.Join(t.TempDir(), "copy"))
	noError(t, err)
	_, err = io.Copy(out, in)
	noError(t, err)
	noError(t, out.Sync())
	noError(t, out.Close())
	noError(t, in.Close())
}
