-- +goose Up
-- A host that playbooks may send HTTP requests to, allowed by an administrator. Hosts are never
-- changed: who wants another setting removes one and adds one, each with a reason, sealed under
-- "http_host:<id>". removed_at is 0 while it is allowed; of the same name one is allowed at a time.
CREATE TABLE http_host (
	id              TEXT PRIMARY KEY,
	name            TEXT NOT NULL, -- host:port
	plain           INTEGER NOT NULL CHECK (plain IN (0, 1)), -- without TLS
	private         INTEGER NOT NULL CHECK (private IN (0, 1)), -- its address may be of this house or machine
	key_header      TEXT NOT NULL, -- the header by which it knows a repeated request; '' is none
	secret          TEXT NOT NULL, -- name of the secret in the configuration; '' is none
	reason          {{.Bytes}} NOT NULL,
	added_at        BIGINT NOT NULL,
	added_by        TEXT NOT NULL,
	added_by_name   TEXT NOT NULL,
	removed_at      BIGINT NOT NULL,
	removed_by      TEXT NOT NULL,
	removed_by_name TEXT NOT NULL,
	removed_reason  {{.Bytes}},
	rev             BIGINT NOT NULL
);
CREATE UNIQUE INDEX http_host_name ON http_host (name) WHERE removed_at = 0;
