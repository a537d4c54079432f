package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/effect"
	"tasuke/internal/event"
	"tasuke/playbooks"
	"tasuke/workflow"
)

// What the people of a node do, who answers from outside, and what makes time go by.

// tasks does the first task that is ready. The second node begins at the other end every other time, so
// that both are sometimes at the same task and sometimes at different ones. That the search is concluded
// is said last: other ways of a playbook look at it, and which of them comes first must not be left to chance.
func (w *worker) tasks(ctx context.Context, atLast bool) (bool, error) {
	reader := actor.Actor{ID: w.key() + "-reader", Name: "reader", Kind: actor.Person, Roles: []actor.Role{actor.Auditor}}
	list, _, err := w.engine.Tasks(ctx, reader, workflow.Filter{Subject: w.subject()}, workflow.Page{Limit: 200})
	if err != nil {
		return false, err
	}
	if w.turns++; !w.first() && w.turns%2 == 0 {
		slices.Reverse(list)
	}
	for _, task := range list {
		ready, err := w.prepared(ctx, task)
		switch {
		case err != nil:
			return false, err
		case task.StepID == concluding && !atLast:
			continue
		case task.State == workflow.Held:
			return true, w.confirms(ctx, task)
		case ready:
			return true, w.completes(ctx, task)
		}
	}
	return false, nil
}

// concluding is the step with which people say that the search is concluded.
const concluding = "sweep_concluded"

func (w *worker) subject() workflow.Subject {
	return workflow.Subject{Kind: "incident", ID: w.incident}
}

// prepared: these people have patience and look at what the program prepares before they begin.
func (w *worker) prepared(ctx context.Context, task workflow.Task) (bool, error) {
	if task.EffectID == "" {
		return true, nil
	}
	state, err := one[effect.State](ctx, w.db, `SELECT state FROM effect WHERE id = ?`, task.EffectID)
	return state.Over(), err
}

// confirms looks outside for what nobody can say, and says truthfully how it is. Whatever else is put
// before a person is accepted as it is.
func (w *worker) confirms(ctx context.Context, task workflow.Task) error {
	how := workflow.Accept
	if task.Outcome == workflow.Unknown {
		how = workflow.Again
		n, err := w.reached(fmt.Sprintf("step:%s:%s:%d", task.RunID, task.StepID, task.Iteration))
		if err != nil {
			return err
		}
		if n > 0 {
			how = workflow.Happened
		}
	}
	_, err := w.engine.Resolve(ctx, w.somebody(task, 0), task.ID, task.Rev, how, "確認した")
	return ack(tried("resolve", task, err), "resolved", task.ID)
}

// tried names what a person could not do.
func tried(what string, task workflow.Task, err error) error {
	if err != nil {
		err = fmt.Errorf("%s %s: %w", what, task.StepID, err)
	}
	return err
}

// somebody may do a task: nobody does two of them, so that no pair of steps is one person's.
func (w *worker) somebody(task workflow.Task, n int) actor.Actor {
	roles := []actor.Role{actor.Responder, actor.Role(task.Role)}
	for _, line := range task.Step.Signatures {
		for _, r := range line.Roles {
			roles = append(roles, actor.Role(r))
		}
	}
	id := fmt.Sprintf("%s-%s-%d", w.key(), task.StepID, n)
	return actor.Actor{ID: id, Name: id, Kind: actor.Person, Roles: roles}
}

// completes says the gravest of what can be said.
func (w *worker) completes(ctx context.Context, task workflow.Task) error {
	before, err := one[int](ctx, w.db, `SELECT count(*) FROM step_run s JOIN run r ON r.id = s.run_id WHERE r.subject_id = ? AND s.step_id = ? AND s.state = 'done' AND s.id <> ?`,
		w.incident, task.StepID, task.ID)
	if err != nil {
		return err
	}
	votes, err := one[int](ctx, w.db, `SELECT count(*) FROM step_vote WHERE step_run_id = ?`, task.ID)
	if err != nil {
		return err
	}
	by, d := w.somebody(task, votes), workflow.Done{Comment: "実施済み", Fields: map[string]string{}}
	for _, c := range task.Step.Checklist {
		d.Checked = append(d.Checked, c.ID)
	}
	switch task.Kind {
	case playbooks.Decision:
		d.Outcome = task.Step.Outcomes[0].ID
	case playbooks.Approval:
		d.Outcome = workflow.Approved
		if d.Digest, err = w.shown(ctx, by, task); err != nil {
			return err
		}
	}
	for _, f := range task.Step.Fields {
		d.Fields[f.ID] = w.entry(f, before > 0)
	}
	_, err = w.engine.Complete(ctx, by, task.ID, task.Rev, d)
	return ack(tried("complete", task, err), "completed", task.ID)
}

func (w *worker) shown(ctx context.Context, by actor.Actor, task workflow.Task) (string, error) {
	v, err := w.engine.RunView(ctx, by, task.RunID)
	for _, s := range v.Steps {
		if s.ID == task.ID {
			return s.Now, err
		}
	}
	return "", err
}

// entry is what is filled in: something the first time and nothing after, so that what is repeated
// until it is done comes to its end.
func (w *worker) entry(f playbooks.Field, again bool) string {
	now := w.db.Now().Time()
	switch {
	case len(f.Options) > 0 && again:
		return f.Options[len(f.Options)-1].ID
	case len(f.Options) > 0:
		return f.Options[0].ID
	case f.Type == playbooks.NumberField && again:
		return "0"
	}
	return map[playbooks.FieldType]string{
		playbooks.TextField: "記録", playbooks.NumberField: "1", playbooks.YenField: "1", playbooks.YesNoField: "yes",
		playbooks.DateField: now.AddDate(0, 0, 7).Format(time.DateOnly), playbooks.DatetimeField: now.Add(time.Hour).Format("2006-01-02T15:04"),
	}[f.Type]
}

// deadFor is how often, in breaths, nothing is found to do before a lease is taken for one of the dead.
const deadFor = 200

// waits looks at why there is nothing to do for people: the run is over, the program is at it, somebody
// outside is to answer, or time has to go by.
func (w *worker) waits(ctx context.Context, quiet int) (int, error) {
	if w.run == "" {
		return quiet + 1, nil
	}
	s, err := one[struct {
		Run      workflow.RunState `db:"run"`
		Open     int               `db:"open"`
		Busy     int               `db:"busy"`
		Leased   int               `db:"leased"`
		LeaseEnd db.Instant        `db:"lease_end"`
		Wake     db.Instant        `db:"wake"`
	}](ctx, w.db, `SELECT (SELECT state FROM run WHERE id = ?) AS run,
		(SELECT count(*) FROM step_run WHERE state IN ('ready', 'held') AND current = 1 AND kind IN ('task', 'decision', 'approval')
			AND NOT EXISTS (SELECT 1 FROM effect e WHERE e.id = effect_id AND e.state IN ('queued', 'leased'))) AS open,
		(SELECT count(*) FROM effect WHERE state = 'queued' AND kind LIKE 'workflow.%' AND not_before <= ?)
			+ (SELECT count(*) FROM event WHERE delivered_at = 0)
			+ (SELECT count(*) FROM step_run WHERE state IN ('ready', 'running') AND wake_at > 0 AND wake_at <= ?) AS busy,
		(SELECT count(*) FROM effect WHERE state = 'leased') AS leased,
		(SELECT coalesce(min(lease_until), 0) FROM effect WHERE state = 'leased') AS lease_end,
		(SELECT coalesce(min(at), 0) FROM (SELECT wake_at AS at FROM step_run WHERE state IN ('ready', 'running') AND wake_at > 0
			UNION ALL SELECT not_before FROM effect WHERE state = 'queued' AND kind LIKE 'workflow.%') x) AS wake`, w.run, w.db.Now(), w.db.Now())
	switch {
	case err != nil:
		return quiet, err
	case s.Run == workflow.Ended && s.Busy+s.Leased == 0:
		w.over = true
		return quiet, nil
	case !w.first() || s.Run == workflow.Ended || s.Busy > 0:
		return quiet + 1, nil
	case s.Leased > 0 && quiet < deadFor:
		return quiet + 1, nil
	case s.Leased > 0:
		return 0, w.pass(ctx, s.LeaseEnd+1)
	case s.Open == 1:
		moved, err := w.tasks(ctx, true)
		if moved {
			quiet = -1
		}
		return quiet + 1, err
	case s.Open > 0:
		return quiet + 1, nil
	}
	answered, err := w.answers(ctx)
	switch {
	case err != nil || answered:
		return 0, err
	case s.Wake == 0:
		if quiet > 10*deadFor {
			return quiet, errors.New("nobody can go on: " + strings.Join(w.standing(ctx), "\n"))
		}
		return quiet + 1, nil
	}
	return 0, w.pass(ctx, s.Wake)
}

// answers tells of one event that is waited for and was not told of for this wait.
func (w *worker) answers(ctx context.Context) (bool, error) {
	list, err := many[struct {
		ID    string `db:"id"`
		RunID string `db:"run_id"`
		Step  string `db:"step_id"`
	}](ctx, w.db, `SELECT s.id, s.run_id, s.step_id FROM step_run s JOIN run r ON r.id = s.run_id WHERE r.subject_id = ? AND s.kind = 'wait' AND s.state = 'running'
		AND NOT EXISTS (SELECT 1 FROM event e WHERE e.ref = s.id) ORDER BY s.step_id, s.id`, w.incident)
	for _, s := range list {
		v, err := w.engine.RunView(ctx, actor.Actor{ID: "reader", Kind: actor.Person, Roles: []actor.Role{actor.Auditor}}, s.RunID)
		if err != nil {
			return false, err
		}
		for _, x := range v.Steps {
			if x.ID == s.ID && x.Step.Event != "" {
				return true, w.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
					return event.Emit(ctx, tx, event.Subject(w.subject()), x.Step.Event, s.ID)
				})
			}
		}
	}
	return false, err
}

// pass makes time go by, for all nodes.
func (w *worker) pass(ctx context.Context, to db.Instant) error {
	return w.db.Update(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE torture_clock SET at = ? WHERE at < ?`, to, to)
		return err
	})
}
