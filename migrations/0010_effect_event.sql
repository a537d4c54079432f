-- +goose Up

-- What is to leave a transaction, or what a transaction of its own is to do. The row is the truth;
-- the queue only wakes it. input and output hold ids, counts and keys, and no personal data.
CREATE TABLE effect (
	id          TEXT PRIMARY KEY,
	idem_key    TEXT NOT NULL UNIQUE,
	kind        TEXT NOT NULL CHECK (kind <> ''),
	ref         TEXT NOT NULL,
	input       TEXT NOT NULL,
	state       TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'done', 'failed', 'timed_out', 'cancelled', 'skipped', 'unknown')),
	attempt     BIGINT NOT NULL CHECK (attempt >= 0),
	not_before  BIGINT NOT NULL,
	owner       TEXT NOT NULL,
	lease_until BIGINT NOT NULL,
	leaving_at  BIGINT NOT NULL,
	started_at  BIGINT NOT NULL,
	ended_at    BIGINT NOT NULL,
	output      TEXT NOT NULL,
	problem     TEXT NOT NULL,
	rev         BIGINT NOT NULL,
	CHECK ((state = 'leased') = (owner <> '')),
	CHECK ((state = 'leased') = (lease_until > 0)),
	CHECK ((state IN ('queued', 'leased')) = (ended_at = 0))
);
CREATE INDEX effect_ref ON effect (ref, id);
CREATE INDEX effect_due ON effect (not_before) WHERE state = 'queued';
CREATE INDEX effect_lease ON effect (lease_until) WHERE state = 'leased';

-- What happened in a room and concerns a run, written in the transaction in which it happened.
CREATE TABLE event (
	id           TEXT PRIMARY KEY,
	subject_kind TEXT NOT NULL CHECK (subject_kind <> ''),
	subject_id   TEXT NOT NULL CHECK (subject_id <> ''),
	name         TEXT NOT NULL CHECK (name <> ''),
	ref          TEXT NOT NULL,
	at           BIGINT NOT NULL,
	delivered_at BIGINT NOT NULL
);
CREATE INDEX event_pending ON event (at, id) WHERE delivered_at = 0;
CREATE INDEX event_subject ON event (subject_kind, subject_id, name, at);
