package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"tasuke/cases/deadline"
	"tasuke/cases/incident"
	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/vault"
	"tasuke/migrations"
	"tasuke/playbooks"
	"tasuke/workflow"
	"tasuke/workflow/reminder"
)

// engine is the part of the product that runs playbooks, in this process: the same stores over the
// same settings of the database, the queue and the audit sequencer at work beside it, no screens.
type engine struct {
	place
	db        *db.DB
	incidents *incident.Store
	runs      *workflow.Store
	effects   *effect.Store
	reminders *reminder.Store
	log       *audit.Log
}

var (
	worker = actor.Actor{ID: "bench-op", Name: "bench", Kind: actor.Person, Roles: []actor.Role{actor.Operator, actor.Responder}}
	system = actor.System("bench")
)

// newEngine opens one in an installation that no server uses.
func newEngine(t *testing.T, p place) *engine {
	t.Helper()
	ring, err := vault.LoadKeys(p.keys)
	must(t, err)
	v, err := vault.New(ring)
	must(t, err)
	signer, err := audit.LoadKey(p.auditKey)
	must(t, err)
	pack, err := deadline.Standard()
	must(t, err)
	d, err := db.Open(t.Context(), p.dsn)
	must(t, err)
	t.Cleanup(func() { must(t, d.Close()) })
	queue, err := effect.NewRiver(d)
	must(t, err)
	must(t, migrations.Up(t.Context(), d, queue.Migrate))
	e := &engine{place: p, db: d, effects: effect.NewStore(d, queue), log: audit.NewLog(d, signer), reminders: reminder.NewStore(d, reminder.Options{})}
	e.incidents = incident.NewStore(d, v, pack, incident.Options{})
	e.runs = workflow.NewStore(d, workflow.Options{
		Rules: rules(), Sealer: workflow.Sealer{Seal: v.SealText, Open: v.OpenText}, Facts: e.facts, Kinds: e.kinds(), Effects: e.effects,
		Changed: func(ctx context.Context, tx *db.Tx, s workflow.Subject) error {
			return e.incidents.Touch(ctx, tx, s.ID)
		},
	})
	return e
}

// work runs the loops of the product until the measurement is over.
func (e *engine) work(t *testing.T) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	for _, job := range []func(context.Context){e.log.Run, e.db.Listen, e.effects.Run, e.runs.Run, e.reminders.Run} {
		running.Go(func() { job(ctx) })
	}
	t.Cleanup(func() { stop(); running.Wait() })
}

// facts asks the database what the product asks it for an incident: four queries.
func (e *engine) facts(ctx context.Context, tx *db.Tx, s workflow.Subject) (map[string]any, int64, error) {
	i, err := e.incidents.Get(ctx, tx, s.ID)
	if err != nil {
		return nil, 0, err
	}
	var open, requests int
	if err := tx.Get(ctx, &open, `SELECT count(*) FROM victim_case WHERE incident_id = ? AND state NOT IN ('closed', 'not_victim')`, s.ID); err != nil {
		return nil, 0, err
	}
	if err := tx.Get(ctx, &requests, `SELECT count(*) FROM bank_request WHERE incident_id = ? AND state <> 'void'`, s.ID); err != nil {
		return nil, 0, err
	}
	version, err := e.incidents.FactsVersion(ctx, tx, s.ID)
	return map[string]any{"open_cases": open, "bank_requests": requests, "fact_version": int(version)}, i.GuardRev, err
}

// kinds are two hands: one writes a line of the incident's story in the engine's transaction, the
// other takes nothing out of the house but goes the way of what does.
func (e *engine) kinds() []workflow.Kind {
	return []workflow.Kind{
		{Name: "bench.tell", Tx: func(ctx context.Context, tx *db.Tx, c workflow.Call) (map[string]any, error) {
			return nil, e.incidents.Tell(ctx, tx, c.By, incident.Line{IncidentID: c.Subject.ID, Kind: "bench"})
		}},
		{Name: "bench.leave", Do: func(ctx context.Context, _ workflow.Call, leaving func(context.Context) error) (map[string]any, error) {
			return nil, leaving(ctx)
		}},
	}
}

func rules() playbooks.Rules {
	r := playbooks.Rules{
		Facts:   playbooks.Schema{"open_cases": playbooks.IntFact, "bank_requests": playbooks.IntFact, "fact_version": playbooks.IntFact},
		Actions: map[string]playbooks.Shape{"bench.tell": {}, "bench.leave": {}},
		Events:  []string{"bank.answered", "filing.submitted"},
	}
	for _, role := range actor.Roles {
		r.Roles = append(r.Roles, string(role))
	}
	return r
}

// publish makes a text the newest version of its playbook.
func (e *engine) publish(t *testing.T, text string) {
	t.Helper()
	def, problems := playbooks.Load([]byte(text), rules())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	_, err := e.runs.Publish(t.Context(), system, def)
	must(t, err)
}

// together is how many incidents or runs are begun in one transaction while nothing is measured, and
// hands is how many such transactions go on at once.
const together, hands = 50, 4

// begin opens n incidents and starts a run of the playbook for each; also is called in the same
// transaction as the start and may be nil.
func (e *engine) begin(t *testing.T, slug string, n int, also func(context.Context, *db.Tx, incident.Incident) error) (runs []string) {
	t.Helper()
	batches := make([][]string, (n+together-1)/together)
	next := make(chan int, len(batches))
	faults := make([]error, len(batches))
	var busy sync.WaitGroup
	for range hands {
		busy.Go(func() {
			for b := range next {
				batches[b], faults[b] = e.batch(slug, min(together, n-b*together), also)
			}
		})
	}
	for b := range batches {
		next <- b
	}
	close(next)
	busy.Wait()
	must(t, errors.Join(faults...))
	return slices.Concat(batches...)
}

func newIncident(tx *db.Tx) incident.New {
	return incident.New{DetectedAt: tx.Now, Department: "bench", Evidence: "bench", Details: incident.Details{
		Title: "不正出金", Kind: incident.AccountWithdrawal, Severity: "S2", DetectedBy: "customer", SystemBreach: "none_confirmed",
	}}
}

// batch begins a few: the incidents in one transaction, for they draw their numbers one after the
// other, and the runs in another.
func (e *engine) batch(slug string, n int, also func(context.Context, *db.Tx, incident.Incident) error) (runs []string, err error) {
	incidents := make([]incident.Incident, n)
	if err := e.db.Update(context.Background(), func(ctx context.Context, tx *db.Tx) (err error) {
		for i := range incidents {
			if incidents[i], err = e.incidents.Open(ctx, tx, system, newIncident(tx)); err != nil {
				return fmt.Errorf("open an incident: %w", err)
			}
		}
		return nil
	}); err != nil {
		return nil, err
	}
	err = e.db.Update(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		for _, i := range incidents {
			r, err := e.runs.Start(ctx, tx, system, slug, workflow.Subject{Kind: "incident", ID: i.ID}, tx.Now)
			if err != nil {
				return fmt.Errorf("start a run: %w", err)
			}
			runs = append(runs, r.ID)
			if also == nil {
				continue
			}
			if err := also(ctx, tx, i); err != nil {
				return err
			}
		}
		return nil
	})
	return runs, err
}

// count asks a number of the database.
func (e *engine) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	must(t, e.db.View(t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query, args...) }))
	return n
}
