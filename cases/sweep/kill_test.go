package sweep_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tasuke/cases/sweep"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/vault"
)

// The child's work: the database, the folder with keys and logs, and what is to be done.
const (
	childDSN  = "SWEEP_TEST_DSN"
	childDir  = "SWEEP_TEST_DIR"
	childWork = "SWEEP_TEST_WORK" // "ask EFFECT" or "cases SWEEP"
)

// TestChild is not a test: it is the process that the tests below kill.
func TestChild(t *testing.T) {
	if os.Getenv(childDSN) == "" {
		t.Skip("runs as a child only")
	}
	d, err := db.Open(t.Context(), os.Getenv(childDSN))
	must(t, err)
	h := openHouse(t, d, keysIn(t, os.Getenv(childDir)), os.Getenv(childDir))
	what, id, _ := strings.Cut(os.Getenv(childWork), " ")
	if what == "ask" {
		must(t, h.effects.Perform(t.Context(), id))
		return
	}
	_, err = h.MakeCases(t.Context(), analyst, id)
	must(t, err)
}

func keysIn(t *testing.T, dir string) *vault.Vault {
	t.Helper()
	ring, err := vault.LoadKeys(filepath.Join(dir, "keys"))
	must(t, err)
	v, err := vault.New(ring)
	must(t, err)
	return v
}

// killed runs the child until it dies at a point.
func killed(t *testing.T, dsn, dir, work, point string) {
	t.Helper()
	child := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0], "-test.run=^TestChild$") //nolint:gosec // this very test
	child.Env = append(os.Environ(), childDSN+"="+dsn, childDir+"="+dir, childWork+"="+work, db.CrashEnv+"="+point)
	out, err := child.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the child was not killed: %v\n%s", err, out)
	}
}

// crowd is a log with twelve victims of one device and some strangers.
func crowd() (rows []string) {
	for i := range 12 {
		rows = append(rows, fmt.Sprintf("%d,login,C%02d,203.0.113.5,dev-x1", 2+i, i), fmt.Sprintf("%d,destination_change,C%02d,203.0.113.5,dev-x1", 3+i, i))
	}
	return append(rows, "5,login,X1,203.0.113.5,dev-x1", "-40,login,C90,198.51.100.20,")
}

// totals is everything that must be as after an undisturbed run: hits, verdicts, cases and their numbers.
func (h *house) totals(id string) string {
	h.t.Helper()
	var b strings.Builder
	b.WriteString(said(h.hits(id, sweep.HitFilter{})) + "\n")
	var list []struct {
		Customer string `db:"customer_id"`
		No       string `db:"no"`
		N        int    `db:"n"`
	}
	var lines, audits int
	must(h.t, h.d.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Select(ctx, &list, `SELECT v.customer_id, v.no, (SELECT count(*) FROM sweep_case c WHERE c.case_id = v.id) AS n FROM victim_case v ORDER BY v.customer_id`); err != nil {
			return err
		}
		if err := tx.Get(ctx, &lines, `SELECT count(*) FROM timeline`); err != nil {
			return err
		}
		return tx.Get(ctx, &audits, `SELECT count(*) FROM audit_entry WHERE action LIKE 'sweep.%' OR action = 'case.opened'`)
	}))
	for _, x := range list {
		fmt.Fprintf(&b, "%s %s %d\n", x.Customer, x.No, x.N)
	}
	fmt.Fprintf(&b, "%d lines, %d audit entries", lines, audits)
	return b.String()
}

// TestAKilledSweepEndsAsAnUndisturbedOne kills the process at each point of a round and of the
// making of cases, has it done again, and looks for anything twice or missing.
func TestAKilledSweepEndsAsAnUndisturbedOne(t *testing.T) {
	t.Parallel()
	for dialect, dsn := range map[string]func(testing.TB) string{
		"sqlite": func(t testing.TB) string { return filepath.Join(t.TempDir(), "t.db") }, "postgres": dbtest.PostgresDSN,
	} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			want := story(t, dsn(t), "", "")
			for _, p := range [][2]string{
				{"sweep.asked", ""}, {"sweep.answered", ""}, {"effect.leased", ""}, {"tx.before_commit@2", ""},
				{"", "sweep.case"}, {"", "sweep.case@7"}, {"", "sweep.cased"}, {"", "sweep.cased@12"}, {"sweep.answered", "tx.before_commit@5"},
			} {
				t.Run(strings.Join(p[:], " "), func(t *testing.T) {
					t.Parallel()
					if got := story(t, dsn(t), p[0], p[1]); got != want {
						t.Errorf("it differs from an undisturbed run:\n%s\nundisturbed:\n%s", got, want)
					}
				})
			}
		})
	}
}

// story is a whole sweep with twelve cases; the process dies at a point of the round and at one of
// the cases, and does them again.
func story(t *testing.T, dsn, asking, casing string) string {
	t.Helper()
	dir := t.TempDir()
	must(t, vault.CreateKeyFile(filepath.Join(dir, "keys")))
	d := dbtest.Open(t, dsn)
	h := openHouse(t, d, keysIn(t, dir), dir)
	h.incident = h.open()
	h.rows("web", crowd()...)
	id := h.paste(responder, pasted).SweepID
	h.begin(id)
	if asking != "" {
		killed(t, dsn, dir, "ask "+h.sheet(id).Round.EffectID, asking)
		h.clock.Add(10 * time.Second) // the lease of the dead is over
		must(t, h.effects.Recover(t.Context()))
	}
	h.ask(id)
	for i := range 12 {
		must(t, h.judge(analyst, id, fmt.Sprintf("C%02d", i), sweep.ConfirmedSaid))
	}
	if casing != "" {
		killed(t, dsn, dir, "cases "+id, casing)
	}
	if _, err := h.MakeCases(t.Context(), analyst, id); err != nil {
		t.Fatal(err)
	}
	return h.totals(id)
}
