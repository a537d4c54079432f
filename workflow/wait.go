package workflow

import (
	"context"
	"errors"
	"fmt"

	"tasuke/internal/db"
	"tasuke/playbooks"
)

// await begins a wait: for a time, until a moment, or for an event with an optional time limit. An event that
// came since the run began, and that no wait of the run has taken, ends it at once. The run is
// taken before events are read, so an event that commits meanwhile finds the wait.
func (t *turn) await(row *StepRun, step *playbooks.Step) (err error) {
	length := step.For
	if step.Event != "" {
		length = step.Timeout
		came, err := t.came(row, step)
		if err != nil {
			return err
		}
		if came {
			row.State, row.Outcome, t.again = Finished, Succeeded, true
			t.close(row, player)
			return t.recordOwn("step.waited", row)
		}
	}
	if step.Until != "" {
		return t.awaitMoment(row, step)
	}
	row.WakeAt, err = due(length, t.run.T0, t.tx.Now, t.s.opts.OpenDay)
	return err
}

// wake ends a wait whose moment has come: for an event that never came it is timed out. A step of
// another kind has had its time. Whoever is later finds it over.
func (s *Store) wake(ctx context.Context, runID, stepRunID string) error {
	err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		t, err := s.hold(ctx, tx, runID)
		if err != nil {
			return err
		}
		row, err := t.row(stepRunID)
		if err != nil {
			return err
		}
		open := (row.State == Working || row.State == Ready) && bool(row.Current) && t.run.State == Running && !t.paused()
		if !open || row.WakeAt.IsZero() || row.WakeAt > tx.Now {
			return nil
		}
		if err := t.wake(row); err != nil {
			return err
		}
		db.Crash("step.wait")
		return nil
	})
	if err != nil {
		return fmt.Errorf("wake step %s: %w", stepRunID, err)
	}
	return nil
}

func (t *turn) wake(row *StepRun) error {
	step, ok := t.def.Step(row.StepID)
	if !ok {
		return fmt.Errorf("the playbook has no step %q", row.StepID)
	}
	if err := t.begin(); err != nil {
		return err
	}
	if row.Kind == playbooks.Loop {
		if goesOn, err := t.goesOn(row, step); goesOn || err != nil {
			return err
		}
	}
	if row.Kind != playbooks.Wait {
		return t.timeOver(row)
	}
	over := step.Event == ""
	if !over {
		var err error
		if over, err = t.came(row, step); err != nil { // it may have come and not be delivered yet
			return err
		}
	}
	if !over {
		return t.fail(row, TimedOut)
	}
	row.Outcome = Succeeded
	return t.finish(row, Finished, "", "step.waited")
}

const batch = 100 // rows that one query of the tick reads

// wakeDue wakes every wait whose moment is over, and ends every step whose time is; those of paused
// runs when they are resumed. One that cannot be woken holds up no other.
func (s *Store) wakeDue(ctx context.Context) error {
	var faults []error
	var after StepRun
	for {
		var rows []StepRun
		err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
			return tx.Select(ctx, &rows, `SELECT id, run_id, wake_at FROM step_run WHERE state IN ('ready', 'running') AND wake_at > 0
				AND EXISTS (SELECT 1 FROM run WHERE run.id = step_run.run_id AND run.paused_at = 0)
				AND wake_at <= ? AND (wake_at, id) > (?, ?) ORDER BY wake_at, id LIMIT ?`, tx.Now, after.WakeAt, after.ID, batch)
		})
		if err != nil {
			return errors.Join(append(faults, fmt.Errorf("look for waits that are over: %w", err))...)
		}
		for _, r := range rows {
			after = r
			if err := s.wake(ctx, r.RunID, r.ID); err != nil {
				faults = append(faults, err)
			}
		}
		if len(rows) < batch || ctx.Err() != nil {
			return errors.Join(faults...)
		}
	}
}
