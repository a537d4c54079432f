package workflow

import (
	"encoding/json"
	"math"
	"time"

	"tasuke/internal/effect"
	"tasuke/playbooks"
)

// pauses between the attempts of an action; after the last it has failed.
var pauses = []time.Duration{2 * time.Second, 10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute}

func backoff(attempt int64) (time.Duration, bool) {
	if attempt < 1 || attempt > int64(len(pauses)) {
		return 0, false
	}
	return pauses[attempt-1], true
}

// instructions are what an effect is told when it is given out; everything else it reads when it acts.
type instructions struct {
	Retry *policy `json:"retry,omitempty"`
}

// policy is how a playbook has its action tried again.
type policy struct {
	Times  int64 `json:"times"`
	Pause  int64 `json:"pause"` // seconds
	Factor int64 `json:"factor"`
}

// longestPause bounds what a factor makes of a pause.
const longestPause = 7 * 24 * time.Hour

func policyOf(step *playbooks.Step) *policy {
	if step.Retry == nil {
		return nil
	}
	pause, _ := step.Retry.Pause.Exact()
	return &policy{Times: int64(step.Retry.Times), Pause: int64(pause / time.Second), Factor: int64(max(step.Retry.Factor, 1))}
}

// after is the pause after an attempt, counted from 1; false when there is no further attempt.
func (p policy) after(attempt int64) (time.Duration, bool) {
	if attempt < 1 || attempt > p.Times {
		return 0, false
	}
	seconds := float64(p.Pause) * math.Pow(float64(p.Factor), float64(attempt-1))
	if seconds > longestPause.Seconds() {
		return longestPause, true
	}
	return time.Duration(seconds) * time.Second, true
}

// ownPauses gives an action the pauses its playbook asks for; nil for the program's own.
func ownPauses(e effect.Effect) func(int64) (time.Duration, bool) {
	var told instructions
	if json.Unmarshal(e.Input, &told) != nil || told.Retry == nil {
		return nil
	}
	return told.Retry.after
}
