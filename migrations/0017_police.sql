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
	FOR EACH STATEMENT EXECUTE FUNCTION police_refuse();
{{end}}
-- A consultation of the police (警察相談), a report of damage (被害届) or a complaint (告訴). What
-- people typed is sealed in content, under "incident:<id>"; a moment of 0 means "not yet".
CREATE TABLE police_report (
	id             TEXT PRIMARY KEY,
	no             TEXT NOT NULL UNIQUE,
	incident_id    TEXT NOT NULL REFERENCES incident (id),
	kind           TEXT NOT NULL CHECK (kind IN ('consult', 'damage', 'complaint')),
	filed_by       TEXT NOT NULL CHECK (filed_by IN ('firm', 'customer')),
	state          TEXT NOT NULL CHECK (state IN ('planned', 'consulted', 'pending_docs', 'accepted', 'declined', 'investigating', 'concluded', 'dropped')),
	state_since    BIGINT NOT NULL,
	content        {{.Bytes}},
	digest         TEXT NOT NULL,   -- of the content and of the consents
	version        BIGINT NOT NULL CHECK (version >= 0), -- the newest summary; 0 before there is one
	summary_digest TEXT NOT NULL,   -- what the newest summary was drawn from; another one than digest: it is outdated
	consulted_at   BIGINT NOT NULL,
	accepted_at    BIGINT NOT NULL,
	opened_by      TEXT NOT NULL,
	opened_name    TEXT NOT NULL,
	opened_at      BIGINT NOT NULL,
	rev            BIGINT NOT NULL
);
CREATE INDEX police_report_opened ON police_report (opened_at, id);
CREATE INDEX police_report_incident ON police_report (incident_id, opened_at, id);

-- Every consultation summary (警察相談概要) that was drawn. It never changes; another one is another
-- version. named counts the victims it names in full.
CREATE TABLE police_summary (
	id         TEXT PRIMARY KEY,
	report_id  TEXT NOT NULL REFERENCES police_report (id),
	version    BIGINT NOT NULL CHECK (version > 0),
	digest     TEXT NOT NULL,
	pdf        {{.Bytes}} NOT NULL,
	sha256     TEXT NOT NULL,
	size       BIGINT NOT NULL,
	named      BIGINT NOT NULL,
	made_by    TEXT NOT NULL,
	made_name  TEXT NOT NULL,
	made_at    BIGINT NOT NULL,
	UNIQUE (report_id, version)
);

-- The number that the police gave (受理番号). It may come later, and a wrong one is corrected by a
-- new row.
CREATE TABLE police_receipt (
	id        TEXT PRIMARY KEY,
	report_id TEXT NOT NULL REFERENCES police_report (id),
	number    TEXT NOT NULL,
	at        BIGINT NOT NULL,
	by_id     TEXT NOT NULL,
	by_name   TEXT NOT NULL
);
CREATE INDEX police_receipt_of ON police_receipt (report_id, at, id);

-- Whether a victim agreed that the police are told who they are; the last row of a case counts.
CREATE TABLE police_consent (
	id         TEXT PRIMARY KEY,
	report_id  TEXT NOT NULL REFERENCES police_report (id),
	case_id    TEXT NOT NULL,
	given      BIGINT NOT NULL CHECK (given IN (0, 1)),
	at         BIGINT NOT NULL, -- when it was given or taken back, as stated
	how        {{.Bytes}},
	by_id      TEXT NOT NULL,
	by_name    TEXT NOT NULL,
	written_at BIGINT NOT NULL
);
CREATE INDEX police_consent_of ON police_consent (report_id, case_id, written_at, id);

-- What happened to a consultation. Comments are sealed; args hold codes and numbers only.
CREATE TABLE police_line (
	id         TEXT PRIMARY KEY,
	report_id  TEXT NOT NULL REFERENCES police_report (id),
	version    BIGINT NOT NULL,
	at         BIGINT NOT NULL,
	actor_id   TEXT NOT NULL,
	actor_name TEXT NOT NULL,
	event      TEXT NOT NULL,
	from_state TEXT NOT NULL,
	to_state   TEXT NOT NULL,
	args       TEXT NOT NULL,
	comment    {{.Bytes}}
);
CREATE INDEX police_line_of ON police_line (report_id, at, id);
{{if eq .Dialect "sqlite"}}
{{template "only_added" "police_summary"}}
{{template "only_added" "police_receipt"}}
{{template "only_added" "police_consent"}}
{{template "only_added" "police_line"}}
-- The pair that names a version is unique too, and REPLACE would go by it.
-- +goose StatementBegin
CREATE TRIGGER police_summary_no_replace_version BEFORE INSERT ON police_summary
WHEN EXISTS (SELECT 1 FROM police_summary WHERE report_id = NEW.report_id AND version = NEW.version) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION police_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows are only ever added';
END;
$$;
-- +goose StatementEnd
{{template "only_added_pg" "police_summary"}}
{{template "only_added_pg" "police_receipt"}}
{{template "only_added_pg" "police_consent"}}
{{template "only_added_pg" "police_line"}}
{{end}}
