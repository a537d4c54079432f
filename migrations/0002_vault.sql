-- +goose Up
-- One wrapped key per subject. Destroying the wrapped key makes everything sealed for the
-- subject unreadable; the row stays, so that the subject is never given a second key.
CREATE TABLE vault_key (
	id           TEXT PRIMARY KEY,
	subject      TEXT NOT NULL UNIQUE,
	kek_id       TEXT NOT NULL,
	wrapped      {{.Bytes}},
	created_at   BIGINT NOT NULL,
	destroyed_at BIGINT,
	CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);
-- Rewrap asks for the keys that are not yet under the newest key-encryption key.
CREATE INDEX vault_key_kek ON vault_key (kek_id, id) WHERE destroyed_at IS NULL;
