package workflow

import (
	"context"
	"fmt"

	"tasuke/internal/actor"
	"tasuke/internal/db"
)

// maxSince bounds what a shift reads of what has happened.
const maxSince = 300

// Since gives what was finished, skipped or cancelled after a moment, the latest first, with what
// was said about it; to somebody who may not read incidents only what is theirs. more says that
// there is more than is given. It needs task.read.
func (s *Store) Since(ctx context.Context, by actor.Actor, from db.Instant) (list []Task, more bool, err error) {
	if err := by.Need(actor.TaskRead); err != nil {
		return nil, false, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, more, err = s.since(ctx, tx, by, from)
		return err
	})
	return list, more, err
}

func (s *Store) since(ctx context.Context, tx *db.Tx, by actor.Actor, from db.Instant) (list []Task, more bool, err error) {
	where, args := finished+" AND s.kind NOT IN ('parallel', 'join', 'end') AND s.done_at > ?", []any{from}
	if !seesAll(by) {
		only, who := own(by)
		where, args = where+" AND "+only, append(args, who...)
	}
	var rows []struct {
		StepRun
		Subject
		Version string `db:"playbook_version_id"`
		Slug    string `db:"slug"`
		Block   string `db:"block"`
	}
	err = tx.SelectIn(ctx, &rows, `SELECT `+prefixed(stepColumns)+`, r.subject_kind, r.subject_id, r.playbook_version_id, r.slug, r.block
		FROM step_run s JOIN run r ON r.id = s.run_id WHERE `+where+` ORDER BY s.done_at DESC, s.id DESC LIMIT ?`, append(args, maxSince+1)...)
	if err != nil {
		return nil, false, fmt.Errorf("read what was done since: %w", err)
	}
	if more = len(rows) > maxSince; more {
		rows = rows[:maxSince]
	}
	t := &turn{s: s, ctx: ctx, tx: tx, by: by}
	for i := range rows {
		v, err := s.version(ctx, tx, rows[i].Version)
		if err != nil {
			return nil, false, err
		}
		def, ok := v.Definition.Find(rows[i].Block)
		if !ok {
			return nil, false, fmt.Errorf("the playbook %s has no block %q", rows[i].Slug, rows[i].Block)
		}
		row := rows[i].StepRun
		if row.Comment, err = t.unseal(place("step_run", "comment", row.ID), row.Sealed); err != nil {
			return nil, false, err
		}
		list = append(list, task(v.Definition.Title, def, rows[i].Subject, rows[i].Slug, row, tx.Now))
	}
	return list, more, nil
}

// Load is what waits for the people of a role.
type Load struct {
	Role              actor.Role `db:"role"`
	Ready, Held, Late int
	Soonest           db.Instant // the next target; zero when none has one
}

// Loads says what waits on whom: for each role how much is ready, held and past its target. It
// needs task.read, and shows the work of every role only to who may read incidents.
func (s *Store) Loads(ctx context.Context, by actor.Actor) (list []Load, err error) {
	if err := by.Need(actor.TaskRead); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, func(ctx context.Context, tx *db.Tx) error {
		where, args := open, []any{tx.Now, never}
		if !seesAll(by) {
			only, who := own(by)
			where, args = where+" AND "+only, append(args, who...)
		}
		var rows []struct {
			Role    actor.Role `db:"role"`
			Ready   int        `db:"ready"`
			Held    int        `db:"held"`
			Late    int        `db:"late"`
			Soonest db.Instant `db:"soonest"`
		}
		err := tx.SelectIn(ctx, &rows, `SELECT s.role, sum(CASE WHEN s.state = 'ready' THEN 1 ELSE 0 END) AS ready,
			sum(CASE WHEN s.state = 'held' THEN 1 ELSE 0 END) AS held,
			sum(CASE WHEN s.due_at > 0 AND s.due_at < ? THEN 1 ELSE 0 END) AS late,
			min(CASE WHEN s.due_at > 0 THEN s.due_at ELSE ? END) AS soonest
			FROM step_run s WHERE `+where+` GROUP BY s.role ORDER BY late DESC, held DESC, ready DESC, s.role`, args...)
		if err != nil {
			return fmt.Errorf("read what waits on whom: %w", err)
		}
		for _, r := range rows {
			if r.Soonest == never {
				r.Soonest = 0
			}
			list = append(list, Load{r.Role, r.Ready, r.Held, r.Late, r.Soonest})
		}
		return nil
	})
	return list, err
}
