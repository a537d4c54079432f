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
	FOR EACH STATEMENT EXECUTE FUNCTION incident_document_refuse();
{{end}}
-- Papers that the product prepared for an incident and that are handed in by people: the report to
-- the Financial Services Agency, the demand to a contractor. Sealed under "incident:<id>"; basis is
-- the digest of what a paper says, so that the same paper is not made twice.
CREATE TABLE incident_document (
	id          TEXT PRIMARY KEY,
	no          TEXT NOT NULL UNIQUE, -- DOC-2026-0001
	incident_id TEXT NOT NULL REFERENCES incident (id),
	kind        TEXT NOT NULL CHECK (kind IN ('fsa_report', 'vendor_demand')),
	version     BIGINT NOT NULL CHECK (version > 0), -- 1, 2, ... of its kind within the incident
	sheet       BIGINT NOT NULL CHECK (sheet >= 0),  -- version of the fact sheet it was made from
	basis       TEXT NOT NULL,
	pdf         {{.Bytes}} NOT NULL,
	sha256      TEXT NOT NULL,
	size        BIGINT NOT NULL,
	made_by     TEXT NOT NULL,
	made_name   TEXT NOT NULL,
	made_at     BIGINT NOT NULL,
	UNIQUE (incident_id, kind, version)
);

-- What an incident was last read to come to, by name: counts and sums, no personal data.
CREATE TABLE incident_reading (
	incident_id TEXT NOT NULL REFERENCES incident (id),
	name        TEXT NOT NULL,
	numbers     TEXT NOT NULL, -- JSON: name -> number
	at          BIGINT NOT NULL,
	PRIMARY KEY (incident_id, name)
);

-- Which items of the data inventory a version of the fact sheet marks, as codes with commas between;
-- empty: there is no inventory in it.
ALTER TABLE fact_sheet ADD COLUMN marks TEXT NOT NULL DEFAULT '';
{{if eq .Dialect "sqlite"}}
{{template "only_added" "incident_document"}}
{{else}}
-- +goose StatementBegin
CREATE FUNCTION incident_document_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows are only ever added';
END;
$$;
-- +goose StatementEnd
{{template "only_added_pg" "incident_document"}}
{{end}}
