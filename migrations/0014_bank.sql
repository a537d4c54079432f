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
	FOR EACH STATEMENT EXECUTE FUNCTION bank_refuse();
{{end}}
-- Where money went (出金先口座). Number and holder are sealed under "destination:<id>"; the blind
-- index is over bank, branch, kind and number together, so that one account is one row.
CREATE TABLE destination_account (
	id           TEXT PRIMARY KEY,
	bank_code    TEXT NOT NULL,
	branch_code  TEXT NOT NULL,
	kind         TEXT NOT NULL CHECK (kind IN ('1', '2', '4', '9')),
	number       {{.Bytes}},
	number_blind {{.Bytes}} NOT NULL,
	holder_kana  {{.Bytes}},
	holder_name  {{.Bytes}},
	kigo         {{.Bytes}},
	bango        {{.Bytes}},
	relation     TEXT NOT NULL CHECK (relation IN ('unknown', 'own_registered', 'changed', 'mule_in_victim_name', 'third_party')),
	listed       BIGINT NOT NULL CHECK (listed IN (0, 1)), -- the branch stood in the master when it was written down
	master_date  TEXT NOT NULL,
	created_by   TEXT NOT NULL,
	created_at   BIGINT NOT NULL,
	UNIQUE (bank_code, branch_code, kind, number_blind)
);

-- A request to a bank (口座凍結等依頼) about one account. What people typed is sealed in terms,
-- under "incident:<id>"; a moment of 0 means "not yet", an amount of -1 "not told".
CREATE TABLE bank_request (
	id              TEXT PRIMARY KEY,
	no              TEXT NOT NULL UNIQUE,
	incident_id     TEXT NOT NULL REFERENCES incident (id),
	destination_id  TEXT NOT NULL REFERENCES destination_account (id),
	track           TEXT NOT NULL CHECK (track IN ('freeze', 'recall', 'info')),
	to_bank         TEXT NOT NULL,
	state           TEXT NOT NULL CHECK (state IN ('draft', 'ready', 'checked', 'sending', 'unclear', 'sent', 'acknowledged', 'in_hand', 'frozen', 'drained', 'returned', 'refused', 'wanting', 'recovered', 'released', 'closed', 'void')),
	state_since     BIGINT NOT NULL,
	terms           {{.Bytes}},
	total_yen       BIGINT NOT NULL CHECK (total_yen >= 0),
	round           BIGINT NOT NULL CHECK (round > 0), -- 2 after the first resubmission
	letter_version  BIGINT NOT NULL, -- the newest letter; 0 before there is one
	letter_sha256   TEXT NOT NULL,   -- of the letter that stands; empty while none does
	mismatches      BIGINT NOT NULL, -- wrong retypes of the standing letter's account
	checked_by      TEXT NOT NULL,
	checked_name    TEXT NOT NULL,
	checked_at      BIGINT NOT NULL,
	mail_id         TEXT NOT NULL,
	sendings        BIGINT NOT NULL,
	sent_at         BIGINT NOT NULL,
	method          TEXT NOT NULL CHECK (method IN ('', 'mail', 'fax', 'hand', 'post', 'portal')),
	phoned_at       BIGINT NOT NULL, -- when the bank was first spoken with
	acknowledged_at BIGINT NOT NULL,
	answer          TEXT NOT NULL CHECK (answer IN ('', 'accepted', 'frozen', 'already_empty', 'returned', 'refused', 'no_such_account', 'name_mismatch', 'needs_police', 'needs_doc', 'needs_consent')),
	answered_at     BIGINT NOT NULL,
	frozen_yen      BIGINT NOT NULL,
	recovered_yen   BIGINT NOT NULL,
	route           TEXT NOT NULL CHECK (route IN ('', 'recall', 'distribution', 'voluntary')),
	due_what        TEXT NOT NULL CHECK (due_what IN ('', 'phone', 'letter', 'answer')),
	due_at          BIGINT NOT NULL, -- when the firm has to act next; the last moment there is when it need not
	decided_at      BIGINT NOT NULL, -- when the present round was decided on
	opened_by       TEXT NOT NULL,
	opened_name     TEXT NOT NULL,
	opened_at       BIGINT NOT NULL,
	rev             BIGINT NOT NULL
);
CREATE INDEX bank_request_due ON bank_request (due_at, id);
CREATE INDEX bank_request_state ON bank_request (state, due_at, id);
CREATE INDEX bank_request_incident ON bank_request (incident_id, due_at, id);
CREATE INDEX bank_request_destination ON bank_request (destination_id);

-- The transfers (振込明細) that a request is about, in the order of the letter.
CREATE TABLE bank_transfer (
	request_id TEXT NOT NULL REFERENCES bank_request (id),
	position   BIGINT NOT NULL,
	at         BIGINT NOT NULL,
	yen        BIGINT NOT NULL CHECK (yen > 0),
	ref        TEXT NOT NULL,
	case_id    TEXT NOT NULL, -- of the customer whose money it was; empty when it is not said
	PRIMARY KEY (request_id, position)
);
CREATE INDEX bank_transfer_case ON bank_transfer (case_id) WHERE case_id <> '';

-- Every letter that was made. A letter never changes; another one is another version.
CREATE TABLE bank_letter (
	id         TEXT PRIMARY KEY,
	request_id TEXT NOT NULL REFERENCES bank_request (id),
	version    BIGINT NOT NULL CHECK (version > 0),
	round      BIGINT NOT NULL,
	pdf        {{.Bytes}} NOT NULL,
	sha256     TEXT NOT NULL,
	size       BIGINT NOT NULL,
	made_by    TEXT NOT NULL,
	made_name  TEXT NOT NULL,
	made_at    BIGINT NOT NULL,
	UNIQUE (request_id, version)
);

-- The telephone log. A wrong entry is corrected by a new one.
CREATE TABLE bank_call (
	id         TEXT PRIMARY KEY,
	request_id TEXT NOT NULL REFERENCES bank_request (id),
	at         BIGINT NOT NULL,
	direction  TEXT NOT NULL CHECK (direction IN ('out', 'in')),
	result     TEXT NOT NULL CHECK (result IN ('talked', 'no_answer', 'closed', 'voicemail')),
	detail     {{.Bytes}}, -- who was spoken with, their reference, and what was said
	corrects   TEXT NOT NULL,
	by_id      TEXT NOT NULL,
	by_name    TEXT NOT NULL,
	written_at BIGINT NOT NULL
);
CREATE INDEX bank_call_of ON bank_call (request_id, at, id);

-- What a bank answered; the last one counts.
CREATE TABLE bank_answer (
	id          TEXT PRIMARY KEY,
	request_id  TEXT NOT NULL REFERENCES bank_request (id),
	round       BIGINT NOT NULL,
	answer      TEXT NOT NULL CHECK (answer IN ('accepted', 'frozen', 'already_empty', 'returned', 'refused', 'no_such_account', 'name_mismatch', 'needs_police', 'needs_doc', 'needs_consent')),
	at          BIGINT NOT NULL,
	yen         BIGINT NOT NULL, -- frozen or returned; -1 where there is none
	balance_yen BIGINT NOT NULL, -- of the account; -1 when the bank did not tell
	detail      {{.Bytes}},
	by_id       TEXT NOT NULL,
	by_name     TEXT NOT NULL,
	written_at  BIGINT NOT NULL
);
CREATE INDEX bank_answer_of ON bank_answer (request_id, at, id);

-- What happened to a request. Comments are sealed; args hold codes and amounts only.
CREATE TABLE bank_line (
	id         TEXT PRIMARY KEY,
	request_id TEXT NOT NULL REFERENCES bank_request (id),
	round      BIGINT NOT NULL,
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
CREATE INDEX bank_line_of ON bank_line (request_id, at, id);
{{if eq .Dialect "sqlite"}}
{{template "only_added" "bank_letter"}}
{{template "only_added" "bank_call"}}
{{template "only_added" "bank_answer"}}
{{template "only_added" "bank_line"}}
-- The pair that names a letter is unique too, and REPLACE would go by it.
-- +goose StatementBegin
CREATE TRIGGER bank_letter_no_replace_version BEFORE INSERT ON bank_letter
WHEN EXISTS (SELECT 1 FROM bank_letter WHERE request_id = NEW.request_id AND version = NEW.version) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION bank_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows are only ever added';
END;
$$;
-- +goose StatementEnd
{{template "only_added_pg" "bank_letter"}}
{{template "only_added_pg" "bank_call"}}
{{template "only_added_pg" "bank_answer"}}
{{template "only_added_pg" "bank_line"}}
{{end}}
