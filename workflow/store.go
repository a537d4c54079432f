package workflow

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/playbooks"
)

// Sealer seals comments, which may hold personal data, under the subject "run:<id>".
// vault.SealText and vault.OpenText are a pair.
type Sealer struct {
	Seal func(ctx context.Context, tx *db.Tx, subject string, p vault.Place, plain string) ([]byte, error)
	Open func(ctx context.Context, tx *db.Tx, p vault.Place, sealed []byte) (string, error)
}

// Options are what cmd hands in. All but Changed, Still and Enter are needed; Effects, Kinds and
// Approvables only by playbooks with actions and approvals.
type Options struct {
	Rules  playbooks.Rules
	Sealer Sealer
	// Facts reads, in the transaction that decides, exactly the facts of Rules.Facts and the
	// revision they belong to. They hold no personal data.
	Facts func(ctx context.Context, tx *db.Tx, s Subject) (values map[string]any, rev int64, err error)
	// OpenDay reports whether the day of a local time is a business day in Japan.
	OpenDay func(local time.Time) bool
	// Changed is called first in every transaction that changes what OpenTasks counts, so that
	// the subject's guard_rev is raised and its row locked before the run's.
	Changed func(ctx context.Context, tx *db.Tx, s Subject) error
	// Still is asked in the transaction in which a wait would take an event: is what the event told
	// of still so? One that is not is left where it is; the room emits another when it is so again.
	// nil is always yes.
	Still func(ctx context.Context, tx *db.Tx, s Subject, name string) (bool, error)
	// Enter refuses work that would begin again on a subject whose work has ended, and locks the
	// subject's row. It is asked when a run that had ended is to go on; nil refuses nothing.
	Enter func(ctx context.Context, tx *db.Tx, s Subject) error
	// Kinds is what an action can do, Approvables what an approval can show.
	Kinds       []Kind
	Approvables []Approvable
	// Targets reminds people of the targets of their steps; the zero Targets reminds nobody.
	Targets Targets
	// Effects carries actions out; the store adds its handlers to it.
	Effects *effect.Store
}

// Store keeps playbook versions and runs.
type Store struct {
	db    *db.DB
	opts  Options
	cache sync.Map // id of a playbook_version -> *Version; versions never change
	fits  sync.Map // the ids of versions that were checked together
	kept  kept

	kinds       map[string]Kind
	approvables map[string]Approvable
}

// NewStore returns a store on an opened, migrated database, and gives its handlers to
// Options.Effects.
func NewStore(d *db.DB, opts Options) *Store {
	s := &Store{db: d, opts: opts, kinds: map[string]Kind{}, approvables: map[string]Approvable{}}
	for _, k := range opts.Kinds {
		s.kinds[k.Name] = k
	}
	for _, a := range opts.Approvables {
		s.approvables[a.Name] = a
	}
	if opts.Effects != nil {
		for _, h := range s.handlers() {
			opts.Effects.Handle(patient(h))
		}
	}
	return s
}

const runColumns = `id, playbook_version_id, slug, subject_kind, subject_id, state, outcome, rev, t0,
	started_by, started_by_name, started_at, ended_at,
	parent_id, parent_step, top_id, block, pass, scope_id, phase, giving_up, paused_at, paused_by`

const stepColumns = `id, run_id, step_id, iteration, current, kind, role, state, outcome, choice, rev,
	ready_at, due_at, order_at, assignee, assignee_name, checked, comment, seen, done_by, done_by_name, done_at, late,
	filled, output, digest, void, wake_at, effect_id, also, skip_by, skip_by_name, skip_at`

// errLost means that another writer was first; the act is tried again on what is there now.
var errLost = errors.New("another writer changed the run first")

// attempts bounds how often an act meets another writer of the same run.
const attempts = 64

// act runs f on the current state of a step that still has rev. When somebody else changed the
// step it fails with fault.Conflict and the task as it now is; when only the run moved on
// meanwhile, it tries again.
func (s *Store) act(ctx context.Context, by actor.Actor, id string, rev int64, f func(*turn, *StepRun) error) (task Task, err error) {
	if err := by.Need(actor.TaskWork); err != nil {
		return Task{}, err
	}
	for range attempts {
		err = s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
			t, step, err := s.turnOf(ctx, tx, by, id)
			if err != nil {
				return err
			}
			if step.Rev != rev || !bool(step.Current) {
				return fault.Stale(t.task(t.steps[step.StepID]))
			}
			if err := f(t, step); err != nil {
				return err
			}
			task = t.task(t.steps[step.StepID])
			return nil
		})
		if !errors.Is(err, errLost) {
			return task, err
		}
	}
	return Task{}, fault.Wrap(fault.Conflict, "workflow.busy", nil, err)
}

// turnOf loads a step with its run; fault.NotFound "workflow.task.none" when there is none that
// by may see.
func (s *Store) turnOf(ctx context.Context, tx *db.Tx, by actor.Actor, id string) (*turn, *StepRun, error) {
	if !plainID(id) {
		return nil, nil, fault.New(fault.NotFound, "workflow.task.none", nil)
	}
	var runID string
	err := tx.Get(ctx, &runID, `SELECT run_id FROM step_run WHERE id = ?`, id)
	if fault.Is(err, fault.NotFound) {
		return nil, nil, fault.Wrap(fault.NotFound, "workflow.task.none", nil, err)
	} else if err != nil {
		return nil, nil, fmt.Errorf("read step: %w", err)
	}
	t, err := s.turn(ctx, tx, by, runID)
	if err != nil {
		return nil, nil, err
	}
	step, err := t.row(id)
	if err != nil {
		return nil, nil, err
	}
	if !sees(by, step) {
		return nil, nil, fault.New(fault.NotFound, "workflow.task.none", nil)
	}
	return t, step, nil
}

// turn loads a run with the current row of each step.
func (s *Store) turn(ctx context.Context, tx *db.Tx, by actor.Actor, runID string) (*turn, error) {
	t := &turn{s: s, ctx: ctx, tx: tx, by: by, steps: map[string]*StepRun{}}
	if err := tx.Get(ctx, &t.run, `SELECT `+runColumns+` FROM run WHERE id = ?`, runID); err != nil {
		if fault.Is(err, fault.NotFound) {
			return nil, fault.Wrap(fault.NotFound, "workflow.run.none", nil, err)
		}
		return nil, fmt.Errorf("read run: %w", err)
	}
	v, err := s.version(ctx, tx, t.run.VersionID)
	if err != nil {
		return nil, err
	}
	if err := t.on(v); err != nil {
		return nil, err
	}
	rows, known := s.kept.of(runID, t.run.Rev)
	if !known {
		if err := tx.Select(ctx, &rows, `SELECT `+stepColumns+` FROM step_run WHERE run_id = ? AND current = 1`, runID); err != nil {
			return nil, fmt.Errorf("read the steps of a run: %w", err)
		}
	}
	t.was = make(map[string]StepRun, len(rows))
	for i := range rows {
		t.steps[rows[i].StepID], t.was[rows[i].ID] = &rows[i], rows[i]
	}
	return t, nil
}

// plainID reports whether a text from an address can be a key at all: hostile bytes must not
// reach the database.
func plainID(id string) bool {
	for _, r := range id {
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return id != "" && len(id) <= 64
}

// OpenTasks counts the steps of a subject's runs that are not over, all but the end, for the
// guards of the room the subject belongs to. Options.Changed is called whenever it changes.
func (s *Store) OpenTasks(ctx context.Context, tx *db.Tx, subject Subject) (n int, err error) {
	err = tx.Get(ctx, &n, `SELECT count(*) FROM step_run s JOIN run r ON r.id = s.run_id
		WHERE r.subject_kind = ? AND r.subject_id = ? AND r.state = 'running'
		AND s.current = 1 AND s.kind <> 'end' AND s.state IN ('waiting', 'ready', 'running', 'held')`, subject.Kind, subject.ID)
	if err != nil {
		return 0, fmt.Errorf("count open tasks: %w", err)
	}
	return n, nil
}
