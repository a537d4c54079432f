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
	FOR EACH STATEMENT EXECUTE FUNCTION disclosure_refuse();
{{end}}
-- One public notice (公表) in the making or made. Its content is sealed under the subject
-- "incident:<id>" until it is published; what was published stands in disclosure_page.
CREATE TABLE disclosure (
	id              TEXT PRIMARY KEY,
	no              TEXT NOT NULL UNIQUE,
	incident_id     TEXT NOT NULL REFERENCES incident (id),
	kind            TEXT NOT NULL CHECK (kind IN ('first', 'update', 'final', 'correction')),
	ordinal         BIGINT NOT NULL CHECK (ordinal > 0), -- 第n報; a correction has that of what it corrects
	corrects_id     TEXT NOT NULL, -- of a correction; empty otherwise
	state           TEXT NOT NULL CHECK (state IN ('draft', 'fact_checked', 'legal', 'exec', 'scheduled', 'published', 'superseded', 'corrected', 'withdrawn', 'void')),
	state_since     BIGINT NOT NULL,
	round           BIGINT NOT NULL, -- raised by every change of the content: signatures of an earlier round are void
	snapshot_id     TEXT NOT NULL, -- empty until one is chosen
	content         {{.Bytes}},
	digest          TEXT NOT NULL, -- of what the content comes to as it was last saved; empty while it is incomplete
	made_by         TEXT NOT NULL,
	made_name       TEXT NOT NULL,
	made_at         BIGINT NOT NULL,
	override_by     TEXT NOT NULL, -- the executive who lets it out before every victim has been told
	override_name   TEXT NOT NULL,
	override_at     BIGINT NOT NULL,
	override_digest TEXT NOT NULL,
	override_reason {{.Bytes}},
	publish_at      BIGINT NOT NULL, -- when it is to be published; 0 while it is not scheduled
	published_at    BIGINT NOT NULL, -- 0 before
	published_by    TEXT NOT NULL,
	published_name  TEXT NOT NULL,
	opened_at       BIGINT NOT NULL,
	rev             BIGINT NOT NULL
);
CREATE INDEX disclosure_of ON disclosure (incident_id, opened_at, id);
CREATE INDEX disclosure_opened ON disclosure (opened_at, id);

-- What happened to it; lines are only ever added. Comments are sealed.
CREATE TABLE disclosure_line (
	id            TEXT PRIMARY KEY,
	disclosure_id TEXT NOT NULL REFERENCES disclosure (id),
	round         BIGINT NOT NULL,
	at            BIGINT NOT NULL,
	actor_id      TEXT NOT NULL,
	actor_name    TEXT NOT NULL,
	event         TEXT NOT NULL,
	from_state    TEXT NOT NULL,
	to_state      TEXT NOT NULL,
	digest        TEXT NOT NULL,
	args          TEXT NOT NULL,
	comment       {{.Bytes}}
);
CREATE INDEX disclosure_line_of ON disclosure_line (disclosure_id, at, id);

-- Who said yes, to which content.
CREATE TABLE disclosure_signature (
	id            TEXT PRIMARY KEY,
	disclosure_id TEXT NOT NULL REFERENCES disclosure (id),
	round         BIGINT NOT NULL,
	step          TEXT NOT NULL CHECK (step IN ('facts', 'law', 'executive')),
	by_id         TEXT NOT NULL,
	by_name       TEXT NOT NULL,
	at            BIGINT NOT NULL,
	digest        TEXT NOT NULL,
	UNIQUE (disclosure_id, round, step)
);

-- What the public can read, byte by byte. A note that is put above a page later (corrected, withdrawn,
-- superseded) makes a new edition; earlier ones stay.
CREATE TABLE disclosure_page (
	id            TEXT PRIMARY KEY,
	disclosure_id TEXT NOT NULL REFERENCES disclosure (id),
	name          TEXT NOT NULL, -- of the file, DIS-2026-0001.ja.html
	edition       BIGINT NOT NULL CHECK (edition > 0),
	lang          TEXT NOT NULL CHECK (lang IN ('ja', 'en')),
	media         TEXT NOT NULL CHECK (media IN ('html', 'pdf')),
	status        TEXT NOT NULL CHECK (status IN ('published', 'superseded', 'corrected', 'withdrawn')),
	title         TEXT NOT NULL,
	document      TEXT NOT NULL, -- the notice in parts, as JSON; the page is drawn from it
	note          TEXT NOT NULL, -- what stands above it, as JSON
	body          {{.Bytes}} NOT NULL,
	sha256        TEXT NOT NULL,
	at            BIGINT NOT NULL,
	UNIQUE (name, edition)
);
CREATE INDEX disclosure_page_of ON disclosure_page (disclosure_id, edition, name);
{{if eq .Dialect "sqlite"}}
{{template "only_added" "disclosure_line"}}
{{template "only_added" "disclosure_signature"}}
{{template "only_added" "disclosure_page"}}
-- What names a row beside its id is unique too, and REPLACE would go by it.
-- +goose StatementBegin
CREATE TRIGGER disclosure_signature_no_replace_named BEFORE INSERT ON disclosure_signature
WHEN EXISTS (SELECT 1 FROM disclosure_signature WHERE disclosure_id = NEW.disclosure_id AND round = NEW.round AND step = NEW.step) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- What names a row beside its id is unique too, and REPLACE would go by it.
-- +goose StatementBegin
CREATE TRIGGER disclosure_page_no_replace_named BEFORE INSERT ON disclosure_page
WHEN EXISTS (SELECT 1 FROM disclosure_page WHERE name = NEW.name AND edition = NEW.edition) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION disclosure_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows are only ever added';
END;
$$;
-- +goose StatementEnd
{{template "only_added_pg" "disclosure_line"}}
{{template "only_added_pg" "disclosure_signature"}}
{{template "only_added_pg" "disclosure_page"}}
{{end}}
