package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/web/words"
	"tasuke/workflow"
)

// pass lets time go by to a moment of the story: what is due in between happens when it is due.
func (w *demoWorld) pass(ctx context.Context, to time.Time) error {
	if to.Before(w.at) {
		return fmt.Errorf("the demo's story goes back from %s to %s", w.at, to)
	}
	for {
		if err := w.settle(ctx); err != nil {
			return err
		}
		var next db.Instant
		if err := w.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
			return tx.Get(ctx, &next, `SELECT coalesce(min(due_at), 0) FROM reminder WHERE fired_at = 0 AND cancelled_at = 0`)
		}); err != nil {
			return err
		}
		if next == 0 || !next.Time().Before(to) {
			w.at = to
			return w.settle(ctx)
		}
		if at := next.Time(); at.After(w.at) {
			w.at = at
		} else { // its moment has come and gone: waiting for it would never end
			return fmt.Errorf("the demo's story stands still at %s: a reminder of %s does not fire", w.at, at)
		}
	}
}

// later lets so much time go by.
func (w *demoWorld) later(ctx context.Context, d time.Duration) error {
	return w.pass(ctx, w.at.Add(d))
}

// settle lets the engine, the effects and the reminders do what is due now, as the server does.
func (w *demoWorld) settle(ctx context.Context) error {
	for range 3 { // an effect lets a step end, which lets the engine go on, which makes an effect
		if err := errors.Join(w.runs.Tick(ctx), w.effects.Tick(ctx)); err != nil {
			return fmt.Errorf("the demo's engine: %w", err)
		}
	}
	if _, err := w.reminders.Tick(ctx); err != nil {
		return fmt.Errorf("the demo's reminders: %w", err)
	}
	return nil
}

// answers are what the people of the firm choose and fill in.
var answers = map[string]string{"money_sent": "yes", "severity": "s2", "more_accounts": "yes", "campaign": "keep", "appi": "report", "publish": "yes",
	"sent_count": "2", "sent_yen": "3456789", "cancelled_count": "1", "cancelled_yen": "800000", "new_accounts": "0", "all_answered": "yes"}

// promised is how far ahead people of the firm promise the next report or notice.
const promised = 14 * 24 * time.Hour

// play has steps of the incident's run done one after the other, so far apart. One whose name ends
// with "?" is done if it is its turn: a person does by hand what the program could not.
func (w *demoWorld) play(ctx context.Context, id string, apart time.Duration, steps ...string) error {
	for _, step := range steps {
		if err := w.later(ctx, apart); err != nil {
			return err
		}
		step, maybe := strings.CutSuffix(step, "?")
		if err := w.complete(ctx, id, step); err != nil && !(maybe && errors.Is(err, errNotItsTurn)) {
			return fmt.Errorf("the demo's step %s: %w", step, err)
		}
	}
	return w.settle(ctx)
}

func (w *demoWorld) complete(ctx context.Context, id, step string) error {
	tasks, _, err := w.runs.Tasks(ctx, w.who["audit"], workflow.Filter{Subject: workflow.Subject{Kind: "incident", ID: id}}, workflow.Page{Limit: 200})
	if err != nil {
		return err
	}
	for _, t := range tasks {
		if t.StepID == step {
			return w.finish(ctx, t)
		}
	}
	return errNotItsTurn
}

var errNotItsTurn = errors.New("it is not its turn")

// finish lets the first person of the role who may do it do it.
func (w *demoWorld) finish(ctx context.Context, t workflow.Task) (err error) {
	done := workflow.Done{Outcome: answers[t.StepID], Fields: map[string]string{}}
	for _, c := range t.Step.Checklist {
		done.Checked = append(done.Checked, c.ID)
	}
	for _, f := range t.Step.Fields {
		if done.Fields[f.ID] = answers[f.ID]; f.Type == playbooks.DateField {
			done.Fields[f.ID] = w.at.Add(promised).In(words.Tokyo).Format(time.DateOnly)
		}
	}
	for _, by := range w.having(actor.Role(t.Role)) {
		if t.Step.Kind == playbooks.Approval {
			if done.Outcome, done.Digest, err = w.seen(ctx, by, t); err != nil {
				return err
			}
		}
		_, err = w.runs.Complete(ctx, by, t.ID, t.Rev, done)
		if f := new(fault.Error); !errors.As(err, &f) || f.Key != "actor.four_eyes" {
			return err
		}
	}
	return err
}

// seen is an approval of what the page of the run shows.
func (w *demoWorld) seen(ctx context.Context, by actor.Actor, t workflow.Task) (outcome, digest string, err error) {
	v, err := w.runs.RunView(ctx, by, t.RunID)
	for _, s := range v.Steps {
		if s.ID == t.ID {
			digest = s.Now
		}
	}
	return workflow.Approved, digest, err
}

func (w *demoWorld) having(role actor.Role) (people []actor.Actor) {
	for _, l := range demoLogins {
		if l.role == role {
			people = append(people, w.who[l.login])
		}
	}
	return people
}
