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

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// partsEnv makes TestTorturePartsChild act as a process that may be killed.
const partsEnv = "TASUKE_WORKFLOW_TORTURE_PARTS"

// partsPoints are the named moments that only a run with runs below it passes, with how often an
// undisturbed run of the torture playbook does.
var partsPoints = map[string]int{"run.child": 3, "loop.pass": 2, "run.child_ended": 3}

// partsCommits is how many transactions that run has.
const partsCommits = 28

// openParts opens a world whose kinds have the names of the product, so that the playbooks of the
// torture are the same here and there. What they did stands in the table done.
func openParts(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := openWorld(t, d)
	w.opts.Rules.Actions = map[string]playbooks.Shape{
		"incident.facts.freeze": {Output: map[string]playbooks.FieldType{"version": playbooks.NumberField}, NeedsApproval: "incident.facts"},
		"filing.appi.derive":    {Output: map[string]playbooks.FieldType{"created": playbooks.NumberField}},
	}
	w.opts.Rules.Approvables = []string{"incident.facts"}
	w.opts.Approvables = []workflow.Approvable{{Name: "incident.facts", Digest: letterDigest}}
	w.opts.Kinds = []workflow.Kind{
		{Name: "incident.facts.freeze", Tx: func(ctx context.Context, tx *db.Tx, c workflow.Call) (map[string]any, error) {
			_, err := tx.Exec(ctx, `INSERT INTO done (what, key) VALUES ('freeze', ?)`, c.Key)
			return map[string]any{"version": 1}, err
		}},
		{Name: "filing.appi.derive", Do: w.derive},
	}
	w.reopen()
	return w
}

// derive leaves the house on its second attempt only.
func (w *world) derive(ctx context.Context, c workflow.Call, leaving func(context.Context) error) (map[string]any, error) {
	tried := 0
	if err := w.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &tried, `SELECT count(*) FROM done WHERE what = 'try' AND key = ?`, c.Key)
	}); err != nil {
		return nil, err
	}
	if tried == 0 {
		if err := w.outside(ctx, `INSERT INTO done (what, key) VALUES ('try', ?)`, c.Key); err != nil {
			return nil, err
		}
		return nil, effect.Temporary(errBroken, "effect.failed")
	}
	if err := leaving(ctx); err != nil {
		return nil, err
	}
	return map[string]any{"created": 1}, w.outside(ctx, `INSERT INTO done (what, key) VALUES ('derive', ?)`, c.Key)
}

func newParts(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := openParts(t, d)
	w.exec(`CREATE TABLE done (what TEXT NOT NULL, key TEXT NOT NULL)`)
	w.exec(`CREATE TABLE letter (body TEXT NOT NULL)`)
	w.exec(`INSERT INTO letter (body) VALUES ('v1')`)
	for _, name := range []string{"torture_part.yaml", "torture.yaml"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		w.publish(string(text))
	}
	return w
}

func (w *world) beginParts() string {
	w.t.Helper()
	r, err := w.tryStart("PB-T1")
	if err != nil {
		w.t.Fatal(err)
	}
	return r.ID
}

// throughParts works the torture playbook to its end.
func (w *world) throughParts(run string) workflow.RunView {
	w.t.Helper()
	for range 200 {
		w.settle()
		v := w.view(run)
		if v.Run.State == workflow.Ended {
			return v
		}
		if !w.answerParts(v) {
			w.clock.Add(10 * time.Second)
		}
	}
	w.t.Fatalf("the run does not end: %s", strings.Join(all(w.view(run)), ", "))
	return workflow.RunView{}
}

// answerParts does the first thing a person can do, anywhere in a run.
func (w *world) answerParts(v workflow.RunView) bool {
	w.t.Helper()
	for _, s := range v.Steps {
		by := person("of-"+s.StepID, actor.Role(s.Role))
		switch s.State {
		case workflow.Held:
			how := workflow.Again
			if w.count(`SELECT count(*) FROM done WHERE what <> 'try' AND key = ?`, fmt.Sprintf("step:%s:%s:%d", s.RunID, s.StepID, s.Iteration)) > 0 {
				how = workflow.Happened
			}
			if _, err := w.Resolve(w.t.Context(), by, s.ID, s.Rev, how, "確認した"); err != nil {
				w.t.Fatalf("resolve %s: %v", s.StepID, err)
			}
			return true
		case workflow.Ready:
			d := workflow.Done{Digest: s.Now}
			if s.StepID == "approve" {
				d.Outcome = workflow.Approved
			}
			if s.StepID == "begin" {
				d.Fields = map[string]string{"name": "山田"}
			}
			if _, err := w.Complete(w.t.Context(), by, s.ID, s.Rev, d); err != nil {
				w.t.Fatalf("%s: %v", s.StepID, err)
			}
			return true
		}
		for _, c := range s.Children {
			if w.answerParts(c) {
				return true
			}
		}
	}
	return false
}

// sameParts is what must be equal whatever happened on the way.
func (w *world) sameParts(v workflow.RunView) string {
	w.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s\n", v.Run.State, v.Run.Outcome, strings.Join(all(v), ", "))
	for _, what := range []string{"freeze", "derive"} {
		fmt.Fprintf(&b, "%s done %d times\n", what, w.done(what))
	}
	fmt.Fprintf(&b, "%d runs, %d pins, %d started, %d ended", w.count(`SELECT count(*) FROM run`), w.count(`SELECT count(*) FROM run_pin`),
		w.count(`SELECT count(*) FROM audit_entry WHERE action = 'run.started'`), w.count(`SELECT count(*) FROM audit_entry WHERE action = 'run.ended'`))
	for _, k := range v.Variables {
		fmt.Fprintf(&b, " %s=%s/%v", k.ID, k.Value, k.Known)
	}
	return b.String()
}

// TestTorturePartsChild is not a test of its own: the parent starts it as a process, with a point to
// die at.
func TestTorturePartsChild(t *testing.T) {
	dsn := os.Getenv(partsEnv)
	if dsn == "" {
		t.Skip("only as a child of the torture")
	}
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	w := openParts(t, d)
	w.throughParts(w.beginParts())
}

// TestAPlaybookOfPartsKilledAnywhereEndsAsIfNothingHadHappened kills a process at every named point
// of the torture playbook, and around its commits, and compares the end with an undisturbed run.
func TestAPlaybookOfPartsKilledAnywhereEndsAsIfNothingHadHappened(t *testing.T) {
	t.Parallel()
	for dialect, dsn := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "torture.db") },
		"postgres": func(t *testing.T) string { return dbtest.PostgresDSN(t) },
	} {
		t.Run(dialect, func(t *testing.T) {
			t.Parallel()
			calm := newParts(t, dbtest.Open(t, dsn(t)))
			want := calm.sameParts(calm.throughParts(calm.beginParts()))
			if !strings.HasPrefix(want, "ended done") || !strings.Contains(want, "turns=2/true") {
				t.Fatalf("undisturbed it ends as\n%s", want)
			}
			for _, point := range partsMoments() {
				t.Run(point, func(t *testing.T) {
					where := dsn(t)
					w := newParts(t, dbtest.Open(t, where))
					killAt(t, where, "^TestTorturePartsChild$", partsEnv, point)
					w.clock.Set(monday.Add(3 * time.Hour))
					w = w.openAgain()
					if got := w.sameParts(w.throughParts(w.theParts())); got != want {
						t.Errorf("it ended otherwise:\n%s\nundisturbed:\n%s", got, want)
					}
					if n := w.count(`SELECT count(*) FROM (SELECT what, key FROM done WHERE what <> 'try' GROUP BY what, key HAVING count(*) > 1) x`); n != 0 {
						t.Errorf("%d things were done twice", n)
					}
				})
			}
		})
	}
}

func (w *world) openAgain() *world {
	w.t.Helper()
	w.reopen()
	if err := w.effects.Recover(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return w
}

// theParts is the run the killed process began, or a first one.
func (w *world) theParts() string {
	w.t.Helper()
	if ids := w.texts(`SELECT id FROM run WHERE parent_id = ''`); len(ids) > 0 {
		return ids[0]
	}
	return w.beginParts()
}

func partsMoments() (list []string) {
	every, step := os.Getenv(everyEnv) != "", 9
	if every {
		step = 1
	}
	for name, n := range partsPoints {
		for i := range n {
			if every || i == n-1 {
				list = append(list, fmt.Sprintf("%s@%d", name, i+1))
			}
		}
	}
	for i := 3; i <= partsCommits; i += step {
		list = append(list, fmt.Sprintf("tx.before_commit@%d", i), fmt.Sprintf("tx.after_commit@%d", i))
	}
	slices.Sort(list)
	return list
}
