package backup_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"tasuke/internal/backup"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault"
)

// childEnv tells a child process of these tests what to do until it is killed.
const childEnv = "BACKUP_TEST_CHILD"

// errand is what a child does.
type errand struct {
	What           string // backup, restore, move
	Dir, DSN       string // of the installation
	Backup, To, PG string
	// FileSize is the largest file it may write, 0 for no limit: a disk that is full.
	FileSize uint64
}

// TestMain lets this test binary also be a process that is killed.
func TestMain(m *testing.M) {
	if task := os.Getenv(childEnv); task != "" {
		if err := child(context.Background(), task); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(ctx context.Context, task string) error {
	var e errand
	if err := json.Unmarshal([]byte(task), &e); err != nil {
		return err
	}
	if e.FileSize > 0 {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: e.FileSize, Max: e.FileSize}); err != nil {
			return err
		}
	}
	ring, err := vault.LoadKeys(filepath.Join(e.Dir, "keys/data.key"))
	if err != nil {
		return err
	}
	v, err := vault.New(ring)
	if err != nil {
		return err
	}
	key, err := os.ReadFile(filepath.Join(e.Dir, "keys/audit.key.pub"))
	if err != nil {
		return err
	}
	switch e.What {
	case "backup":
		_, err = backup.Make(ctx, sourceOf(e.Dir, e.DSN, v), e.Backup)
	case "restore":
		_, err = backup.Restore(ctx, e.Backup, backup.Target{Dir: e.To, DB: e.PG, Cases: "tasuke.db", Vault: v, PublicKey: string(key), Options: options})
	case "move":
		_, err = backup.Move(ctx, e.DSN, e.PG, string(key), options)
	}
	return err
}

func (e errand) run(t *testing.T, crash string) (string, error) {
	t.Helper()
	b, err := json.Marshal(e)
	noError(t, err)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+string(b), db.CrashEnv+"="+crash)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// killed runs an errand that must die at a point.
func (e errand) killed(t *testing.T, point string) {
	t.Helper()
	if out, err := e.run(t, point); err == nil || !strings.Contains(out, db.CrashLine) {
		t.Fatalf("the process was not killed at %s: %v\n%s", point, err, out)
	}
}

func TestABackupThatWasKilledIsNoneAndTheNextRunMakesIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, f *firm) {
		noError(t, f.d.Close())
		for _, point := range []string{"backup.before", "tx.before_commit", "backup.cases", "backup.segment", "backup.segment@3", "backup.written"} {
			dir := filepath.Join(t.TempDir(), "backup")
			errand{What: "backup", Dir: f.dir, DSN: f.dsn, Backup: dir}.killed(t, point)
			if _, err := os.Stat(dir); err == nil {
				t.Errorf("%s: there is a backup", point)
			}
			_, err := backup.Restore(t.Context(), dir+".part", f.target(t, ""))
			refused(t, err, "backup.unfinished")
			_, err = backup.Restore(t.Context(), dir, f.target(t, ""))
			refused(t, err, "backup.no_manifest")
			_, err = backup.Make(t.Context(), f.source(), dir)
			noError(t, err)
			_, err = backup.Restore(t.Context(), dir, f.target(t, ""))
			noError(t, err)
			if _, err := os.Stat(dir + ".part"); err == nil {
				t.Errorf("%s: the unfinished one was left", point)
			}
		}
	})
}

func TestARestoreThatWasKilledIsNoneAndTheNextRunMakesIt(t *testing.T) {
	t.Parallel()
	f := found(t, "")
	dir, _ := f.keep(t)
	for _, point := range []string{"restore.copied", "move.carried", "tx.before_commit"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			to := f.target(t, dbtest.PostgresEmpty(t))
			errand{What: "restore", Dir: f.dir, Backup: dir, To: to.Dir, PG: to.DB}.killed(t, point)
			if _, err := os.Stat(to.Dir); err == nil {
				t.Error("there is a restored folder")
			}
			p, err := backup.Restore(t.Context(), dir, to)
			noError(t, err)
			if p.Rows == 0 {
				t.Error("nothing was restored")
			}
			sameRows(t, dump(t, f.dsn), dump(t, to.DB))
		})
	}
}

func TestAMoveThatWasKilledLeavesNoRowsAndTheNextRunMakesIt(t *testing.T) {
	t.Parallel()
	f := found(t, "")
	to := dbtest.PostgresEmpty(t)
	errand{What: "move", Dir: f.dir, DSN: f.dsn, PG: to}.killed(t, "move.carried")
	_, err := f.move(t, to)
	noError(t, err)
	sameRows(t, dump(t, f.dsn), dump(t, to))
}

func TestAFullDiskIsSaidAndLeavesNothing(t *testing.T) {
	t.Parallel()
	f := found(t, "")
	noError(t, f.d.Close())
	noError(t, os.WriteFile(f.at("public/large.html"), make([]byte, 16<<20), 0o600))
	dir := filepath.Join(t.TempDir(), "backup")
	out, err := errand{What: "backup", Dir: f.dir, DSN: f.dsn, Backup: dir, FileSize: 12 << 20}.run(t, "")
	if err == nil || !strings.Contains(out, "backup.disk_full") {
		t.Errorf("%v: %s", err, out)
	}
	nothing(t, dir)
}

func TestTwoBackupsToOnePlaceDoNotMeet(t *testing.T) {
	t.Parallel()
	f := found(t, "")
	dir := filepath.Join(t.TempDir(), "backup")
	s, inner := f.source(), error(nil)
	pieces := s.Pieces
	s.Pieces = func(ctx context.Context, index string) ([]backup.Piece, error) { // in the midst of the first
		_, inner = backup.Make(ctx, f.source(), dir)
		return pieces(ctx, index)
	}
	_, err := backup.Make(t.Context(), s, dir)
	noError(t, err)
	refused(t, inner, "backup.under_way")
}
