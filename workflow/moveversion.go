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

// Preview is what a move of a run to another version would do.
type Preview struct {
	Plan
	Run      Run
	From, To Version
}

// Moved is a move that was made, by whose word and why.
type Moved struct {
	ID     string     `db:"id"`
	From   string     `db:"from_version_id"`
	To     string     `db:"to_version_id"`
	ByID   string     `db:"by_id"`
	ByName string     `db:"by_name"`
	At     db.Instant `db:"at"`
	Reason string     `db:"-"`
	Sealed []byte     `db:"reason"`
	// FromNumber and ToNumber are the numbers of the versions.
	FromNumber int64 `db:"from_number"`
	ToNumber   int64 `db:"to_number"`
}

// Preview says what would become of a run that moved to a version, and what is in the way. It fails as
// Move does, but for what is in the way.
func (s *Store) Preview(ctx context.Context, by actor.Actor, runID, versionID string) (p Preview, err error) {
	if err := by.Need(actor.TaskRead); err != nil {
		return p, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		if !plainID(runID) || !seesAll(by) {
			return fault.New(fault.NotFound, "workflow.run.none", nil)
		}
		t, err := s.turn(ctx, tx, by, runID)
		if err != nil {
			return err
		}
		p, _, err = t.preview(versionID)
		return err
	})
	return p, err
}

// Move has a run work on by a newer version of its playbook, with a reason, on the word of somebody
// who leads it: steps that are new wait for their turn, steps that are gone and were not begun are put
// away, everything that was done stays. What it calls is pinned anew, for calls that are still to
// come. It fails as Cancel does; with fault.NotFound "workflow.version.none" for a version that is not
// one of the run's playbook; with fault.Refused "workflow.move.part" for a run that is part of
// another, "workflow.move.older" for a version that is not newer, "workflow.move.blocked" when
// something is in the way (see Preview), and as Start does when this program cannot run the text.
func (s *Store) Move(ctx context.Context, by actor.Actor, runID string, rev int64, versionID, reason string) (Run, error) {
	return s.lead(ctx, by, runID, rev, reason, func(t *turn, why string) error {
		if err := t.begin(); err != nil {
			return err
		}
		p, pins, err := t.preview(versionID)
		if err != nil {
			return err
		}
		if len(p.Blocked) > 0 {
			return fault.New(fault.Refused, "workflow.move.blocked", map[string]any{"Count": len(p.Blocked)})
		}
		if err := t.repin(pins); err != nil {
			return err
		}
		if err := t.moveTo(&p, why); err != nil {
			return err
		}
		db.Crash("run.moved")
		return t.advance()
	})
}

// preview plans a move and gives what the new version calls.
func (t *turn) preview(versionID string) (p Preview, pins map[string]*Version, err error) {
	if t.run.ParentID != "" {
		return p, nil, fault.New(fault.Refused, "workflow.move.part", nil)
	}
	if t.run.State != Running {
		return p, nil, fault.New(fault.Refused, "workflow.run.ended", nil)
	}
	from, err := t.s.version(t.ctx, t.tx, t.run.VersionID)
	if err != nil {
		return p, nil, err
	}
	to, err := t.movable(versionID, from)
	if err != nil {
		return p, nil, err
	}
	if pins, err = t.s.familyOf(t.ctx, t.tx, to.Definition); err != nil {
		return p, nil, err
	}
	if err := t.s.fit(to, pins); err != nil {
		return p, nil, err
	}
	at, err := t.standings()
	if err != nil {
		return p, nil, err
	}
	p = Preview{Plan: PlanMove(from.Definition, to.Definition, at), Run: t.run, From: *from, To: *to}
	if t.run.Phase != Stepping {
		p.Blocked = append(p.Blocked, Obstacle{Why: RunGivingUp})
	}
	return p, pins, nil
}

// movable is the version a run is to move to.
func (t *turn) movable(versionID string, from *Version) (*Version, error) {
	none := fault.New(fault.NotFound, "workflow.version.none", nil)
	if !plainID(versionID) {
		return nil, none
	}
	to, err := t.s.version(t.ctx, t.tx, versionID)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil, none
	case err != nil:
		return nil, err
	case to.Slug != from.Slug:
		return nil, none
	case to.Number <= from.Number:
		return nil, fault.New(fault.Refused, "workflow.move.older", nil)
	}
	return to, nil
}

// standings is how far the run has come.
func (t *turn) standings() (map[string]Standing, error) {
	var below []string
	if err := t.tx.Select(t.ctx, &below, `SELECT parent_step FROM run WHERE parent_id = ? AND parent_id <> '' AND state = 'running'`, t.run.ID); err != nil {
		return nil, fmt.Errorf("look for what is below a run: %w", err)
	}
	working := map[string]bool{}
	for _, id := range below {
		working[id] = true
	}
	at := map[string]Standing{}
	for id, status := range t.statuses() {
		row := t.steps[id]
		at[id] = Standing{Status: status, Begun: begun(row), ByCondition: row.bySkipCondition(), Below: working[row.ID]}
	}
	return at, nil
}

// repin pins what the new version calls.
func (t *turn) repin(pins map[string]*Version) error {
	if _, err := t.tx.Exec(t.ctx, `DELETE FROM run_pin WHERE run_id = ?`, t.run.ID); err != nil {
		return fmt.Errorf("take back what the run was pinned to: %w", err)
	}
	return t.pin(pins)
}

// moveTo puts the run on its new version.
func (t *turn) moveTo(p *Preview, why string) error {
	if err := t.putAwayRemoved(p); err != nil {
		return err
	}
	t.run.VersionID = p.To.ID
	if _, err := t.tx.Exec(t.ctx, `UPDATE run SET playbook_version_id = ? WHERE id = ? AND rev = ?`, p.To.ID, t.run.ID, t.run.Rev); err != nil {
		return fmt.Errorf("put the run on its new version: %w", err)
	}
	if err := t.on(&p.To); err != nil {
		return err
	}
	var rows []StepRun
	for _, id := range p.Added {
		step, _ := t.def.Step(id)
		row, err := t.further(step)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if len(rows) > 0 {
		if err := t.insert(rows); err != nil {
			return err
		}
	}
	for i := range rows {
		t.steps[rows[i].StepID] = &rows[i]
	}
	if err := t.refit(p); err != nil {
		return err
	}
	return t.noteMove(p, why)
}

// further is a first row for a step that is new, or a further one for a step that was there before.
func (t *turn) further(step *playbooks.Step) (StepRun, error) {
	var last int64
	if err := t.tx.Get(t.ctx, &last, `SELECT COALESCE(max(iteration), 0) FROM step_run WHERE run_id = ? AND step_id = ?`, t.run.ID, step.ID); err != nil {
		return StepRun{}, fmt.Errorf("look for earlier iterations: %w", err)
	}
	return t.fresh(step, last+1), nil
}

// putAwayRemoved takes steps out of the run that its new version does not have; none was begun.
func (t *turn) putAwayRemoved(p *Preview) error {
	for _, id := range p.Removed {
		row := t.steps[id]
		row.Current = false
		if !row.State.Over() {
			row.State, row.Outcome = Cancelled, WasCanceled
			t.close(row, t.by)
		}
		if err := t.save(row); err != nil {
			return err
		}
		delete(t.steps, id)
	}
	return nil
}

// refit makes the steps that stay what the new version says: who does them and by when. Those that a
// condition skipped are asked again when they changed, and what has to wait again does.
func (t *turn) refit(p *Preview) error {
	for _, id := range p.Changed {
		step, _ := t.def.Step(id)
		row := t.steps[id]
		if row.bySkipCondition() {
			if _, err := t.renew(row); err != nil {
				return err
			}
			continue
		}
		if row.State.Over() {
			continue
		}
		if err := t.refitOpen(row, step); err != nil {
			return err
		}
	}
	for moved := true; moved; {
		moved = false
		for i := range t.def.Steps {
			s := &t.def.Steps[i]
			changed, err := t.reopen(s, t.steps[s.ID])
			if err != nil {
				return err
			}
			moved = moved || changed
		}
	}
	return nil
}

func (t *turn) refitOpen(row *StepRun, step *playbooks.Step) error {
	next := t.fresh(step, row.Iteration)
	row.Kind, row.Role, row.Also = next.Kind, next.Role, next.Also
	if row.State == Ready || row.State == Working {
		at, err := due(step.Target, t.run.T0, row.ReadyAt, t.s.opts.OpenDay)
		if err != nil {
			return err
		}
		row.DueAt = at
		row.OrderAt = orderOf(row)
		if row.Kind != playbooks.Wait {
			if row.WakeAt, err = due(step.Timeout, t.run.T0, row.ReadyAt, t.s.opts.OpenDay); err != nil {
				return err
			}
		}
	}
	return t.save(row)
}

// noteMove keeps who moved the run, and why.
func (t *turn) noteMove(p *Preview, why string) error {
	id := t.tx.NewID()
	sealed, err := t.s.opts.Sealer.Seal(t.ctx, t.tx, sealSubject(t.run.ID), place("run_moved", "reason", id), why)
	if err != nil {
		return fmt.Errorf("seal a reason: %w", err)
	}
	if _, err := t.tx.Exec(t.ctx, `INSERT INTO run_moved (id, run_id, from_version_id, to_version_id, by_id, by_name, at, reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		id, t.run.ID, p.From.ID, p.To.ID, t.by.ID, t.by.Name, t.tx.Now, sealed); err != nil {
		return fmt.Errorf("keep a move: %w", err)
	}
	return t.record("run.moved", audit.Ref{Kind: "run", ID: t.run.ID}, struct {
		runDetail
		From int64 `json:"from"`
	}{runDetail{Slug: t.run.Slug, Version: p.To.Number, Subject: t.run.Subject.Topic()}, p.From.Number})
}

// journey reads the moves of the run, the oldest first.
func (t *turn) journey() (list []Moved, err error) {
	err = t.tx.Select(t.ctx, &list, `SELECT m.id, m.from_version_id, m.to_version_id, m.by_id, m.by_name, m.at, m.reason,
		f.version AS from_number, n.version AS to_number FROM run_moved m JOIN playbook_version f ON f.id = m.from_version_id
		JOIN playbook_version n ON n.id = m.to_version_id WHERE m.run_id = ? ORDER BY m.id`, t.run.ID)
	if err != nil {
		return nil, fmt.Errorf("read the moves of a run: %w", err)
	}
	for i := range list {
		if list[i].Reason, err = t.unseal(place("run_moved", "reason", list[i].ID), list[i].Sealed); err != nil {
			return nil, err
		}
	}
	return list, nil
}
