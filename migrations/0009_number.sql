-- +goose Up
CREATE TABLE number (
	kind TEXT NOT NULL,
	year INTEGER NOT NULL,
	last BIGINT NOT NULL,
	PRIMARY KEY (kind, year)
);
