package draft_test

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
	"tasuke/internal/paging"
	"tasuke/workflow/draft"
)

// childEnv makes TestChild act as a process that may be killed.
const childEnv = "TASUKE_DRAFT_CHILD"

// TestChild is not a test of its own: the parent below starts it as a process, with a point to die at.
func TestChild(t *testing.T) {
	dsn := os.Getenv(childEnv)
	if dsn == "" {
		t.Skip("only as a child of the test below")
	}
	d, err := db.Open(t.Context(), dsn)
	must(t, err)
	defer func() { _ = d.Close() }()
	published(t, open(t, d))
}

// published publishes the one draft that is in review.
func published(t *testing.T, d *desk) {
	t.Helper()
	_, err := d.move(reviewer, only(t, d), draft.Publication, "")
	must(t, err)
}

func only(t *testing.T, d *desk) draft.Draft {
	t.Helper()
	list, _, err := d.List(t.Context(), writer, paging.Page{})
	must(t, err)
	if len(list) != 1 {
		t.Fatalf("%d drafts", len(list))
	}
	return list[0]
}

// TestAPublicationThatIsKilledIsWholeOrNone: a version is there exactly when its draft says so.
func TestAPublicationThatIsKilledIsWholeOrNone(t *testing.T) {
	t.Parallel()
	for dialect, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "draft.db") },
		"postgres": func(t *testing.T) string { return dbtest.PostgresDSN(t) },
	} {
		for point, versions := range map[string]int{"draft.moved": 0, "tx.after_commit@1": 1} {
			t.Run(dialect+"/"+point, func(t *testing.T) {
				t.Parallel()
				where := dsn(t)
				d := open(t, dbtest.Open(t, where))
				_, err := d.move(writer, d.begin(text), draft.SentToReview, "")
				must(t, err)
				killAt(t, where, point)
				if n := versionsIn(t, d); n != versions {
					t.Fatalf("%d versions", n)
				}
				if x := only(t, d); (x.State == draft.Published) != (versions == 1) {
					t.Fatalf("%d versions, and the draft is %s", versions, x.State)
				}
				if versions == 0 {
					published(t, d)
				}
				if n := versionsIn(t, d); n != 1 {
					t.Errorf("%d versions in the end", n)
				}
			})
		}
	}
}

func versionsIn(t *testing.T, d *desk) (n int) {
	t.Helper()
	must(t, d.db.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &n, `SELECT count(*) FROM playbook_version`)
	}))
	return n
}

// killAt runs a child until it dies at a point, and fails when it does not.
func killAt(t *testing.T, dsn, point string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestChild$")
	cmd.Env = append(os.Environ(), childEnv+"="+dsn, db.CrashEnv+"="+point)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("the child ended by itself at %s: %v\n%s", point, err, out)
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("the child was not killed at %s: %v\n%s", point, err, out)
	}
}
