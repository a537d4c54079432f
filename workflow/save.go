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

// save writes a step by compare-and-set on its rev. The run is taken first: who has read the run at
// its present revision has read all its steps as they are (see kept).
func (t *turn) save(row *StepRun) error {
	if err := t.begin(); err != nil {
		return err
	}
	query, args := t.change(row)
	before := t.was[row.ID].State
	n, err := t.tx.Exec(t.ctx, query, args...)
	if err != nil {
		return fmt.Errorf("save step %s: %w", row.StepID, err)
	}
	if n == 0 {
		return errLost
	}
	row.Rev++
	if err := t.remember(row); err != nil {
		return err
	}
	return t.target(row, before)
}

// insert writes new rows in one statement, once the run is taken.
func (t *turn) insert(rows []StepRun) error {
	if err := t.begin(); err != nil {
		return err
	}
	_, err := t.tx.NamedExec(t.ctx, `INSERT INTO step_run (`+stepColumns+`)
		VALUES (:id, :run_id, :step_id, :iteration, :current, :kind, :role, :state, :outcome, :choice, :rev,
		:ready_at, :due_at, :order_at, :assignee, :assignee_name, :checked, :comment, :seen, :done_by, :done_by_name, :done_at, :late,
		:filled, :output, :digest, :void, :wake_at, :effect_id, :also, :skip_by, :skip_by_name, :skip_at)`, rows)
	if err != nil {
		return fmt.Errorf("write the steps of a run: %w", err)
	}
	for i := range rows {
		if err := t.remember(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}
