// Package workflow runs playbooks: which step is whose turn, who did it, when and why. Every
// transition is one transaction over rows, so a run survives any stop and needs no replay. It
// knows no case: what a run is about is a Subject, and what it must know of it is handed in.
package workflow

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tasuke/internal/db"
	"tasuke/playbooks"
)

// Subject is what a run is about, for example {"incident", id}.
type Subject struct {
	Kind string `db:"subject_kind"`
	ID   string `db:"subject_id"`
}

// Topic is announced when something about the subject's runs changed.
func (s Subject) Topic() string { return s.Kind + ":" + s.ID }

// RunState says whether a run still goes on.
type RunState string

// The states of a run.
const (
	Running RunState = "running"
	Ended   RunState = "ended"
)

// State is where a step stands.
type State string

// The states of a step.
const (
	Waiting   State = "waiting"   // something before it is not finished
	Ready     State = "ready"     // somebody can do it now
	Working   State = "running"   // the engine is at it: an action under way, a wait that is not over
	Held      State = "held"      // the engine could not finish it; Outcome says why, a person decides
	Finished  State = "done"      // somebody finished it; Outcome says how
	Skipped   State = "skipped"   // by its condition (Seen) or by a person (Comment)
	Cancelled State = "cancelled" // the run was cancelled before
)

// Over reports whether what waits for a step in this state may go on.
func (s State) Over() bool { return s == Finished || s == Skipped || s == Cancelled }

// Outcome is how a step or a run ended. There is no other word.
type Outcome string

// The outcomes; empty while it has not ended.
const (
	Succeeded   Outcome = "done"
	Failed      Outcome = "failed"
	TimedOut    Outcome = "timed_out"
	WasCanceled Outcome = "cancelled"
	WasSkipped  Outcome = "skipped"
	Unknown     Outcome = "unknown" // nobody can show what happened: confirm by hand
)

// Run is one playbook being worked through for one subject, pinned to the version it began with.
type Run struct {
	ID        string `db:"id"`
	VersionID string `db:"playbook_version_id"`
	Slug      string `db:"slug"`
	Subject
	State         RunState   `db:"state"`
	Outcome       Outcome    `db:"outcome"`
	Rev           int64      `db:"rev"`
	T0            db.Instant `db:"t0"` // targets "from start" count from here
	StartedBy     string     `db:"started_by"`
	StartedByName string     `db:"started_by_name"`
	StartedAt     db.Instant `db:"started_at"`
	EndedAt       db.Instant `db:"ended_at"`

	// A run that is part of another: of a step of its parent (a called playbook, a pass of a loop), or
	// its exception path. ParentStep is the key of that step in its iteration, TopID the run without a
	// parent that all of it belongs to, ScopeID the run whose variables it works with.
	ParentID   string `db:"parent_id"`
	ParentStep string `db:"parent_step"`
	TopID      string `db:"top_id"`
	Block      string `db:"block"`
	Pass       int64  `db:"pass"`
	ScopeID    string `db:"scope_id"`
	// Phase is what the run is at beside its steps, and GivingUp the outcome it will end with then.
	Phase    Phase   `db:"phase"`
	GivingUp Outcome `db:"giving_up"`
	// PausedAt is since when nothing moves, by whose word.
	PausedAt db.Instant `db:"paused_at"`
	PausedBy string     `db:"paused_by"`
}

// Phase is what a run is at.
type Phase string

// The phases.
const (
	Stepping  Phase = ""          // its steps
	Undoing   Phase = "undoing"   // it is given up: what was done is taken back
	Excepting Phase = "exception" // its exception path
)

// Topic is announced when the run changed.
func (r Run) Topic() string { return "run:" + r.ID }

// StepRun is one step of a run in one iteration. A step done again gets a new iteration; the
// earlier one stays visible with Current false.
type StepRun struct {
	ID           string         `db:"id"`
	RunID        string         `db:"run_id"`
	StepID       string         `db:"step_id"`
	Iteration    int64          `db:"iteration"`
	Current      bit            `db:"current"`
	Kind         playbooks.Kind `db:"kind"`
	Role         string         `db:"role"`
	State        State          `db:"state"`
	Outcome      Outcome        `db:"outcome"`
	Choice       string         `db:"choice"` // of a decision: the id of the chosen outcome
	Rev          int64          `db:"rev"`
	ReadyAt      db.Instant     `db:"ready_at"`
	DueAt        db.Instant     `db:"due_at"` // house target; zero when none is set
	OrderAt      db.Instant     `db:"order_at"`
	Assignee     string         `db:"assignee"`
	AssigneeName string         `db:"assignee_name"`
	Checked      ids            `db:"checked"` // checklist items that were ticked
	Comment      string         `db:"-"`       // what was said when it was finished or skipped
	Sealed       []byte         `db:"comment"`
	Seen         Seen           `db:"seen"`
	DoneBy       string         `db:"done_by"`
	DoneByName   string         `db:"done_by_name"`
	DoneAt       db.Instant     `db:"done_at"`
	Late         bit            `db:"late"` // finished after DueAt
	// Fields are what was filled in, by id of the field. Lists do not open them.
	Fields   map[string]string `db:"-"`
	Filled   []byte            `db:"filled"`
	Output   Output            `db:"output"`    // what an action gave
	Digest   string            `db:"digest"`    // of an approval: what was approved or rejected
	Void     bit               `db:"void"`      // an approval that no longer holds: what it approved changed
	WakeAt   db.Instant        `db:"wake_at"`   // of a wait: when it is over, or given up; zero for never
	EffectID string            `db:"effect_id"` // of an action: the row that does the work

	Also       roleSet    `db:"also"`    // further roles that may act on it
	SkipBy     string     `db:"skip_by"` // who asked to leave it out, until another agrees
	SkipByName string     `db:"skip_by_name"`
	SkipAt     db.Instant `db:"skip_at"`
}

// bySkipCondition reports whether the step was skipped by its condition, not by a person.
func (s *StepRun) bySkipCondition() bool {
	return s.State == Skipped && (s.Seen.When != "" || s.Seen.Why != "")
}

// Seen is what a decision or a condition looked at: the values and the revision of the
// subject's facts at that moment. Facts hold no personal data.
type Seen struct {
	When   string         `json:"when,omitempty"` // the condition that skipped the step
	Why    string         `json:"why,omitempty"`  // what skipped it when it was no condition
	Values map[string]any `json:"values,omitempty"`
	Rev    int64          `json:"rev,omitempty"`
	// Suggested is what was proposed of a decision.
	Suggested *Suggested `json:"suggested,omitempty"`
}

// WhyNotUndone is why a step is left out that takes back another (compensates): what it takes back
// was not done, or the run was not given up.
const WhyNotUndone = "not_undone"

// Value gives the stored form.
func (s Seen) Value() (driver.Value, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("write what a step saw: %w", err)
	}
	return string(b), nil
}

// Scan reads the stored form.
func (s *Seen) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return errText
	}
	*s = Seen{}
	if err := json.Unmarshal([]byte(text), s); err != nil {
		return fmt.Errorf("read what a step saw: %w", err)
	}
	return nil
}

// Output is what an action gave: int64, bool and text by name, without personal data.
type Output map[string]any

// Value gives the stored form; nothing is the empty text.
func (o Output) Value() (driver.Value, error) {
	if len(o) == 0 {
		return "", nil
	}
	b, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("write what an action gave: %w", err)
	}
	return string(b), nil
}

// Scan reads the stored form; numbers stay whole.
func (o *Output) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return errText
	}
	return o.read([]byte(text))
}

// read takes a JSON object; nothing and null are no output.
func (o *Output) read(text []byte) error {
	*o = nil
	if len(text) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode((*map[string]any)(o)); err != nil {
		return fmt.Errorf("read what an action gave: %w", err)
	}
	for name, v := range *o {
		if n, ok := v.(json.Number); ok {
			whole, err := n.Int64()
			if err != nil {
				return fmt.Errorf("read what an action gave: %w", err)
			}
			(*o)[name] = whole
		}
	}
	return nil
}

var errText = errors.New("a column that holds text does not")

// ids is a list of readable ids, stored with spaces between.
type ids []string

// Value gives the stored form.
func (l ids) Value() (driver.Value, error) { return strings.Join(l, " "), nil }

// Scan reads the stored form.
func (l *ids) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return errText
	}
	*l = strings.Fields(text)
	return nil
}

// bit is a boolean stored as 0 or 1 on both databases.
type bit bool

// Value gives the stored form.
func (b bit) Value() (driver.Value, error) {
	if b {
		return int64(1), nil
	}
	return int64(0), nil
}

// Scan reads the stored form.
func (b *bit) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return errors.New("a column that holds 0 or 1 does not")
	}
	*b = n == 1
	return nil
}
