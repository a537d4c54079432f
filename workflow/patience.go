package workflow

import (
	"time"

	"tasuke/internal/effect"
)

// patience is how long one attempt of an action outside a transaction may take: some read event logs
// of months. It is that of a round of the sweep, which reads the same.
const patience = 15 * time.Minute

// patient gives actions outside transactions their time; the others are one transaction and short.
func patient(h effect.Handler) effect.Handler {
	if h.Do != nil && h.Timeout == 0 {
		h.Timeout = patience
	}
	return h
}
