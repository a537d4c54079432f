package workflow_test

import (
	"context"
	"testing"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/dbtest"
	"tasuke/internal/effect"
	"tasuke/internal/vault/vaulttest"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// bank is a playbook with a decision, two branches that run at once, a condition and a join.
const bank = `playbook: PB-90
title: {ja: 試し, en: Trial}
constant:
  - {id: str_considered, text: {ja: 検討, en: considered}}
steps:
  - {id: call, kind: task, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: operator, target: 10m, checklist: [{id: web, text: {ja: あ, en: a}}, {id: app, text: {ja: あ, en: a}}]}
  - id: sent
    kind: decision
    after: [call]
    title: {ja: あ, en: a}
    question: {ja: あ, en: a}
    role: funds
    target: 20m
    target_from: ready
    outcomes:
      - {id: "yes", text: {ja: あ, en: a}}
      - {id: "no", text: {ja: あ, en: a}, goes_on: true}
  - {id: phone, kind: task, after: [sent], when: sent == "yes", title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: funds}
  - {id: alarm, kind: task, after: [call], when: facts.victims > 9, title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: responder}
  - {id: police, kind: task, after: [call], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: legal, target: 1bd}
  - {id: report, kind: task, after: [phone, police, alarm], title: {ja: あ, en: a}, instructions: {ja: あ, en: a}, role: legal}
  - {id: finished, kind: end, after: [report], title: {ja: あ, en: a}}
`

var (
	operator  = person("op", actor.Operator)
	funds     = person("fn", actor.Funds)
	legal     = person("lg", actor.Legal)
	responder = person("ir", actor.Responder)
	auditor   = person("au", actor.Auditor)
	product   = actor.System("test")
	incident  = workflow.Subject{Kind: "incident", ID: "inc-1"}
	monday    = time.Date(2021, 7, 19, 10, 0, 0, 0, time.UTC) // 19:00 in Japan
)

func person(id string, roles ...actor.Role) actor.Actor {
	return actor.Actor{ID: id, Name: "name of " + id, Kind: actor.Person, Roles: roles}
}

// house is a database with a store that a test can stop and start again.
type house struct {
	*workflow.Store
	t     *testing.T
	db    *db.DB
	clock *dbtest.ManualClock
	opts  workflow.Options

	effects *effect.Store // nil where a test has no actions
}

func rules() playbooks.Rules {
	r := playbooks.Rules{Facts: playbooks.Schema{"victims": playbooks.IntFact}}
	for _, role := range actor.Roles {
		r.Roles = append(r.Roles, string(role))
	}
	return r
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	v := vaulttest.New(t)
	h := &house{t: t, db: d, clock: dbtest.Clock(d, monday), opts: workflow.Options{
		Rules:  rules(),
		Sealer: workflow.Sealer{Seal: v.SealText, Open: v.OpenText},
		Facts:  facts(3),
		OpenDay: func(day time.Time) bool {
			return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
		},
	}}
	h.restart()
	h.publish(bank)
	return h
}

func facts(victims int64) func(context.Context, *db.Tx, workflow.Subject) (map[string]any, int64, error) {
	return func(context.Context, *db.Tx, workflow.Subject) (map[string]any, int64, error) {
		return map[string]any{"victims": victims}, 7, nil
	}
}

// restart forgets everything that is not in the database.
func (h *house) restart() {
	if h.opts.Effects != nil { // it has the handlers of the store that is forgotten
		h.effects = effect.NewStore(h.db, nil)
		h.opts.Effects = h.effects
	}
	h.Store = workflow.NewStore(h.db, h.opts)
}

// node is a second program on the same database.
func (h *house) node() *workflow.Store {
	opts := h.opts
	if opts.Effects != nil {
		opts.Effects = effect.NewStore(h.db, nil)
	}
	return workflow.NewStore(h.db, opts)
}

func (h *house) publish(text string) workflow.Version {
	h.t.Helper()
	d, problems := playbooks.Load([]byte(text), h.opts.Rules)
	if len(problems) > 0 {
		h.t.Fatal(problems)
	}
	v, err := h.Publish(h.t.Context(), product, d)
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

func (h *house) start() workflow.Run {
	h.t.Helper()
	r, err := h.tryStart("PB-90")
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func (h *house) tryStart(slug string) (r workflow.Run, err error) {
	err = h.db.Update(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		r, err = h.Start(ctx, tx, operator, slug, incident, tx.Now)
		return err
	})
	return r, err
}

func (h *house) view(run string) workflow.RunView {
	h.t.Helper()
	v, err := h.RunView(h.t.Context(), auditor, run)
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

func (h *house) step(run, id string) workflow.StepView {
	h.t.Helper()
	for _, s := range h.view(run).Steps {
		if s.StepID == id {
			return s
		}
	}
	h.t.Fatalf("no step %s", id)
	return workflow.StepView{}
}

// do finishes a step by somebody of its role.
func (h *house) do(run, id, outcome string) workflow.Task {
	h.t.Helper()
	s := h.step(run, id)
	task, err := h.Complete(h.t.Context(), person("any-"+s.Role, actor.Role(s.Role)), s.ID, s.Rev, workflow.Done{
		Outcome: outcome, Checked: ticks(s.Task), Digest: s.Now,
	})
	if err != nil {
		h.t.Fatalf("%s: %v", id, err)
	}
	return task
}

// ticks is the whole checklist of a task.
func ticks(task workflow.Task) (out []string) {
	for _, item := range task.Step.Checklist {
		out = append(out, item.ID)
	}
	return out
}

// ticked is a task that is done, with open items and a word about them.
var ticked = workflow.Done{Comment: "他は対象外"}

// stands checks the state of steps: "call done, sent ready".
func (h *house) stands(run string, want map[string]workflow.State) {
	h.t.Helper()
	for _, s := range h.view(run).Steps {
		if w, ok := want[s.StepID]; ok && s.State != w {
			h.t.Errorf("%s is %s, want %s", s.StepID, s.State, w)
		}
	}
}

func (h *house) count(query string, args ...any) (n int) {
	h.t.Helper()
	if err := h.db.View(h.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Get(ctx, &n, query, args...) }); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// each runs named tests on both databases.
func each(t *testing.T, tests map[string]func(*testing.T, *house)) {
	t.Helper()
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dbtest.Each(t, func(t *testing.T, d *db.DB) { test(t, newHouse(t, d)) })
		})
	}
}
