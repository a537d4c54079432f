-- +goose Up

-- Who did what. Rows are only ever added; their hashes go into the trees below.
CREATE TABLE audit_entry (
	id          TEXT PRIMARY KEY,
	tree        TEXT NOT NULL,
	at          BIGINT NOT NULL,
	actor_id    TEXT NOT NULL,
	actor_name  TEXT NOT NULL,
	actor_kind  TEXT NOT NULL,
	action      TEXT NOT NULL,
	object_kind TEXT NOT NULL,
	object_id   TEXT NOT NULL,
	detail      TEXT NOT NULL
);
CREATE INDEX audit_entry_time ON audit_entry (at, id);
CREATE INDEX audit_entry_object ON audit_entry (object_kind, object_id, at, id);
CREATE INDEX audit_entry_actor ON audit_entry (actor_id, at, id);

-- Entries that have no leaf yet. A queue, not evidence: verify looks for entries without a leaf itself.
CREATE TABLE audit_pending (
	entry_id TEXT PRIMARY KEY,
	tree     TEXT NOT NULL,
	at       BIGINT NOT NULL
);
CREATE INDEX audit_pending_order ON audit_pending (tree, at, entry_id);

CREATE TABLE audit_leaf (
	tree     TEXT NOT NULL,
	seq      BIGINT NOT NULL CHECK (seq >= 0),
	entry_id TEXT NOT NULL UNIQUE,
	hash     {{.Bytes}} NOT NULL CHECK (length(hash) = 32),
	PRIMARY KEY (tree, seq)
);

-- The stored hashes of each tree (leaves and completed subtrees) by their tlog index.
CREATE TABLE audit_node (
	tree TEXT NOT NULL,
	idx  BIGINT NOT NULL CHECK (idx >= 0),
	hash {{.Bytes}} NOT NULL CHECK (length(hash) = 32),
	PRIMARY KEY (tree, idx)
);

CREATE TABLE audit_checkpoint (
	tree TEXT NOT NULL,
	size BIGINT NOT NULL CHECK (size >= 0),
	note TEXT NOT NULL,
	at   BIGINT NOT NULL,
	PRIMARY KEY (tree, size)
);
{{if eq .Dialect "sqlite"}}
-- REPLACE removes the old row without firing a DELETE trigger: an INSERT over an existing key
-- is refused as well.
-- +goose StatementBegin
CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN
	SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry BEGIN
	SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry
WHEN EXISTS (SELECT 1 FROM audit_entry WHERE id = NEW.id) BEGIN
	SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER audit_leaf_no_update BEFORE UPDATE ON audit_leaf BEGIN
	SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_leaf_no_delete BEFORE DELETE ON audit_leaf BEGIN
	SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_leaf_no_replace BEFORE INSERT ON audit_leaf
WHEN EXISTS (SELECT 1 FROM audit_leaf WHERE (tree = NEW.tree AND seq = NEW.seq) OR entry_id = NEW.entry_id) BEGIN
	SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER audit_node_no_update BEFORE UPDATE ON audit_node BEGIN
	SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_node_no_delete BEFORE DELETE ON audit_node BEGIN
	SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_node_no_replace BEFORE INSERT ON audit_node
WHEN EXISTS (SELECT 1 FROM audit_node WHERE tree = NEW.tree AND idx = NEW.idx) BEGIN
	SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER audit_checkpoint_no_update BEFORE UPDATE ON audit_checkpoint BEGIN
	SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_checkpoint_no_delete BEFORE DELETE ON audit_checkpoint BEGIN
	SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_checkpoint_no_replace BEFORE INSERT ON audit_checkpoint
WHEN EXISTS (SELECT 1 FROM audit_checkpoint WHERE tree = NEW.tree AND size = NEW.size) BEGIN
	SELECT RAISE(ABORT, 'audit rows are only ever added');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'audit rows are only ever added';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_entry_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
	FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_leaf_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_leaf
	FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_node_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_node
	FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_checkpoint_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoint
	FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
{{end}}
