package rollup_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tasuke/cases/sweep/rollup"
	"tasuke/cases/sweep/rollup/tables"
	"tasuke/internal/db"
)

// childEnv is the folder in which a child process of these tests imports the log.
const childEnv = "ROLLUP_TEST_DIR"

// withdrawEnv has the child withdraw that source after the import.
const withdrawEnv = "ROLLUP_TEST_WITHDRAW"

// TestMain lets this test binary also be a process that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		if err := child(context.Background(), dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(ctx context.Context, dir string) error {
	x, err := tables.Open(ctx, filepath.Join(dir, "sweep.db"))
	if err != nil {
		return err
	}
	s, err := rollup.Open(filepath.Join(dir, "segments"), x, rollup.Options{Blind: blind, Now: func() db.Instant { return noon }, ChunkRows: 100})
	if err != nil {
		return err
	}
	m, err := rollup.ReadMapping(nil)
	if err != nil {
		return err
	}
	_, err = s.Import(ctx, loader, strings.NewReader(world(6, 650)), rollup.Import{Source: "web", Mapping: m})
	if source := os.Getenv(withdrawEnv); source != "" && err == nil {
		_, err = s.Withdraw(ctx, loader, source, "a test")
	}
	return err
}

func TestAKilledWithdrawalChangedNothing(t *testing.T) {
	t.Parallel()
	undisturbed := open(t, 100)
	undisturbed.load("web", world(6, 650))
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir, withdrawEnv+"=web", db.CrashEnv+"="+"sweep.withdrawn")
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), db.CrashLine) {
		t.Fatalf("the process was not killed: %v\n%s", err, out)
	}
	f := openAt(t, dir, rollup.Options{ChunkRows: 100})
	if f.state() != undisturbed.state() {
		t.Error("differs from before")
	}
	_, err := f.Withdraw(t.Context(), loader, "web", "again")
	noError(t, err)
}

func TestAKilledImportGivenAgainHasTheTotalsOfAnUndisturbedOne(t *testing.T) {
	t.Parallel()
	undisturbed := open(t, 100)
	undisturbed.load("web", world(6, 650))
	for _, point := range []string{"sweep.segment", "sweep.segment@3", "sweep.rolled", "sweep.rolled@4", "tx.after_commit@6", "sweep.rolled@7"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), childEnv+"="+dir, db.CrashEnv+"="+point)
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), db.CrashLine) {
				t.Fatalf("the process was not killed: %v\n%s", err, out)
			}
			f := openAt(t, dir, rollup.Options{ChunkRows: 100})
			if rep := f.load("web", world(6, 650)); rep.Kept+rep.Repeated != 650 || rep.Kept == 0 {
				t.Errorf("%+v", rep)
			}
			if f.state() != undisturbed.state() || f.files() != 7 {
				t.Errorf("differs from an undisturbed import; %d files", f.files())
			}
		})
	}
}
