package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/playbooks"
	"tasuke/playbooks/scenario"
	"tasuke/workflow"
)

// rehearsal is one scenario being worked through in a firm of its own, with a clock that it moves.
type rehearsal struct {
	*rooms
	cast     cast
	at       time.Time
	broken   *broken
	silent   map[string]bool // sides outside that do not answer
	incident string
	run      string // the run that is tried
	plain    scenario.Answers

	problems []scenario.Problem
}

// errUnfinished ends a scenario in which something happens for ever.
var errUnfinished = errors.New("the engine finds no rest")

// mostBeats bounds how often the engine is let go on at one moment, and how often people are asked.
const mostBeats = 5000

// settle lets the engine and the effects do all that is due at this moment, as the server does.
func (w *rehearsal) settle(ctx context.Context) error {
	for range mostBeats {
		if err := w.runs.Tick(ctx); err != nil {
			return fmt.Errorf("the engine: %w", err)
		}
		var due []string
		if err := w.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
			return tx.Select(ctx, &due, `SELECT id FROM effect WHERE state = 'queued' AND not_before <= ? ORDER BY not_before, id`, tx.Now)
		}); err != nil {
			return err
		}
		for _, id := range due {
			if err := w.effects.Perform(ctx, id); err != nil {
				return fmt.Errorf("an effect: %w", err)
			}
		}
		if len(due) == 0 {
			return nil
		}
	}
	return errUnfinished
}

// nextDue is the next moment at which something is due by itself: the end of a wait, of the time a step
// may take, or of the pause before an action is tried again.
func (w *rehearsal) nextDue(ctx context.Context) (at db.Instant, err error) {
	err = w.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Get(ctx, &at, `SELECT COALESCE(min(at), 0) FROM (
			SELECT min(s.wake_at) AS at FROM step_run s JOIN run r ON r.id = s.run_id WHERE s.state IN ('ready', 'running') AND s.wake_at > ? AND r.paused_at = 0
			UNION ALL SELECT min(not_before) FROM effect WHERE state = 'queued' AND not_before > ?) x WHERE at IS NOT NULL`, tx.Now, tx.Now)
	})
	return at, err
}

// passes lets time go by to a moment; what is due in between happens when it is due.
func (w *rehearsal) passes(ctx context.Context, to time.Time) error {
	for range mostBeats {
		if err := w.settle(ctx); err != nil {
			return err
		}
		next, err := w.nextDue(ctx)
		if err != nil {
			return err
		}
		if next == 0 || !next.Time().Before(to) {
			w.at = to
			return w.settle(ctx)
		}
		w.at = next.Time()
	}
	return errUnfinished
}

// after is the moment so long from now; business days are those of Japan, at the same time of day.
func (w *rehearsal) after(t playbooks.Target) time.Time {
	if length, exact := t.Exact(); exact {
		return w.at.Add(length)
	}
	if t.Unit == playbooks.Days {
		return w.at.AddDate(0, 0, t.N)
	}
	day := w.at.In(scenarioDay.Location())
	for n := 0; n < t.N; {
		if day = day.AddDate(0, 0, 1); openDay(day) {
			n++
		}
	}
	return day
}

// reader sees everything and does nothing.
func (w *rehearsal) reader() actor.Actor { return w.cast[actor.Auditor][0] }

func (w *rehearsal) subject() workflow.Subject {
	return workflow.Subject{Kind: "incident", ID: w.incident}
}

// cause is an error among the arguments of what is noted: each reader gets it in their language.
type cause struct{ err error }

// add notes what is not as the table has it.
func (w *rehearsal) add(at int, ja, en string, args ...any) {
	in := func(lang, format string) string {
		said := slices.Clone(args)
		for i, a := range said {
			if x, ok := a.(cause); ok {
				said[i] = inTongue(x.err, lang)
			}
		}
		return fmt.Sprintf(format, said...)
	}
	w.problems = append(w.problems, scenario.Problem{Line: at, Text: playbooks.Text{JA: in("ja", ja), EN: in("en", en)}})
}

// inside is a transaction of the rooms.
func (w *rehearsal) inside(ctx context.Context, f func(context.Context, *db.Tx) error) error {
	return w.db.Update(ctx, f)
}
