package workflow

import (
	"context"
	"errors"
	"fmt"

	"tasuke/internal/db"
	"tasuke/internal/event"
	"tasuke/internal/fault"
	"tasuke/playbooks"
)

// came takes the oldest event a wait waits for that came since the run began and that no wait of
// the run has taken, if what it told of still is so. A run and all below it are one in this: what came
// while another pass or another playbook was at work is neither lost nor taken twice.
func (t *turn) came(row *StepRun, step *playbooks.Step) (bool, error) {
	since, err := t.began()
	if err != nil {
		return false, err
	}
	list, err := event.Of(t.ctx, t.tx, event.Subject{Kind: t.run.Kind, ID: t.run.Subject.ID}, step.Event, since)
	if err != nil {
		return false, fmt.Errorf("look for events: %w", err)
	}
	if len(list) == 0 {
		return false, nil
	}
	if holds, err := t.still(step.Event); !holds || err != nil {
		return false, err
	}
	for _, e := range list {
		if took, err := t.take(row, e); took || err != nil {
			return took, err
		}
	}
	return t.cameBefore(row)
}

// cameBefore is true when an earlier iteration of the same wait was ended by an event and the room
// says that what it told of is so: work that was sent back and left as it was is not told of twice.
func (t *turn) cameBefore(row *StepRun) (bool, error) {
	if t.s.opts.Still == nil {
		return false, nil
	}
	var n int
	err := t.tx.Get(t.ctx, &n, `SELECT count(*) FROM event_taken x JOIN step_run s ON s.id = x.step_run_id WHERE x.run_id = ? AND s.run_id = ? AND s.step_id = ? AND s.id <> ?`,
		t.run.TopID, t.run.ID, row.StepID, row.ID)
	if err != nil {
		return false, fmt.Errorf("look for earlier events: %w", err)
	}
	return n > 0, nil
}

// still asks the room whether what an event told of is so at this moment: between its telling and
// its taking the room may have gone on. Whoever asks holds the subject's row.
func (t *turn) still(name string) (bool, error) {
	if t.s.opts.Still == nil {
		return true, nil
	}
	holds, err := t.s.opts.Still(t.ctx, t.tx, t.run.Subject, name)
	if err != nil {
		return false, fmt.Errorf("ask whether %s still holds: %w", name, err)
	}
	return holds, nil
}

// take notes that a wait used an event up; false when the run has used it before.
func (t *turn) take(row *StepRun, e event.Event) (bool, error) {
	n, err := t.tx.Exec(t.ctx, `INSERT INTO event_taken (run_id, event_id, step_run_id, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		t.run.TopID, e.ID, row.ID, t.tx.Now)
	if err != nil {
		return false, fmt.Errorf("take an event: %w", err)
	}
	return n == 1, nil
}

// receive ends the first wait for an event, in the order of the definition, unless what the event
// told of is not so any more.
func (t *turn) receive(e event.Event) error {
	if t.run.State != Running || t.paused() { // one that is paused looks when it is resumed
		return nil
	}
	for i := range t.def.Steps {
		step := &t.def.Steps[i]
		row := t.steps[step.ID]
		if step.Kind != playbooks.Wait || step.Event != e.Name || row.State != Working {
			continue
		}
		if since, err := t.began(); err != nil || e.At < since {
			return err
		}
		if holds, err := t.still(e.Name); !holds || err != nil {
			return err
		}
		if err := t.begin(); err != nil {
			return err
		}
		took, err := t.take(row, e)
		if err != nil || !took {
			return err
		}
		row.Outcome = Succeeded
		return t.finish(row, Finished, "", "step.waited")
	}
	return nil
}

// deliver brings an event to the running runs of its subject, once. Each of them is locked even
// when no wait is ready: a wait that becomes ready in a transaction that has not committed yet
// is either seen here, or sees the event itself (see await).
func (s *Store) deliver(ctx context.Context, e event.Event) error {
	other := false
	err := s.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := event.Delivered(ctx, tx, e.ID); err != nil {
			other = fault.Is(err, fault.Conflict)
			return fmt.Errorf("note the delivery: %w", err)
		}
		subject := Subject{Kind: e.Kind, ID: e.Subject.ID}
		if err := s.tell(ctx, tx, subject); err != nil {
			return err
		}
		if err := inTurn(ctx, tx, subject); err != nil {
			return err
		}
		var runs []string
		err := tx.Select(ctx, &runs, `SELECT id FROM run WHERE subject_kind = ? AND subject_id = ? AND state = 'running' ORDER BY id`, subject.Kind, subject.ID)
		if err != nil {
			return fmt.Errorf("look for runs: %w", err)
		}
		for _, id := range runs {
			t, err := s.hold(ctx, tx, id)
			if err != nil {
				return err
			}
			if err := t.receive(e); err != nil {
				return err
			}
		}
		db.Crash("step.event")
		return nil
	})
	if err != nil && !other { // another node was faster
		return fmt.Errorf("deliver event %s: %w", e.Name, err)
	}
	return nil
}

// deliverPending delivers what nobody has, the oldest first. An event that cannot be delivered
// stays and holds up no other.
func (s *Store) deliverPending(ctx context.Context) error {
	var faults []error
	stuck := map[string]bool{}
	for {
		var list []event.Event
		err := s.db.View(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = event.Pending(ctx, tx, batch+len(stuck))
			return err
		})
		if err != nil {
			return errors.Join(append(faults, fmt.Errorf("look for events: %w", err))...)
		}
		moved := false
		for _, e := range list {
			if stuck[e.ID] {
				continue
			}
			if err := s.deliver(ctx, e); err != nil {
				stuck[e.ID], faults = true, append(faults, err)
				continue
			}
			moved = true
		}
		if !moved || len(list) < batch+len(stuck) || ctx.Err() != nil {
			return errors.Join(faults...)
		}
	}
}

// began is when the run began that all of this is part of.
func (t *turn) began() (at db.Instant, err error) {
	if t.run.ParentID == "" {
		return t.run.StartedAt, nil
	}
	if err := t.tx.Get(t.ctx, &at, `SELECT started_at FROM run WHERE id = ?`, t.run.TopID); err != nil {
		return 0, fmt.Errorf("read when the first run began: %w", err)
	}
	return at, nil
}
