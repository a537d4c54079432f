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
	FOR EACH STATEMENT EXECUTE FUNCTION facts_filing_refuse();
{{end}}
-- The fact sheet (事実確認書) of an incident: every saving is a version of its own, sealed under
-- the subject "incident:<id>". The digest is over the plain content.
CREATE TABLE fact_sheet (
	id          TEXT PRIMARY KEY,
	incident_id TEXT NOT NULL REFERENCES incident (id),
	version     BIGINT NOT NULL CHECK (version > 0),
	content     {{.Bytes}} NOT NULL,
	digest      TEXT NOT NULL,
	saved_by    TEXT NOT NULL,
	saved_name  TEXT NOT NULL,
	saved_at    BIGINT NOT NULL,
	UNIQUE (incident_id, version)
);

-- A duty that was answered keeps its limit in the index, and nobody is chased by it any more.
ALTER TABLE clock_due ADD COLUMN answered INTEGER NOT NULL DEFAULT 0 CHECK (answered IN (0, 1));

-- One duty to report (届出). The payload is what the form says; base is the fact sheet it was
-- copied from. A due of 0 means "no date".
CREATE TABLE filing (
	id             TEXT PRIMARY KEY,
	no             TEXT NOT NULL UNIQUE,
	incident_id    TEXT NOT NULL REFERENCES incident (id),
	regime         TEXT NOT NULL CHECK (regime IN ('APPI_SOKUHO')),
	state          TEXT NOT NULL CHECK (state IN ('identified', 'not_required', 'drafting', 'legal_review', 'approved', 'submitted', 'receipted', 'final')),
	state_since    BIGINT NOT NULL,
	due_at         BIGINT NOT NULL,
	due_key        BIGINT NOT NULL, -- due_at, or the last moment there is, so that lists end with what has no date
	version        BIGINT NOT NULL CHECK (version >= 0),
	payload        {{.Bytes}},
	payload_digest TEXT NOT NULL,
	base           {{.Bytes}},
	sheet_version  BIGINT NOT NULL,
	sheet_digest   TEXT NOT NULL,
	stale_version  BIGINT NOT NULL, -- of the fact sheet that differs from the base; 0 while none does
	stale_items    TEXT NOT NULL,
	drafted_by     TEXT NOT NULL,
	drafted_name   TEXT NOT NULL,
	drafted_at     BIGINT NOT NULL,
	reviewed_by    TEXT NOT NULL,
	reviewed_name  TEXT NOT NULL,
	reviewed_at    BIGINT NOT NULL,
	review_digest  TEXT NOT NULL, -- of the payload the review was about
	approved_by    TEXT NOT NULL,
	approved_name  TEXT NOT NULL,
	approved_at    BIGINT NOT NULL,
	approval_digest TEXT NOT NULL, -- of the payload the approval was about
	waiver_by      TEXT NOT NULL, -- who says that the report is not required
	waiver_name    TEXT NOT NULL,
	waiver_at      BIGINT NOT NULL,
	waiver_reason  {{.Bytes}},
	opened_at      BIGINT NOT NULL,
	rev            BIGINT NOT NULL,
	UNIQUE (incident_id, regime)
);
CREATE INDEX filing_due ON filing (due_key, id);
CREATE INDEX filing_state ON filing (state, due_key, id);

-- What happened to a filing; lines are only ever added. Comments are sealed.
CREATE TABLE filing_line (
	id         TEXT PRIMARY KEY,
	filing_id  TEXT NOT NULL REFERENCES filing (id),
	version    BIGINT NOT NULL,
	at         BIGINT NOT NULL,
	actor_id   TEXT NOT NULL,
	actor_name TEXT NOT NULL,
	event      TEXT NOT NULL,
	from_state TEXT NOT NULL,
	to_state   TEXT NOT NULL,
	digest     TEXT NOT NULL,
	args       TEXT NOT NULL,
	comment    {{.Bytes}}
);
CREATE INDEX filing_line_of ON filing_line (filing_id, at, id);

-- The frozen copy of what was handed in.
CREATE TABLE filing_submission (
	id             TEXT PRIMARY KEY,
	filing_id      TEXT NOT NULL REFERENCES filing (id),
	version        BIGINT NOT NULL CHECK (version > 0),
	channel        TEXT NOT NULL CHECK (channel IN ('ppc_form', 'authority_mail', 'hand', 'post', 'fax')),
	submitted_at   BIGINT NOT NULL,
	recorded_at    BIGINT NOT NULL,
	by_id          TEXT NOT NULL,
	by_name        TEXT NOT NULL,
	payload        {{.Bytes}} NOT NULL,
	payload_digest TEXT NOT NULL,
	pdf            {{.Bytes}} NOT NULL,
	pdf_sha256     TEXT NOT NULL,
	pdf_size       BIGINT NOT NULL,
	sheet_version  BIGINT NOT NULL,
	sheet_digest   TEXT NOT NULL,
	stale_items    TEXT NOT NULL, -- what the sheet said otherwise when it was handed in all the same
	UNIQUE (filing_id, version)
);

-- The authority's receipt number. It may come later, and a wrong one is corrected by a new row.
CREATE TABLE filing_receipt (
	id        TEXT PRIMARY KEY,
	filing_id TEXT NOT NULL REFERENCES filing (id),
	version   BIGINT NOT NULL,
	number    TEXT NOT NULL,
	at        BIGINT NOT NULL,
	by_id     TEXT NOT NULL,
	by_name   TEXT NOT NULL
);
CREATE INDEX filing_receipt_of ON filing_receipt (filing_id, version, at, id);
{{if eq .Dialect "sqlite"}}
{{template "only_added" "fact_sheet"}}
{{template "only_added" "filing_line"}}
{{template "only_added" "filing_submission"}}
{{template "only_added" "filing_receipt"}}
-- The pair that names a version is unique too, and REPLACE would go by it.
-- +goose StatementBegin
CREATE TRIGGER fact_sheet_no_replace_version BEFORE INSERT ON fact_sheet
WHEN EXISTS (SELECT 1 FROM fact_sheet WHERE incident_id = NEW.incident_id AND version = NEW.version) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER filing_submission_no_replace_version BEFORE INSERT ON filing_submission
WHEN EXISTS (SELECT 1 FROM filing_submission WHERE filing_id = NEW.filing_id AND version = NEW.version) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION facts_filing_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows are only ever added';
END;
$$;
-- +goose StatementEnd
{{template "only_added_pg" "fact_sheet"}}
{{template "only_added_pg" "filing_line"}}
{{template "only_added_pg" "filing_submission"}}
{{template "only_added_pg" "filing_receipt"}}
{{end}}
