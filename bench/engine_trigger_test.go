package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/cases/incident"
	"tasuke/internal/db"
	"tasuke/workflow"
)

// triggered is how many steps the run has whose start is measured, and atMost is how long its start
// may take beyond one commit.
const (
	triggered = 20
	atMost    = 2 * time.Millisecond
)

// row is a playbook of tasks in a row and the end: so many steps in all.
func row(slug string, steps int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "playbook: %s\ntitle: {ja: 列, en: Row}\nsteps:\n", slug)
	after := ""
	for n := range steps - 1 {
		fmt.Fprintf(&b, "  - {id: task%d, kind: task,%s title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator}\n", n, after)
		after = fmt.Sprintf(" after: [task%d],", n)
	}
	fmt.Fprintf(&b, "  - {id: finished, kind: end,%s title: {ja: あ, en: a}}\n", after)
	return b.String()
}

// TestBenchEngineTrigger measures the start of a run of 20 steps, each beside a commit of one row.
func TestBenchEngineTrigger(t *testing.T) {
	wanted(t)
	for _, dialect := range dialects() {
		t.Run(string(dialect), func(t *testing.T) {
			e := newEngine(t, newPlace(t, dialect))
			e.publish(t, row("PB-84", triggered))
			must(t, e.floorTable())
			e.work(t)
			var starts, commits timings
			var left shares
			for n := range 300 {
				if n%60 == 0 {
					left.look(t)
				}
				i := e.incident(t)
				began := time.Now()
				must(t, e.db.Update(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *db.Tx) error {
					_, err := e.runs.Start(ctx, tx, system, "PB-84", workflow.Subject{Kind: "incident", ID: i.ID}, tx.Now)
					return err
				}))
				starts = append(starts, time.Since(began))
				began = time.Now()
				must(t, e.commit(t.Context()))
				commits = append(commits, time.Since(began))
			}
			slices.Sort(starts)
			slices.Sort(commits)
			beyond := starts.at(.5) - commits.at(.5)
			what := fmt.Sprintf("%s start of a run of %d steps", dialect, triggered)
			figure(t, what, "p50 %s  p99 %s; one commit p50 %s; beyond it %s; %.0f%% of the machine was left to it",
				ms(starts.at(.5)), ms(starts.at(.99)), ms(commits.at(.5)), ms(beyond), 100*left.left())
			if dialect == db.SQLite && beyond > atMost && left.judged(t, what) {
				t.Errorf("%s: %s beyond one commit, promised %s", what, beyond, atMost)
			}
		})
	}
}

// incident opens one.
func (e *engine) incident(t *testing.T) (i incident.Incident) {
	t.Helper()
	must(t, e.db.Update(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *db.Tx) (err error) {
		i, err = e.incidents.Open(ctx, tx, system, newIncident(tx))
		return err
	}))
	return i
}
