package reminder_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
)

// childEnv makes TestChild act as a process that may be killed.
const childEnv = "TASUKE_REMINDER_CHILD"

// TestChild is not a test of its own: the parent below starts it as a process, with a commit
// point to die at.
func TestChild(t *testing.T) {
	dsn := os.Getenv(childEnv)
	if dsn == "" {
		t.Skip("only as a child of the crash test")
	}
	d, err := db.Open(t.Context(), dsn)
	must(t, err)
	defer func() { _ = d.Close() }()
	newHouse(t, d).tick(48 * time.Hour)
}

func TestAKilledProcessHasSaidARungOrNot(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		point string
		said  int
	}{
		"killed while the first is fired":  {"reminder.fired", 0},
		"killed behind its commit":         {"tx.after_commit", 1},
		"killed while the third is fired":  {"reminder.fired@3", 2},
		"killed behind the last commit":    {"tx.after_commit@4", 4},
		"killed before the first commit":   {"tx.before_commit", 0},
		"killed while a repeated is fired": {"reminder.fired@4", 3},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsns := map[string]func() string{
				"sqlite":   func() string { return filepath.Join(t.TempDir(), "crash.db") },
				"postgres": func() string { return dbtest.PostgresDSN(t) },
			}
			for dialect, dsn := range dsns {
				t.Run(dialect, func(t *testing.T) {
					where := dsn()
					h := newHouse(t, dbtest.Open(t, where))
					h.set(chase())
					kill(t, where, test.point)
					if n := h.count(`SELECT count(*) FROM reminder WHERE ` + fired); n != test.said {
						t.Fatalf("%d were fired", n)
					}
					h.once()
					h.tick(48 * time.Hour)
					h.stands(fired, "first 2h late", "second 6h late", "daily 24h late", "daily 48h")
					h.stands(ahead, "daily 72h")
					h.once()
				})
			}
		})
	}
}

// kill runs the child until it dies at a commit point, and fails when it does not.
func kill(t *testing.T, dsn, point string) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0], "-test.run", "^TestChild$")
	cmd.Env = append(os.Environ(), childEnv+"="+dsn, db.CrashEnv+"="+point)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("the child ended by itself: %v\n%s", err, out)
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("the child was not killed: %v\n%s", err, out)
	}
}
