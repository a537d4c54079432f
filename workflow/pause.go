package workflow

import (
	"errors"
	"time"
)

// errPaused is why an action is not done now.
var errPaused = errors.New("the run is paused")

// lookAgain is how long an effect of a paused run waits at most when the run is resumed at the very
// moment in which it is put off; resuming hurries all others.
const lookAgain = time.Minute

// paused reports whether nothing of the run may move.
func (t *turn) paused() bool { return !t.run.PausedAt.IsZero() }
