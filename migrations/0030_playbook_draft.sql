-- +goose Up

-- A playbook in the making: written by some, published by another. The text is that of the editors;
-- it names roles and steps and holds no personal data. slug is what the text says it will be.
CREATE TABLE playbook_draft (
	id              TEXT PRIMARY KEY,
	slug            TEXT NOT NULL,
	title_ja        TEXT NOT NULL,
	title_en        TEXT NOT NULL,
	body            TEXT NOT NULL,
	state           TEXT NOT NULL CHECK (state IN ('drafting', 'review', 'published', 'dropped')),
	state_since     BIGINT NOT NULL,
	rev             BIGINT NOT NULL,
	base_version_id TEXT NOT NULL,
	version_id      TEXT NOT NULL,
	made_by         TEXT NOT NULL,
	made_by_name    TEXT NOT NULL,
	made_at         BIGINT NOT NULL,
	edited_at       BIGINT NOT NULL
);
-- Two drafts of one playbook would overwrite each other's work when they are published.
CREATE UNIQUE INDEX playbook_draft_once ON playbook_draft (slug) WHERE state IN ('drafting', 'review');
CREATE INDEX playbook_draft_list ON playbook_draft (edited_at DESC, id DESC);

-- What happened to a draft, by whom, and the text as it was then: undo takes an earlier one.
CREATE TABLE playbook_draft_line (
	id       TEXT PRIMARY KEY,
	draft_id TEXT NOT NULL REFERENCES playbook_draft (id),
	at       BIGINT NOT NULL,
	by_id    TEXT NOT NULL,
	by_name  TEXT NOT NULL,
	event    TEXT NOT NULL,
	state    TEXT NOT NULL,
	rev      BIGINT NOT NULL,
	step     TEXT NOT NULL,
	body     TEXT NOT NULL,
	reason   TEXT NOT NULL
);
CREATE INDEX playbook_draft_line_of ON playbook_draft_line (draft_id, id);
{{if eq .Dialect "sqlite"}}
-- +goose StatementBegin
CREATE TRIGGER playbook_draft_line_no_update BEFORE UPDATE ON playbook_draft_line BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER playbook_draft_line_no_delete BEFORE DELETE ON playbook_draft_line BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER playbook_draft_line_no_replace BEFORE INSERT ON playbook_draft_line
WHEN EXISTS (SELECT 1 FROM playbook_draft_line WHERE id = NEW.id) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION playbook_draft_line_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows are only ever added';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER playbook_draft_line_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON playbook_draft_line
	FOR EACH STATEMENT EXECUTE FUNCTION playbook_draft_line_refuse();
{{end}}
