package workflow

import (
	"context"
	"fmt"
	"strings"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

// lockTop locks the run that all of a tree belongs to, before one below it is taken: whoever changes
// any run of a tree holds its top, so the end of a child finds its parent free.
func (t *turn) lockTop() error {
	if t.run.ParentID == "" {
		return nil
	}
	if err := t.tx.Lock(t.ctx, "run", t.run.TopID); err != nil {
		return fmt.Errorf("lock the run above: %w", err)
	}
	return nil
}

// hold loads a run for the engine. It locks the subject's row and then that of the top of its tree, in
// the order people take them, and reads behind the locks: what it sees nobody else is changing, so that the
// compare-and-set of begin does not lose.
func (s *Store) hold(ctx context.Context, tx *db.Tx, runID string) (*turn, error) {
	var run struct {
		Subject
		Top string `db:"top_id"`
	}
	if err := tx.Get(ctx, &run, `SELECT subject_kind, subject_id, top_id FROM run WHERE id = ?`, runID); err != nil {
		return nil, fmt.Errorf("find the subject of a run: %w", err)
	}
	if err := s.tell(ctx, tx, run.Subject); err != nil {
		return nil, err
	}
	if err := tx.Lock(ctx, "run", run.Top); err != nil {
		return nil, fmt.Errorf("lock the run: %w", err)
	}
	t, err := s.turn(ctx, tx, player, runID)
	if err != nil {
		return nil, err
	}
	t.told = true
	return t, nil
}

// held is hold for the run of a step. The step may be of an earlier iteration.
func (s *Store) held(ctx context.Context, tx *db.Tx, stepRunID string) (*turn, *StepRun, error) {
	runID, err := runOf(ctx, tx, stepRunID)
	if err != nil {
		return nil, nil, err
	}
	t, err := s.hold(ctx, tx, runID)
	if err != nil {
		return nil, nil, err
	}
	row, err := t.row(stepRunID)
	return t, row, err
}

func runOf(ctx context.Context, tx *db.Tx, stepRunID string) (id string, err error) {
	if err := tx.Get(ctx, &id, `SELECT run_id FROM step_run WHERE id = ?`, stepRunID); err != nil {
		return "", fmt.Errorf("find the run of a step: %w", err)
	}
	return id, nil
}

// row finds a step of the run by its key, current or not.
func (t *turn) row(id string) (*StepRun, error) {
	for _, row := range t.steps {
		if row.ID == id {
			return row, nil
		}
	}
	var row StepRun
	err := t.tx.Get(t.ctx, &row, `SELECT `+stepColumns+` FROM step_run WHERE id = ?`, id)
	if fault.Is(err, fault.NotFound) {
		return nil, fault.Wrap(fault.NotFound, "workflow.task.none", nil, err)
	} else if err != nil {
		return nil, fmt.Errorf("read step: %w", err)
	}
	return &row, nil
}

// refOf and stepOf are how an effect names its step.
func refOf(row *StepRun) string { return "step:" + row.ID }

func stepOf(ref string) string { return strings.TrimPrefix(ref, "step:") }
