-- +goose Up

-- The hours of the staff: who of a role is on call when, and when a role or a person is left in
-- peace. Rows are added and ended, never changed. days are those on which the hours begin, 1 is
-- Monday; hours that end before they begin go on into the next day. Minutes of the day in Japan.
CREATE TABLE duty_hours (
	id            TEXT PRIMARY KEY,
	kind          TEXT NOT NULL CHECK (kind IN ('on_call', 'quiet')),
	role          TEXT NOT NULL,
	person_id     TEXT NOT NULL,
	days          TEXT NOT NULL CHECK (days <> ''),
	from_min      BIGINT NOT NULL CHECK (from_min >= 0 AND from_min < 1440),
	until_min     BIGINT NOT NULL CHECK (until_min >= 0 AND until_min < 1440),
	added_at      BIGINT NOT NULL,
	added_by      TEXT NOT NULL,
	added_by_name TEXT NOT NULL,
	ended_at      BIGINT NOT NULL DEFAULT 0,
	ended_by      TEXT NOT NULL DEFAULT '',
	CHECK (kind <> 'on_call' OR (role <> '' AND person_id <> '')),
	CHECK (kind <> 'quiet' OR ((role = '') <> (person_id = '')))
);
CREATE INDEX duty_hours_now ON duty_hours (kind, role, id) WHERE ended_at = 0;

-- Where a member of the staff gets mail from the product. The address is sealed under "staff:<id>".
CREATE TABLE staff_mail (
	person_id       TEXT PRIMARY KEY,
	address         {{.Bytes}},
	changed_at      BIGINT NOT NULL,
	changed_by      TEXT NOT NULL,
	changed_by_name TEXT NOT NULL,
	rev             BIGINT NOT NULL
);

-- Who has taken a matter on is told first; the rungs behind tell the role, the supervisor, the
-- executive. person_id is empty for a rung that tells everybody of its role.
ALTER TABLE reminder_item ADD COLUMN assignee TEXT NOT NULL DEFAULT '';
ALTER TABLE reminder ADD COLUMN person_id TEXT NOT NULL DEFAULT '';

-- Who was told of a rung, how and why them: one row for each person, written in the transaction
-- that fires the rung.
CREATE TABLE reminder_told (
	id          TEXT PRIMARY KEY,
	reminder_id TEXT NOT NULL REFERENCES reminder (id),
	person_id   TEXT NOT NULL,
	person_name TEXT NOT NULL,
	way         TEXT NOT NULL CHECK (way IN ('screen', 'mail')),
	why         TEXT NOT NULL CHECK (why IN ('assignee', 'role', 'on_call', 'nobody_on_call')),
	mail_id     TEXT NOT NULL DEFAULT '',
	at          BIGINT NOT NULL,
	UNIQUE (reminder_id, person_id),
	CHECK ((way = 'mail') = (mail_id <> ''))
);
