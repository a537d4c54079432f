-- +goose Up
-- The firm's customers. What is personal is sealed under the customer's own key; "no" is the
-- short number the search tables point to. Erasing empties every sealed column.
CREATE TABLE customer (
	id          TEXT PRIMARY KEY,
	no          BIGINT NOT NULL UNIQUE,
	ref         TEXT NOT NULL UNIQUE,
	name        {{.Bytes}},
	kana        {{.Bytes}},
	birth_date  {{.Bytes}},
	phones      {{.Bytes}},
	mail        {{.Bytes}},
	address     {{.Bytes}},
	flags       {{.Bytes}},
	segment     TEXT NOT NULL,
	digest      {{.Bytes}},
	imported_at BIGINT NOT NULL,
	erased_at   BIGINT,
	rev         BIGINT NOT NULL,
	CHECK (erased_at IS NULL OR COALESCE(name, kana, birth_date, phones, mail, address, flags, digest) IS NULL)
);

CREATE TABLE customer_account (
	id            TEXT PRIMARY KEY,
	customer_id   TEXT NOT NULL REFERENCES customer (id),
	position      BIGINT NOT NULL,
	account_blind {{.Bytes}} NOT NULL,
	account_no    {{.Bytes}} NOT NULL,
	opened_on     {{.Bytes}},
	UNIQUE (customer_id, position)
);
CREATE INDEX customer_account_blind ON customer_account (account_blind);

-- Contact data as it was before a change: identity is checked against what was registered
-- before the incident.
CREATE TABLE customer_past (
	id          TEXT PRIMARY KEY,
	customer_id TEXT NOT NULL REFERENCES customer (id),
	until       BIGINT NOT NULL,
	contact     {{.Bytes}} NOT NULL
);
CREATE INDEX customer_past_customer ON customer_past (customer_id, until);

CREATE TABLE customer_blind (
	field TEXT NOT NULL,
	hash  {{.Bytes}} NOT NULL,
	no    BIGINT NOT NULL,
	PRIMARY KEY (field, hash, no)
){{if eq .Dialect "sqlite"}} WITHOUT ROWID{{end}};

CREATE TABLE customer_gram (
	gram {{.Bytes}} NOT NULL,
	no   BIGINT NOT NULL,
	PRIMARY KEY (gram, no)
){{if eq .Dialect "sqlite"}} WITHOUT ROWID{{end}};
