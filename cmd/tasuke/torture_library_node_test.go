package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/goccy/go-yaml"

	"tasuke/cases/incident"
	"tasuke/contacts/inquiry"
	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/workflow"
)

// libraryEnv holds what a node of the torture of the library is told; with it this test binary is a
// node that works one playbook with the product's rooms, engine and effects, and with people who do
// what is asked of them.
const libraryEnv = "TASUKE_TORTURE_LIBRARY"

// assignment is one playbook to be worked to its end.
type assignment struct {
	Config   Config
	Number   int
	Slug     string
	Customer string
	Node     int
	// Outside is the file in which the world outside notes what reached it.
	Outside string
}

// key names the call that the work begins with.
func (a assignment) key() string { return fmt.Sprintf("library-%d", a.Number) }

func workLibrary() int {
	var a assignment
	err := yaml.Unmarshal([]byte(os.Getenv(libraryEnv)), &a)
	if err == nil {
		err = a.work(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// worker is one node at work.
type worker struct {
	*rooms
	assignment
	engine   *workflow.Store
	doing    *effect.Store
	at       atomic.Int64 // the moment that all nodes share, as this one last read it
	incident string
	run      string
	over     bool
	lost     int // times in a row that somebody else was faster
	turns    int // times that tasks were looked for
}

// work is what serve does, without the web server and with people.
func (a assignment) work(ctx context.Context) (err error) {
	logTo(os.Stderr, a.Config.LogLevel)
	release, err := alone(a.Config)
	if err != nil {
		return err
	}
	defer release()
	r, err := open(ctx, a.Config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	w, err := a.on(ctx, r)
	if err != nil {
		return err
	}
	if err := w.doing.Recover(ctx); err != nil {
		return err
	}
	fmt.Println(upLine)
	working, stop := context.WithCancelCause(ctx)
	var jobs sync.WaitGroup
	jobs.Go(func() { w.log.Run(working) })
	jobs.Go(func() {
		if err := w.machine(working); err != nil {
			stop(err)
		}
	})
	err = w.people(working)
	if cause := context.Cause(working); cause != nil {
		err = cause
	}
	stop(nil)
	jobs.Wait()
	return err
}

// on puts the engine over the rooms: the product's own, but for what leaves the house and for what
// the rooms' own people would have signed.
func (a assignment) on(ctx context.Context, r *rooms) (*worker, error) {
	rules, err := playbookRules()
	if err != nil {
		return nil, err
	}
	ring, err := vault.LoadKeys(a.Config.KeyFile)
	if err != nil {
		return nil, err
	}
	v, err := vault.New(ring)
	if err != nil {
		return nil, err
	}
	if a.Slug == torturePlaybook { // which stands for the playbook of the incident of its call
		delete(playbookFor, incident.AccountTrade)
	}
	w := &worker{rooms: r, assignment: a, doing: effect.NewStore(r.db, nil)}
	w.engine = workflow.NewStore(r.db, workflow.Options{
		Rules: rules, Sealer: workflow.Sealer{Seal: v.SealText, Open: v.OpenText}, Facts: w.factsNow, OpenDay: openDay,
		Changed: r.changed, Enter: r.enter, Kinds: w.hands(r.kinds()), Approvables: w.papers(r.approvables()), Effects: w.doing, Targets: r.targets(),
	})
	if err := w.look(ctx); err != nil {
		return nil, err
	}
	r.db.Clock = func() time.Time { return db.Instant(w.at.Load()).Time() }
	return w, nil
}

// look reads the moment that all nodes share. Nothing but what is waited for makes time go by.
func (w *worker) look(ctx context.Context) error {
	at, err := one[int64](ctx, w.db, `SELECT at FROM torture_clock`)
	w.at.Store(max(at, w.at.Load()))
	return err
}

// machine is the program's own work.
func (w *worker) machine(ctx context.Context) error {
	heard, quit := w.db.Subscribe()
	defer quit()
	for ctx.Err() == nil {
		if err := errors.Join(w.look(ctx), w.doing.Tick(ctx), w.engine.Tick(ctx)); err != nil && ctx.Err() == nil && !fault.Is(err, fault.Conflict) {
			return fmt.Errorf("the program: %w", err)
		}
		select {
		case <-ctx.Done():
		case <-heard:
		case <-time.After(breath):
		}
	}
	return nil
}

// first says that this node is where new things are begun, and where time goes by.
func (w *worker) first() bool { return w.Node == 0 }

// people do one thing after the other until the run has ended.
func (w *worker) people(ctx context.Context) error {
	quiet := 0
	for ctx.Err() == nil && !w.over {
		if err := w.look(ctx); err != nil {
			return err
		}
		moved, err := w.next(ctx)
		if !moved && err == nil {
			quiet, err = w.waits(ctx, quiet)
		}
		switch {
		case fault.Is(err, fault.Conflict): // somebody else, or the program, was faster
			if w.lost++; w.lost > forbearance {
				return err
			}
		case err != nil:
			return err
		case moved || quiet == 0:
			w.lost, quiet = 0, 0
			continue
		}
		select {
		case <-ctx.Done():
		case <-time.After(breath / 5):
		}
	}
	return nil
}

// next does the first thing that people can do; false when there is none.
func (w *worker) next(ctx context.Context) (bool, error) {
	if w.run == "" {
		if moved, err := w.begin(ctx); moved || err != nil || w.run == "" {
			return moved, err
		}
	}
	return w.tasks(ctx, false)
}

// begin takes the call that opens the incident, and begins the run where the opening did not.
func (w *worker) begin(ctx context.Context) (bool, error) {
	q, err := one[inquiry.Inquiry](ctx, w.db, `SELECT id, rev, incident_id FROM inquiry WHERE client_key = ?`, w.key())
	if err != nil {
		return false, err
	}
	if w.incident = q.IncidentID; w.incident != "" {
		if w.run, err = one[string](ctx, w.db, `SELECT id FROM run WHERE subject_id = ? AND slug = ? AND parent_id = ''`, w.incident, w.Slug); err != nil || w.run != "" {
			return false, err
		}
	}
	op := actor.Actor{ID: w.key() + "-operator", Name: "operator", Kind: actor.Person, Roles: []actor.Role{actor.Operator, actor.Responder}}
	switch {
	case !w.first():
		return false, nil
	case w.incident != "":
		if err := w.written(ctx, op); err != nil {
			return false, err
		}
		return true, w.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := w.engine.Start(ctx, tx, op, w.Slug, workflow.Subject{Kind: "incident", ID: w.incident}, tx.Now)
			return err
		})
	case q.ID == "":
		_, err = w.inquiries.Start(ctx, op, inquiry.Phone, w.key())
		return true, err
	}
	f := inquiry.Form{CallerRelation: inquiry.Self, Category: inquiry.FraudTrade, WhatHappened: "知らない取引がある。", Urgency: inquiry.Urgent,
		Language: inquiry.Japanese, CustomerID: w.Customer, LockAsked: true,
		Identity: inquiry.Identity{Level: 1, Method: "name_account", Items: []inquiry.IDItem{inquiry.ItemNameKana, inquiry.ItemAccount}, Result: inquiry.IDPassed}}
	if w.Slug == "PB-01" {
		f.Category, f.WhatHappened = inquiry.FraudWithdrawal, "知らない出金がある。"
	}
	_, err = w.inquiries.Submit(ctx, op, q.ID, q.Rev, f, inquiry.Decision{Kind: inquiry.OpenNew, Severity: "S1"})
	return true, err
}

// written has a fact sheet written for the playbook that fixes one without having it prepared.
func (w *worker) written(ctx context.Context, by actor.Actor) error {
	if w.Slug != torturePlaybook {
		return nil
	}
	f, err := w.incidents.ReadFacts(ctx, by, w.incident, 0)
	if err != nil || f.Sheet.Version > 0 {
		return err
	}
	_, err = w.incidents.SaveFacts(ctx, by, w.incident, 0, f.Sheet.FactContent)
	return err
}
