package migrations_test

import (
	"context"
	"testing"

	"tasuke/internal/db"
	"tasuke/migrations"
)

// 0011 makes step_run anew on SQLite, while comments point to it.
func TestTheStepsOfRunsAndTheirCommentsAreThereAfterTheEngineCame(t *testing.T) {
	t.Parallel()
	eachEmpty(t, func(t *testing.T, dsn string) {
		upTo(t, dsn, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9})
		d := open(t, dsn)
		for _, row := range []string{
			`INSERT INTO playbook_version VALUES ('v', 's', 1, 'b', '0123456789012345678901234567890123456789012345678901234567890123', 'x', 1)`,
			`INSERT INTO run VALUES ('r', 'v', 's', 'incident', '1', 'running', '', 1, 1, 'x', 'x', 1, 0)`,
			`INSERT INTO step_run VALUES ('s', 'r', 'a', 1, 1, 'task', 'x', 'ready', '', '', 1, 1, 0, 1, '', '', '', NULL, '{}', '', '', 0, 0)`,
			`INSERT INTO step_comment VALUES ('c', 's', 'r', 1, 'x', 'x', '')`,
		} {
			change(t, d, row)
		}
		noError(t, migrations.Up(t.Context(), d))
		count(t, d, 1, `SELECT count(*) FROM step_comment c JOIN step_run s ON s.id = c.step_run_id WHERE s.void = 0 AND s.output = ''`)
		if d.Dialect == db.SQLite {
			count(t, d, 0, `SELECT count(*) FROM pragma_foreign_key_check`)
		}
		change(t, d, `UPDATE step_run SET state = 'held', outcome = 'unknown'`)
		if err := d.Update(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE step_run SET outcome = 'done'`)
			return err
		}); err == nil {
			t.Error("a held step that is done was taken")
		}
	})
}

func count(t *testing.T, d *db.DB, want int, query string) {
	t.Helper()
	view(t, d, func(ctx context.Context, tx *db.Tx) error {
		var n int
		err := tx.Get(ctx, &n, query)
		if n != want {
			t.Errorf("%d, want %d: %s", n, want, query)
		}
		return err
	})
}
