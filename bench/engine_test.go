package bench

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// What the product promises, per second.
const (
	pureSteps   = 600
	effectSteps = 250
)

// crowd is how many runs are worked on at once, one person or one effect each.
const crowd = 16

const (
	blocks  = 8  // of a run of people's steps: six steps each, about as many as PB-01 has
	actions = 24 // of a run of actions
)

// people is a playbook of tasks, decisions, forks and joins.
func people() string {
	var b strings.Builder
	b.WriteString("playbook: PB-80\ntitle: {ja: 人手, en: People}\nsteps:\n")
	after := ""
	for n := range blocks {
		fmt.Fprintf(&b, "  - {id: call%d, kind: task,%s title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator, target: 2h}\n", n, after)
		fmt.Fprintf(&b, "  - {id: sent%d, kind: decision, after: [call%d], title: {ja: あ, en: a}, question: {ja: あ, en: a}, role: operator, outcomes: [{id: \"yes\", text: {ja: あ, en: a}, goes_on: true}, {id: \"no\", text: {ja: あ, en: a}, goes_on: true}]}\n", n, n)
		fmt.Fprintf(&b, "  - {id: fork%d, kind: parallel, after: [sent%d], title: {ja: あ, en: a}}\n", n, n)
		for _, way := range []string{"bank", "police"} {
			fmt.Fprintf(&b, "  - {id: %s%d, kind: task, after: [fork%d], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator, target: 1d}\n", way, n, n)
		}
		fmt.Fprintf(&b, "  - {id: met%d, kind: join, after: [bank%d, police%d], title: {ja: あ, en: a}}\n", n, n, n)
		after = fmt.Sprintf(" after: [met%d],", n)
	}
	fmt.Fprintf(&b, "  - {id: finished, kind: end,%s title: {ja: あ, en: a}}\n", after)
	return b.String()
}

// machine is a playbook of one task and actions in a row.
func machine(slug, do string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "playbook: %s\ntitle: {ja: 自動, en: Machine}\nsteps:\n", slug)
	b.WriteString("  - {id: s0, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator}\n")
	for n := range actions {
		fmt.Fprintf(&b, "  - {id: s%d, kind: action, after: [s%d], title: {ja: あ, en: a}, role: operator, do: %s}\n", n+1, n, do)
	}
	fmt.Fprintf(&b, "  - {id: finished, kind: end, after: [s%d], title: {ja: あ, en: a}}\n", actions)
	return b.String()
}

// machines are the playbooks of actions, and what one step of each is.
var machines = []struct{ slug, do, name, includes string }{
	{"PB-81", "bench.tell", "action in the engine's transaction",
		"2 transactions: the effect is taken with the subject and the run locked, the act (a line of the incident's story), its result, step row, next step with its effect and queue row, audit entry, announcement; the queue's own"},
	{"PB-82", "bench.leave", "action outside a transaction",
		"4 transactions: lease; leaving, with the subject and the run locked; result with step row, next step with its effect and queue row, audit entry, announcement; the queue's own"},
}

// TestBenchEngineSteps measures how fast playbooks run beside the commit floor of the same run: one
// row of the same database in a transaction of its own, by as many writers.
func TestBenchEngineSteps(t *testing.T) {
	wanted(t)
	for _, dialect := range dialects() {
		t.Run(string(dialect), func(t *testing.T) {
			e := newEngine(t, newPlace(t, dialect))
			figure(t, string(dialect)+" durability", "%s", durability(t, e.db.Writer(), dialect))
			e.publish(t, people())
			for _, m := range machines {
				e.publish(t, machine(m.slug, m.do))
			}
			floor := map[int]float64{}
			for _, writers := range []int{1, crowd} {
				floor[writers] = e.floor(t, writers)
			}
			e.work(t)
			figure(t, "one step done by a person", "1 transaction: run, version and steps read, the incident's facts (4 queries), its guard revision, the run's compare-and-set, step row, the steps that follow (fork, join), audit entry, 3 announcements")
			for _, writers := range []int{1, crowd} {
				e.people(t, writers, floor[writers])
			}
			for _, m := range machines {
				figure(t, "one "+m.name, "%s", m.includes)
				e.machine(t, m.slug, m.name, 1, floor[1])
				e.machine(t, m.slug, m.name, crowd, floor[crowd])
			}
		})
	}
}

// floor is durable commits of one row per second, by so many writers.
func (e *engine) floor(t *testing.T, writers int) float64 {
	t.Helper()
	_, err := e.db.Writer().Exec(`CREATE TABLE IF NOT EXISTS floor (id TEXT PRIMARY KEY, body TEXT NOT NULL)`)
	must(t, err)
	body := strings.Repeat("x", 200)
	times, rate := during(t, writers, func(int) error {
		return e.db.Update(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO floor (id, body) VALUES (?, ?)`, tx.NewID(), body)
			return err
		})
	})
	figure(t, fmt.Sprintf("%s floor, commits of one row, %2d writers", e.dialect, writers), "p50 %s  p99 %s  %.0f/s", ms(times.at(.5)), ms(times.at(.99)), rate)
	return rate
}

// people has so many persons finish tasks and decisions, each in runs of their own.
func (e *engine) people(t *testing.T, writers int, floor float64) {
	t.Helper()
	runs := 50
	if writers > 1 {
		runs = 10 * writers
	}
	work := make([][]workflow.StepView, writers)
	byHand := 0
	for n, id := range e.begin(t, "PB-80", runs, nil) {
		v, err := e.runs.RunView(t.Context(), worker, id)
		must(t, err)
		for _, s := range v.Steps {
			if s.Kind.ByHand() {
				work[n%writers] = append(work[n%writers], s)
				byHand++
			}
		}
	}
	e.settled(t)
	began := time.Now()
	var all sync.WaitGroup
	for _, steps := range work {
		all.Go(func() {
			for _, s := range steps {
				if err := e.finish(s); err != nil {
					t.Errorf("%s: %v", s.StepID, err)
					return
				}
			}
		})
	}
	all.Wait()
	took := time.Since(began).Seconds()
	rate := float64(byHand) / took
	name := fmt.Sprintf("%s steps done by people, %2d at once", e.dialect, writers)
	figure(t, name, "%.0f/s, with forks and joins %.0f/s; %.0f%% of the floor", rate, float64(runs*(6*blocks+1))/took, 100*rate/floor)
	e.ended(t, "PB-80")
	if writers == crowd {
		promised(t, name, rate, pureSteps, floor)
	}
}

// finish does one step. Its revision is one more than when the run began, for it was made ready
// since, except for the first.
func (e *engine) finish(s workflow.StepView) error {
	rev, done := s.Rev+1, workflow.Done{}
	if s.State == workflow.Ready {
		rev = s.Rev
	}
	if s.Kind == playbooks.Decision {
		done.Outcome = "yes"
	}
	_, err := e.runs.Complete(context.Background(), worker, s.ID, rev, done)
	return err
}

// machine lets so many runs of actions go at once, woken by the queue, until the last has ended.
func (e *engine) machine(t *testing.T, slug, name string, runs int, floor float64) {
	t.Helper()
	const rounds = 4
	var took time.Duration
	for range rounds {
		ids := e.begin(t, slug, runs, nil)
		e.settled(t)
		first := make([]workflow.StepView, len(ids))
		for n, id := range ids {
			v, err := e.runs.RunView(t.Context(), worker, id)
			must(t, err)
			first[n] = v.Steps[0]
		}
		began := time.Now()
		for _, s := range first {
			must(t, e.finish(s))
		}
		e.until(t, `SELECT count(*) FROM run WHERE state = 'running' AND slug = ?`, slug)
		took += time.Since(began)
	}
	rate := float64(rounds*runs*actions) / took.Seconds()
	what := fmt.Sprintf("%s %s, %2d runs at once", e.dialect, name, runs)
	figure(t, what, "%.0f/s; %.0f%% of the floor", rate, 100*rate/floor)
	e.ended(t, slug)
	if runs == crowd {
		promised(t, what, rate, effectSteps, floor)
	}
}

// until waits for a number to become zero. It is asked for 50 times a second.
func (e *engine) until(t *testing.T, query string, args ...any) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	patience := time.After(2 * time.Minute)
	for {
		select {
		case <-patience:
			t.Fatalf("after two minutes there are still %d: %s", e.count(t, query, args...), query)
		case <-tick.C:
			if e.count(t, query, args...) == 0 {
				return
			}
		}
	}
}

// settled waits until every audit entry has its leaf, so that no measurement pays for another's.
func (e *engine) settled(t *testing.T) {
	t.Helper()
	e.until(t, `SELECT count(*) FROM audit_pending`)
}

// ended checks that every run of a playbook has ended well: each act that was counted is there.
func (e *engine) ended(t *testing.T, slug string) {
	t.Helper()
	if n := e.count(t, `SELECT count(*) FROM run r WHERE slug = ? AND (state <> 'ended' OR outcome <> 'done'
		OR EXISTS (SELECT 1 FROM step_run s WHERE s.run_id = r.id AND s.state <> 'done'))`, slug); n > 0 {
		t.Errorf("%d runs of %s did not end well", n, slug)
	}
}

// promised fails when a promise is not kept, and when a step is cheaper than one commit.
func promised(t *testing.T, what string, rate, least, floor float64) {
	t.Helper()
	switch {
	case rate < least:
		t.Errorf("%s: %.0f/s, promised %.0f/s", what, rate, least)
	case rate > floor:
		t.Errorf("%s: %.0f/s, but the database commits only %.0f/s: the steps are not durable", what, rate, floor)
	}
}
