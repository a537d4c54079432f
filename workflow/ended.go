package workflow

import (
	"context"
	"fmt"

	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/playbooks"
)

// ended writes the end of an action into its run, in the transaction that writes the end of the
// effect. What did not end well is put before a person. An action whose step is over already,
// because the run was cancelled meanwhile, leaves what it gave on the row.
func (s *Store) ended(ctx context.Context, tx *db.Tx, e effect.Effect) error {
	if e.State == effect.Cancelled { // by the engine, which has put the step where it belongs
		return nil
	}
	t, row, err := s.held(ctx, tx, stepOf(e.Ref))
	if err != nil {
		return err
	}
	var out Output
	if e.State == effect.Done {
		if err := out.read(e.Output); err != nil {
			return err
		}
	}
	if row.Kind != playbooks.Action {
		return t.wasPrepared(row, e, out)
	}
	if row.State != Working && row.State != Held || !bool(row.Current) {
		return t.after(row, e, out)
	}
	switch {
	case overTime(row):
		err = t.late(row, e, out)
	case e.State == effect.Done:
		row.Output, row.Outcome = out, Succeeded
		err = t.finish(row, Finished, "", "step.done")
	case e.Problem == problemVoid && e.State == effect.Failed:
		err = t.annul(row)
	default:
		err = t.fail(row, Outcome(e.State))
	}
	if err != nil {
		return fmt.Errorf("end step %s: %w", row.StepID, err)
	}
	db.Crash("step.ended")
	return nil
}

// after writes how an effect ended whose step was over before. One that may have left the house is
// unknown, though its step was cancelled meanwhile.
func (t *turn) after(row *StepRun, e effect.Effect, out Output) error {
	if e.State != effect.Unknown || row.State != Cancelled || row.Outcome != WasCanceled {
		return t.keep(row, out)
	}
	row.Outcome = Unknown
	if err := t.save(row); err != nil {
		return err
	}
	if err := t.recordStep("step.kept", row); err != nil {
		return err
	}
	return t.worsen()
}

// worsen ends a run as unknown that had ended better before what it cancelled came back, and so what it
// is part of. What was cancelled or given up stays that.
func (t *turn) worsen() error {
	if t.run.State != Ended || t.run.GivingUp != "" || t.run.Outcome == WasCanceled || gravity[t.worst()] <= gravity[t.run.Outcome] {
		return nil
	}
	if err := t.begin(); err != nil {
		return err
	}
	t.run.Outcome = t.worst()
	if err := t.saveRun(); err != nil {
		return err
	}
	if err := t.record("run.ended", audit.Ref{Kind: "run", ID: t.run.ID}, runDetail{Slug: t.run.Slug, Outcome: t.run.Outcome, Subject: t.run.Subject.Topic()}); err != nil {
		return err
	}
	if t.run.ParentStep == "" {
		return nil
	}
	up, err := t.parent()
	if err != nil {
		return err
	}
	row, err := up.row(t.run.ParentStep)
	if err != nil || row.State != Finished || row.Outcome != Succeeded || !bool(row.Current) {
		return err
	}
	row.Outcome = t.run.Outcome
	if err := up.save(row); err != nil {
		return err
	}
	if err := up.recordOwn("step.kept", row); err != nil {
		return err
	}
	return up.worsen()
}

// keep notes what an action gave whose step was over before.
func (t *turn) keep(row *StepRun, out Output) error {
	if len(out) == 0 || len(row.Output) > 0 {
		return nil
	}
	row.Output = out
	if err := t.save(row); err != nil {
		return err
	}
	return t.recordStep("step.kept", row)
}

// putBefore holds a step that did not end well until a person decides.
func (t *turn) putBefore(row *StepRun, o Outcome) error {
	if row.State == Held && row.Outcome == o {
		return nil
	}
	if err := t.begin(); err != nil {
		return err
	}
	if o != TimedOut || row.Kind != playbooks.Action || row.WakeAt > t.tx.Now {
		row.WakeAt = 0 // else it stays as the moment at which the action's time was over
	}
	if err := t.stopChildren(row, ""); err != nil {
		return err
	}
	row.State, row.Outcome = Held, o
	row.OrderAt = t.tx.Now // before everything whose target is still to come
	if err := t.save(row); err != nil {
		return err
	}
	return t.recordStep("step.held", row)
}
