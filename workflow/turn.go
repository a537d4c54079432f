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
	whole *playbooks.Definition // of the run's version
	def   *playbooks.Definition // the block of it that the run works through
	steps map[string]*StepRun   // the current row of each step
	was   map[string]StepRun    // by id: the rows as the database has them
	facts map[string]any
	rev   int64  // of the facts
	told  bool   // the subject's row was raised
	taken bool   // the run's rev was raised
	again bool   // a wait was over at once: ask once more whose turn it is
	asIs  string // the step_run whose outcome a person takes as it is
	scope *scope
	tree  tree // what else belongs to the run
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

// tell raises the revision of the subject's row and locks it: it is taken before the run's.
func (s *Store) tell(ctx context.Context, tx *db.Tx, subject Subject) error {
	if s.opts.Changed == nil {
		return nil
	}
	if err := s.opts.Changed(ctx, tx, subject); err != nil {
		return fmt.Errorf("tell the %s of its tasks: %w", subject.Kind, err)
	}
	return nil
}

// begin takes the run once: the subject's row first, then the run by compare-and-set on its rev.
func (t *turn) begin() error {
	if t.taken {
		return nil
	}
	if !t.told {
		if err := t.s.tell(t.ctx, t.tx, t.run.Subject); err != nil {
			return err
		}
		t.told = true
	}
	if err := t.lockTop(); err != nil {
		return err
	}
	n, err := t.tx.Exec(t.ctx, `UPDATE run SET rev = rev + 1 WHERE id = ? AND rev = ?`, t.run.ID, t.run.Rev)
	if err != nil {
		return fmt.Errorf("take the run: %w", err)
	}
	if n == 0 {
		return errLost
	}
	t.run.Rev++
	t.taken = true
	t.keepRows()
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
	if t.paused() {
		return nil
	}
	if err := t.see(); err != nil {
		return err
	}
	if t.run.Phase == Undoing {
		return t.undo()
	}
	was := t.tree.moving
	t.tree.moving = true
	for t.again = true; t.again; {
		t.again = false
		known, err := t.known()
		if err != nil {
			return err
		}
		changes, err := Advance(t.def, t.statuses(), known)
		if err != nil {
			return err
		}
		for _, c := range changes {
			if err := t.apply(c); err != nil {
				return err
			}
		}
		if err := t.beginChildren(); err != nil {
			return err
		}
	}
	t.tree.moving = was
	return t.report()
}

// statuses is where every step stands.
func (t *turn) statuses() map[string]Status {
	now := make(map[string]Status, len(t.steps))
	for id, s := range t.steps {
		now[id] = Status{s.State, s.Choice, s.Outcome}
	}
	return now
}

func (t *turn) apply(c Change) error {
	row := t.steps[c.Step]
	if c.To == Cancelled {
		return t.cancelStep(row, "")
	}
	row.State = c.To
	switch c.To {
	case Ready, Working:
		if err := t.open(row, c.To); err != nil {
			return err
		}
	case Skipped:
		row.Seen, row.Outcome = c.Seen, WasSkipped
		row.Seen.Rev = t.rev
		t.close(row, player)
	case Finished:
		row.Outcome, row.Choice = Succeeded, c.Choice
		if row.Kind == playbooks.Switch {
			row.Seen = c.Seen
			row.Seen.Rev = t.rev
		}
		t.close(row, player)
		if row.Kind == playbooks.End {
			if err := t.end(t.worst()); err != nil {
				return err
			}
		}
	case Held:
		return t.puzzled(row, c.Seen)
	}
	return t.save(row)
}

// open makes it a step's turn: its target counts, and the engine begins what is its own.
func (t *turn) open(row *StepRun, to State) error {
	step, _ := t.def.Step(row.StepID)
	at, err := due(step.Target, t.run.T0, t.tx.Now, t.s.opts.OpenDay)
	if err != nil {
		return err
	}
	row.State, row.ReadyAt, row.DueAt = to, t.tx.Now, at
	row.OrderAt = orderOf(row)
	if err := t.limit(row, step); err != nil {
		return err
	}
	switch row.Kind {
	case playbooks.Action:
		return t.give(row, step)
	case playbooks.Task, playbooks.Decision:
		if row.Seen.Suggested, err = t.suggest(step); err != nil {
			return err
		}
		return t.prepare(row, step)
	case playbooks.Wait:
		return t.await(row, step)
	case playbooks.Call, playbooks.Loop:
		t.tree.queue = append(t.tree.queue, row)
	}
	return nil
}

// close notes who finished a step and when.
func (t *turn) close(row *StepRun, by actor.Actor) {
	row.DoneBy, row.DoneByName, row.DoneAt = by.ID, by.Name, t.tx.Now
	row.Late = bit(!row.DueAt.IsZero() && t.tx.Now > row.DueAt)
}

// gravity orders the outcomes of steps by what they make of the run.
var gravity = map[Outcome]int{TimedOut: 1, Failed: 2, Unknown: 3}

// worst is how a run ended: unknown, failed or timed out when a step is, and nobody did it again.
func (t *turn) worst() Outcome {
	out := Succeeded
	for _, s := range t.steps {
		if gravity[s.Outcome] > gravity[out] && !t.takenOver(s) {
			out = s.Outcome
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

// fresh is a step that waits, in an iteration. A switch that cannot choose is put before who leads.
func (t *turn) fresh(s *playbooks.Step, iteration int64) StepRun {
	if s.Kind == playbooks.Switch {
		lead := *s
		lead.Role, s = string(actor.Responder), &lead
	}
	return StepRun{
		ID: t.tx.NewID(), RunID: t.run.ID, StepID: s.ID, Iteration: iteration, Current: true,
		Kind: s.Kind, Role: s.Role, Also: alsoOf(s), State: Waiting, Rev: 1, OrderAt: never,
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
