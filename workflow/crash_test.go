package workflow_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault"
	"tasuke/internal/vault/vaulttest"
	"tasuke/workflow"
)

// childEnv makes TestChild act as a process that may be killed.
const childEnv = "TASUKE_WORKFLOW_CHILD"

// TestChild is not a test of its own: the parent below starts it as a process, with a commit
// point to die at.
func TestChild(t *testing.T) {
	dsn := os.Getenv(childEnv)
	if dsn == "" {
		t.Skip("only as a child of the crash test")
	}
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	h := openHouse(t, d)
	run := h.start()
	h.do(run.ID, "call", "")
}

// openHouse opens a store with the keys of nobody: comments are not part of the crash test.
func openHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	var v *vault.Vault = vaulttest.New(t)
	h := &house{t: t, db: d, clock: dbtest.Clock(d, monday), opts: workflow.Options{
		Rules: rules(), Sealer: workflow.Sealer{Seal: v.SealText, Open: v.OpenText}, Facts: facts(3),
	}}
	h.opts.OpenDay = everyDay
	h.restart()
	return h
}

func TestAKilledProcessLeavesAWholeStepOrNone(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		point string
		runs  int
		done  int
	}{
		"killed while the run starts":        {"run.start", 0, 0},
		"killed while a step is completed":   {"step.complete", 1, 0},
		"killed behind the commit of a step": {"tx.after_commit@2", 1, 1},
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
					h := openHouse(t, dbtest.Open(t, where))
					h.publish(bank)
					killAt(t, where, "^TestChild$", childEnv, test.point)
					if n := h.count(`SELECT count(*) FROM run`); n != test.runs {
						t.Fatalf("%d runs", n)
					}
					if n := h.count(`SELECT count(*) FROM step_run WHERE state = 'done'`); n != test.done {
						t.Fatalf("%d steps done", n)
					}
					if n := h.count(`SELECT count(*) FROM audit_entry WHERE action = 'task.completed'`); n != test.done {
						t.Fatalf("%d audit entries", n)
					}
					run := h.start() // the same one, or the first
					if test.done == 0 {
						h.do(run.ID, "call", "")
					}
					h.stands(run.ID, map[string]workflow.State{"sent": workflow.Ready, "police": workflow.Ready})
				})
			}
		})
	}
}

// killAt runs a child until it dies at a point, and fails when it does not.
func killAt(t *testing.T, dsn, test, env, point string) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0], "-test.run", test)
	cmd.Env = append(os.Environ(), env+"="+dsn, db.CrashEnv+"="+point)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("the child ended by itself at %s: %v\n%s", point, err, out)
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("the child was not killed at %s: %v\n%s", point, err, out)
	}
}
