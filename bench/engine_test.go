package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// What the product promises, per second. Alone: one step after the other on SQLite, its usual
// database; where the disk itself is slower than that, at least a part of the commits of one row that
// it takes. With a crowd: on both databases.
const (
	pureAlone, pureOfFloor     = 1000, 0.3
	effectAlone, effectOfFloor = 500, 0.1
	pureSteps, effectSteps     = 600, 250
)

// promise is what so many at once must come to, given how many commits of one row the disk takes.
func (e *engine) promise(writers int, floor, alone, part, crowded float64) float64 {
	switch {
	case writers == crowd:
		return crowded
	case e.dialect == db.SQLite:
		return min(alone, part*floor)
	}
	return 0
}

// crowd is how many runs are worked on at once, one person or one effect each.
const crowd = 16

// machines are the playbooks of actions, and what one step of each is.
var machines = []struct{ slug, do, name, includes string }{
	{"PB-81", "bench.tell", "action in the engine's transaction",
		"1 transaction: the effect is taken, the subject and the run are locked, the facts (4 queries), the act (a line of the incident's story), its result, the run's compare-and-set, step row, the next step with its effect, audit entry, announcements; right behind its commit the same process takes the next"},
	{"PB-82", "bench.leave", "action outside a transaction",
		"3 transactions: the lease; leaving, with the subject and the run locked; the result with what it includes inside a transaction; right behind its commit the same process takes the next"},
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
			explain(t, "one step done by a person", "1 transaction: the run read, the incident's facts (4 queries), its guard revision, the run's compare-and-set, step row, the steps that follow (fork, join), audit entry, 3 announcements; the audit sequencer gives out leaves and tree hashes beside it")
			for _, writers := range []int{1, crowd} {
				e.people(t, writers, floor[writers])
			}
			for _, m := range machines {
				explain(t, "one "+m.name, m.includes)
				e.machine(t, m.slug, m.name, 1, floor[1])
				e.machine(t, m.slug, m.name, crowd, floor[crowd])
			}
		})
	}
}

// explain says once what a figure includes.
func explain(t *testing.T, what, includes string) {
	t.Helper()
	table.mu.Lock()
	known := slices.Contains(table.lines, [2]string{what, includes})
	table.mu.Unlock()
	if !known {
		figure(t, what, "%s", includes)
	}
}

// floor is durable commits of one row per second, by so many writers; by the median commit where
// that says more, for a disk that others write to stands still at times.
func (e *engine) floor(t *testing.T, writers int) float64 {
	t.Helper()
	must(t, e.floorTable())
	times, rate := during(t, writers, func(int) error { return e.commit(t.Context()) })
	figure(t, fmt.Sprintf("%s floor, commits of one row, %2d writers", e.dialect, writers), "p50 %s  p99 %s  %.0f/s", ms(times.at(.5)), ms(times.at(.99)), rate)
	return max(rate, float64(writers)/times.at(.5).Seconds())
}

func (e *engine) floorTable() error {
	_, err := e.db.Writer().Exec(`CREATE TABLE IF NOT EXISTS floor (id TEXT PRIMARY KEY, body TEXT NOT NULL)`)
	return err
}

// commit makes one row durable.
func (e *engine) commit(ctx context.Context) error {
	body := strings.Repeat("x", 200)
	return e.db.Update(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO floor (id, body) VALUES (?, ?)`, tx.NewID(), body)
		return err
	})
}

// people has so many persons finish tasks and decisions, each in runs of their own.
func (e *engine) people(t *testing.T, writers int, floor float64) {
	t.Helper()
	runs := 4 * writers
	if writers == 1 {
		runs = 16
	}
	byHand := 0
	rates := rounds(t, func() float64 {
		work := make([][]workflow.StepView, writers)
		byHand = 0
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
		e.finishAll(t, work)
		return float64(byHand) / time.Since(began).Seconds()
	})
	e.ended(t, "PB-80")
	all := float64(runs*(6*blocks+1)) / float64(byHand) // with what the engine finishes along the way
	name := fmt.Sprintf("%s steps done by people, %2d at once", e.dialect, writers)
	figure(t, name, "%s; with forks and joins %.0f/s; %.0f%% of the floor; %.0f%% of the machine was left to it", &rates, all*rates.median(), 100*rates.median()/floor, 100*rates.left())
	rates.promised(t, name, e.promise(writers, floor, pureAlone, pureOfFloor, pureSteps), floor)
}

// finishAll has a person work through each list.
func (e *engine) finishAll(t *testing.T, work [][]workflow.StepView) {
	t.Helper()
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
	rates := rounds(t, func() float64 {
		first := make([][]workflow.StepView, runs)
		for n, id := range e.begin(t, slug, runs, nil) {
			v, err := e.runs.RunView(t.Context(), worker, id)
			must(t, err)
			first[n] = v.Steps[:1]
		}
		e.settled(t)
		began := time.Now()
		e.finishAll(t, first)
		e.until(t, `SELECT count(*) FROM run WHERE state = 'running' AND slug = ?`, slug)
		return float64(runs*actions) / time.Since(began).Seconds()
	})
	e.ended(t, slug)
	what := fmt.Sprintf("%s %s, %2d runs at once", e.dialect, name, runs)
	figure(t, what, "%s; %.0f%% of the floor; %.0f%% of the machine was left to it", &rates, 100*rates.median()/floor, 100*rates.left())
	rates.promised(t, what, e.promise(runs, floor, effectAlone, effectOfFloor, effectSteps), floor)
}

// until waits for a number to become zero. It is asked for 100 times a second.
func (e *engine) until(t *testing.T, query string, args ...any) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
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
