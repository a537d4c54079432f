-- +goose Up

-- A run may be part of another: a called playbook, one pass of a loop, or the exception path. Such
-- a run belongs to a step of its parent (parent_step, empty for the exception path) and works
-- through a block of the same version, or a playbook of its own. Variables are kept under scope_id:
-- passes and exception paths share those of the run they stand in, a called playbook has its own.
-- top_id is the run without a parent that all of it belongs to.
-- phase says what the run is at: its steps (''), taking back what was done (undoing), its exception
-- path (exception). paused_at is when a person stopped it; nothing moves until it is resumed.
ALTER TABLE run ADD COLUMN parent_id TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN parent_step TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN top_id TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN block TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN pass BIGINT NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN scope_id TEXT NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN phase TEXT NOT NULL DEFAULT '' CHECK (phase IN ('', 'undoing', 'exception'));
ALTER TABLE run ADD COLUMN giving_up TEXT NOT NULL DEFAULT '' CHECK (giving_up IN ('', 'failed', 'timed_out', 'cancelled', 'unknown'));
ALTER TABLE run ADD COLUMN paused_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN paused_by TEXT NOT NULL DEFAULT '';
UPDATE run SET scope_id = id, top_id = id;
DROP INDEX run_once;
CREATE UNIQUE INDEX run_once ON run (subject_kind, subject_id, slug) WHERE state = 'running' AND parent_id = '';
CREATE INDEX run_parent ON run (parent_id, id) WHERE parent_id <> '';
CREATE INDEX run_tree ON run (top_id, id) WHERE parent_id <> '';

-- wake_at is now also when the time of a ready step is over. also are further roles that may act
-- on a step, each between spaces. skip_* is who asked to leave a step out, until another agrees.
ALTER TABLE step_run ADD COLUMN also TEXT NOT NULL DEFAULT '';
ALTER TABLE step_run ADD COLUMN skip_by TEXT NOT NULL DEFAULT '';
ALTER TABLE step_run ADD COLUMN skip_by_name TEXT NOT NULL DEFAULT '';
ALTER TABLE step_run ADD COLUMN skip_at BIGINT NOT NULL DEFAULT 0;
DROP INDEX step_run_wake;
CREATE INDEX step_run_wake ON step_run (wake_at, id) WHERE state IN ('ready', 'running') AND wake_at > 0;

-- Which version of a called playbook a run works with: fixed when the first run begins.
CREATE TABLE run_pin (
	run_id              TEXT NOT NULL REFERENCES run (id),
	slug                TEXT NOT NULL,
	playbook_version_id TEXT NOT NULL REFERENCES playbook_version (id),
	PRIMARY KEY (run_id, slug)
);

-- What a run keeps. Personal values are sealed; value is the empty text then. known is 0 for null.
CREATE TABLE run_variable (
	run_id TEXT NOT NULL REFERENCES run (id),
	name   TEXT NOT NULL,
	type   TEXT NOT NULL,
	known  INTEGER NOT NULL CHECK (known IN (0, 1)),
	value  TEXT NOT NULL,
	sealed {{.Bytes}},
	set_by TEXT NOT NULL,
	at     BIGINT NOT NULL,
	PRIMARY KEY (run_id, name)
);

-- One signature under an approval that needs several, and the digest it was given for. One for
-- another digest than the last no longer counts.
CREATE TABLE step_vote (
	id          TEXT PRIMARY KEY,
	step_run_id TEXT NOT NULL REFERENCES step_run (id),
	run_id      TEXT NOT NULL REFERENCES run (id),
	by_id       TEXT NOT NULL,
	by_name     TEXT NOT NULL,
	role        TEXT NOT NULL,
	digest      TEXT NOT NULL,
	at          BIGINT NOT NULL,
	body        {{.Bytes}},
	UNIQUE (step_run_id, by_id, digest)
);

-- A run that moved to another version, by whose word and why.
CREATE TABLE run_moved (
	id              TEXT PRIMARY KEY,
	run_id          TEXT NOT NULL REFERENCES run (id),
	from_version_id TEXT NOT NULL REFERENCES playbook_version (id),
	to_version_id   TEXT NOT NULL REFERENCES playbook_version (id),
	by_id           TEXT NOT NULL,
	by_name         TEXT NOT NULL,
	at              BIGINT NOT NULL,
	reason          {{.Bytes}}
);

-- When a run was paused and resumed, by whose word and why.
CREATE TABLE run_pause (
	id      TEXT PRIMARY KEY,
	run_id  TEXT NOT NULL REFERENCES run (id),
	resumed INTEGER NOT NULL CHECK (resumed IN (0, 1)),
	by_id   TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at      BIGINT NOT NULL,
	reason  {{.Bytes}}
);
CREATE INDEX run_pause_run ON run_pause (run_id, id);
CREATE INDEX run_moved_run ON run_moved (run_id, id);
CREATE INDEX step_vote_run ON step_vote (run_id, id);
CREATE INDEX step_run_also ON step_run (order_at, id) WHERE also <> '' AND state IN ('ready', 'held');
{{if eq .Dialect "sqlite"}}
-- +goose StatementBegin
CREATE TRIGGER step_vote_no_update BEFORE UPDATE ON step_vote BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER step_vote_no_delete BEFORE DELETE ON step_vote BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER step_vote_no_replace BEFORE INSERT ON step_vote
WHEN EXISTS (SELECT 1 FROM step_vote WHERE id = NEW.id) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER run_moved_no_update BEFORE UPDATE ON run_moved BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER run_moved_no_delete BEFORE DELETE ON run_moved BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER run_moved_no_replace BEFORE INSERT ON run_moved
WHEN EXISTS (SELECT 1 FROM run_moved WHERE id = NEW.id) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER run_pause_no_update BEFORE UPDATE ON run_pause BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER run_pause_no_delete BEFORE DELETE ON run_pause BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER run_pause_no_replace BEFORE INSERT ON run_pause
WHEN EXISTS (SELECT 1 FROM run_pause WHERE id = NEW.id) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION run_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows are only ever added';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER step_vote_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON step_vote
	FOR EACH STATEMENT EXECUTE FUNCTION run_only_added();
CREATE TRIGGER run_moved_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON run_moved
	FOR EACH STATEMENT EXECUTE FUNCTION run_only_added();
CREATE TRIGGER run_pause_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON run_pause
	FOR EACH STATEMENT EXECUTE FUNCTION run_only_added();
{{end}}
