package effect

import (
	"errors"
	"fmt"
	"time"

	"tasuke/internal/db"
	"tasuke/internal/fault"
)

type class int

const (
	temporary class = iota + 1
	permanent
	uncertain
	early
)

// problem is an error whose meaning for the effect is known, with a sentence for people.
type problem struct {
	class class
	key   string
	err   error
	pause time.Duration // of what came too early
}

func (p *problem) Error() string { return fmt.Sprintf("%s: %v", p.key, p.err) }
func (p *problem) Unwrap() error { return p.err }

// Temporary says that nothing happened and another attempt may help. problemKey is the message
// key that people see. An error without a class is temporary if the handler is repeatable or
// leaving was not called, else uncertain; and uncertain also when it has left, may leave again and
// there is no further attempt.
func Temporary(err error, problemKey string) error {
	return &problem{class: temporary, key: problemKey, err: err}
}

// Permanent says that nothing happened and another attempt would not help.
func Permanent(err error, problemKey string) error {
	return &problem{class: permanent, key: problemKey, err: err}
}

// Uncertain says that it may have happened; a person has to look.
func Uncertain(err error, problemKey string) error {
	return &problem{class: uncertain, key: problemKey, err: err}
}

// Early says that nothing happened because it is not the time for it yet: it is queued again for
// after the pause, however often, and the attempt does not count.
func Early(err error, pause time.Duration) error {
	return &problem{class: early, err: err, pause: pause}
}

// The sentences of what the handlers do not name themselves.
const (
	problemError     = "effect.problem.error"
	problemTimeout   = "effect.problem.timeout"
	problemUncertain = "effect.problem.uncertain"
	problemLost      = "effect.problem.lost"
)

var (
	errPanic  = errors.New("the handler panicked")
	errOutput = errors.New("the output cannot be written down")
)

// attempt is what is known when an attempt is over.
type attempt struct {
	of     Effect
	no     int64
	inside bool       // in one transaction, which is rolled back
	left   bool       // leaving was answered with nil, in this attempt or an earlier one
	before db.Instant // since when an earlier attempt may have left
	again  bool       // this attempt left
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
	// before is since when an earlier attempt may have left; open says that this one may have, too.
	before  db.Instant
	open    bool
	problem string
}

// leftAt is since when something may have left, if the effect is queued again.
func (v verdict) leftAt(leaving db.Instant) db.Instant {
	if v.before == 0 && v.open {
		return leaving
	}
	return v.before
}

// judge decides what an attempt came to. It never answers done without a result, never tries again
// by itself what may have left and must not leave twice, and never says of anything that may have
// left that it failed (design.md 4: a timeout is not a refusal).
func judge(h *Handler, a attempt) verdict {
	if a.err == nil {
		return verdict{event: succeeded}
	}
	v := verdict{problem: keyOf(a), before: a.before, open: a.left && (!classified(a.err) || isEarly(a.err))}
	switch classOf(h, a) {
	case permanent:
		if v.event = refused; a.before != 0 && !a.again { // it says nothing of the earlier one
			v.event, v.problem = leftOpen, problemUncertain
		}
	case uncertain:
		v.event = leftOpen
	case early:
		v.event, v.handedBack, v.pause, v.problem = putOff, true, pauseOf(a.err), ""
	case temporary:
		v = retry(h, a, v)
	}
	if v.event == leftOpen && (!classified(a.err) || isEarly(a.err)) {
		v.problem = problemUncertain
	}
	return v
}

func classified(err error) bool {
	var p *problem
	return errors.As(err, &p)
}

func classOf(h *Handler, a attempt) class {
	var p *problem
	switch {
	case isEarly(a.err) && a.left && !h.Repeatable: // it was not stopped in time
		return uncertain
	case errors.As(a.err, &p):
		return p.class
	case errors.Is(a.err, errOutput) && !a.inside: // it was done, and nobody knows with what result
		return uncertain
	case a.left && !h.Repeatable, a.left && errors.Is(a.err, errPanic):
		return uncertain
	case errors.Is(a.err, errPanic), errors.Is(a.err, errOutput):
		return permanent
	}
	return temporary
}

func retry(h *Handler, a attempt, v verdict) verdict {
	if a.stopping {
		v.event, v.handedBack, v.problem = putOff, true, ""
		return v
	}
	if pause, more := h.pause(a.of, a.no); more {
		v.event, v.pause = putOff, pause
		return v
	}
	switch {
	case v.before != 0 || v.open:
		v.event = leftOpen
	case a.over || isTimeout(a.err):
		v.event = ranOut
	default:
		v.event = refused
	}
	return v
}

func isEarly(err error) bool {
	var p *problem
	return errors.As(err, &p) && p.class == early
}

func pauseOf(err error) time.Duration {
	var p *problem
	if errors.As(err, &p) {
		return p.pause
	}
	return 0
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
	}
	return problemError
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}
