package workflow

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/vault"
	"tasuke/playbooks"
)

// turn is one act on one run inside its transaction.
type turn struct {
	s     *Store
	ctx   context.Context
	tx    *db.Tx
	by    actor.Actor
	run   Run
	def   *playbooks.Definition
	steps map[string]*StepRun // the current row of each step
	facts map[string]any
	rev   int64 // of the facts
}

// see reads the subject's facts once and checks that they are exactly what the schema says.
func (t *turn) see() error {
	if t.facts != nil {
		return nil
	}
	values, rev, err := t.s.opts.Facts(t.ctx, t.tx, t.run.Subject)
	if err != nil {
		return fmt.Errorf("read the facts of a %s: %w", t.run.Kind, err)
	}
	for name := range t.s.opts.Rules.Facts {
		if _, ok := values[name]; !ok {
			return fmt.Errorf("the facts of a %s lack %q", t.run.Kind, name)
		}
	}
	for name := range values {
		if _, ok := t.s.opts.Rules.Facts[name]; !ok {
			return fmt.Errorf("the facts of a %s hold %q, which the schema does not name", t.run.Kind, name)
		}
	}
	if values == nil {
		values = map[string]any{}
	}
	t.facts, t.rev = values, rev
	return nil
}

// begin takes the run: the subject's row first, then the run by compare-and-set on its rev.
func (t *turn) begin() error {
	if t.s.opts.Changed != nil {
		if err := t.s.opts.Changed(t.ctx, t.tx, t.run.Subject); err != nil {
			return fmt.Errorf("tell the %s of its tasks: %w", t.run.Kind, err)
		}
	}
	n, err := t.tx.Exec(t.ctx, `UPDATE run SET rev = rev + 1 WHERE id = ? AND rev = ?`, t.run.ID, t.run.Rev)
	if err != nil {
		return fmt.Errorf("take the run: %w", err)
	}
	if n == 0 {
		return errLost
	}
	t.run.Rev++
	t.announce()
	return nil
}

func (t *turn) announce() {
	for _, topic := range []string{"tasks", t.run.Topic(), t.run.Subject.Topic()} {
		t.tx.Announce(topic)
	}
}

// advance moves every step whose turn it is, and ends the run with its end.
func (t *turn) advance() error {
	if err := t.see(); err != nil {
		return err
	}
	changes, err := Advance(t.def, t.statuses(), t.facts)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if err := t.apply(c); err != nil {
			return err
		}
	}
	return nil
}

// statuses is where every step stands.
func (t *turn) statuses() map[string]Status {
	now := make(map[string]Status, len(t.steps))
	for id, s := range t.steps {
		now[id] = Status{s.State, s.Choice}
	}
	return now
}

// engine is who a step is finished by when no person did it.
var engine = actor.System("workflow")

func (t *turn) apply(c Change) error {
	row := t.steps[c.Step]
	row.State = c.To
	switch c.To {
	case Ready:
		step, _ := t.def.Step(c.Step)
		at, err := due(step.Target, t.run.T0, t.tx.Now, t.s.opts.OpenDay)
		if err != nil {
			return err
		}
		row.ReadyAt, row.DueAt, row.OrderAt = t.tx.Now, at, at
		if at.IsZero() {
			row.OrderAt = never
		}
	case Skipped:
		row.Seen, row.Outcome = c.Seen, WasSkipped
		row.Seen.Rev = t.rev
		t.close(row, engine)
	case Finished:
		row.Outcome = Succeeded
		t.close(row, engine)
		if err := t.end(t.worst()); err != nil {
			return err
		}
	}
	return t.save(row)
}

// close notes who finished a step and when.
func (t *turn) close(row *StepRun, by actor.Actor) {
	row.DoneBy, row.DoneByName, row.DoneAt = by.ID, by.Name, t.tx.Now
	row.Late = bit(!row.DueAt.IsZero() && t.tx.Now > row.DueAt)
}

// worst is how a run ended: unknown or failed when a step is, and nobody did it again.
func (t *turn) worst() Outcome {
	out := Succeeded
	for _, s := range t.steps {
		switch {
		case s.Outcome == Unknown:
			return Unknown
		case s.Outcome == Failed || s.Outcome == TimedOut:
			out = Failed
		}
	}
	return out
}

func (t *turn) end(o Outcome) error {
	t.run.State, t.run.Outcome, t.run.EndedAt = Ended, o, t.tx.Now
	if err := t.saveRun(); err != nil {
		return err
	}
	return t.record("run.ended", audit.Ref{Kind: "run", ID: t.run.ID}, runDetail{Slug: t.run.Slug, Outcome: o, Subject: t.run.Subject.Topic()})
}

// saveRun writes the state of a run this turn has taken.
func (t *turn) saveRun() error {
	n, err := t.tx.Exec(t.ctx, `UPDATE run SET state = ?, outcome = ?, ended_at = ? WHERE id = ? AND rev = ?`,
		t.run.State, t.run.Outcome, t.run.EndedAt, t.run.ID, t.run.Rev)
	if err == nil && n == 0 {
		return errLost
	}
	if err != nil {
		return fmt.Errorf("save the run: %w", err)
	}
	return nil
}

// save writes a step by compare-and-set on its rev.
func (t *turn) save(row *StepRun) error {
	n, err := t.tx.NamedExec(t.ctx, `UPDATE step_run SET state = :state, outcome = :outcome, choice = :choice, current = :current,
		ready_at = :ready_at, due_at = :due_at, order_at = :order_at, assignee = :assignee, assignee_name = :assignee_name,
		checked = :checked, comment = :comment, seen = :seen, done_by = :done_by, done_by_name = :done_by_name,
		done_at = :done_at, late = :late, rev = :rev + 1 WHERE id = :id AND rev = :rev`, row)
	if err != nil {
		return fmt.Errorf("save step %s: %w", row.StepID, err)
	}
	if n == 0 {
		return errLost
	}
	row.Rev++
	return nil
}

// insert writes new rows in one statement.
func (t *turn) insert(rows []StepRun) error {
	_, err := t.tx.NamedExec(t.ctx, `INSERT INTO step_run (`+stepColumns+`)
		VALUES (:id, :run_id, :step_id, :iteration, :current, :kind, :role, :state, :outcome, :choice, :rev,
		:ready_at, :due_at, :order_at, :assignee, :assignee_name, :checked, :comment, :seen, :done_by, :done_by_name, :done_at, :late)`, rows)
	if err != nil {
		return fmt.Errorf("write the steps of a run: %w", err)
	}
	return nil
}

// fresh is a step that waits, in an iteration.
func (t *turn) fresh(s *playbooks.Step, iteration int64) StepRun {
	return StepRun{
		ID: t.tx.NewID(), RunID: t.run.ID, StepID: s.ID, Iteration: iteration, Current: true,
		Kind: s.Kind, Role: s.Role, State: Waiting, Rev: 1, OrderAt: never,
	}
}

const maxComment = 4000 // characters

// say checks a comment and seals it into the row; no comment seals nothing.
func (t *turn) say(row *StepRun, comment string) (err error) {
	row.Comment, row.Sealed = comment, nil
	if comment == "" {
		return nil
	}
	if row.Sealed, err = t.s.opts.Sealer.Seal(t.ctx, t.tx, sealSubject(t.run.ID), place("step_run", "comment", row.ID), comment); err != nil {
		return fmt.Errorf("seal a comment: %w", err)
	}
	return nil
}

func sealSubject(runID string) string { return "run:" + runID }

func place(table, column, id string) vault.Place {
	return vault.Place{Table: table, Column: column, Row: id}
}

// comment trims what a person typed and refuses what cannot be kept.
func comment(raw string, field string, needed bool) (string, error) {
	c := strings.TrimSpace(raw)
	switch {
	case !utf8.ValidString(c) || strings.ContainsRune(c, 0):
		return "", fault.Field(field, "workflow.comment.text")
	case utf8.RuneCountInString(c) > maxComment:
		return "", fault.Field(field, "workflow.comment.long")
	case c == "" && needed:
		return "", fault.Field(field, "workflow.comment.needed")
	}
	return c, nil
}

// runDetail and stepDetail are what the audit trail keeps of an act. Comments may hold personal
// data and stay out.
type runDetail struct {
	Slug    string  `json:"slug"`
	Version int64   `json:"version,omitempty"`
	Subject string  `json:"subject"`
	Outcome Outcome `json:"outcome,omitempty"`
}

type stepDetail struct {
	Run       string  `json:"run"`
	Step      string  `json:"step"`
	Iteration int64   `json:"iteration"`
	Outcome   Outcome `json:"outcome,omitempty"`
	Choice    string  `json:"choice,omitempty"`
	Assignee  string  `json:"assignee,omitempty"`
	FactsRev  int64   `json:"facts_rev,omitempty"`
	Late      bool    `json:"late,omitempty"`
}

func (t *turn) record(action string, object audit.Ref, detail any) error {
	return audit.Append(t.ctx, t.tx, audit.Entry{Tree: audit.Main, Actor: t.by, Action: action, Object: object, Detail: detail})
}

func (t *turn) recordStep(action string, row *StepRun) error {
	return t.record(action, audit.Ref{Kind: "step_run", ID: row.ID}, stepDetail{
		Run: row.RunID, Step: row.StepID, Iteration: row.Iteration, Outcome: row.Outcome, Choice: row.Choice,
		Assignee: row.Assignee, FactsRev: row.Seen.Rev, Late: bool(row.Late),
	})
}
