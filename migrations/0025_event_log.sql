-- The sightings of the event logs, their manifest and their coverage (影響調査の索引). On SQLite they lie
-- in a file of their own (package cases/sweep/rollup/tables), so that an import never holds the
-- writer of the cases; PostgreSQL has no such writer.
-- +goose Up
{{if eq .Dialect "postgres"}}
CREATE TABLE log_sighting (
	field    INTEGER NOT NULL,
	key      {{.Bytes}} NOT NULL,
	customer TEXT    NOT NULL,
	era      INTEGER NOT NULL, -- run of 63 days, Tokyo
	n        INTEGER NOT NULL CHECK (n > 0),
	first_at BIGINT  NOT NULL,
	last_at  BIGINT  NOT NULL CHECK (last_at >= first_at),
	days     BIGINT  NOT NULL CHECK (days > 0), -- one bit for each day of the era
	PRIMARY KEY (field, key, customer, era)
);
CREATE TABLE log_segment (
	no       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	chunk    TEXT    NOT NULL UNIQUE,
	source   TEXT    NOT NULL,
	mapping  TEXT    NOT NULL,
	rows     INTEGER NOT NULL,
	kept     INTEGER NOT NULL,
	rejected INTEGER NOT NULL,
	unknown  INTEGER NOT NULL,
	first_at BIGINT  NOT NULL,
	last_at  BIGINT  NOT NULL,
	bytes    BIGINT  NOT NULL,
	sha256   TEXT    NOT NULL,
	at       BIGINT  NOT NULL,
	CHECK (rows = kept + rejected)
);
CREATE TABLE log_hour (
	source TEXT    NOT NULL,
	hour   INTEGER NOT NULL, -- since 1970, UTC
	kind   TEXT    NOT NULL,
	n      INTEGER NOT NULL,
	PRIMARY KEY (source, hour, kind)
);
CREATE TABLE log_source (
	name  TEXT   PRIMARY KEY,
	quiet BIGINT NOT NULL
);
CREATE TABLE log_intake (
	file     TEXT   PRIMARY KEY,
	source   TEXT   NOT NULL,
	begun_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE log_withdrawn (
	chunk    TEXT    NOT NULL,
	source   TEXT    NOT NULL,
	mapping  TEXT    NOT NULL,
	rows     INTEGER NOT NULL,
	kept     INTEGER NOT NULL,
	rejected INTEGER NOT NULL,
	unknown  INTEGER NOT NULL,
	first_at BIGINT  NOT NULL,
	last_at  BIGINT  NOT NULL,
	bytes    BIGINT  NOT NULL,
	sha256   TEXT    NOT NULL,
	at       BIGINT  NOT NULL,
	reason   TEXT    NOT NULL,
	by_id    TEXT    NOT NULL,
	gone_at  BIGINT  NOT NULL,
	PRIMARY KEY (chunk, gone_at)
);
{{end}}
