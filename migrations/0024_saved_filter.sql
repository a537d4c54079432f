-- +goose Up
-- A list as somebody has narrowed it, under a name. Name and values are sealed under the subject
-- "account:<owner>", because a fragment of a customer's name may stand in them.
CREATE TABLE saved_filter (
	id         TEXT PRIMARY KEY,
	list       TEXT NOT NULL CHECK (list IN ('cases', 'inquiries')),
	owner_id   TEXT NOT NULL,
	owner_name TEXT NOT NULL,
	role       TEXT NOT NULL, -- whose people may use it as well; '' is nobody
	content    {{.Bytes}} NOT NULL,
	saved_at   BIGINT NOT NULL,
	removed_at BIGINT NOT NULL, -- 0 while it is there
	rev        BIGINT NOT NULL
);
CREATE INDEX saved_filter_owner ON saved_filter (owner_id, list);
CREATE INDEX saved_filter_role ON saved_filter (role, list) WHERE role <> '';

-- What a person sees when they open a list.
CREATE TABLE saved_filter_default (
	account_id TEXT NOT NULL,
	list       TEXT NOT NULL,
	filter_id  TEXT NOT NULL REFERENCES saved_filter (id),
	PRIMARY KEY (account_id, list)
);

-- Cases that were given to a person in one act, and what became of each, so that the act can be
-- undone where nobody has changed the case since.
CREATE TABLE case_batch (
	id        TEXT PRIMARY KEY,
	by_id     TEXT NOT NULL,
	by_name   TEXT NOT NULL,
	assignee  TEXT NOT NULL, -- '' is nobody
	at        BIGINT NOT NULL,
	undone_at BIGINT NOT NULL,
	undone_by TEXT NOT NULL
);

CREATE TABLE case_batch_row (
	batch_id TEXT NOT NULL REFERENCES case_batch (id),
	case_id  TEXT NOT NULL REFERENCES victim_case (id),
	outcome  TEXT NOT NULL CHECK (outcome IN ('assigned', 'same', 'changed', 'over')),
	was      TEXT NOT NULL, -- who had the case before
	rev      BIGINT NOT NULL, -- of the case after the act
	undo     TEXT NOT NULL CHECK (undo IN ('', 'undone', 'kept')),
	PRIMARY KEY (batch_id, case_id)
);
