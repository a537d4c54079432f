package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/audit"
	"tasuke/internal/db"
	"tasuke/workflow"
)

// anyID and anyDay are what differs from one run to the next whatever happens: ids and numbers of
// records, moments, and digests.
var (
	anyID  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[A-Z]{2,4}-\d{4}-\d{3,6}`)
	anyDay = regexp.MustCompile(`\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?`)
)

func plainly(s string) string {
	return anyDay.ReplaceAllString(anyID.ReplaceAllString(s, "id"), "day")
}

// standing describes where the work stands, line by line, without ids and moments.
func (w *worker) standing(ctx context.Context) (lines []string) {
	reader := actor.Actor{ID: "reader", Name: "reader", Kind: actor.Person, Roles: []actor.Role{actor.Auditor}}
	runs, err := many[string](ctx, w.db, `SELECT id FROM run WHERE subject_id = ?`, w.incident)
	for _, id := range runs {
		v, failed := w.engine.RunView(ctx, reader, id)
		err = errors.Join(err, failed)
		at := fmt.Sprintf("%s %s %d", v.Run.Slug, v.Run.Block, v.Run.Pass)
		lines = append(lines, fmt.Sprintf("%s: %s %s %s", at, v.Run.State, v.Run.Outcome, v.Run.Phase))
		for _, s := range v.Steps {
			for _, x := range append([]workflow.Task{s.Task}, s.Earlier...) {
				lines = append(lines, fmt.Sprintf("%s: %s %d %s %s %q %s %s, %d votes", at, x.StepID, x.Iteration, x.State, x.Outcome, x.Choice, w.given(x), enteredIn(x.StepRun), len(s.Votes)))
			}
		}
		for _, k := range v.Variables {
			lines = append(lines, plainly(fmt.Sprintf("%s: the variable %s is known %v as %s", at, k.ID, k.Known, k.Value)))
		}
	}
	for table, query := range recordsOf {
		n, failed := one[int](ctx, w.db, query, w.incident)
		err = errors.Join(err, failed)
		lines = append(lines, fmt.Sprintf("%s: %d", table, n))
	}
	told, failed := many[string](ctx, w.db, `SELECT 'told ' || kind || ' ' || count(*) || ' times' FROM timeline WHERE incident_id = ? AND kind <> 'paper.made' GROUP BY kind`, w.incident)
	if err = errors.Join(err, failed); err != nil {
		lines = append(lines, "cannot be read: "+err.Error())
	}
	lines = append(lines, told...)
	slices.Sort(lines)
	return lines
}

// drawsPapers draws a paper anew when the figures have changed since the last one. Which of two ways that
// run at once is first is not settled, so neither is how many papers there are.
const drawsPapers = "filing.fsa.draft"

// given is what a step gave. Of what left the house a person knows that it happened, and not what was
// answered.
func (w *worker) given(x workflow.Task) string {
	if x.Step.Prepare == drawsPapers {
		return ""
	}
	if slices.Contains(leaves(w.Slug), x.Step.Do) || slices.Contains(leaves(w.Slug), x.Step.Prepare) {
		return ""
	}
	return plainly(fmt.Sprint(map[string]any(x.Output)))
}

func enteredIn(s workflow.StepRun) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.Fields)) {
		fmt.Fprintf(&b, "%s=%v ", name, s.Fields[name])
	}
	return plainly(b.String())
}

// recordsOf count what the rooms have made of an incident.
var recordsOf = func() map[string]string {
	all := map[string]string{}
	for _, table := range []string{"run", "victim_case", "fact_sheet", "count_snapshot", "share", "police_report", "disclosure", "victim_mailing", "bank_request", "filing", "sweep", "incident_reading"} {
		of := map[string]string{"run": "subject_id"}[table]
		if of == "" {
			of = "incident_id"
		}
		all[table] = `SELECT count(*) FROM ` + table + ` WHERE ` + of + ` = ?`
	}
	return all
}()

// libraryNever are what must not be found at the end. ? is the incident.
var libraryNever = map[string]string{
	"steps without an outcome of the list":        `SELECT count(*) FROM` + stepsOf + `s.outcome NOT IN ('done', 'failed', 'timed_out', 'cancelled', 'skipped', 'unknown', '')`,
	"runs that have not ended":                    `SELECT count(*) FROM run WHERE subject_id = ? AND (state <> 'ended' OR outcome NOT IN ('done', 'failed', 'timed_out', 'cancelled', 'unknown'))`,
	"steps that are over and have no outcome":     `SELECT count(*) FROM` + stepsOf + `s.state IN ('done', 'skipped', 'cancelled') AND s.outcome = ''`,
	"steps that are not over":                     `SELECT count(*) FROM` + stepsOf + `s.state NOT IN ('done', 'skipped', 'cancelled')`,
	"effects without an outcome of the list":      `SELECT count(*) FROM effect WHERE kind LIKE 'workflow.%' AND state NOT IN ('done', 'failed', 'timed_out', 'cancelled', 'skipped', 'unknown') AND ? <> ''`,
	"actions done whose effect was not":           `SELECT count(*) FROM` + stepsOf + `s.state = 'done' AND s.outcome = 'done' AND s.kind = 'action' AND NOT EXISTS (SELECT 1 FROM effect e WHERE e.id = s.effect_id AND e.state = 'done')`,
	"actions given out twice":                     `SELECT count(*) FROM (SELECT ref FROM effect WHERE ref IN (SELECT 'step:' || s.id FROM` + stepsOf + `1 = 1) GROUP BY ref HAVING count(*) > 1) x`,
	"steps of people done more or less than once": `SELECT count(*) FROM` + stepsOf + `s.state = 'done' AND s.kind IN ('task', 'decision', 'approval') AND 1 <> ` + fmt.Sprintf(entriesOf, `'task.completed', 'approval.approved'`),
	"actions done more or less than once":         `SELECT count(*) FROM` + stepsOf + `s.state = 'done' AND s.kind = 'action' AND 1 <> ` + fmt.Sprintf(entriesOf, `'step.done', 'step.failed', 'task.completed'`),
	"runs begun more or less than once":           `SELECT count(*) FROM run r WHERE subject_id = ? AND 1 <> (SELECT count(*) FROM audit_entry a WHERE a.action = 'run.started' AND a.object_id = r.id)`,
	"runs ended more or less than once":           `SELECT count(*) FROM run r WHERE subject_id = ? AND 1 <> (SELECT count(*) FROM audit_entry a WHERE a.action = 'run.ended' AND a.object_id = r.id)`,
	"passes of a loop that stand twice":           `SELECT count(*) FROM (SELECT parent_id, parent_step, pass FROM run WHERE subject_id = ? AND pass > 0 GROUP BY parent_id, parent_step, pass HAVING count(*) > 1) x`,
	"events taken twice or not at all":            `SELECT count(*) FROM event e WHERE subject_id = ? AND ref IN (SELECT id FROM step_run) AND 1 <> (SELECT count(*) FROM event_taken t WHERE t.event_id = e.id)`,
}

// effects are what left the house, by what became of it.
type effects struct{ left, doubled, lost, confirmed int }

// outsideOf compares what left the house with what reached the world outside: what is done reached it
// once, what is not done did not reach it, and of nothing does the house say otherwise.
func (w *worker) outsideOf(ctx context.Context) (e effects, err error) {
	list, err := many[struct {
		Key   string `db:"idem_key"`
		State string `db:"state"`
		Kind  string `db:"kind"`
	}](ctx, w.db, `SELECT e.idem_key, e.state, e.kind FROM effect e JOIN step_run s ON e.ref = 'step:' || s.id JOIN run r ON r.id = s.run_id WHERE r.subject_id = ? AND e.kind = 'workflow.step.once'`, w.incident)
	for _, x := range list {
		n, failed := w.reached(x.Key)
		err = errors.Join(err, failed)
		e.left += n
		switch {
		case n > 1:
			e.doubled++
		case n == 0 && x.State == "done":
			e.lost++
		case n == 1 && x.State != "done" && x.State != "unknown":
			err = errors.Join(err, fmt.Errorf("%s reached the world outside, and the house says %s", x.Key, x.State))
		}
	}
	if err == nil {
		e.confirmed, err = one[int](ctx, w.db, `SELECT count(*) FROM audit_entry a JOIN step_run s ON s.id = a.object_id JOIN run r ON r.id = s.run_id WHERE r.subject_id = ? AND a.action = 'step.resolved'`, w.incident)
	}
	return e, err
}

// sound verifies the audit trail.
func (t *tortured) sound(d *db.DB) {
	t.Helper()
	report, err := audit.Verify(t.Context(), d, t.key, nil)
	t.ok(err)
	if !report.OK() {
		var b strings.Builder
		t.ok(report.Write(&b, "en"))
		t.Error(b.String())
	}
}
