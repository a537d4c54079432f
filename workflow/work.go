package workflow

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Claim says that by is doing a task. A task that somebody else has claimed is refused with
// "workflow.claimed"; who leads the run may Assign it instead.
func (s *Store) Claim(ctx context.Context, by actor.Actor, id string, rev int64) (Task, error) {
	return s.hand(ctx, by, id, rev, "task.claimed", func(t *turn, row *StepRun) (actor.Actor, error) {
		if row.Assignee != "" && row.Assignee != by.ID {
			return by, fault.New(fault.Refused, "workflow.claimed", map[string]any{"Name": row.AssigneeName})
		}
		return by, t.mayWork(row)
	})
}

// Release gives a task back to everybody of its role.
func (s *Store) Release(ctx context.Context, by actor.Actor, id string, rev int64) (Task, error) {
	return s.hand(ctx, by, id, rev, "task.released", func(t *turn, row *StepRun) (actor.Actor, error) {
		if row.Assignee == by.ID {
			return actor.Actor{}, nil
		}
		return actor.Actor{}, t.mayLead()
	})
}

// Assign gives a task to one person of its role; somebody who leads the run decides that. It
// fails with fault.Refused "workflow.assignee" for a person who may not work on tasks at all, and
// with "workflow.assignee.role" for one who does not have the step's role: leading a run is no
// way around the role that must decide.
func (s *Store) Assign(ctx context.Context, by actor.Actor, id string, rev int64, to actor.Actor) (Task, error) {
	return s.hand(ctx, by, id, rev, "task.assigned", func(t *turn, row *StepRun) (actor.Actor, error) {
		if err := t.mayLead(); err != nil {
			return to, err
		}
		if to.ID == "" || to.Kind != actor.Person || !to.May(actor.TaskWork) {
			return to, fault.New(fault.Refused, "workflow.assignee", map[string]any{"Name": to.Name})
		}
		if !row.has(to) {
			return to, fault.New(fault.Refused, "workflow.assignee.role", map[string]any{"Name": to.Name, "Role": row.Role})
		}
		return to, nil
	})
}

// hand changes who has a task. The run does not move, so only the step's rev is compared.
func (s *Store) hand(ctx context.Context, by actor.Actor, id string, rev int64, action string, to func(*turn, *StepRun) (actor.Actor, error)) (Task, error) {
	return s.act(ctx, by, id, rev, func(t *turn, row *StepRun) error {
		next, err := to(t, row)
		if err != nil {
			return err
		}
		if _, err := t.ready(row); err != nil {
			return err
		}
		row.Assignee, row.AssigneeName = next.ID, next.Name
		if err := t.save(row); err != nil {
			return err
		}
		t.announce()
		return t.recordStep(action, row)
	})
}

// Comment adds a remark to a step, finished or not. It changes nothing else, so it needs no rev.
// Everybody who may work on tasks and see this one may remark.
func (s *Store) Comment(ctx context.Context, by actor.Actor, id, text string) error {
	if err := by.Need(actor.TaskWork); err != nil {
		return err
	}
	body, err := comment(text, "comment", true)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, row, err := s.turnOf(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if err := t.remark(row, body); err != nil {
			return err
		}
		t.announce()
		return t.recordStep("task.commented", row)
	})
}

// remark keeps a sealed comment on a step.
func (t *turn) remark(row *StepRun, body string) error {
	id := t.tx.NewID()
	sealed, err := t.s.opts.Sealer.Seal(t.ctx, t.tx, sealSubject(t.run.ID), place("step_comment", "body", id), body)
	if err != nil {
		return fmt.Errorf("seal a comment: %w", err)
	}
	if _, err := t.tx.Exec(t.ctx, `INSERT INTO step_comment (id, step_run_id, run_id, at, by_id, by_name, body) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		id, row.ID, row.RunID, t.tx.Now, t.by.ID, t.by.Name, sealed); err != nil {
		return fmt.Errorf("write a comment: %w", err)
	}
	return nil
}
