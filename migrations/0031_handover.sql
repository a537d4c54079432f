-- +goose Up

-- What one shift tells the next (引継ぎ). body is sealed; role is '' for everybody who works on tasks.
CREATE TABLE handover_note (
	id      TEXT PRIMARY KEY,
	at      BIGINT NOT NULL,
	by_id   TEXT NOT NULL,
	by_name TEXT NOT NULL,
	role    TEXT NOT NULL,
	body    {{.Bytes}} NOT NULL
);
CREATE INDEX handover_note_at ON handover_note (at DESC, id DESC);
{{if eq .Dialect "sqlite"}}
-- +goose StatementBegin
CREATE TRIGGER handover_note_no_update BEFORE UPDATE ON handover_note BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER handover_note_no_delete BEFORE DELETE ON handover_note BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER handover_note_no_replace BEFORE INSERT ON handover_note
WHEN EXISTS (SELECT 1 FROM handover_note WHERE id = NEW.id) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION handover_note_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows are only ever added';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER handover_note_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON handover_note
	FOR EACH STATEMENT EXECUTE FUNCTION handover_note_refuse();
{{end}}
