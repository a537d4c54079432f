-- +goose Up
-- Which sealed texts can be searched, and by what. A gram is a short keyed hash of two neighbouring
-- characters of one kind of text; "no" falls with the age of the text, so that the newest are found
-- first. The grams of a text are kept beside it, so that they can be taken away exactly.
CREATE TABLE text_doc (
	no      BIGINT PRIMARY KEY,
	kind    TEXT NOT NULL CHECK (kind IN ('incident', 'story', 'case', 'note', 'case_story', 'inquiry')),
	ref     TEXT NOT NULL, -- id of the row that holds the text
	subject TEXT NOT NULL, -- whose erasure takes the text out of the search
	version BIGINT NOT NULL, -- of the folding
	grams   {{.Bytes}} NOT NULL,
	UNIQUE (kind, ref)
);
CREATE INDEX text_doc_subject ON text_doc (subject);

CREATE TABLE text_gram (
	gram INTEGER NOT NULL,
	no   BIGINT NOT NULL,
	PRIMARY KEY (gram, no)
){{if eq .Dialect "sqlite"}} WITHOUT ROWID{{end}};

-- How far the texts that were there before the search have been taken in, the newest first.
CREATE TABLE text_backfill (
	kind    TEXT PRIMARY KEY,
	version BIGINT NOT NULL,
	last    TEXT NOT NULL, -- id of the last row that was read
	done    INTEGER NOT NULL CHECK (done IN (0, 1))
);
