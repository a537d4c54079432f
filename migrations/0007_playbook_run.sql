-- +goose Up

-- One published text of a playbook. Rows never change: a running run is pinned to one of them.
CREATE TABLE playbook_version (
	id           TEXT PRIMARY KEY,
	slug         TEXT NOT NULL,
	version      BIGINT NOT NULL CHECK (version > 0),
	body         TEXT NOT NULL,
	sha256       TEXT NOT NULL CHECK (length(sha256) = 64),
	published_by TEXT NOT NULL,
	published_at BIGINT NOT NULL,
	UNIQUE (slug, version),
	UNIQUE (slug, sha256)
);

CREATE TABLE run (
	id                  TEXT PRIMARY KEY,
	playbook_version_id TEXT NOT NULL REFERENCES playbook_version (id),
	slug                TEXT NOT NULL,
	subject_kind        TEXT NOT NULL,
	subject_id          TEXT NOT NULL,
	state               TEXT NOT NULL CHECK (state IN ('running', 'ended')),
	outcome             TEXT NOT NULL CHECK (outcome IN ('', 'done', 'failed', 'timed_out', 'cancelled', 'skipped', 'unknown')),
	rev                 BIGINT NOT NULL,
	t0                  BIGINT NOT NULL,
	started_by          TEXT NOT NULL,
	started_by_name     TEXT NOT NULL,
	started_at          BIGINT NOT NULL,
	ended_at            BIGINT NOT NULL,
	CHECK ((state = 'ended') = (outcome <> ''))
);
CREATE UNIQUE INDEX run_once ON run (subject_kind, subject_id, slug) WHERE state = 'running';
CREATE INDEX run_subject ON run (subject_kind, subject_id, id);

-- One row per step and iteration. Only the row with current = 1 takes part in the run; the
-- earlier ones stay as they were.
CREATE TABLE step_run (
	id            TEXT PRIMARY KEY,
	run_id        TEXT NOT NULL REFERENCES run (id),
	step_id       TEXT NOT NULL,
	iteration     BIGINT NOT NULL CHECK (iteration > 0),
	current       INTEGER NOT NULL CHECK (current IN (0, 1)),
	kind          TEXT NOT NULL,
	role          TEXT NOT NULL,
	state         TEXT NOT NULL CHECK (state IN ('waiting', 'ready', 'done', 'skipped', 'cancelled')),
	outcome       TEXT NOT NULL CHECK (outcome IN ('', 'done', 'failed', 'timed_out', 'cancelled', 'skipped', 'unknown')),
	choice        TEXT NOT NULL,
	rev           BIGINT NOT NULL,
	ready_at      BIGINT NOT NULL,
	due_at        BIGINT NOT NULL,
	order_at      BIGINT NOT NULL,
	assignee      TEXT NOT NULL,
	assignee_name TEXT NOT NULL,
	checked       TEXT NOT NULL,
	comment       {{.Bytes}},
	seen          TEXT NOT NULL,
	done_by       TEXT NOT NULL,
	done_by_name  TEXT NOT NULL,
	done_at       BIGINT NOT NULL,
	late          INTEGER NOT NULL CHECK (late IN (0, 1)),
	UNIQUE (run_id, step_id, iteration),
	CHECK ((state IN ('done', 'skipped', 'cancelled')) = (outcome <> ''))
);
CREATE UNIQUE INDEX step_run_current ON step_run (run_id, step_id) WHERE current = 1;
-- Lists of open tasks cost the same however many finished runs there are.
CREATE INDEX step_run_ready ON step_run (order_at, id) WHERE state = 'ready';
CREATE INDEX step_run_ready_role ON step_run (role, order_at, id) WHERE state = 'ready';
CREATE INDEX step_run_waiting ON step_run (id) WHERE state = 'waiting';
CREATE INDEX step_run_finished ON step_run (done_at, id) WHERE state IN ('done', 'skipped', 'cancelled');

CREATE TABLE step_comment (
	id          TEXT PRIMARY KEY,
	step_run_id TEXT NOT NULL REFERENCES step_run (id),
	run_id      TEXT NOT NULL REFERENCES run (id),
	at          BIGINT NOT NULL,
	by_id       TEXT NOT NULL,
	by_name     TEXT NOT NULL,
	body        {{.Bytes}} NOT NULL
);
CREATE INDEX step_comment_run ON step_comment (run_id, id);
{{if eq .Dialect "sqlite"}}
-- +goose StatementBegin
CREATE TRIGGER playbook_version_no_update BEFORE UPDATE ON playbook_version BEGIN
	SELECT RAISE(ABORT, 'a published playbook never changes');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER playbook_version_no_delete BEFORE DELETE ON playbook_version BEGIN
	SELECT RAISE(ABORT, 'a published playbook never changes');
END;
-- +goose StatementEnd
-- REPLACE removes the old row without firing a DELETE trigger.
-- +goose StatementBegin
CREATE TRIGGER playbook_version_no_replace BEFORE INSERT ON playbook_version
WHEN EXISTS (SELECT 1 FROM playbook_version WHERE id = NEW.id OR (slug = NEW.slug AND (version = NEW.version OR sha256 = NEW.sha256))) BEGIN
	SELECT RAISE(ABORT, 'a published playbook never changes');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION playbook_version_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'a published playbook never changes';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER playbook_version_fixed BEFORE UPDATE OR DELETE OR TRUNCATE ON playbook_version
	FOR EACH STATEMENT EXECUTE FUNCTION playbook_version_refuse();
{{end}}
