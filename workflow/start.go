package workflow

import (
	"context"
	"errors"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// Starting is what a run begins with.
type Starting struct {
	Slug    string
	Subject Subject
	T0      db.Instant        // targets count from here
	Inputs  map[string]string // of the playbook, as a form sends them
}

// Start is StartWith for a playbook that needs no inputs.
func (s *Store) Start(ctx context.Context, tx *db.Tx, by actor.Actor, slug string, subject Subject, t0 db.Instant) (Run, error) {
	return s.StartWith(ctx, tx, by, Starting{Slug: slug, Subject: subject, T0: t0})
}

// StartWith begins the newest version of a playbook for a subject, in the caller's transaction and
// under the caller's permission: the subject and its run exist together or not at all. Every playbook
// it calls is pinned to its newest version too. A subject that already has a running run of the
// playbook keeps it and gets it back.
//
// It fails with fault.NotFound "workflow.playbook.none"; with fault.Refused "workflow.playbook.part"
// for a playbook that only others begin, "workflow.playbook.faults" or "workflow.playbook.kind" when
// this program cannot run every step of the text, "workflow.playbook.called", "…circle" or "…deep" for
// what it calls; and with fault.Invalid for inputs "input.<id>" that are missing or mistyped.
func (s *Store) StartWith(ctx context.Context, tx *db.Tx, by actor.Actor, b Starting) (Run, error) {
	if r, ok, err := running(ctx, tx, b.Slug, b.Subject); ok || err != nil {
		return r, err
	}
	if err := s.tell(ctx, tx, b.Subject); err != nil {
		return Run{}, err
	}
	if err := inTurn(ctx, tx, b.Subject); err != nil {
		return Run{}, err
	}
	v, pins, err := s.startable(ctx, tx, b.Slug)
	if err != nil {
		return Run{}, err
	}
	t := &turn{s: s, ctx: ctx, tx: tx, by: by, steps: map[string]*StepRun{}, was: map[string]StepRun{}, run: Run{
		ID: tx.NewID(), VersionID: v.ID, Slug: b.Slug, Subject: b.Subject, State: Running, Rev: 1,
		T0: b.T0, StartedBy: by.ID, StartedByName: by.Name, StartedAt: tx.Now,
	}}
	t.run.ScopeID, t.run.TopID = t.run.ID, t.run.ID
	if err := t.on(v); err != nil {
		return Run{}, err
	}
	switch n, err := t.insertRun(); {
	case err != nil:
		return Run{}, err
	case n == 0: // PostgreSQL: another node started it between our look and our write
		r, _, err := running(ctx, tx, b.Slug, b.Subject)
		return r, err
	}
	if err := t.begins(b.Inputs); err != nil {
		return Run{}, err
	}
	if err := t.pin(pins); err != nil {
		return Run{}, err
	}
	if err := t.start(v); err != nil {
		return Run{}, err
	}
	db.Crash("run.start")
	return t.run, nil
}

// startable gives the version a run begins with and those of what it calls, checked again: the texts
// may come from another program.
func (s *Store) startable(ctx context.Context, tx *db.Tx, slug string) (*Version, map[string]*Version, error) {
	v, err := s.newest(ctx, tx, slug)
	var problems playbooks.Problems
	switch {
	case errors.As(err, &problems):
		return nil, nil, faulty(slug, problems)
	case err != nil:
		return nil, nil, err
	}
	if v.Definition.Part {
		return nil, nil, fault.New(fault.Refused, "workflow.playbook.part", map[string]any{"Slug": slug})
	}
	pins, err := s.familyOf(ctx, tx, v.Definition)
	if err != nil {
		return nil, nil, err
	}
	return v, pins, s.fit(v, pins)
}

// insertRun writes the row of a run; 0 when there is one already.
func (t *turn) insertRun() (int64, error) {
	n, err := t.tx.NamedExec(t.ctx, `INSERT INTO run (`+runColumns+`)
		VALUES (:id, :playbook_version_id, :slug, :subject_kind, :subject_id, :state, :outcome, :rev, :t0,
		:started_by, :started_by_name, :started_at, :ended_at,
		:parent_id, :parent_step, :top_id, :block, :pass, :scope_id, :phase, :giving_up, :paused_at, :paused_by) ON CONFLICT DO NOTHING`, t.run)
	if err != nil {
		return 0, fmt.Errorf("write the run: %w", err)
	}
	return n, nil
}

func running(ctx context.Context, tx *db.Tx, slug string, subject Subject) (r Run, ok bool, err error) {
	err = tx.Get(ctx, &r, `SELECT `+runColumns+` FROM run WHERE subject_kind = ? AND subject_id = ? AND slug = ? AND state = 'running' AND parent_id = ''`,
		subject.Kind, subject.ID, slug)
	if fault.Is(err, fault.NotFound) {
		return Run{}, false, nil
	} else if err != nil {
		return Run{}, false, fmt.Errorf("look for a running run: %w", err)
	}
	return r, true, nil
}

// start writes a row for every step and moves the first ones.
func (t *turn) start(v *Version) error {
	rows := make([]StepRun, 0, len(t.def.Steps))
	for i := range t.def.Steps {
		rows = append(rows, t.fresh(&t.def.Steps[i], 1))
		t.steps[t.def.Steps[i].ID] = &rows[i]
	}
	t.told, t.taken = true, true // nobody else can see the run yet
	t.keepRows()
	t.announce()
	if err := t.insert(rows); err != nil {
		return err
	}
	if err := t.record("run.started", audit.Ref{Kind: "run", ID: t.run.ID},
		runDetail{Slug: v.Slug, Version: v.Number, Subject: t.run.Subject.Topic()}); err != nil {
		return err
	}
	return t.advance()
}

// inTurn makes who starts a run and who delivers an event take turns on a subject: an event that
// is delivered while a run begins would be lost to it. SQLite has one writer.
func inTurn(ctx context.Context, tx *db.Tx, subject Subject) error {
	if tx.Dialect == db.SQLite {
		return nil
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext(?))`, "tasuke runs of "+subject.Topic()); err != nil {
		return fmt.Errorf("wait for others at the runs of a %s: %w", subject.Kind, err)
	}
	return nil
}
