-- +goose Up
-- Outgoing mail. Subject and body are sealed under the subject "mail:<id>"; the digest is an HMAC
-- of the whole letter, so that one key never stands for two letters. message_id is made before the
-- first attempt and is the same on every one.
CREATE TABLE mail_message (
	id           TEXT PRIMARY KEY,
	key          TEXT NOT NULL UNIQUE,
	digest       {{.Bytes}} NOT NULL,
	message_id   TEXT NOT NULL DEFAULT '',
	state        TEXT NOT NULL CHECK (state IN ('queued', 'sending', 'deferred', 'sent', 'dead', 'unknown', 'cancelled')),
	about        TEXT NOT NULL DEFAULT '',
	incident_id  TEXT NOT NULL DEFAULT '',
	effect_id    TEXT NOT NULL DEFAULT '',
	subject      {{.Bytes}},
	body         {{.Bytes}},
	created_by   TEXT NOT NULL,
	created_name TEXT NOT NULL,
	created_at   BIGINT NOT NULL,
	attempts     BIGINT NOT NULL DEFAULT 0,
	code         BIGINT NOT NULL DEFAULT 0,
	enhanced     TEXT NOT NULL DEFAULT '',
	problem      TEXT NOT NULL DEFAULT '',
	ended_at     BIGINT NOT NULL DEFAULT 0,
	rev          BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX mail_message_time ON mail_message (created_at, id);
CREATE INDEX mail_message_state ON mail_message (state, created_at, id);
CREATE INDEX mail_message_about ON mail_message (about) WHERE about <> '';
CREATE INDEX mail_message_incident ON mail_message (incident_id, created_at, id) WHERE incident_id <> '';
CREATE INDEX mail_message_held ON mail_message (created_at) WHERE effect_id = '';

-- Who a message goes to, each with what became of it.
CREATE TABLE mail_recipient (
	id       TEXT PRIMARY KEY,
	mail_id  TEXT NOT NULL REFERENCES mail_message (id),
	pos      BIGINT NOT NULL,
	address  {{.Bytes}},
	state    TEXT NOT NULL CHECK (state IN ('pending', 'deferred', 'accepted', 'refused', 'unknown')),
	code     BIGINT NOT NULL DEFAULT 0,
	enhanced TEXT NOT NULL DEFAULT '',
	at       BIGINT NOT NULL DEFAULT 0,
	UNIQUE (mail_id, pos)
);

CREATE TABLE mail_attachment (
	id      TEXT PRIMARY KEY,
	mail_id TEXT NOT NULL REFERENCES mail_message (id),
	pos     BIGINT NOT NULL,
	name    {{.Bytes}},
	type    TEXT NOT NULL,
	size    BIGINT NOT NULL,
	body    {{.Bytes}},
	UNIQUE (mail_id, pos)
);

-- Every attempt to hand a message over. One that is still open when the next begins was cut off.
CREATE TABLE mail_attempt (
	id         TEXT PRIMARY KEY,
	mail_id    TEXT NOT NULL REFERENCES mail_message (id),
	no         BIGINT NOT NULL,
	started_at BIGINT NOT NULL,
	ended_at   BIGINT NOT NULL DEFAULT 0,
	result     TEXT NOT NULL CHECK (result IN ('open', 'accepted', 'put_off', 'refused', 'uncertain', 'cut_off')),
	stage      TEXT NOT NULL DEFAULT '' CHECK (stage IN ('', 'connect', 'hello', 'tls', 'auth', 'mail', 'rcpt', 'data', 'end')),
	code       BIGINT NOT NULL DEFAULT 0,
	enhanced   TEXT NOT NULL DEFAULT '',
	problem    TEXT NOT NULL DEFAULT '',
	UNIQUE (mail_id, no)
);

-- What a person decided about a message; the reason is sealed.
CREATE TABLE mail_decision (
	id         TEXT PRIMARY KEY,
	mail_id    TEXT NOT NULL REFERENCES mail_message (id),
	at         BIGINT NOT NULL,
	actor_id   TEXT NOT NULL,
	actor_name TEXT NOT NULL,
	event      TEXT NOT NULL CHECK (event IN ('tried_again', 'given_up', 'arrived', 'not_arrived', 'arrived_partly')),
	reason     {{.Bytes}}
);
CREATE INDEX mail_decision_of ON mail_decision (mail_id, at, id);
