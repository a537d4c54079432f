package main

import (
	"context"
	"slices"

	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/playbooks"
	"tasuke/playbooks/scenario"
	"tasuke/workflow"
)

// resting is everybody doing what is open, until a step has its turn or nothing more happens.
type resting struct {
	*rehearsal
	until   string
	answers scenario.Answers
	stuck   map[string]error // steps that nobody could do, by id, and why
	names   map[string]string
	heard   map[string]bool // waits for which the other side has acted
}

// rest goes through it.
func (w *rehearsal) rest(ctx context.Context, at int, r scenario.Rest) error {
	x := &resting{rehearsal: w, until: r.Until, answers: merged(w.plain, r.Answers), stuck: map[string]error{}, names: map[string]string{}, heard: map[string]bool{}}
	for range mostBeats {
		more, err := x.beat(ctx)
		if err != nil {
			return err
		}
		if !more {
			return x.concluded(ctx, at)
		}
	}
	return errUnfinished
}

// beat is one thing that happens: people do what is open, somebody outside answers, or time goes by.
func (x *resting) beat(ctx context.Context) (more bool, err error) {
	if err := x.settle(ctx); err != nil {
		return false, err
	}
	if reached, err := x.reached(ctx); err != nil || reached {
		return false, err
	}
	if over, err := x.over(ctx); err != nil || over {
		return false, err
	}
	for _, try := range []func(context.Context) (bool, error){x.people, x.outside, x.clock} {
		if more, err = try(ctx); err != nil || more {
			return more, err
		}
	}
	return false, nil
}

// over reports whether the run has ended.
func (w *rehearsal) over(ctx context.Context) (bool, error) {
	r, err := w.tried(ctx)
	return r.State == workflow.Ended, err
}

// tried is the run as it now is.
func (w *rehearsal) tried(ctx context.Context) (r workflow.Run, err error) {
	err = w.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		runs, err := w.runs.RunsOf(ctx, tx, w.reader(), w.subject())
		if i := slices.IndexFunc(runs, func(r workflow.Run) bool { return r.ID == w.run }); i >= 0 {
			r = runs[i]
		}
		return err
	})
	return r, err
}

// reached reports whether the step that is waited for has its turn, or had it.
func (x *resting) reached(ctx context.Context) (bool, error) {
	if x.until == "" {
		return false, nil
	}
	s, ok, err := x.step(ctx, x.until)
	return ok && s.State != workflow.Waiting, err
}

// concluded says what was left: a step that did not come, and those that nobody could do.
func (x *resting) concluded(ctx context.Context, at int) error {
	if x.until != "" {
		s, ok, err := x.step(ctx, x.until)
		switch {
		case err != nil:
			return err
		case !ok:
			x.add(at, "「%s」の番は来ませんでした(始まっていません)。", "%s never had its turn: it was not begun.", x.until)
		case s.State == workflow.Waiting, s.State == workflow.Skipped, s.State == workflow.Cancelled:
			x.add(at, "「%s」の番は来ませんでした(今は %s)。", "%s never had its turn: it is %s.", x.until, stands(s))
		}
	}
	for id, why := range x.stuck {
		x.add(at, "「%s」は誰にもできませんでした: %s", "Nobody could do %s: %s", x.names[id], cause{why})
	}
	return nil
}

// people do what is open, each step once a beat.
func (x *resting) people(ctx context.Context) (any bool, err error) {
	names, err := x.namedRuns(ctx)
	if err != nil {
		return false, err
	}
	tasks, _, err := x.runs.Tasks(ctx, x.reader(), workflow.Filter{Subject: x.subject(), State: workflow.Ready}, workflow.Page{Limit: 200})
	if err != nil {
		return false, err
	}
	for _, t := range tasks {
		place, ours := names.place[t.RunID]
		name := joined(place, t.StepID)
		if !ours || x.stuck[t.ID] != nil || !t.Kind.ByHand() || t.Kind == playbooks.Call || t.Kind == playbooks.Loop || amongThem(x.answers.Leave, name) {
			continue
		}
		x.names[t.ID] = name
		err := x.does(ctx, t, name)
		switch {
		case err == nil, fault.Is(err, fault.Conflict):
			any = true
		case ctx.Err() != nil:
			return any, err
		default:
			x.stuck[t.ID] = err
		}
	}
	return any, nil
}

// outside has the other side do what a wait waits for, once for each wait.
func (x *resting) outside(ctx context.Context) (any bool, err error) {
	var waits []struct {
		ID    string `db:"id"`
		RunID string `db:"run_id"`
	}
	if err := x.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.Select(ctx, &waits, `SELECT s.id, s.run_id FROM step_run s JOIN run r ON r.id = s.run_id
			WHERE r.top_id = ? AND r.state = 'running' AND s.current = 1 AND s.kind = 'wait' AND s.state = 'running' ORDER BY s.id`, x.run)
	}); err != nil {
		return false, err
	}
	for _, at := range waits {
		if x.heard[at.ID] {
			continue
		}
		s, err := x.row(ctx, workflow.Task{StepRun: workflow.StepRun{ID: at.ID, RunID: at.RunID}})
		if err != nil {
			return any, err
		}
		x.heard[at.ID] = true
		if s.Step.Event == "" || x.silent[sideOf[s.Step.Event]] {
			continue
		}
		if err := x.tell(ctx, s.Step.Event); err != nil {
			x.stuck[at.ID], x.names[at.ID] = err, s.StepID
			continue
		}
		any = true
	}
	return any, nil
}

// clock moves to the next moment something is due; false when nothing ever is.
func (x *resting) clock(ctx context.Context) (bool, error) {
	next, err := x.nextDue(ctx)
	if err != nil || next == 0 {
		return false, err
	}
	x.at = next.Time()
	return true, nil
}
