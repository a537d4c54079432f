-- +goose Up
{{define "only_added"}}{{/* . is the name of a table whose rows are never changed and never removed */}}
-- +goose StatementBegin
CREATE TRIGGER {{.}}_no_update BEFORE UPDATE ON {{.}} BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER {{.}}_no_delete BEFORE DELETE ON {{.}} BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- REPLACE removes the old row without firing a DELETE trigger: an INSERT over an existing key
-- is refused as well.
-- +goose StatementBegin
CREATE TRIGGER {{.}}_no_replace BEFORE INSERT ON {{.}}
WHEN EXISTS (SELECT 1 FROM {{.}} WHERE id = NEW.id) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
{{end}}{{define "only_added_pg"}}
CREATE TRIGGER {{.}}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {{.}}
	FOR EACH STATEMENT EXECUTE FUNCTION sweep_refuse();
{{end}}
-- The impact sweep (影響調査) of an incident. round is the number of the last round that was
-- started, answered that of the last one with an answer; 0 before the first.
CREATE TABLE sweep (
	id             TEXT PRIMARY KEY,
	no             TEXT NOT NULL UNIQUE,
	incident_id    TEXT NOT NULL UNIQUE REFERENCES incident (id),
	state          TEXT NOT NULL CHECK (state IN ('planned', 'running', 'failed', 'hits_ready', 'reviewing', 'concluded', 'reopened', 'dropped')),
	state_since    BIGINT NOT NULL,
	round          BIGINT NOT NULL CHECK (round >= 0),
	answered       BIGINT NOT NULL CHECK (answered >= 0 AND answered <= round),
	concluded_by   TEXT NOT NULL,
	concluded_name TEXT NOT NULL,
	concluded_at   BIGINT NOT NULL,
	opened_by      TEXT NOT NULL,
	opened_name    TEXT NOT NULL,
	opened_at      BIGINT NOT NULL,
	rev            BIGINT NOT NULL,
	guard_rev      BIGINT NOT NULL
);
CREATE INDEX sweep_list ON sweep (opened_at, id);

-- What the attack can be known by (指標). shown is what screens may show without a purpose; a value
-- that is personal data is sealed under "incident:<id>" and found again by its keyed hash.
CREATE TABLE sweep_indicator (
	id          TEXT PRIMARY KEY,
	sweep_id    TEXT NOT NULL REFERENCES sweep (id),
	kind        TEXT NOT NULL CHECK (kind IN ('ip', 'network', 'account', 'destination', 'mail', 'domain', 'url', 'device')),
	shown       TEXT NOT NULL,
	sealed      {{.Bytes}},
	blind       {{.Bytes}} NOT NULL,
	source      TEXT NOT NULL CHECK (source IN ('own', 'isac', 'bank', 'police', 'jsda', 'member_firm', 'vendor', 'osint')),
	tlp         TEXT NOT NULL CHECK (tlp IN ('clear', 'green', 'amber', 'amber_strict', 'red')),
	confidence  BIGINT NOT NULL CHECK (confidence BETWEEN 0 AND 100),
	valid_until BIGINT NOT NULL, -- 0: no end
	status      TEXT NOT NULL CHECK (status IN ('proposed', 'active', 'benign', 'expired')),
	benign_by   TEXT NOT NULL, -- who says that it is harmless
	benign_name TEXT NOT NULL,
	overridden  INTEGER NOT NULL CHECK (overridden IN (0, 1)), -- swept for although it is common
	note        {{.Bytes}},
	added_by    TEXT NOT NULL,
	added_name  TEXT NOT NULL,
	added_at    BIGINT NOT NULL,
	rev         BIGINT NOT NULL,
	UNIQUE (sweep_id, kind, blind)
);
CREATE INDEX sweep_indicator_list ON sweep_indicator (sweep_id, added_at, id);

-- One round of questions. since is the attack less the look-back; the rest is frozen by sweep_input.
CREATE TABLE sweep_round (
	id            TEXT PRIMARY KEY,
	sweep_id      TEXT NOT NULL REFERENCES sweep (id),
	n             BIGINT NOT NULL CHECK (n > 0),
	stage         TEXT NOT NULL CHECK (stage IN ('running', 'failed', 'answered')),
	attack_at     BIGINT NOT NULL,
	lookback_days BIGINT NOT NULL,
	since         BIGINT NOT NULL,
	model         TEXT NOT NULL,
	attempt       BIGINT NOT NULL,
	effect_id     TEXT NOT NULL,
	problem       TEXT NOT NULL,
	started_by    TEXT NOT NULL,
	started_name  TEXT NOT NULL,
	started_at    BIGINT NOT NULL,
	answered_at   BIGINT NOT NULL,
	coverage      TEXT NOT NULL, -- of each source as it was when the round asked
	manifest      TEXT NOT NULL, -- hash over the segments that it asked
	segments      BIGINT NOT NULL,
	rows_held     BIGINT NOT NULL,
	signed_by     TEXT NOT NULL,
	signed_name   TEXT NOT NULL,
	signed_at     BIGINT NOT NULL,
	signed_digest TEXT NOT NULL,
	remark        {{.Bytes}},
	UNIQUE (sweep_id, n)
);

CREATE TABLE sweep_input (
	id           TEXT PRIMARY KEY,
	round_id     TEXT NOT NULL REFERENCES sweep_round (id),
	pos          BIGINT NOT NULL,
	indicator_id TEXT NOT NULL REFERENCES sweep_indicator (id),
	vouched      INTEGER NOT NULL,
	overridden   INTEGER NOT NULL,
	UNIQUE (round_id, indicator_id)
);

-- How common each indicator was before the attack, and since.
CREATE TABLE sweep_measure (
	id           TEXT PRIMARY KEY,
	round_id     TEXT NOT NULL REFERENCES sweep_round (id),
	indicator_id TEXT NOT NULL REFERENCES sweep_indicator (id),
	pivot        TEXT NOT NULL,
	baseline     BIGINT NOT NULL,
	attack       BIGINT NOT NULL,
	cap          BIGINT NOT NULL,
	suppressed   INTEGER NOT NULL,
	unheld       INTEGER NOT NULL,
	UNIQUE (round_id, indicator_id)
);

-- A customer whom a round found (影響口座). What it found is never changed; what people say of it is
-- in the last columns. detail holds reasons and rows, sealed under the customer, or under the
-- incident for a number that is not in the register.
CREATE TABLE sweep_hit (
	id           TEXT PRIMARY KEY,
	sweep_id     TEXT NOT NULL REFERENCES sweep (id),
	round_id     TEXT NOT NULL REFERENCES sweep_round (id),
	customer_ref TEXT NOT NULL,
	customer_id  TEXT NOT NULL, -- empty when the number is not in the register
	score        BIGINT NOT NULL,
	proposed     TEXT NOT NULL CHECK (proposed IN ('probable', 'suspect', 'listed', 'cleared')),
	hard         INTEGER NOT NULL,
	classes      TEXT NOT NULL,
	events       BIGINT NOT NULL,
	first_at     BIGINT NOT NULL,
	last_at      BIGINT NOT NULL,
	delta        TEXT NOT NULL CHECK (delta IN ('new', 'same', 'changed')),
	due          INTEGER NOT NULL, -- somebody has to look before the sweep is concluded
	reshown      INTEGER NOT NULL, -- cleared before, and a new class of trace has come
	carried_from TEXT NOT NULL, -- the hit of an earlier round whose verdict was carried
	detail       {{.Bytes}},
	verdict      TEXT NOT NULL CHECK (verdict IN ('open', 'probable', 'confirmed', 'cleared')),
	reason       TEXT NOT NULL CHECK (reason IN ('', 'own_use', 'shared_nat', 'corporate_proxy', 'family', 'known_device', 'test_account', 'data_error')),
	verdict_by   TEXT NOT NULL,
	verdict_name TEXT NOT NULL,
	verdict_at   BIGINT NOT NULL,
	rev          BIGINT NOT NULL,
	UNIQUE (round_id, customer_ref)
);
CREATE INDEX sweep_hit_list ON sweep_hit (round_id, score, id);
CREATE INDEX sweep_hit_customer ON sweep_hit (sweep_id, customer_ref);

-- Every verdict there ever was; undoing one is a row of its own.
CREATE TABLE sweep_verdict (
	id           TEXT PRIMARY KEY,
	hit_id       TEXT NOT NULL REFERENCES sweep_hit (id),
	at           BIGINT NOT NULL,
	actor_id     TEXT NOT NULL,
	actor_name   TEXT NOT NULL,
	event        TEXT NOT NULL,
	verdict      TEXT NOT NULL,
	reason       TEXT NOT NULL,
	stated       INTEGER NOT NULL, -- it rests on what the customer said
	comment      {{.Bytes}}
);
CREATE INDEX sweep_verdict_of ON sweep_verdict (hit_id, at, id);

-- Cases that were made of hits, or found: one for each customer of a sweep.
CREATE TABLE sweep_case (
	id          TEXT PRIMARY KEY,
	sweep_id    TEXT NOT NULL REFERENCES sweep (id),
	customer_id TEXT NOT NULL,
	hit_id      TEXT NOT NULL REFERENCES sweep_hit (id),
	case_id     TEXT NOT NULL,
	case_no     TEXT NOT NULL,
	opened      INTEGER NOT NULL, -- 0: there was one already
	at          BIGINT NOT NULL,
	by_id       TEXT NOT NULL,
	UNIQUE (sweep_id, customer_id)
);

CREATE TABLE sweep_line (
	id           TEXT PRIMARY KEY,
	sweep_id     TEXT NOT NULL REFERENCES sweep (id),
	indicator_id TEXT NOT NULL, -- empty when it is about the sweep
	round        BIGINT NOT NULL,
	at           BIGINT NOT NULL,
	actor_id     TEXT NOT NULL,
	actor_name   TEXT NOT NULL,
	event        TEXT NOT NULL,
	from_state   TEXT NOT NULL,
	to_state     TEXT NOT NULL,
	args         TEXT NOT NULL,
	comment      {{.Bytes}}
);
CREATE INDEX sweep_line_of ON sweep_line (sweep_id, at, id);
{{if eq .Dialect "sqlite"}}
{{template "only_added" "sweep_input"}}
{{template "only_added" "sweep_measure"}}
{{template "only_added" "sweep_verdict"}}
{{template "only_added" "sweep_case"}}
{{template "only_added" "sweep_line"}}
-- +goose StatementBegin
CREATE TRIGGER sweep_case_no_replace_customer BEFORE INSERT ON sweep_case
WHEN EXISTS (SELECT 1 FROM sweep_case WHERE sweep_id = NEW.sweep_id AND customer_id = NEW.customer_id) BEGIN
	SELECT RAISE(ABORT, 'rows are only ever added');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sweep_hit_frozen BEFORE UPDATE OF sweep_id, round_id, customer_ref, customer_id, score, proposed, hard, classes, events,
	first_at, last_at, delta, due, reshown, carried_from, detail ON sweep_hit BEGIN
	SELECT RAISE(ABORT, 'what a round found is never changed');
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER sweep_hit_no_delete BEFORE DELETE ON sweep_hit BEGIN
	SELECT RAISE(ABORT, 'what a round found is never changed');
END;
-- +goose StatementEnd
{{else}}
-- +goose StatementBegin
CREATE FUNCTION sweep_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows are only ever added';
END;
$$;
-- +goose StatementEnd
{{template "only_added_pg" "sweep_input"}}
{{template "only_added_pg" "sweep_measure"}}
{{template "only_added_pg" "sweep_verdict"}}
{{template "only_added_pg" "sweep_case"}}
{{template "only_added_pg" "sweep_line"}}
CREATE TRIGGER sweep_hit_frozen BEFORE UPDATE OF sweep_id, round_id, customer_ref, customer_id, score, proposed, hard, classes, events,
	first_at, last_at, delta, due, reshown, carried_from, detail ON sweep_hit
	FOR EACH STATEMENT EXECUTE FUNCTION sweep_refuse();
CREATE TRIGGER sweep_hit_no_delete BEFORE DELETE OR TRUNCATE ON sweep_hit
	FOR EACH STATEMENT EXECUTE FUNCTION sweep_refuse();
{{end}}
