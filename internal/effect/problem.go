package effect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tasuke/internal/fault"
)

type class int

const (
	temporary class = iota + 1
	permanent
	uncertain
)

// problem is an error whose meaning for the effect is known, with a sentence for people.
type problem struct {
	class class
	key   string
	err   error
}

func (p *problem) Error() string { return fmt.Sprintf("%s: %v", p.key, p.err) }
func (p *problem) Unwrap() error { return p.err }

// Temporary says that nothing happened and another attempt may help. problemKey is the message
// key that people see. An error without a class is temporary if the handler is repeatable or
// leaving was not called, else uncertain.
func Temporary(err error, problemKey string) error { return &problem{temporary, problemKey, err} }

// Permanent says that nothing happened and another attempt would not help.
func Permanent(err error, problemKey string) error { return &problem{permanent, problemKey, err} }

// Uncertain says that it may have happened; a person has to look.
func Uncertain(err error, problemKey string) error { return &problem{uncertain, problemKey, err} }

// The sentences of what the handlers do not name themselves.
const (
	problemError     = "effect.problem.error"
	problemTimeout   = "effect.problem.timeout"
	problemUncertain = "effect.problem.uncertain"
	problemLost      = "effect.problem.lost"
)

var errPanic = errors.New("the handler panicked")

// attempt is what is known when an attempt is over.
type attempt struct {
	no   int64
	left bool // leaving was answered with nil
	// stopping: the process takes no more time; over: the attempt's own time is.
	stopping, over bool
	err            error
}

// verdict is what becomes of an effect.
type verdict struct {
	event Event
	pause time.Duration
	// handedBack: the attempt does not count.
	handedBack bool
	problem    string
}

// judge decides what an attempt came to. It never answers done without a result, and never tries
// again what may have left (design.md 4: a timeout is not a refusal).
func judge(h *Handler, a attempt) verdict {
	if a.err == nil {
		return verdict{event: succeeded}
	}
	v := verdict{problem: keyOf(a)}
	switch classOf(h, a) {
	case permanent:
		v.event = refused
	case uncertain:
		v.event = leftOpen
	case temporary:
		return retry(h, a, v)
	}
	return v
}

func classOf(h *Handler, a attempt) class {
	var p *problem
	switch {
	case errors.As(a.err, &p):
		return p.class
	case a.left && !h.Repeatable:
		return uncertain
	case errors.Is(a.err, errPanic):
		return permanent
	}
	return temporary
}

func retry(h *Handler, a attempt, v verdict) verdict {
	if a.stopping && errors.Is(a.err, context.Canceled) {
		return verdict{event: putOff, handedBack: true}
	}
	if h.Backoff != nil {
		if pause, more := h.Backoff(a.no); more {
			v.event, v.pause = putOff, pause
			return v
		}
	}
	v.event = refused
	if a.over || isTimeout(a.err) {
		v.event = ranOut
	}
	return v
}

func keyOf(a attempt) string {
	var p *problem
	var f *fault.Error
	switch {
	case errors.As(a.err, &p) && p.key != "":
		return p.key
	case a.over || isTimeout(a.err):
		return problemTimeout
	case errors.As(a.err, &f) && f.Key != "":
		return f.Key
	case a.left:
		return problemUncertain
	}
	return problemError
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
