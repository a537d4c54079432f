-- +goose Up
-- A mailing of notices to the customers hit by an incident (被害通知). What it says to everybody is
-- sealed under the subject "incident:<id>". The digest is over all its notices; an approval is for one.
CREATE TABLE victim_mailing (
	id              TEXT PRIMARY KEY,
	no              TEXT UNIQUE, -- NTC-2026-0001, drawn last in its transaction
	incident_id     TEXT NOT NULL REFERENCES incident (id),
	state           TEXT NOT NULL CHECK (state IN ('drafting', 'review', 'approved', 'sending', 'stopped', 'finished', 'cancelled')),
	state_since     BIGINT NOT NULL,
	stage           BIGINT NOT NULL CHECK (stage BETWEEN 0 AND 3),
	borne           BIGINT NOT NULL CHECK (borne >= 0), -- mails of the stage that had come back when a person went on
	content         {{.Bytes}} NOT NULL,
	digest          TEXT NOT NULL,
	alone           INTEGER NOT NULL CHECK (alone IN (0, 1)), -- released by its maker, being small
	approved_by     TEXT NOT NULL,
	approved_name   TEXT NOT NULL,
	approved_at     BIGINT NOT NULL,
	approval_digest TEXT NOT NULL,
	made_by         TEXT NOT NULL,
	made_name       TEXT NOT NULL,
	made_at         BIGINT NOT NULL,
	rev             BIGINT NOT NULL
);
CREATE INDEX victim_mailing_of ON victim_mailing (incident_id, made_at, id);
CREATE INDEX victim_mailing_at ON victim_mailing (made_at, id);
CREATE INDEX victim_mailing_state ON victim_mailing (state, made_at, id);

-- The notice to one customer. Its text, name and addresses are sealed under "customer:<id>". Rows of
-- a draft go when a case is taken out of it; from the first approval on they stay.
CREATE TABLE victim_notice (
	id          TEXT PRIMARY KEY,
	mailing_id  TEXT NOT NULL REFERENCES victim_mailing (id),
	incident_id TEXT NOT NULL REFERENCES incident (id),
	pos         BIGINT NOT NULL CHECK (pos >= 0),
	case_id     TEXT NOT NULL REFERENCES victim_case (id),
	case_no     TEXT NOT NULL,
	customer_id TEXT NOT NULL,
	language    TEXT NOT NULL CHECK (language IN ('ja', 'en')),
	medium      TEXT NOT NULL CHECK (medium IN ('mail', 'letter', 'site')),
	state       TEXT NOT NULL CHECK (state IN ('drafted', 'approved', 'queued', 'sent', 'delivered', 'bounced', 'unclear', 'failed', 'letter_planned', 'letter_sent', 'returned', 'unreachable', 'withdrawn')),
	state_since BIGINT NOT NULL,
	stage       BIGINT NOT NULL CHECK (stage BETWEEN 0 AND 3), -- of the sending it belongs to; 0 before
	paper       {{.Bytes}},
	digest      TEXT NOT NULL, -- over what leaves, to where; empty until it is written
	blocked     INTEGER NOT NULL CHECK (blocked IN (0, 1)), -- a guard says no, or a blank is empty
	mail_id     TEXT NOT NULL,
	attempts    BIGINT NOT NULL, -- at reaching the customer, whatever became of them
	rev         BIGINT NOT NULL,
	UNIQUE (mailing_id, pos)
);
CREATE INDEX victim_notice_state ON victim_notice (mailing_id, state, pos);
CREATE INDEX victim_notice_incident ON victim_notice (incident_id, case_id);
-- Nobody is told twice by two mailings.
CREATE UNIQUE INDEX victim_notice_once ON victim_notice (case_id) WHERE state NOT IN ('withdrawn', 'unreachable');

-- What happened to a mailing or to one notice of it; lines are only ever added. Comments are sealed.
CREATE TABLE victim_line (
	id         TEXT PRIMARY KEY,
	mailing_id TEXT NOT NULL REFERENCES victim_mailing (id),
	case_no    TEXT NOT NULL, -- of the notice; empty for the whole mailing
	at         BIGINT NOT NULL,
	actor_id   TEXT NOT NULL,
	actor_name TEXT NOT NULL,
	event      TEXT NOT NULL,
	from_state TEXT NOT NULL,
	to_state   TEXT NOT NULL,
	digest     TEXT NOT NULL,
	comment    {{.Bytes}}
);
CREATE INDEX victim_line_of ON victim_line (mailing_id, at, id);
{{if eq .Dialect "sqlite"}}
-- +goose StatementBegin
CREATE TRIGGER victim_line_no_update BEFORE UPDATE ON victim_line BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER victim_line_no_delete BEFORE DELETE ON victim_line BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- REPLACE removes the old row without firing a DELETE trigger.
-- +goose StatementBegin
CREATE TRIGGER victim_line_no_replace BEFORE INSERT ON victim_line
WHEN EXISTS (SELECT 1 FROM victim_line WHERE id = NEW.id) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- A text that left, or was approved, stays as it was.
-- +goose StatementBegin
CREATE TRIGGER victim_notice_frozen BEFORE UPDATE OF paper, digest ON victim_notice WHEN OLD.state <> 'drafted' BEGIN
	SELECT RAISE(ABORT, 'an approved notice is not changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER victim_notice_kept BEFORE DELETE ON victim_notice WHEN OLD.state <> 'drafted' BEGIN
	SELECT RAISE(ABORT, 'an approved notice is kept');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION victim_line_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows are only ever added';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER victim_line_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON victim_line
	FOR EACH STATEMENT EXECUTE FUNCTION victim_line_refuse();
-- +goose StatementBegin
CREATE FUNCTION victim_notice_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'an approved notice is kept as it is';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER victim_notice_frozen BEFORE UPDATE ON victim_notice FOR EACH ROW
	WHEN (OLD.state <> 'drafted' AND (OLD.paper IS DISTINCT FROM NEW.paper OR OLD.digest <> NEW.digest))
	EXECUTE FUNCTION victim_notice_refuse();
CREATE TRIGGER victim_notice_kept BEFORE DELETE ON victim_notice FOR EACH ROW WHEN (OLD.state <> 'drafted')
	EXECUTE FUNCTION victim_notice_refuse();
{{end}}
