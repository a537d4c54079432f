package inquiry_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"tasuke/contacts/inquiry"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault"
)

const (
	crashDSN  = "INQUIRY_TEST_CRASH_DSN"
	crashKeys = "INQUIRY_TEST_CRASH_KEYS"
)

// TestCrashChild is not a test: it is the process that TestWhatWasAcknowledgedSurvivesAKill kills.
func TestCrashChild(t *testing.T) {
	if os.Getenv(crashDSN) == "" {
		t.Skip("runs as a child only")
	}
	d, err := db.Open(t.Context(), os.Getenv(crashDSN))
	if err != nil {
		t.Fatal(err)
	}
	w := worldOf(t, d, keysOf(t, os.Getenv(crashKeys)), false)
	q, err := w.Start(t.Context(), sato, inquiry.Phone, "k")
	w.must(err)
	rev, err := w.SaveDraft(t.Context(), sato, q.ID, q.Rev, question())
	w.must(err)
	rev, err = w.SaveDraft(t.Context(), sato, q.ID, rev, tale())
	w.must(err)
	_, err = w.Submit(t.Context(), sato, q.ID, rev, tale(), inquiry.Decision{Kind: inquiry.OpenNew})
	w.must(err)
}

func keysOf(t *testing.T, file string) *vault.Vault {
	t.Helper()
	ring, err := vault.LoadKeys(file)
	if err != nil {
		t.Fatal(err)
	}
	v, err := vault.New(ring)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestWhatWasAcknowledgedSurvivesAKill kills the process with SIGKILL at each commit point and
// looks at what is there.
func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		point      string
		inquiries  int
		caller     string
		state      inquiry.State
		roomsBelow int
	}{
		"before the number was told nothing is there":       {"inquiry.start", 0, "", "", 0},
		"once the number was told it is there":              {"tx.after_commit@1", 1, "", inquiry.Draft, 0},
		"a save that was not acknowledged leaves the last":  {"inquiry.draft@2", 1, "山田", inquiry.Draft, 0},
		"a save that was acknowledged is there":             {"tx.after_commit@3", 1, "髙山花子", inquiry.Draft, 0},
		"a submit is there whole or not at all: not at all": {"inquiry.submit", 1, "髙山花子", inquiry.Draft, 0},
		"a submit is there whole or not at all: whole":      {"tx.after_commit@4", 1, "髙山花子", inquiry.CaseCreated, 2},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for dialect, dsn := range map[string]func(testing.TB) string{
				"sqlite": func(t testing.TB) string { return filepath.Join(t.TempDir(), "t.db") }, "postgres": dbtest.PostgresDSN,
			} {
				t.Run(dialect, func(t *testing.T) {
					t.Parallel()
					w := killed(t, dsn(t), c.point)
					if n := w.count(`SELECT count(*) FROM inquiry`); n != c.inquiries {
						t.Fatal(n, "inquiries")
					}
					if n := w.count(`SELECT count(*) FROM below`); n != c.roomsBelow {
						t.Fatal(n, "rows below")
					}
					if c.inquiries == 0 {
						return
					}
					l, err := w.List(t.Context(), sato, inquiry.Filter{}, inquiry.Page{})
					w.must(err)
					if rec := w.get(l.Items[0].ID); rec.State != c.state || rec.Form.CallerName != c.caller {
						t.Fatalf("%+v", rec)
					}
				})
			}
		})
	}
}

func killed(t *testing.T, dsn, point string) *world {
	t.Helper()
	keys := filepath.Join(t.TempDir(), "keys")
	if err := vault.CreateKeyFile(keys); err != nil {
		t.Fatal(err)
	}
	w := worldOf(t, dbtest.Open(t, dsn), keysOf(t, keys), true)
	child := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0], "-test.run=^TestCrashChild$") //nolint:gosec // this very test
	child.Env = append(os.Environ(), crashDSN+"="+dsn, crashKeys+"="+keys, db.CrashEnv+"="+point)
	out, err := child.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the child was not killed: %v\n%s", err, out)
	}
	return w
}
