package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/workflow/reminder"
)

const (
	waitingRuns = 10_000
	// soonest is how long the product may take from its start to its first page with that many runs.
	soonest = time.Second
	// idle is the share of one core that it may use when nobody does anything.
	idle = 0.01
	// watched is how long that is looked at, after calm has passed.
	watched, calm = 15 * time.Second, 5 * time.Second
	starts        = 5
)

// patient is a playbook whose three branches wait: for a day far away, for an event with a limit,
// and for an event without one. Ten more tasks come behind them.
func patient() string {
	var b strings.Builder
	b.WriteString(`playbook: PB-83
title: {ja: 待ち, en: Patient}
steps:
  - {id: fork, kind: parallel, title: {ja: あ, en: a}}
  - {id: day, kind: wait, after: [fork], title: {ja: あ, en: a}, role: operator, for: 90d}
  - {id: bank, kind: wait, after: [fork], title: {ja: あ, en: a}, role: operator, event: bank.answered, timeout: 60d}
  - {id: filing, kind: wait, after: [fork], title: {ja: あ, en: a}, role: operator, event: filing.submitted}
  - {id: met, kind: join, after: [day, bank, filing], title: {ja: あ, en: a}}
`)
	before := "met"
	for n := range 10 {
		fmt.Fprintf(&b, "  - {id: task%d, kind: task, after: [%s], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator}\n", n, before)
		before = fmt.Sprintf("task%d", n)
	}
	fmt.Fprintf(&b, "  - {id: finished, kind: end, after: [%s], title: {ja: あ, en: a}}\n", before)
	return b.String()
}

// TestBenchEngineTenThousandRunsThatWait starts the product on a database in which nothing is due and
// looks how soon it answers and what it costs while nobody asks it anything; first with no run.
func TestBenchEngineTenThousandRunsThatWait(t *testing.T) {
	wanted(t)
	binary(t)
	for _, dialect := range dialects() {
		t.Run(string(dialect), func(t *testing.T) {
			p := newPlace(t, dialect)
			p.once(t) // migrations of the queue and the standard playbooks are there
			p.stand(t, 0)
			p.fill(t)
			p.stand(t, waitingRuns)
		})
	}
}

// once starts and stops the product.
func (p place) once(t *testing.T) {
	t.Helper()
	s := launch(t, p.args("serve", "--addr", "127.0.0.1:0")...)
	s.stop(t)
}

// fill makes the runs through the stores, each with an incident of its own and a chain of
// reminders that begins in hours, and lets the audit log take in what they wrote.
func (p place) fill(t *testing.T) {
	t.Helper()
	e := newEngine(t, p)
	e.publish(t, patient())
	began := time.Now()
	e.begin(t, "PB-83", waitingRuns, func(ctx context.Context, tx *db.Tx, i incident.Incident) error {
		return e.reminders.Set(ctx, tx, reminder.Item{
			Subject: reminder.Subject{Kind: "incident", ID: i.ID}, Ref: "incident:" + i.ID, Ladder: reminder.BankChase, Role: actor.Funds, From: tx.Now,
		})
	})
	_, err := e.log.Checkpoint(t.Context())
	must(t, err)
	if e.db.Dialect == db.Postgres {
		_, err := e.db.Writer().Exec(`ANALYZE`) // as PostgreSQL does by itself within minutes
		must(t, err)
	}
	figure(t, string(p.dialect)+" waiting runs written", "%d with %d steps, %d of which wait for a time or an event, and %d reminders, in %.1f s", waitingRuns,
		e.count(t, `SELECT count(*) FROM step_run`), e.count(t, `SELECT count(*) FROM step_run WHERE state = 'running'`),
		e.count(t, `SELECT count(*) FROM reminder`), time.Since(began).Seconds())
}

// stand measures the product on what is there.
func (p place) stand(t *testing.T, runs int) {
	t.Helper()
	var ready, page timings
	var share float64
	var left shares
	for n := range starts {
		left.look(t)
		began := time.Now()
		s := launch(t, p.args("serve", "--addr", "127.0.0.1:0")...)
		ready = append(ready, time.Since(began))
		s.firstPage(t)
		page = append(page, time.Since(began))
		if n == starts-1 {
			<-time.After(calm)
			before := s.cpu(t)
			<-time.After(watched)
			share = (s.cpu(t) - before).Seconds() / watched.Seconds()
			figure(t, fmt.Sprintf("%s memory with %5d runs that wait", p.dialect, runs), "%.0f MB", s.memory(t, "VmRSS"))
		}
		s.stop(t)
	}
	slices.Sort(ready)
	slices.Sort(page)
	worst := page[len(page)-1]
	figure(t, fmt.Sprintf("%s start with %5d runs that wait", p.dialect, runs), "ready p50 %s, first page p50 %s, worst of %d %s; %.0f%% of the machine was left to it",
		ms(ready.at(.5)), ms(page.at(.5)), starts, ms(worst), 100*left.left())
	figure(t, fmt.Sprintf("%s idle with %5d runs that wait", p.dialect, runs), "%.2f%% of one core over %.0f s", 100*share, watched.Seconds())
	if worst > soonest && left.judged(t, "the start") {
		t.Errorf("%d runs: the first page came after %s, promised %s", runs, worst, soonest)
	}
	if share > idle {
		t.Errorf("%d runs: idle it uses %.2f%% of a core, promised %.0f%%", runs, 100*share, 100*idle)
	}
}

// firstPage fetches the page of signing in.
func (s *server) firstPage(t *testing.T) {
	t.Helper()
	res, err := http.Get(s.url + "/sign-in")
	must(t, err)
	_, err = io.Copy(io.Discard, res.Body)
	must(t, err)
	must(t, res.Body.Close())
	if res.StatusCode != http.StatusOK {
		t.Fatalf("the first page answered %s", res.Status)
	}
}
