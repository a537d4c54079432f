package workflow

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tasuke/internal/actor"
	"tasuke/internal/db"
	"tasuke/internal/fault"
	"tasuke/internal/paging"
	"tasuke/playbooks"
)

// Task is a step of a run with what its definition says of it, for lists and for conflicts.
// Comments are not opened in lists.
type Task struct {
	StepRun
	Subject  Subject
	Slug     string
	Playbook playbooks.Text
	Step     playbooks.Step
	Overdue  bool // not finished, and its target is over
	Paused   bool // its run is paused: nobody can finish it now
}

// Filter narrows a list of tasks. The zero Filter is everything that waits for a person: what is
// ready, and what is held.
type Filter struct {
	Mine    bool       // given to the reader, or to nobody and of the reader's roles
	Role    actor.Role // "" for all
	Subject Subject    // zero for all
	Overdue bool
	State   State // "" means Ready and Held
}

// Cursor names the last row of a page.
type Cursor = paging.Cursor

// Page asks for at most Limit tasks behind After. A limit outside 1 to 200 is 50.
type Page = paging.Page

// ParseCursor reads a cursor as it stands in an address. Anything else is fault.Invalid.
func ParseCursor(s string) (Cursor, error) { return paging.Parse(s) }

// order is how the tasks of a state are sorted: open ones by target, the soonest first; finished
// ones by when, the latest first. The literal conditions match the partial indexes.
type order struct{ where, column, direction, behind string }

var orders = map[State]order{
	"":        {open, "s.order_at", "", ">"},
	Ready:     {"s.state = 'ready' AND " + open, "s.order_at", "", ">"},
	Held:      {"s.state = 'held' AND " + open, "s.order_at", "", ">"},
	Working:   {"s.state = 'running'", "s.order_at", "", ">"},
	Waiting:   {"s.state = 'waiting'", "s.order_at", "", ">"},
	Finished:  {"s.state = 'done' AND " + finished, "s.done_at", "DESC", "<"},
	Skipped:   {"s.state = 'skipped' AND " + finished, "s.done_at", "DESC", "<"},
	Cancelled: {"s.state = 'cancelled' AND " + finished, "s.done_at", "DESC", "<"},
}

const open = "s.state IN ('ready', 'held')"

const finished = "s.state IN ('done', 'skipped', 'cancelled')"

// Tasks lists tasks and decisions; to somebody who may not read incidents only those of their
// own roles and those given to them. next is the cursor of the following page, zero when this is
// the last. The cost of listing what is open does not grow with what is finished.
func (s *Store) Tasks(ctx context.Context, by actor.Actor, f Filter, p Page) (list []Task, next Cursor, err error) {
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, next, err = s.TasksIn(ctx, tx, by, f, p)
		return err
	})
	return list, next, err
}

// NextActions gives the n tasks that by should look at first.
func (s *Store) NextActions(ctx context.Context, by actor.Actor, n int) ([]Task, error) {
	list, _, err := s.Tasks(ctx, by, Filter{Mine: true}, Page{Limit: n})
	return list, err
}

// TasksIn is Tasks in the snapshot of a page.
func (s *Store) TasksIn(ctx context.Context, tx *db.Tx, by actor.Actor, f Filter, p Page) ([]Task, Cursor, error) {
	if err := by.Need(actor.TaskRead); err != nil {
		return nil, Cursor{}, err
	}
	o, where, args, err := f.where(by, tx.Now)
	if err != nil {
		return nil, Cursor{}, err
	}
	if !p.After.IsZero() {
		where, args = append(where, "("+o.column+", s.id) "+o.behind+" (?, ?)"), append(args, p.After.At, p.After.ID)
	}
	var rows []struct {
		StepRun
		Subject
		Version string `db:"playbook_version_id"`
		Slug    string `db:"slug"`
		Block   string `db:"block"`

		PausedAt db.Instant `db:"paused_at"`
	}
	query := `SELECT ` + prefixed(stepColumns) + `, r.subject_kind, r.subject_id, r.playbook_version_id, r.slug, r.block, r.paused_at
		FROM step_run s JOIN run r ON r.id = s.run_id WHERE ` + strings.Join(where, " AND ") +
		` ORDER BY ` + o.column + ` ` + o.direction + `, s.id ` + o.direction + ` LIMIT ?`
	if err := tx.SelectIn(ctx, &rows, query, append(args, p.Size()+1)...); err != nil {
		return nil, Cursor{}, fmt.Errorf("list tasks: %w", err)
	}
	var next Cursor
	if len(rows) > p.Size() {
		rows = rows[:p.Size()]
		next = cursorAt(o, rows[len(rows)-1].StepRun)
	}
	list := make([]Task, 0, len(rows))
	for _, r := range rows {
		v, err := s.version(ctx, tx, r.Version)
		if err != nil {
			return nil, Cursor{}, err
		}
		block, ok := v.Definition.Find(r.Block)
		if !ok {
			return nil, Cursor{}, fmt.Errorf("%s version %d has no block %q", v.Slug, v.Number, r.Block)
		}
		one := task(v.Definition.Title, block, r.Subject, r.Slug, r.StepRun, tx.Now)
		one.Paused = !r.PausedAt.IsZero()
		list = append(list, one)
	}
	return list, next, nil
}

func cursorAt(o order, r StepRun) Cursor {
	if o.column == "s.done_at" {
		return Cursor{At: r.DoneAt, ID: r.ID}
	}
	return Cursor{At: r.OrderAt, ID: r.ID}
}

func prefixed(columns string) string {
	names := strings.Split(columns, ",")
	for i, n := range names {
		names[i] = "s." + strings.TrimSpace(n)
	}
	return strings.Join(names, ", ")
}

// where builds the conditions of a filter; a state or role that does not exist is fault.Invalid.
func (f Filter) where(by actor.Actor, now db.Instant) (o order, where []string, args []any, err error) {
	o, ok := orders[f.State]
	if !ok {
		return o, nil, nil, fault.Field("state", "form.choice")
	}
	where = []string{o.where, "s.kind <> 'end'", "(s.kind NOT IN ('parallel', 'join', 'switch') OR s.state = 'held')"}
	if !seesAll(by) {
		only, who := own(by)
		where, args = append(where, only), append(args, who...)
	}
	if f.Mine {
		if len(by.Roles) == 0 {
			where, args = append(where, "s.assignee = ?"), append(args, by.ID)
		} else {
			has, roles := ofRole(by.Roles)
			where = append(where, "(s.assignee = ? OR (s.assignee = '' AND "+has+"))")
			args = append(append(args, by.ID), roles...)
		}
	}
	if f.Role != "" {
		if !slices.Contains(actor.Roles, f.Role) {
			return o, nil, nil, fault.Field("role", "form.choice")
		}
		has, roles := ofRole([]actor.Role{f.Role})
		where, args = append(where, has), append(args, roles...)
	}
	if f.Subject != (Subject{}) {
		if !plainID(f.Subject.Kind) || !plainID(f.Subject.ID) {
			return o, nil, nil, fault.New(fault.NotFound, "workflow.run.none", nil)
		}
		where, args = append(where, "r.subject_kind = ? AND r.subject_id = ?"), append(args, f.Subject.Kind, f.Subject.ID)
	}
	if f.Overdue {
		where, args = append(where, "s.due_at > 0 AND s.due_at < ?"), append(args, now)
	}
	return o, where, args, nil
}

func task(title playbooks.Text, d *playbooks.Definition, subject Subject, slug string, row StepRun, now db.Instant) Task {
	t := Task{StepRun: row, Subject: subject, Slug: slug, Playbook: title}
	if step, ok := d.Step(row.StepID); ok {
		t.Step = *step
	}
	t.Overdue = !row.State.Over() && !row.DueAt.IsZero() && now > row.DueAt
	return t
}

func (t *turn) task(row *StepRun) Task {
	one := task(t.whole.Title, t.def, t.run.Subject, t.run.Slug, *row, t.tx.Now)
	one.Paused = t.paused()
	return one
}
