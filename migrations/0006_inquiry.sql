-- +goose Up
-- One contact from outside (問い合わせ). The receipt number is drawn at the start; the whole typed
-- form is sealed under the subject "inquiry:<id>".
CREATE TABLE inquiry (
	id            TEXT PRIMARY KEY,
	no            TEXT NOT NULL UNIQUE,
	client_key    TEXT NOT NULL,
	channel       TEXT NOT NULL CHECK (channel IN ('phone', 'web_form', 'mail', 'branch', 'sns', 'letter', 'bank', 'police')),
	state         TEXT NOT NULL CHECK (state IN ('draft', 'open', 'linked', 'case_created', 'info_only', 'callback_wait', 'closed', 'reopened', 'abandoned')),
	received_at   BIGINT NOT NULL,
	touched_at    BIGINT NOT NULL,
	submitted_at  BIGINT NOT NULL DEFAULT 0,
	closed_at     BIGINT NOT NULL DEFAULT 0,
	operator_id   TEXT NOT NULL,
	operator_name TEXT NOT NULL,
	saved_by      TEXT NOT NULL DEFAULT '',
	category      TEXT NOT NULL DEFAULT '' CHECK (category IN ('', 'fraud_trade', 'fraud_withdrawal', 'suspicious_login', 'phishing_received', 'credentials_given', 'cannot_login', 'compensation', 'complaint', 'press', 'other')),
	urgency       TEXT NOT NULL DEFAULT '' CHECK (urgency IN ('', 'normal', 'urgent', 'immediate')),
	language      TEXT NOT NULL DEFAULT '' CHECK (language IN ('', 'ja', 'en', 'zh', 'ko', 'other')),
	disposition   TEXT NOT NULL DEFAULT '' CHECK (disposition IN ('', 'case_created', 'linked', 'info_only', 'false_positive', 'transferred', 'abandoned')),
	customer_id   TEXT NOT NULL DEFAULT '',
	incident_id   TEXT NOT NULL DEFAULT '',
	case_id       TEXT NOT NULL DEFAULT '',
	case_no       TEXT NOT NULL DEFAULT '',
	lock_asked    INTEGER NOT NULL DEFAULT 0 CHECK (lock_asked IN (0, 1)),
	form          {{.Bytes}},
	phone_blind   {{.Bytes}},
	account_blind {{.Bytes}},
	submit_mark   {{.Bytes}},
	result        TEXT NOT NULL DEFAULT '',
	rev           BIGINT NOT NULL DEFAULT 0,
	guard_rev     BIGINT NOT NULL DEFAULT 0,
	UNIQUE (operator_id, client_key)
);
CREATE INDEX inquiry_time ON inquiry (received_at, id);
CREATE INDEX inquiry_state ON inquiry (state, received_at, id);
CREATE INDEX inquiry_category ON inquiry (category, received_at, id);
CREATE INDEX inquiry_customer ON inquiry (customer_id, received_at, id) WHERE customer_id <> '';
CREATE INDEX inquiry_case ON inquiry (case_id) WHERE case_id <> '';
CREATE INDEX inquiry_incident ON inquiry (incident_id) WHERE incident_id <> '';
CREATE INDEX inquiry_phone ON inquiry (phone_blind, received_at) WHERE phone_blind IS NOT NULL;
CREATE INDEX inquiry_account ON inquiry (account_blind, received_at) WHERE account_blind IS NOT NULL;
CREATE INDEX inquiry_draft ON inquiry (touched_at) WHERE state = 'draft';
CREATE INDEX inquiry_draft_of ON inquiry (operator_id, touched_at) WHERE state IN ('draft', 'abandoned');
CREATE INDEX inquiry_draft_by ON inquiry (saved_by, touched_at) WHERE state IN ('draft', 'abandoned');

-- HMACs of the fragments of call-back numbers. They only find candidates.
CREATE TABLE inquiry_gram (
	gram       {{.Bytes}} NOT NULL,
	inquiry_id TEXT NOT NULL REFERENCES inquiry (id),
	PRIMARY KEY (gram, inquiry_id)
);
CREATE INDEX inquiry_gram_of ON inquiry_gram (inquiry_id);

-- What the caller was told will happen, and by when.
CREATE TABLE inquiry_promise (
	id         TEXT PRIMARY KEY,
	inquiry_id TEXT NOT NULL REFERENCES inquiry (id),
	body       {{.Bytes}},
	due_at     BIGINT NOT NULL,
	made_by    TEXT NOT NULL,
	made_name  TEXT NOT NULL,
	made_at    BIGINT NOT NULL,
	kept_by    TEXT NOT NULL DEFAULT '',
	kept_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX inquiry_promise_due ON inquiry_promise (due_at, id) WHERE kept_at = 0;
CREATE INDEX inquiry_promise_of ON inquiry_promise (inquiry_id);

-- The timeline of an inquiry: moves, contacts, amendments. Lines are only ever added.
CREATE TABLE inquiry_line (
	id         TEXT PRIMARY KEY,
	inquiry_id TEXT NOT NULL REFERENCES inquiry (id),
	client_key TEXT NOT NULL DEFAULT '',
	at         BIGINT NOT NULL,
	actor_id   TEXT NOT NULL,
	actor_name TEXT NOT NULL,
	kind       TEXT NOT NULL CHECK (kind IN ('moved', 'contact', 'amended', 'promised', 'kept', 'warned', 'lock')),
	event      TEXT NOT NULL DEFAULT '',
	from_state TEXT NOT NULL DEFAULT '',
	to_state   TEXT NOT NULL DEFAULT '',
	ref        TEXT NOT NULL DEFAULT '',
	body       {{.Bytes}}
);
CREATE INDEX inquiry_line_of ON inquiry_line (inquiry_id, at, id);
CREATE UNIQUE INDEX inquiry_line_once ON inquiry_line (inquiry_id, client_key) WHERE client_key <> '';
{{if eq .Dialect "sqlite"}}
-- +goose StatementBegin
CREATE TRIGGER inquiry_line_no_update BEFORE UPDATE ON inquiry_line BEGIN
	SELECT RAISE(ABORT, 'lines of an inquiry are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER inquiry_line_no_delete BEFORE DELETE ON inquiry_line BEGIN
	SELECT RAISE(ABORT, 'lines of an inquiry are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER inquiry_line_no_replace BEFORE INSERT ON inquiry_line
WHEN EXISTS (SELECT 1 FROM inquiry_line WHERE id = NEW.id) BEGIN
	SELECT RAISE(ABORT, 'lines of an inquiry are only ever added');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION inquiry_line_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'lines of an inquiry are only ever added';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER inquiry_line_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON inquiry_line
	FOR EACH STATEMENT EXECUTE FUNCTION inquiry_line_refuse();
{{end}}
