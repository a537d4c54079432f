// Package effect performs what leaves a transaction: mail, steps of a playbook. The use case
// writes a row in its own transaction; the row is the truth (key, lease, outcome), and the queue
// only wakes it. After a crash a repeatable effect runs again with the same key; one of which
// nobody can show whether it left the house becomes unknown and waits for a person.
package effect

import (
	"context"
	"encoding/json"
	"time"

	"tasuke/internal/db"
)

// Spec asks for an effect.
type Spec struct {
	Kind string
	// Key is the same on every attempt; a second Spec with the key of an earlier one asks for nothing new.
	Key string
	// Ref is the record it is for, e.g. "mail:<id>".
	Ref string
	// Input is kept as JSON: ids, counts and keys, no personal data.
	Input any
	// At is the first moment it may be performed; zero is at once.
	At db.Instant
}

// Effect is one effect as it stands.
type Effect struct {
	ID, Key, Kind, Ref string
	Input              json.RawMessage
	State              State
	// Attempt counts from 1; 0 before the first, and again after a person had it done again.
	Attempt int64
	// NotBefore is the first moment of the next attempt. LeavingAt is since when it may have left
	// the house: an attempt was about to do what cannot be taken back, and nobody has shown that it
	// did not happen. Zero when nothing has left.
	NotBefore, LeavingAt, StartedAt, EndedAt db.Instant
	Output                                   json.RawMessage
	// Problem is a message key that says what went wrong last.
	Problem string
	Rev     int64
}

// Work does an effect inside one transaction, together with its result: exactly once, by the
// database. A conflict with somebody else's change is tried again at once; see Temporary for the rest.
type Work func(ctx context.Context, tx *db.Tx, e Effect) (output any, err error)

// Act does an effect outside any transaction. It calls leaving right before what cannot be taken
// back and goes on only if that answers nil. When ctx ends, its time or its lease is over.
type Act func(ctx context.Context, e Effect, leaving func(context.Context) error) (output any, err error)

// Handler knows how to perform one kind of effect.
type Handler struct {
	Kind string
	// Repeatable says that doing it twice with the same key is as good as once.
	Repeatable bool
	// Timeout of one attempt; zero is 30 seconds.
	Timeout time.Duration
	// Backoff is the pause after the given attempt (from 1); false or no function: no further attempt.
	Backoff func(attempt int64) (time.Duration, bool)
	// Own, if set, gives an effect pauses of its own, for example from its input; nil means those of
	// Backoff.
	Own func(e Effect) func(attempt int64) (time.Duration, bool)
	// Tx or Do, exactly one of them.
	Tx Work
	Do Act
	// Leaving, if set, runs in the transaction that leaving commits, before anything leaves: the
	// place to check once more what was approved. Its error reaches the Do through leaving. It may
	// run twice for one attempt.
	Leaving func(ctx context.Context, tx *db.Tx, e Effect) error
	// Ended runs in the transaction that writes a final state, once, and again when a person gives
	// another one. Its error undoes both.
	Ended func(ctx context.Context, tx *db.Tx, e Effect) error
}

// usualTimeout is the time of one attempt when a handler names none.
const usualTimeout = 30 * time.Second

// pause is the one after an attempt at an effect; false when there is no further attempt.
func (h *Handler) pause(e Effect, attempt int64) (time.Duration, bool) {
	backoff := h.Backoff
	if h.Own != nil {
		if own := h.Own(e); own != nil {
			backoff = own
		}
	}
	if backoff == nil {
		return 0, false
	}
	return backoff(attempt)
}

func (h *Handler) timeout() time.Duration {
	if h.Timeout > 0 {
		return h.Timeout
	}
	return usualTimeout
}
