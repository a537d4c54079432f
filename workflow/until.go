package workflow

import (
	"errors"
	"fmt"
	"time"

	"tasuke/internal/db"
	"tasuke/playbooks"
)

// moment is when a wait until a moment is over. A date is the end of that day in Japan.
func (t *turn) moment(step *playbooks.Step) (db.Instant, error) {
	value, err := t.given(step.Until)
	if err != nil {
		return 0, err
	}
	text, ok := value.(string)
	if !ok {
		return 0, fmt.Errorf("%s is %T and no moment: %w", step.Until, value, errInput)
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, japan); err == nil {
		y, m, d := day.Date()
		return db.At(time.Date(y, m, d, 23, 59, 59, 0, japan)), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, fmt.Errorf("%s is no moment: %w", step.Until, errInput)
	}
	return db.At(at), nil
}

// awaitMoment begins a wait until a moment. One that is over is over at once; without one a person
// decides.
func (t *turn) awaitMoment(row *StepRun, step *playbooks.Step) error {
	at, err := t.moment(step)
	switch {
	case errors.Is(err, errInput):
		return t.hold(row, Failed)
	case err != nil:
		return err
	case at > t.tx.Now:
		row.WakeAt = at
		return nil
	}
	row.State, row.Outcome, t.again = Finished, Succeeded, true
	t.close(row, player)
	return t.recordOwn("step.waited", row)
}
