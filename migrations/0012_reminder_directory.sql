-- +goose Up

-- What people are reminded of: one row per matter and ladder. It is locked before its rungs, so that
-- clearing a matter and writing its next rung cannot pass each other.
CREATE TABLE reminder_item (
	id           TEXT PRIMARY KEY,
	ref          TEXT NOT NULL,
	ladder       TEXT NOT NULL,
	subject_kind TEXT NOT NULL,
	subject_id   TEXT NOT NULL,
	role         TEXT NOT NULL,
	from_at      BIGINT NOT NULL,
	until_at     BIGINT NOT NULL,
	args         TEXT NOT NULL,
	round        BIGINT NOT NULL CHECK (round > 0),
	cleared_at   BIGINT NOT NULL DEFAULT 0,
	UNIQUE (ref, ladder)
);

-- One row per rung. What was fired stays as it was said; what is timed anew is cancelled and written again.
CREATE TABLE reminder (
	id           TEXT PRIMARY KEY,
	item_id      TEXT NOT NULL REFERENCES reminder_item (id),
	round        BIGINT NOT NULL,
	subject_kind TEXT NOT NULL,
	subject_id   TEXT NOT NULL,
	ref          TEXT NOT NULL,
	ladder       TEXT NOT NULL,
	rung         TEXT NOT NULL,
	n            BIGINT NOT NULL CHECK (n > 0),
	role         TEXT NOT NULL,
	until_at     BIGINT NOT NULL,
	args         TEXT NOT NULL,
	due_at       BIGINT NOT NULL,
	fired_at     BIGINT NOT NULL DEFAULT 0,
	late         INTEGER NOT NULL DEFAULT 0 CHECK (late IN (0, 1)),
	cancelled_at BIGINT NOT NULL DEFAULT 0,
	order_at     BIGINT NOT NULL DEFAULT 0,
	seen_at      BIGINT NOT NULL DEFAULT 0,
	seen_by      TEXT NOT NULL DEFAULT '',
	seen_by_name TEXT NOT NULL DEFAULT '',
	CHECK (fired_at = 0 OR cancelled_at = 0),
	CHECK (fired_at > 0 OR (late = 0 AND seen_at = 0))
);
CREATE UNIQUE INDEX reminder_rung ON reminder (item_id, round, rung, n) WHERE cancelled_at = 0;
CREATE INDEX reminder_due ON reminder (due_at, id) WHERE fired_at = 0 AND cancelled_at = 0;
CREATE INDEX reminder_ahead ON reminder (role, due_at, id) WHERE fired_at = 0 AND cancelled_at = 0;
CREATE INDEX reminder_fired ON reminder (role, order_at, id) WHERE fired_at > 0;
CREATE INDEX reminder_unseen ON reminder (role) WHERE fired_at > 0 AND seen_at = 0;

-- The directory of desks 連絡先台帳. "sort" and "search" are folded copies of what is in the row.
CREATE TABLE desk (
	id               TEXT PRIMARY KEY,
	kind             TEXT NOT NULL CHECK (kind IN ('bank', 'police', 'authority', 'isac', 'other')),
	name             TEXT NOT NULL,
	bank_code        TEXT NOT NULL CHECK ((kind = 'bank') = (length(bank_code) = 4) AND length(bank_code) IN (0, 4)),
	section          TEXT NOT NULL,
	phone            TEXT NOT NULL,
	mail             TEXT NOT NULL,
	hours            TEXT NOT NULL,
	note             TEXT NOT NULL,
	retired          INTEGER NOT NULL DEFAULT 0 CHECK (retired IN (0, 1)),
	verified_at      BIGINT NOT NULL DEFAULT 0,
	verified_by      TEXT NOT NULL DEFAULT '',
	verified_by_name TEXT NOT NULL DEFAULT '',
	changed_at       BIGINT NOT NULL,
	changed_by       TEXT NOT NULL,
	changed_by_name  TEXT NOT NULL,
	sort             TEXT{{if eq .Dialect "postgres"}} COLLATE "C"{{end}} NOT NULL,
	search           TEXT NOT NULL,
	rev              BIGINT NOT NULL,
	UNIQUE (sort),
	CHECK ((verified_at = 0) = (verified_by = ''))
);
CREATE INDEX desk_bank ON desk (bank_code, verified_at) WHERE kind = 'bank' AND retired = 0;
