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
	FOR EACH STATEMENT EXECUTE FUNCTION remedy_refuse();
{{end}}
-- The compensation (補償算定) of a case. What follows version is of the calculation that stands;
-- each calculation is kept in remedy_version. Moments of 0 mean "not yet".
CREATE TABLE remedy (
	id              TEXT PRIMARY KEY,
	no              TEXT NOT NULL UNIQUE,
	case_id         TEXT NOT NULL UNIQUE REFERENCES victim_case (id),
	case_no         TEXT NOT NULL,
	incident_id     TEXT NOT NULL REFERENCES incident (id),
	customer_id     TEXT NOT NULL,
	state           TEXT NOT NULL CHECK (state IN ('open', 'facts_fixed', 'calculated', 'checked', 'approved', 'offered', 'agreed', 'rejected', 'no_answer', 'dropped')),
	state_since     BIGINT NOT NULL,
	version         BIGINT NOT NULL CHECK (version >= 0),
	pattern         TEXT NOT NULL,
	policy_id       TEXT NOT NULL,
	policy_version  BIGINT NOT NULL,
	rate_bp         BIGINT NOT NULL CHECK (rate_bp BETWEEN 0 AND 10000),
	policy_rate_bp  BIGINT NOT NULL CHECK (policy_rate_bp BETWEEN 0 AND 10000),
	loss_yen        BIGINT NOT NULL CHECK (loss_yen >= 0),
	offer_yen       BIGINT NOT NULL CHECK (offer_yen >= 0),
	digest          TEXT NOT NULL,
	made_by         TEXT NOT NULL,
	made_name       TEXT NOT NULL,
	made_at         BIGINT NOT NULL,
	checked_by      TEXT NOT NULL CHECK (checked_by = '' OR checked_by <> made_by),
	checked_name    TEXT NOT NULL,
	checked_at      BIGINT NOT NULL,
	approved_by     TEXT NOT NULL CHECK (approved_by = '' OR approved_by <> made_by AND approved_by <> checked_by),
	approved_name   TEXT NOT NULL,
	approved_at     BIGINT NOT NULL,
	approval_digest TEXT NOT NULL,
	offer_version   BIGINT NOT NULL,
	offered_yen     BIGINT NOT NULL CHECK (offered_yen >= 0),
	offered_at      BIGINT NOT NULL,
	valid_until     TEXT NOT NULL,
	answered_at     BIGINT NOT NULL,
	agreed_yen      BIGINT NOT NULL CHECK (agreed_yen >= 0),
	opened_at       BIGINT NOT NULL,
	rev             BIGINT NOT NULL
);
CREATE INDEX remedy_incident ON remedy (incident_id, opened_at, id);
CREATE INDEX remedy_opened ON remedy (opened_at, id);
CREATE INDEX remedy_state ON remedy (state, opened_at, id);

-- The transactions (不正取引) as they are now stated; every statement is kept in
-- remedy_txn_revision. Quantity and price are decimals as text, amounts whole yen.
CREATE TABLE remedy_txn (
	id          TEXT PRIMARY KEY,
	case_id     TEXT NOT NULL REFERENCES victim_case (id),
	incident_id TEXT NOT NULL REFERENCES incident (id),
	revision    BIGINT NOT NULL CHECK (revision > 0),
	kind        TEXT NOT NULL CHECK (kind IN ('execution', 'disposal', 'withdrawal', 'login', 'order', 'cancel', 'instant_deposit', 'transfer_out', 'fx', 'margin_open', 'fund_sell', 'profile_change', 'dest_change', 'mfa_change')),
	occurred_at BIGINT NOT NULL,
	external_id TEXT NOT NULL,
	symbol      TEXT NOT NULL,
	side        TEXT NOT NULL CHECK (side IN ('', 'buy', 'sell')),
	qty         TEXT NOT NULL,
	price       TEXT NOT NULL,
	gross_yen   BIGINT NOT NULL CHECK (gross_yen >= 0),
	fee_yen     BIGINT NOT NULL CHECK (fee_yen >= 0),
	tax_yen     BIGINT NOT NULL CHECK (tax_yen >= 0),
	claim       TEXT NOT NULL CHECK (claim IN ('unsure', 'not_mine', 'own')),
	verdict     TEXT NOT NULL CHECK (verdict IN ('undetermined', 'fraud', 'own')),
	by_name     TEXT NOT NULL,
	at          BIGINT NOT NULL,
	UNIQUE (case_id, kind, external_id)
);
CREATE INDEX remedy_txn_incident ON remedy_txn (incident_id, kind);

CREATE TABLE remedy_txn_revision (
	id          TEXT PRIMARY KEY,
	txn_id      TEXT NOT NULL REFERENCES remedy_txn (id),
	case_id     TEXT NOT NULL,
	incident_id TEXT NOT NULL,
	revision    BIGINT NOT NULL CHECK (revision > 0),
	kind        TEXT NOT NULL,
	occurred_at BIGINT NOT NULL,
	external_id TEXT NOT NULL,
	symbol      TEXT NOT NULL,
	side        TEXT NOT NULL,
	qty         TEXT NOT NULL,
	price       TEXT NOT NULL,
	gross_yen   BIGINT NOT NULL,
	fee_yen     BIGINT NOT NULL,
	tax_yen     BIGINT NOT NULL,
	claim       TEXT NOT NULL,
	verdict     TEXT NOT NULL,
	reason      {{.Bytes}},
	by_id       TEXT NOT NULL,
	by_name     TEXT NOT NULL,
	at          BIGINT NOT NULL,
	UNIQUE (txn_id, revision)
);

-- Every calculation as it was made; content is sealed under the subject "customer:<id>".
CREATE TABLE remedy_version (
	id             TEXT PRIMARY KEY,
	remedy_id      TEXT NOT NULL REFERENCES remedy (id),
	version        BIGINT NOT NULL CHECK (version > 0),
	policy_id      TEXT NOT NULL,
	policy_version BIGINT NOT NULL,
	rate_bp        BIGINT NOT NULL,
	loss_yen       BIGINT NOT NULL,
	offer_yen      BIGINT NOT NULL,
	digest         TEXT NOT NULL,
	content        {{.Bytes}} NOT NULL,
	made_by        TEXT NOT NULL,
	made_name      TEXT NOT NULL,
	made_at        BIGINT NOT NULL,
	UNIQUE (remedy_id, version)
);

-- The letters (補償のご提案) that went out, frozen.
CREATE TABLE remedy_offer (
	id          TEXT PRIMARY KEY,
	remedy_id   TEXT NOT NULL REFERENCES remedy (id),
	version     BIGINT NOT NULL CHECK (version > 0),
	offer_yen   BIGINT NOT NULL,
	digest      TEXT NOT NULL, -- of the calculation
	valid_until TEXT NOT NULL,
	pdf         {{.Bytes}} NOT NULL,
	sha256      TEXT NOT NULL,
	size        BIGINT NOT NULL,
	by_id       TEXT NOT NULL,
	by_name     TEXT NOT NULL,
	at          BIGINT NOT NULL,
	UNIQUE (remedy_id, version)
);

-- What happened to an assessment. Comments are sealed.
CREATE TABLE remedy_line (
	id         TEXT PRIMARY KEY,
	remedy_id  TEXT NOT NULL REFERENCES remedy (id),
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
CREATE INDEX remedy_line_of ON remedy_line (remedy_id, at, id);
{{if eq .Dialect "sqlite"}}
{{template "only_added" "remedy_txn_revision"}}
{{template "only_added" "remedy_version"}}
{{template "only_added" "remedy_offer"}}
{{template "only_added" "remedy_line"}}
-- The pairs that name a version are unique too, and REPLACE would go by them.
-- +goose StatementBegin
CREATE TRIGGER remedy_txn_revision_no_replace_pair BEFORE INSERT ON remedy_txn_revision
WHEN EXISTS (SELECT 1 FROM remedy_txn_revision WHERE txn_id = NEW.txn_id AND revision = NEW.revision) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER remedy_version_no_replace_pair BEFORE INSERT ON remedy_version
WHEN EXISTS (SELECT 1 FROM remedy_version WHERE remedy_id = NEW.remedy_id AND version = NEW.version) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER remedy_offer_no_replace_pair BEFORE INSERT ON remedy_offer
WHEN EXISTS (SELECT 1 FROM remedy_offer WHERE remedy_id = NEW.remedy_id AND version = NEW.version) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- What was stated is corrected by another revision, and taken out by a verdict.
-- +goose StatementBegin
CREATE TRIGGER remedy_txn_no_delete BEFORE DELETE ON remedy_txn BEGIN
	SELECT RAISE(ABORT, 'rows are not removed');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION remedy_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows are only ever added';
END;
$$;
-- +goose StatementEnd
{{template "only_added_pg" "remedy_txn_revision"}}
{{template "only_added_pg" "remedy_version"}}
{{template "only_added_pg" "remedy_offer"}}
{{template "only_added_pg" "remedy_line"}}
CREATE TRIGGER remedy_txn_no_delete BEFORE DELETE OR TRUNCATE ON remedy_txn
	FOR EACH STATEMENT EXECUTE FUNCTION remedy_refuse();
{{end}}
