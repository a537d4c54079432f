package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/workflow"
)

// few and many are numbers of finished runs, and slower is by how much a step may take longer with
// many of them.
const (
	few, many = 1_000, 100_000
	slower    = 1.2
)

// TestBenchEngineWithFinishedRuns measures steps in turns on a database with few finished runs and on
// one with many, so that both have had the same machine.
func TestBenchEngineWithFinishedRuns(t *testing.T) {
	wanted(t)
	for _, dialect := range dialects() {
		t.Run(string(dialect), func(t *testing.T) {
			engines := map[int]*engine{}
			for _, n := range []int{few, many} {
				e := newEngine(t, newPlace(t, dialect))
				e.publish(t, people())
				e.publish(t, row("PB-85", 6))
				e.finished(t, n)
				e.work(t)
				engines[n] = e
			}
			rates := map[int]*speeds{few: {}, many: {}}
			for range 7 {
				for _, n := range []int{few, many} {
					rates[n].each = append(rates[n].each, engines[n].serially(t))
				}
			}
			for _, s := range rates {
				slices.Sort(s.each)
			}
			ratio := rates[few].median() / rates[many].median()
			figure(t, string(dialect)+" steps by finished runs", "with %d %s; with %d %s; slower by %.2f, at best by %.2f",
				few, rates[few], many, rates[many], ratio, rates[few].best()/rates[many].best())
			if min(ratio, rates[few].best()/rates[many].best()) > slower {
				t.Errorf("with %d finished runs a step takes %.2f times as long as with %d, promised %.1f", many, ratio, few, slower)
			}
		})
	}
}

// serially has one person do the steps of some runs, and says how many in a second.
func (e *engine) serially(t *testing.T) float64 {
	t.Helper()
	var work []workflow.StepView
	for _, id := range e.begin(t, "PB-80", 8, nil) {
		v, err := e.runs.RunView(t.Context(), worker, id)
		must(t, err)
		for _, s := range v.Steps {
			if s.Kind.ByHand() {
				work = append(work, s)
			}
		}
	}
	e.settled(t)
	began := time.Now()
	e.finishAll(t, [][]workflow.StepView{work})
	return float64(len(work)) / time.Since(began).Seconds()
}

// finished brings about n finished runs: one is worked through, the others are copies of its rows
// under keys and subjects of their own.
func (e *engine) finished(t *testing.T, n int) {
	t.Helper()
	run := e.begin(t, "PB-85", 1, nil)[0]
	v, err := e.runs.RunView(t.Context(), worker, run)
	must(t, err)
	e.finishAll(t, [][]workflow.StepView{v.Steps[:len(v.Steps)-1]})
	_, err = e.log.Checkpoint(t.Context())
	must(t, err)
	key := func(column string) string {
		return fmt.Sprintf("substr(%s, 1, 24) || CAST(100000000000 + n.i AS TEXT)", column)
	}
	e.copies(t, "run", "id", run, n, map[string]string{"id": key("id"), "scope_id": key("scope_id"), "subject_id": key("subject_id")})
	e.copies(t, "step_run", "run_id", run, n, map[string]string{"id": key("id"), "run_id": key("run_id")})
	if e.db.Dialect == db.Postgres {
		_, err := e.db.Writer().Exec(`ANALYZE`)
		must(t, err)
	}
	if got := e.count(t, `SELECT count(*) FROM run WHERE slug = 'PB-85' AND state = 'ended'`); got != n {
		t.Fatalf("%d finished runs, want %d", got, n)
	}
}

// copies writes n-1 copies of the rows of a run; change says what a column becomes in copy n.i.
func (e *engine) copies(t *testing.T, table, by, run string, n int, change map[string]string) {
	t.Helper()
	rows, err := e.db.Writer().Queryx(e.db.Writer().Rebind(`SELECT * FROM `+table+` WHERE `+by+` = ? LIMIT 1`), run)
	must(t, err)
	columns, err := rows.Columns()
	must(t, err)
	must(t, rows.Close())
	values := slices.Clone(columns)
	for i, c := range columns {
		if to, ok := change[c]; ok {
			values[i] = to
		}
	}
	must(t, e.db.Update(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < `+fmt.Sprint(n-1)+`)
			INSERT INTO `+table+` (`+strings.Join(columns, ", ")+`) SELECT `+strings.Join(values, ", ")+` FROM `+table+` CROSS JOIN n WHERE `+by+` = ?`, run)
		return err
	}))
}
