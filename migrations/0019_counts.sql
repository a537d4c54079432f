-- +goose Up
{{define "only_added"}}{{/* . is the name of a table whose rows are never changed and never removed */}}
-- +goose StatementBegin
CREATE TRIGGER {{.}}_no_update BEFORE UPDATE ON {{.}} BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER {{.}}_no_delete BEFORE DELETE ON {{.}} BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- REPLACE removes the old row without firing a DELETE trigger: an INSERT over an existing key
-- is refused as well.
-- +goose StatementBegin
CREATE TRIGGER {{.}}_no_replace BEFORE INSERT ON {{.}}
WHEN EXISTS (SELECT 1 FROM {{.}} WHERE id = NEW.id) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
{{end}}{{define "only_added_pg"}}
CREATE TRIGGER {{.}}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {{.}}
	FOR EACH STATEMENT EXECUTE FUNCTION counts_refuse();
{{end}}
-- What a closed case was when it was closed, so that it stays in the counts as that. Cases that were
-- closed before there was a ledger are what their story says.
ALTER TABLE victim_case ADD COLUMN closed_as TEXT NOT NULL DEFAULT '' CHECK (closed_as IN ('', 'confirmed', 'not_victim'));
UPDATE victim_case SET closed_as = COALESCE((SELECT {{if eq .Dialect "sqlite"}}t.args ->> 'From'{{else}}t.args::jsonb ->> 'From'{{end}} FROM timeline t
	WHERE t.case_id = victim_case.id AND t.case_id <> '' AND t.kind = 'case.moved'
	AND {{if eq .Dialect "sqlite"}}t.args ->> 'To'{{else}}t.args::jsonb ->> 'To'{{end}} = 'closed'
	ORDER BY t.at DESC, t.id DESC LIMIT 1), '') WHERE state = 'closed';

-- The number ledger (件数断面): everything that rooms count of an incident, counted in one snapshot of
-- the database. Neither a snapshot nor a line of it ever changes.
CREATE TABLE count_snapshot (
	id          TEXT PRIMARY KEY,
	incident_id TEXT NOT NULL REFERENCES incident (id),
	no          BIGINT NOT NULL CHECK (no > 0), -- 1, 2, ... within the incident
	as_of       BIGINT NOT NULL,
	taken_by    TEXT NOT NULL,
	taken_name  TEXT NOT NULL,
	digest      TEXT NOT NULL, -- sha256 over the moment and every line
	UNIQUE (incident_id, no)
);
CREATE INDEX count_snapshot_of ON count_snapshot (incident_id, as_of, id);

-- One number of a snapshot. One that no room counts yet was typed, and says by whom and why (sealed).
CREATE TABLE count_line (
	id          TEXT PRIMARY KEY,
	snapshot_id TEXT NOT NULL REFERENCES count_snapshot (id),
	unit        TEXT NOT NULL CHECK (unit IN ('accounts', 'persons', 'unauthorised_access', 'fraudulent_trades', 'withdrawals', 'yen')),
	stage       TEXT NOT NULL CHECK (stage IN ('claimed', 'suspected', 'confirmed', 'excluded', 'compensated')),
	n           BIGINT NOT NULL CHECK (n >= 0),
	source      TEXT NOT NULL,
	typed_by    TEXT NOT NULL,
	typed_name  TEXT NOT NULL,
	reason      {{.Bytes}},
	UNIQUE (snapshot_id, unit, stage)
);

-- Which snapshot was published, in which document.
CREATE TABLE count_published (
	id          TEXT PRIMARY KEY,
	snapshot_id TEXT NOT NULL REFERENCES count_snapshot (id),
	ref         TEXT NOT NULL, -- "disclosure:<id>"
	no          TEXT NOT NULL, -- DIS-2026-0001
	figures     TEXT NOT NULL, -- the lines that stand in it, "unit.stage" with commas between
	at          BIGINT NOT NULL,
	UNIQUE (snapshot_id, ref)
);
{{if eq .Dialect "sqlite"}}
{{template "only_added" "count_snapshot"}}
{{template "only_added" "count_line"}}
{{template "only_added" "count_published"}}
-- What names a row beside its id is unique too, and REPLACE would go by it.
-- +goose StatementBegin
CREATE TRIGGER count_snapshot_no_replace_named BEFORE INSERT ON count_snapshot
WHEN EXISTS (SELECT 1 FROM count_snapshot WHERE incident_id = NEW.incident_id AND no = NEW.no) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- What names a row beside its id is unique too, and REPLACE would go by it.
-- +goose StatementBegin
CREATE TRIGGER count_line_no_replace_named BEFORE INSERT ON count_line
WHEN EXISTS (SELECT 1 FROM count_line WHERE snapshot_id = NEW.snapshot_id AND unit = NEW.unit AND stage = NEW.stage) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- What names a row beside its id is unique too, and REPLACE would go by it.
-- +goose StatementBegin
CREATE TRIGGER count_published_no_replace_named BEFORE INSERT ON count_published
WHEN EXISTS (SELECT 1 FROM count_published WHERE snapshot_id = NEW.snapshot_id AND ref = NEW.ref) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION counts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows are only ever added';
END;
$$;
-- +goose StatementEnd
{{template "only_added_pg" "count_snapshot"}}
{{template "only_added_pg" "count_line"}}
{{template "only_added_pg" "count_published"}}
{{end}}
