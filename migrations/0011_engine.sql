-- +goose Up

-- A step can now be in the engine's hands (running) or be put before a person because it did not
-- end well (held). New columns: what a task filled in, what an action gave, what an approval
-- approved and whether it is void, when a wait is over or given up, what it waits for, and which
-- effect does the work.
{{if eq .Dialect "sqlite"}}
-- SQLite cannot change a CHECK: the table is made anew. Comments point to it and step aside
-- meanwhile, so that no key is ever without its row.
CREATE TABLE step_run_new (
	id            TEXT PRIMARY KEY,
	run_id        TEXT NOT NULL REFERENCES run (id),
	step_id       TEXT NOT NULL,
	iteration     BIGINT NOT NULL CHECK (iteration > 0),
	current       INTEGER NOT NULL CHECK (current IN (0, 1)),
	kind          TEXT NOT NULL,
	role          TEXT NOT NULL,
	state         TEXT NOT NULL CHECK (state IN ('waiting', 'ready', 'running', 'held', 'done', 'skipped', 'cancelled')),
	outcome       TEXT NOT NULL CHECK (outcome IN ('', 'done', 'failed', 'timed_out', 'cancelled', 'skipped', 'unknown')),
	choice        TEXT NOT NULL,
	rev           BIGINT NOT NULL,
	ready_at      BIGINT NOT NULL,
	due_at        BIGINT NOT NULL,
	order_at      BIGINT NOT NULL,
	assignee      TEXT NOT NULL,
	assignee_name TEXT NOT NULL,
	checked       TEXT NOT NULL,
	comment       BLOB,
	seen          TEXT NOT NULL,
	done_by       TEXT NOT NULL,
	done_by_name  TEXT NOT NULL,
	done_at       BIGINT NOT NULL,
	late          INTEGER NOT NULL CHECK (late IN (0, 1)),
	filled        BLOB,
	output        TEXT NOT NULL DEFAULT '',
	digest        TEXT NOT NULL DEFAULT '',
	void          INTEGER NOT NULL DEFAULT 0 CHECK (void IN (0, 1)),
	wake_at       BIGINT NOT NULL DEFAULT 0,
	effect_id     TEXT NOT NULL DEFAULT '',
	UNIQUE (run_id, step_id, iteration),
	CHECK ((state IN ('held', 'done', 'skipped', 'cancelled')) = (outcome <> '')),
	CHECK (state <> 'held' OR outcome IN ('failed', 'timed_out', 'cancelled', 'unknown'))
);
INSERT INTO step_run_new (id, run_id, step_id, iteration, current, kind, role, state, outcome, choice, rev, ready_at, due_at,
	order_at, assignee, assignee_name, checked, comment, seen, done_by, done_by_name, done_at, late)
SELECT id, run_id, step_id, iteration, current, kind, role, state, outcome, choice, rev, ready_at, due_at,
	order_at, assignee, assignee_name, checked, comment, seen, done_by, done_by_name, done_at, late FROM step_run;
CREATE TABLE step_comment_aside AS SELECT * FROM step_comment;
DELETE FROM step_comment;
DROP TABLE step_run;
ALTER TABLE step_run_new RENAME TO step_run;
INSERT INTO step_comment (id, step_run_id, run_id, at, by_id, by_name, body)
SELECT id, step_run_id, run_id, at, by_id, by_name, body FROM step_comment_aside;
DROP TABLE step_comment_aside;
CREATE UNIQUE INDEX step_run_current ON step_run (run_id, step_id) WHERE current = 1;
CREATE INDEX step_run_finished ON step_run (done_at, id) WHERE state IN ('done', 'skipped', 'cancelled');
{{else}}
ALTER TABLE step_run
	DROP CONSTRAINT step_run_state_check,
	DROP CONSTRAINT step_run_check,
	ADD COLUMN filled BYTEA,
	ADD COLUMN output TEXT NOT NULL DEFAULT '',
	ADD COLUMN digest TEXT NOT NULL DEFAULT '',
	ADD COLUMN void INTEGER NOT NULL DEFAULT 0 CHECK (void IN (0, 1)),
	ADD COLUMN wake_at BIGINT NOT NULL DEFAULT 0,
	ADD COLUMN effect_id TEXT NOT NULL DEFAULT '',
	ADD CONSTRAINT step_run_state_check CHECK (state IN ('waiting', 'ready', 'running', 'held', 'done', 'skipped', 'cancelled')),
	ADD CONSTRAINT step_run_outcome_state CHECK ((state IN ('held', 'done', 'skipped', 'cancelled')) = (outcome <> '')),
	ADD CONSTRAINT step_run_outcome_held CHECK (state <> 'held' OR outcome IN ('failed', 'timed_out', 'cancelled', 'unknown'));
DROP INDEX step_run_ready;
DROP INDEX step_run_ready_role;
DROP INDEX step_run_waiting;
{{end}}
-- What waits for a person: ready steps, and those the engine could not finish.
CREATE INDEX step_run_open ON step_run (order_at, id) WHERE state IN ('ready', 'held');
CREATE INDEX step_run_open_role ON step_run (role, order_at, id) WHERE state IN ('ready', 'held');
CREATE INDEX step_run_waiting ON step_run (order_at, id) WHERE state = 'waiting';
CREATE INDEX step_run_running ON step_run (order_at, id) WHERE state = 'running';
-- Timers are rows: the tick asks for those that are over.
CREATE INDEX step_run_wake ON step_run (wake_at, id) WHERE state = 'running' AND wake_at > 0;

-- An event ends at most one wait of a run.
CREATE TABLE event_taken (
	run_id      TEXT NOT NULL REFERENCES run (id),
	event_id    TEXT NOT NULL,
	step_run_id TEXT NOT NULL REFERENCES step_run (id),
	at          BIGINT NOT NULL,
	PRIMARY KEY (run_id, event_id)
);
