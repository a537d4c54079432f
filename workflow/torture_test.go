package workflow_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/workflow"
)

// commits is how many transactions an undisturbed run has.
const commits = 16

const (
	// tortureEnv makes TestTortureChild act as a process that may be killed.
	tortureEnv = "TASUKE_WORKFLOW_TORTURE"
	// everyEnv has the torture kill at every passing of a point and at every commit.
	everyEnv = "TASUKE_WORKFLOW_EVERY"
)

// TestTortureChild is not a test of its own: the parent starts it as a process, with a point to
// die at. It works a run to its end.
func TestTortureChild(t *testing.T) {
	dsn := os.Getenv(tortureEnv)
	if dsn == "" {
		t.Skip("only as a child of the torture")
	}
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	w := openWorld(t, d)
	w.through(w.begin())
}

// points are the named moments of the engine and of its effects, with how often an undisturbed
// run passes them.
var points = map[string]int{
	"run.start": 1, "step.complete": 2, "step.approval": 1, "step.action": 3, "step.leaving": 2, "step.ended": 3, "step.event": 1, "step.wait": 1,
	"effect.queued": 3, "effect.leased": 2, "effect.before": 3, "effect.leaving": 2, "effect.after": 3, "effect.result": 3,
}

// TestARunKilledAnywhereEndsAsIfNothingHadHappened kills a process at every named point of a run
// with every kind of step, starts it again, and compares the end with that of an undisturbed run.
// A letter that may have left is put before a person, who looks; nothing leaves twice.
func TestARunKilledAnywhereEndsAsIfNothingHadHappened(t *testing.T) {
	t.Parallel()
	for dialect, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "torture.db") },
		"postgres": func(t *testing.T) string { return dbtest.PostgresDSN(t) },
	} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			calm := newWorld(t, dbtest.Open(t, dsn(t)))
			want := calm.summary(calm.through(calm.begin()))
			for _, point := range moments() {
				t.Run(point, func(t *testing.T) {
					where := dsn(t)
					w := newWorld(t, dbtest.Open(t, where))
					killAt(t, where, "^TestTortureChild$", tortureEnv, point)
					w.afterwards()
					if got := w.summary(w.through(w.theRun())); got != want {
						t.Errorf("it ended otherwise:\n%s\nundisturbed:\n%s", got, want)
					}
					if n := w.count(`SELECT count(*) FROM (SELECT key FROM done GROUP BY key HAVING count(*) > 1) x`); n != 0 {
						t.Errorf("%d things were done twice", n)
					}
					if n := w.count(`SELECT count(*) FROM event_taken`); n != 1 {
						t.Errorf("the event was taken %d times", n)
					}
				})
			}
		})
	}
}

// moments lists where to kill: at each named point, and before and after commits. Seldom asked
// for: every passing of each, and every commit.
func moments() (list []string) {
	every, step := os.Getenv(everyEnv) != "", 5
	if every {
		step = 1
	}
	for name, n := range points {
		for i := range n {
			if every || i == n-1 {
				list = append(list, fmt.Sprintf("%s@%d", name, i+1))
			}
		}
	}
	for i := 1; i <= commits; i += step {
		list = append(list, fmt.Sprintf("tx.before_commit@%d", i), fmt.Sprintf("tx.after_commit@%d", i))
	}
	slices.Sort(list)
	return list
}

// theRun is the run the killed process began, or a first one.
func (w *world) theRun() string {
	w.t.Helper()
	var runs []string
	if err := w.db.View(w.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &runs, `SELECT id FROM run`)
	}); err != nil {
		w.t.Fatal(err)
	}
	if len(runs) == 0 {
		return w.begin()
	}
	return runs[0]
}

// afterwards is what a restarted program does first; on PostgreSQL leases end by themselves.
func (w *world) afterwards() {
	w.t.Helper()
	w.clock.Set(monday.Add(time.Hour + 10*time.Second)) // the child's clock went on for an hour at most
	w.reopen()
	if err := w.effects.Recover(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// summary is what must be equal whatever happened on the way.
func (w *world) summary(v workflow.RunView) string {
	w.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "run %s %s\n", v.Run.State, v.Run.Outcome)
	for _, s := range v.Steps {
		fmt.Fprintf(&b, "%s %d %s %s %q %v\n", s.StepID, s.Iteration, s.State, s.Outcome, s.Choice, s.Fields)
	}
	for _, what := range []string{"freeze", "send", "file"} {
		fmt.Fprintf(&b, "%s done %d times\n", what, w.done(what))
	}
	fmt.Fprintf(&b, "%d runs, %d started, %d ended\n", w.count(`SELECT count(*) FROM run`),
		w.count(`SELECT count(*) FROM audit_entry WHERE action = 'run.started'`), w.count(`SELECT count(*) FROM audit_entry WHERE action = 'run.ended'`))
	return b.String()
}
