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
	FOR EACH STATEMENT EXECUTE FUNCTION share_refuse();
{{end}}
-- What the firm tells others about an attack (情報共有). What people typed is sealed in content,
-- under "incident:<id>"; a moment of 0 means "not yet".
CREATE TABLE share (
	id              TEXT PRIMARY KEY,
	no              TEXT NOT NULL UNIQUE,
	incident_id     TEXT NOT NULL REFERENCES incident (id),
	tlp             TEXT NOT NULL CHECK (tlp IN ('TLP:CLEAR', 'TLP:GREEN', 'TLP:AMBER', 'TLP:AMBER+STRICT', 'TLP:RED')),
	channel         TEXT NOT NULL CHECK (channel IN ('f_isac', 'jsda', 'jpcert', 'police', 'peer')),
	state           TEXT NOT NULL CHECK (state IN ('draft', 'sanitised', 'approved', 'sending', 'unclear', 'sent', 'feedback', 'closed', 'withdrawn')),
	state_since     BIGINT NOT NULL,
	content         {{.Bytes}},
	digest          TEXT NOT NULL, -- of the content
	version         BIGINT NOT NULL CHECK (version >= 0), -- the newest frozen one; 0 before there is one
	bundle_sha256   TEXT NOT NULL, -- of the frozen version that stands; empty while none does
	sanitised_by    TEXT NOT NULL,
	sanitised_name  TEXT NOT NULL,
	sanitised_at    BIGINT NOT NULL,
	approved_by     TEXT NOT NULL,
	approved_name   TEXT NOT NULL,
	approved_at     BIGINT NOT NULL,
	approval_digest TEXT NOT NULL, -- of content, bundle, sheet and address that the approval was about
	mail_id         TEXT NOT NULL,
	sendings        BIGINT NOT NULL,
	sent_at         BIGINT NOT NULL,
	method          TEXT NOT NULL CHECK (method IN ('', 'mail', 'portal')),
	reference       TEXT NOT NULL, -- the number the portal gave
	opened_by       TEXT NOT NULL,
	opened_name     TEXT NOT NULL,
	opened_at       BIGINT NOT NULL,
	rev             BIGINT NOT NULL
);
CREATE INDEX share_opened ON share (opened_at, id);
CREATE INDEX share_incident ON share (incident_id, opened_at, id);

-- Every version that was put to approval: content, STIX bundle and sheet, for ever.
CREATE TABLE share_version (
	id            TEXT PRIMARY KEY,
	share_id      TEXT NOT NULL REFERENCES share (id),
	version       BIGINT NOT NULL CHECK (version > 0),
	content       {{.Bytes}} NOT NULL,
	digest        TEXT NOT NULL,
	bundle        {{.Bytes}} NOT NULL,
	bundle_sha256 TEXT NOT NULL,
	bundle_size   BIGINT NOT NULL,
	pdf           {{.Bytes}} NOT NULL,
	pdf_sha256    TEXT NOT NULL,
	pdf_size      BIGINT NOT NULL,
	made_by       TEXT NOT NULL,
	made_name     TEXT NOT NULL,
	made_at       BIGINT NOT NULL,
	UNIQUE (share_id, version)
);

-- What happened to a share. Comments are sealed; args hold codes and numbers only.
CREATE TABLE share_line (
	id         TEXT PRIMARY KEY,
	share_id   TEXT NOT NULL REFERENCES share (id),
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
CREATE INDEX share_line_of ON share_line (share_id, at, id);
{{if eq .Dialect "sqlite"}}
{{template "only_added" "share_version"}}
{{template "only_added" "share_line"}}
-- The pair that names a version is unique too, and REPLACE would go by it.
-- +goose StatementBegin
CREATE TRIGGER share_version_no_replace_version BEFORE INSERT ON share_version
WHEN EXISTS (SELECT 1 FROM share_version WHERE share_id = NEW.share_id AND version = NEW.version) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION share_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows are only ever added';
END;
$$;
-- +goose StatementEnd
{{template "only_added_pg" "share_version"}}
{{template "only_added_pg" "share_line"}}
{{end}}
