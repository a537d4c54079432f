package workflow_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
	"tasuke/internal/vault/vaulttest"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// chain is a playbook of n steps in a row, each of one kind.
func chain(n int, kind string) string {
	var b strings.Builder
	b.WriteString("playbook: PB-99\ntitle: {ja: 列, en: Chain}\nsteps:\n")
	b.WriteString("  - {id: s0, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator}\n")
	for i := 1; i < n; i++ {
		fmt.Fprintf(&b, "  - {id: s%d, after: [s%d], title: {ja: あ, en: a}, role: operator, %s}\n", i, i-1, kind)
	}
	fmt.Fprintf(&b, "  - {id: finished, kind: end, after: [s%d], title: {ja: あ, en: a}}\n", n-1)
	return b.String()
}

// length is how many steps a run has; PB-01 has about as many.
const length = 50

// line is a store with the chain published. Facts and Changed touch a row each, as an incident does.
func line(b *testing.B, d *db.DB, kind string) (*workflow.Store, *effect.Store) {
	b.Helper()
	v := vaulttest.New(b)
	r := rules()
	r.Actions = map[string]playbooks.Shape{"nothing": {}}
	opts := workflow.Options{
		Rules: r, Sealer: workflow.Sealer{Seal: v.SealText, Open: v.OpenText}, OpenDay: everyDay,
		Facts: func(ctx context.Context, tx *db.Tx, _ workflow.Subject) (map[string]any, int64, error) {
			var n int64
			return map[string]any{"victims": int64(3)}, n, tx.Get(ctx, &n, `SELECT rev FROM subject`)
		},
		Changed: func(ctx context.Context, tx *db.Tx, _ workflow.Subject) error {
			_, err := tx.Exec(ctx, `UPDATE subject SET rev = rev + 1`)
			return err
		},
		Effects: effect.NewStore(d, nil),
		Kinds: []workflow.Kind{{Name: "nothing", Tx: func(context.Context, *db.Tx, workflow.Call) (map[string]any, error) {
			return nil, nil
		}}},
	}
	must(b, d, `CREATE TABLE subject (rev BIGINT NOT NULL)`, `INSERT INTO subject (rev) VALUES (1)`)
	s := workflow.NewStore(d, opts)
	def, problems := playbooks.Load([]byte(chain(length, kind)), r)
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	if _, err := s.Publish(b.Context(), product, def); err != nil {
		b.Fatal(err)
	}
	return s, opts.Effects
}

func must(b *testing.B, d *db.DB, statements ...string) {
	b.Helper()
	if err := d.Update(b.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, q := range statements {
			if _, err := tx.Exec(ctx, q); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkPureSteps finishes tasks of runs of 50 steps, one after the other: per step one
// durable transaction that loads the run, asks the facts, raises the subject, finishes the step,
// opens the next and writes the audit entry.
func BenchmarkPureSteps(b *testing.B) {
	onBoth(b, func(b *testing.B, d *db.DB) {
		s, _ := line(b, d, "kind: task, instructions: {ja: あ, en: a}")
		var run workflow.RunView
		var at int
		b.ResetTimer()
		for i := range b.N {
			if at == len(run.Steps) || run.Steps[at].StepID == "finished" {
				b.StopTimer()
				run, at = startLine(b, d, s, i), 0
				b.StartTimer()
			}
			rev := run.Steps[at].Rev
			if at > 0 {
				rev++ // it was made ready since the view
			}
			if _, err := s.Complete(b.Context(), operator, run.Steps[at].ID, rev, workflow.Done{}); err != nil {
				b.Fatal(err)
			}
			at++
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
	})
}

func startLine(b *testing.B, d *db.DB, s *workflow.Store, i int) (v workflow.RunView) {
	b.Helper()
	var run workflow.Run
	if err := d.Update(b.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		run, err = s.Start(ctx, tx, operator, "PB-99", workflow.Subject{Kind: "incident", ID: fmt.Sprint("i", i)}, tx.Now)
		return err
	}); err != nil {
		b.Fatal(err)
	}
	v, err := s.RunView(b.Context(), auditor, run.ID)
	if err != nil {
		b.Fatal(err)
	}
	return v
}

// BenchmarkActionSteps carries out actions that do nothing: per step one durable transaction that
// takes the effect, locks subject and run, checks and acts, writes the result, finishes the step
// and gives out the next one.
func BenchmarkActionSteps(b *testing.B) {
	onBoth(b, func(b *testing.B, d *db.DB) {
		s, effects := line(b, d, "kind: action, do: nothing")
		b.ResetTimer()
		for i := range b.N {
			id := queuedEffect(b, d)
			if id == "" {
				b.StopTimer()
				v := startLine(b, d, s, i)
				if _, err := s.Complete(b.Context(), operator, v.Steps[0].ID, v.Steps[0].Rev, workflow.Done{}); err != nil {
					b.Fatal(err)
				}
				id = queuedEffect(b, d)
				b.StartTimer()
			}
			if err := effects.Perform(b.Context(), id); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
	})
}

func queuedEffect(b *testing.B, d *db.DB) string {
	b.Helper()
	var ids []string
	if err := d.View(b.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &ids, `SELECT id FROM effect WHERE state = 'queued' LIMIT 1`)
	}); err != nil {
		b.Fatal(err)
	}
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// BenchmarkTickOfWaitingRuns is what ten thousand runs that wait cost each second.
func BenchmarkTickOfWaitingRuns(b *testing.B) {
	onBoth(b, func(b *testing.B, d *db.DB) {
		s, _ := line(b, d, "kind: wait, for: 9d")
		for i := range 10_000 {
			v := startLine(b, d, s, i)
			if _, err := s.Complete(b.Context(), operator, v.Steps[0].ID, v.Steps[0].Rev, workflow.Done{}); err != nil {
				b.Fatal(err)
			}
		}
		for b.Loop() { // the runs are made once
			if err := s.Tick(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func onBoth(b *testing.B, bench func(*testing.B, *db.DB)) {
	b.Helper()
	b.Run("sqlite", func(b *testing.B) { bench(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { bench(b, dbtest.Postgres(b)) })
}
