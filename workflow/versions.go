package workflow

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Versions lists every published version with its definition, by playbook, the newest first; one that
// this program cannot read is among them. It needs task.read.
func (s *Store) Versions(ctx context.Context, by actor.Actor) (list []Version, err error) {
	if err := by.Need(actor.TaskRead); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		var ids []string
		if err := tx.Select(ctx, &ids, `SELECT id FROM playbook_version ORDER BY slug, version DESC LIMIT 500`); err != nil {
			return fmt.Errorf("list playbook versions: %w", err)
		}
		for _, id := range ids {
			v, err := s.version(ctx, tx, id)
			if err != nil && (v == nil || !v.Unread) {
				return err
			}
			list = append(list, *v)
		}
		return nil
	})
	return list, err
}

// VersionOf gives one published version; fault.NotFound when there is none, fault.Refused
// "workflow.playbook.unreadable" when this program cannot read it. It needs task.read.
func (s *Store) VersionOf(ctx context.Context, by actor.Actor, id string) (v Version, err error) {
	if err := by.Need(actor.TaskRead); err != nil {
		return v, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		found, err := s.version(ctx, tx, id)
		if err == nil {
			v = *found
		}
		return err
	})
	return v, err
}

// RunOf finds the run that a step of a run belongs to; fault.NotFound "workflow.task.none" when
// there is no such step, or it is not one that by may see. It needs task.read.
func (s *Store) RunOf(ctx context.Context, by actor.Actor, taskID string) (runID string, err error) {
	if err := by.Need(actor.TaskRead); err != nil {
		return "", err
	}
	if !plainID(taskID) {
		return "", fault.New(fault.NotFound, "workflow.task.none", nil)
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		query, args := `SELECT s.run_id FROM step_run s WHERE s.id = ?`, []any{taskID}
		if !seesAll(by) {
			only, who := own(by)
			query, args = query+` AND `+only, append(args, who...)
		}
		var found []string
		if err := tx.SelectIn(ctx, &found, query, args...); err != nil {
			return fmt.Errorf("find the run of a task: %w", err)
		}
		if len(found) == 0 {
			return fault.New(fault.NotFound, "workflow.task.none", nil)
		}
		runID = found[0]
		return nil
	})
	return runID, err
}
