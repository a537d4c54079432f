package workflow

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// Start begins the newest version of a playbook for a subject, in the caller's transaction and
// under the caller's permission: the subject and its run exist together or not at all. Targets
// count from t0. A subject that already has a running run of the playbook keeps it and gets it
// back. It fails with fault.NotFound "workflow.playbook.none" and with fault.Refused
// "workflow.playbook.faults" or "workflow.playbook.kind" when this program cannot run every step
// of the text.
func (s *Store) Start(ctx context.Context, tx *db.Tx, by actor.Actor, slug string, subject Subject, t0 db.Instant) (Run, error) {
	if r, ok, err := running(ctx, tx, slug, subject); ok || err != nil {
		return r, err
	}
	if err := s.tell(ctx, tx, subject); err != nil {
		return Run{}, err
	}
	if err := inTurn(ctx, tx, subject); err != nil {
		return Run{}, err
	}
	v, err := s.newest(ctx, tx, slug)
	if err != nil {
		return Run{}, err
	}
	def, err := s.checked(v) // again: the text may come from another program
	if err != nil {
		return Run{}, err
	}
	t := &turn{s: s, ctx: ctx, tx: tx, by: by, def: def, steps: map[string]*StepRun{}, was: map[string]StepRun{}, run: Run{
		ID: tx.NewID(), VersionID: v.ID, Slug: slug, Subject: subject, State: Running, Rev: 1,
		T0: t0, StartedBy: by.ID, StartedByName: by.Name, StartedAt: tx.Now,
	}}
	t.run.ScopeID = t.run.ID
	n, err := tx.NamedExec(ctx, `INSERT INTO run (`+runColumns+`)
		VALUES (:id, :playbook_version_id, :slug, :subject_kind, :subject_id, :state, :outcome, :rev, :t0,
		:started_by, :started_by_name, :started_at, :ended_at,
		:parent_id, :parent_step, :block, :pass, :scope_id, :phase, :giving_up, :paused_at, :paused_by) ON CONFLICT DO NOTHING`, t.run)
	if err != nil {
		return Run{}, fmt.Errorf("write the run: %w", err)
	}
	if n == 0 { // PostgreSQL: another node started it between our look and our write
		r, _, err := running(ctx, tx, slug, subject)
		return r, err
	}
	if err := t.start(v); err != nil {
		return Run{}, err
	}
	db.Crash("run.start")
	return t.run, nil
}

// checked is the definition of a version that this program can run. It has read each text once.
func (s *Store) checked(v Version) (*playbooks.Definition, error) {
	type sound struct {
		body string
		def  *playbooks.Definition
	}
	if known, ok := s.sound.Load(v.ID); ok && known.(sound).body == v.Body {
		return known.(sound).def, nil
	}
	def, err := s.check([]byte(v.Body))
	if err == nil {
		s.sound.Store(v.ID, sound{v.Body, def})
	}
	return def, err
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
func (t *turn) start(v Version) error {
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
	if err := t.advance(); err != nil {
		return err
	}
	return t.record("run.started", audit.Ref{Kind: "run", ID: t.run.ID},
		runDetail{Slug: v.Slug, Version: v.Number, Subject: t.run.Subject.Topic()})
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
