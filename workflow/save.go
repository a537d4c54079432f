package workflow

import "fmt"

// saveRun writes the state of a run this turn has taken.
func (t *turn) saveRun() error {
	n, err := t.tx.Exec(t.ctx, `UPDATE run SET state = ?, outcome = ?, ended_at = ?, phase = ?, giving_up = ?, paused_at = ?, paused_by = ?
		WHERE id = ? AND rev = ?`,
		t.run.State, t.run.Outcome, t.run.EndedAt, t.run.Phase, t.run.GivingUp, t.run.PausedAt, t.run.PausedBy, t.run.ID, t.run.Rev)
	if err == nil && n == 0 {
		return errLost
	}
	if err != nil {
		return fmt.Errorf("save the run: %w", err)
	}
	return nil
}

// save writes a step by compare-and-set on its rev.
func (t *turn) save(row *StepRun) error {
	n, err := t.tx.NamedExec(t.ctx, `UPDATE step_run SET state = :state, outcome = :outcome, choice = :choice, current = :current,
		ready_at = :ready_at, due_at = :due_at, order_at = :order_at, assignee = :assignee, assignee_name = :assignee_name,
		checked = :checked, comment = :comment, seen = :seen, done_by = :done_by, done_by_name = :done_by_name,
		done_at = :done_at, late = :late, filled = :filled, output = :output, digest = :digest, void = :void, wake_at = :wake_at,
		effect_id = :effect_id, also = :also, skip_by = :skip_by, skip_by_name = :skip_by_name, skip_at = :skip_at, rev = :rev + 1 WHERE id = :id AND rev = :rev`, row)
	if err != nil {
		return fmt.Errorf("save step %s: %w", row.StepID, err)
	}
	if n == 0 {
		return errLost
	}
	row.Rev++
	return t.target(row)
}

// insert writes new rows in one statement.
func (t *turn) insert(rows []StepRun) error {
	_, err := t.tx.NamedExec(t.ctx, `INSERT INTO step_run (`+stepColumns+`)
		VALUES (:id, :run_id, :step_id, :iteration, :current, :kind, :role, :state, :outcome, :choice, :rev,
		:ready_at, :due_at, :order_at, :assignee, :assignee_name, :checked, :comment, :seen, :done_by, :done_by_name, :done_at, :late,
		:filled, :output, :digest, :void, :wake_at, :effect_id, :also, :skip_by, :skip_by_name, :skip_at)`, rows)
	if err != nil {
		return fmt.Errorf("write the steps of a run: %w", err)
	}
	return nil
}
