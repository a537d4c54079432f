package workflow

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// Versions lists every published version with its definition, by playbook, the newest first. It
// needs task.read.
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
			if err != nil {
				return err
			}
			list = append(list, *v)
		}
		return nil
	})
	return list, err
}

// VersionOf gives one published version; fault.NotFound when there is none. It needs task.read.
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
// there is no such step. It needs task.read.
func (s *Store) RunOf(ctx context.Context, by actor.Actor, taskID string) (runID string, err error) {
	if err := by.Need(actor.TaskRead); err != nil {
		return "", err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &runID, `SELECT run_id FROM step_run WHERE id = ?`, taskID)
	})
	if fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.NotFound, "workflow.task.none", nil, err)
	}
	return runID, err
}
