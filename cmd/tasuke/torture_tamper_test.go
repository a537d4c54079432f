package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"tasuke/contacts/inquiry"
	"tasuke/internal/db"
)

// runProduct runs the built product to its end and gives what it printed.
func runProduct(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), product(t), args...).CombinedOutput()
	return string(out), err
}

// newestCheckpoint is the last file that the product exported.
func newestCheckpoint(t *testing.T, dir string) (file string) {
	t.Helper()
	noError(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(name, ".note") {
			file = max(file, name) // names begin with the time
		}
		return err
	}))
	if file == "" {
		t.Fatalf("no checkpoint in %s", dir)
	}
	return file
}

// shell changes a database with the sqlite3 shell, as somebody with the file and without the
// product can.
func shell(t *testing.T, file, statements string) {
	t.Helper()
	if _, err := exec.LookPath("sqlite3"); err != nil {
		t.Skip("the sqlite3 shell is not installed; make test installs it")
	}
	if out, err := exec.CommandContext(t.Context(), "sqlite3", "-bail", file, statements).CombinedOutput(); err != nil {
		t.Fatalf("sqlite3: %v: %s", err, out)
	}
}

// trail is a closed SQLite database of the product's own stores: some entries under an exported
// checkpoint and some after it.
type trail struct {
	db, key, checkpoint string
	covered             int64 // entries under the checkpoint
}

func trailOf(t *testing.T) trail {
	t.Helper()
	w := torturedOn(t, db.SQLite)
	r, err := open(t.Context(), w.cfg)
	noError(t, err)
	start := func(n int) {
		for i := range n {
			_, err := r.inquiries.Start(t.Context(), w.operator, inquiry.Phone, fmt.Sprintf("%d-%d", n, i))
			noError(t, err)
		}
	}
	start(5)
	_, err = r.log.Checkpoint(t.Context())
	noError(t, err)
	out := trail{db: w.cfg.DB, key: w.cfg.AuditKeyFile + ".pub", checkpoint: newestCheckpoint(t, w.cfg.CheckpointDir)}
	noError(t, r.db.View(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &out.covered, `SELECT size FROM audit_checkpoint WHERE tree = 'main' ORDER BY size DESC LIMIT 1`)
	}))
	start(4)
	_, err = r.log.Sequence(t.Context())
	noError(t, errors.Join(err, r.db.Close()))
	return out
}

func (tr trail) verify(t *testing.T) (string, error) {
	t.Helper()
	return runProduct(t, "verify", "--db", tr.db, "--key", tr.key, "--checkpoint", tr.checkpoint, "--lang", "en")
}

// dropFrom is what somebody does who removes the last entries with everything that mentions them.
func dropFrom(seq int64) string {
	var b strings.Builder
	for _, table := range []string{"entry", "leaf", "node", "checkpoint"} {
		fmt.Fprintf(&b, "DROP TRIGGER audit_%s_no_delete;", table)
	}
	fmt.Fprintf(&b, `DELETE FROM audit_entry WHERE id IN (SELECT entry_id FROM audit_leaf WHERE tree = 'main' AND seq >= %d);
		DELETE FROM audit_leaf WHERE tree = 'main' AND seq >= %d;
		DELETE FROM audit_node WHERE tree = 'main' AND idx >= %d;
		DELETE FROM audit_checkpoint WHERE tree = 'main' AND size > %d;`, seq, seq, tlog.StoredHashIndex(0, seq), seq)
	return b.String()
}

func exitStatus(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return 0
}

func TestVerifyAfterTheShellHasChangedTheTrail(t *testing.T) {
	t.Parallel()
	t.Run("a changed row is named", func(t *testing.T) {
		t.Parallel()
		tr := trailOf(t)
		shell(t, tr.db, `DROP TRIGGER audit_entry_no_update; UPDATE audit_entry SET actor_name = 'somebody else'
			WHERE id = (SELECT entry_id FROM audit_leaf WHERE tree = 'main' AND seq = 2)`)
		id, err := exec.CommandContext(t.Context(), "sqlite3", tr.db, `SELECT entry_id FROM audit_leaf WHERE tree = 'main' AND seq = 2`).Output()
		noError(t, err)
		out, err := tr.verify(t)
		if exitStatus(err) != 1 || !strings.Contains(out, "Changed: no. 2 entry "+strings.TrimSpace(string(id))) || !strings.Contains(out, "something is wrong") {
			t.Errorf("%v:\n%s", err, out)
		}
		if n := strings.Count(out, "Changed:"); n != 1 {
			t.Errorf("%d rows are named, one was changed:\n%s", n, out)
		}
		t.Attr("tamper-changed-row", strings.TrimSpace(out[strings.Index(out, "Changed:"):strings.Index(out, " action")]))
	})
	t.Run("rows older than the last checkpoint that are dropped are missed, even with the stored checkpoint gone", func(t *testing.T) {
		t.Parallel()
		tr := trailOf(t)
		shell(t, tr.db, dropFrom(tr.covered-2))
		out, err := tr.verify(t)
		want := fmt.Sprintf("Missing: no. %d to %d were signed by the outside checkpoint and are gone", tr.covered-2, tr.covered-1)
		if exitStatus(err) != 1 || !strings.Contains(out, want) {
			t.Errorf("%v, want %q:\n%s", err, want, out)
		}
		t.Attr("tamper-dropped-older", want)
	})
	t.Run("of rows newer than it the window is printed in which they could be dropped", func(t *testing.T) {
		t.Parallel()
		tr := trailOf(t)
		before, err := tr.verify(t)
		if err != nil || !strings.Contains(before, ", 4 rows now") {
			t.Errorf("%v:\n%s", err, before)
		}
		shell(t, tr.db, dropFrom(tr.covered))
		out, err := tr.verify(t)
		if err != nil || !strings.Contains(out, "Not proved yet: from 20") || !strings.Contains(out, ", 0 rows now") || !strings.Contains(out, "cannot be noticed until the next checkpoint") {
			t.Errorf("%v:\n%s", err, out)
		}
		at := strings.Index(out, "Not proved yet")
		t.Attr("tamper-dropped-newer", strings.SplitN(out[at:], "\n", 2)[0])
	})
}

func TestVerifyReadsADatabaseWhetherItsProductRunsOrNot(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(string(dialect), func(t *testing.T) {
			t.Parallel()
			w := torturedOn(t, dialect)
			sound := func(when string) {
				t.Helper()
				out, err := runProduct(t, "verify", "--db", w.cfg.DB, "--key", w.cfg.AuditKeyFile+".pub", "--lang", "en")
				if err != nil || !strings.Contains(out, "nothing wrong was found") {
					t.Errorf("%s: %v\n%s", when, err, out)
				}
			}
			sound("closed")
			p := w.start("")
			sound("running")
			w.signIn(p)
			sound("written to")
			noError(t, p.Process.Kill())
			<-p.died
			sound("killed")
			if dialect == db.SQLite {
				noError(t, os.Chmod(w.cfg.DB, 0o400))
				sound("write-protected")
			}
		})
	}
}
