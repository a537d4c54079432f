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
{{end}}{{define "only_added_pg"}}
CREATE TRIGGER {{.}}_only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON {{.}}
	FOR EACH STATEMENT EXECUTE FUNCTION cases_refuse();
{{end}}
CREATE TABLE incident (
	id             TEXT PRIMARY KEY,
	no             TEXT UNIQUE, -- NULL only inside the transaction that opens the incident
	title          TEXT NOT NULL,
	kind           TEXT NOT NULL CHECK (kind IN ('ato_withdrawal', 'ato_trade', 'mass_login', 'phishing', 'own_leak', 'vendor_leak', 'other')),
	severity       TEXT NOT NULL CHECK (severity IN ('S1', 'S2', 'S3', 'S4')),
	state          TEXT NOT NULL CHECK (state IN ('new', 'triage', 'declared', 'not_incident', 'containing', 'investigating', 'remediating', 'monitoring', 'closed', 'reopened')),
	detected_at    BIGINT NOT NULL,
	detected_by    TEXT NOT NULL CHECK (detected_by IN ('customer', 'monitoring', 'bank', 'police', 'isac', 'jsda', 'fsa', 'media', 'vendor')),
	occurred_from  BIGINT NOT NULL,
	occurred_to    BIGINT NOT NULL,
	summary        {{.Bytes}},
	vectors        TEXT NOT NULL,
	system_breach  TEXT NOT NULL CHECK (system_breach IN ('none_confirmed', 'suspected', 'confirmed')),
	commander      TEXT NOT NULL,
	opened_by      TEXT NOT NULL,
	opened_at      BIGINT NOT NULL,
	state_since    BIGINT NOT NULL,
	closed_at      BIGINT NOT NULL,
	rev            BIGINT NOT NULL,
	guard_rev      BIGINT NOT NULL,
	client_key     TEXT -- the opener's own key of the opening, so that a double click opens one
);
CREATE UNIQUE INDEX incident_client_key ON incident (opened_by, client_key) WHERE client_key <> '';
CREATE INDEX incident_time ON incident (opened_at, id);
CREATE INDEX incident_state ON incident (state, opened_at, id);

-- A second person's word for one event, good for one revision of the incident.
CREATE TABLE incident_agreement (
	id          TEXT PRIMARY KEY,
	incident_id TEXT NOT NULL REFERENCES incident (id),
	event       TEXT NOT NULL,
	rev         BIGINT NOT NULL,
	by_id       TEXT NOT NULL,
	by_name     TEXT NOT NULL,
	supervisor  INTEGER NOT NULL CHECK (supervisor IN (0, 1)),
	at          BIGINT NOT NULL,
	UNIQUE (incident_id, event, rev, by_id)
);

-- What starts, or changes the length of, a clock of law. A correction is a new row.
CREATE TABLE clock_event (
	id            TEXT PRIMARY KEY,
	incident_id   TEXT NOT NULL REFERENCES incident (id),
	kind          TEXT NOT NULL CHECK (kind IN ('became_aware', 'suspected', 'recognised', 'contractor_told_us', 'reclassified', 'count_updated')),
	at            BIGINT NOT NULL,
	date_only     INTEGER NOT NULL CHECK (date_only IN (0, 1)),
	department    TEXT NOT NULL,
	evidence      {{.Bytes}},
	items         TEXT NOT NULL,
	persons       BIGINT NOT NULL CHECK (persons >= 0),
	corrects_id   TEXT UNIQUE REFERENCES clock_event (id),
	recorded_by   TEXT NOT NULL,
	recorded_name TEXT NOT NULL,
	recorded_at   BIGINT NOT NULL
);
CREATE INDEX clock_event_incident ON clock_event (incident_id, recorded_at, id);

CREATE TABLE clock_event_confirmation (
	event_id       TEXT PRIMARY KEY REFERENCES clock_event (id),
	confirmed_by   TEXT NOT NULL,
	confirmed_name TEXT NOT NULL,
	confirmed_at   BIGINT NOT NULL
);

-- Every change of a due moment (R9). A due of 0 means "none".
CREATE TABLE clock_recompute (
	id           TEXT PRIMARY KEY,
	incident_id  TEXT NOT NULL REFERENCES incident (id),
	duty         TEXT NOT NULL,
	old_due      BIGINT NOT NULL,
	new_due      BIGINT NOT NULL,
	rule         TEXT NOT NULL,
	rule_version TEXT NOT NULL,
	event_id     TEXT NOT NULL,
	by_id        TEXT NOT NULL,
	by_name      TEXT NOT NULL,
	at           BIGINT NOT NULL,
	reason       {{.Bytes}}
);
CREATE INDEX clock_recompute_incident ON clock_recompute (incident_id, at, id);

-- An index for lists of clocks near their end. The truth is computed from clock_event.
CREATE TABLE clock_due (
	incident_id TEXT NOT NULL REFERENCES incident (id),
	duty        TEXT NOT NULL,
	due_at      BIGINT NOT NULL,
	force       TEXT NOT NULL CHECK (force IN ('statutory', 'guidance', 'house')),
	proposed    INTEGER NOT NULL CHECK (proposed IN (0, 1)),
	unconfirmed INTEGER NOT NULL CHECK (unconfirmed IN (0, 1)),
	PRIMARY KEY (incident_id, duty)
);
CREATE INDEX clock_due_time ON clock_due (due_at, incident_id, duty);

-- The story of incidents and of the cases in them: a message key and its arguments, so that it
-- reads in both languages. Personal data stands in the sealed note only.
CREATE TABLE timeline (
	id          TEXT PRIMARY KEY,
	incident_id TEXT NOT NULL REFERENCES incident (id),
	case_id     TEXT NOT NULL, -- '' for a line of the incident itself
	at          BIGINT NOT NULL,
	actor_id    TEXT NOT NULL,
	actor_name  TEXT NOT NULL,
	kind        TEXT NOT NULL,
	args        TEXT NOT NULL,
	note        {{.Bytes}}
);
CREATE INDEX timeline_incident ON timeline (incident_id, at, id);
CREATE INDEX timeline_own ON timeline (incident_id, at, id) WHERE case_id = '';
CREATE INDEX timeline_case ON timeline (case_id, at, id) WHERE case_id <> '';

CREATE TABLE victim_case (
	id               TEXT PRIMARY KEY,
	no               TEXT UNIQUE, -- NULL only inside the transaction that opens the case
	incident_id      TEXT NOT NULL REFERENCES incident (id),
	customer_id      TEXT NOT NULL,
	state            TEXT NOT NULL CHECK (state IN ('received', 'contained', 'verifying', 'confirmed', 'not_victim', 'suspected_wait', 'closed', 'reopened')),
	claim_source     TEXT NOT NULL CHECK (claim_source IN ('customer', 'sweep', 'bank', 'police')),
	noticed_at       BIGINT NOT NULL,
	reported_at      BIGINT NOT NULL,
	pattern          TEXT NOT NULL CHECK (pattern IN ('unknown', 'withdrawal', 'trade_pump', 'sell_only', 'access_only', 'data_only')),
	mfa_at_time      TEXT NOT NULL CHECK (mfa_at_time IN ('unknown', 'none', 'optional_off', 'otp_mail', 'otp_sms', 'app', 'passkey')),
	phishing_entered TEXT NOT NULL CHECK (phishing_entered IN ('unknown', 'yes', 'no')),
	loss_claimed_yen BIGINT NOT NULL CHECK (loss_claimed_yen >= 0),
	assignee         TEXT NOT NULL,
	contact_pref     {{.Bytes}},
	summary          {{.Bytes}},
	opened_by        TEXT NOT NULL,
	opened_at        BIGINT NOT NULL,
	state_since      BIGINT NOT NULL,
	rev              BIGINT NOT NULL,
	guard_rev        BIGINT NOT NULL,
	UNIQUE (incident_id, customer_id)
);
-- One index for each combination of filters, each ending in the order of the list.
CREATE INDEX victim_case_time ON victim_case (opened_at, id);
CREATE INDEX victim_case_state ON victim_case (state, opened_at, id);
CREATE INDEX victim_case_incident ON victim_case (incident_id, opened_at, id);
CREATE INDEX victim_case_incident_state ON victim_case (incident_id, state, opened_at, id);
CREATE INDEX victim_case_assignee ON victim_case (assignee, opened_at, id);
CREATE INDEX victim_case_assignee_state ON victim_case (assignee, state, opened_at, id);
CREATE INDEX victim_case_customer ON victim_case (customer_id, opened_at, id);

CREATE TABLE case_agreement (
	id      TEXT PRIMARY KEY,
	case_id TEXT NOT NULL REFERENCES victim_case (id),
	event   TEXT NOT NULL,
	rev     BIGINT NOT NULL,
	by_id   TEXT NOT NULL,
	by_name TEXT NOT NULL,
	at      BIGINT NOT NULL,
	UNIQUE (case_id, event, rev, by_id)
);

-- The contact log (対応履歴). A correction is a new row.
CREATE TABLE case_note (
	id           TEXT PRIMARY KEY,
	case_id      TEXT NOT NULL REFERENCES victim_case (id),
	at           BIGINT NOT NULL,
	direction    TEXT NOT NULL CHECK (direction IN ('in', 'out', 'internal')),
	medium       TEXT NOT NULL CHECK (medium IN ('phone', 'mail', 'letter', 'site_message', 'visit', 'none')),
	counterparty TEXT NOT NULL CHECK (counterparty IN ('customer', 'proxy', 'bank', 'police', 'isac', 'jsda', 'fsa', 'ppc', 'vendor', 'media', 'internal')),
	result       TEXT NOT NULL CHECK (result IN ('', 'talked', 'no_answer', 'voicemail', 'returned_mail', 'refused')),
	text         {{.Bytes}} NOT NULL,
	promise      {{.Bytes}},
	due_at       BIGINT NOT NULL,
	corrects_id  TEXT UNIQUE REFERENCES case_note (id),
	by_id        TEXT NOT NULL,
	by_name      TEXT NOT NULL,
	written_at   BIGINT NOT NULL
);
CREATE INDEX case_note_case ON case_note (case_id, written_at, id);

CREATE TABLE containment (
	id                   TEXT PRIMARY KEY,
	case_id              TEXT NOT NULL REFERENCES victim_case (id),
	scope                TEXT NOT NULL CHECK (scope IN ('account', 'function')),
	target               TEXT NOT NULL CHECK (target IN ('', 'trade', 'withdrawal', 'destination_change', 'instant_deposit', 'profile_change')),
	state                TEXT NOT NULL CHECK (state IN ('requested', 'active', 'failed', 'release_requested', 'released')),
	requested_by         TEXT NOT NULL,
	requested_name       TEXT NOT NULL,
	requested_at         BIGINT NOT NULL,
	active_at            BIGINT NOT NULL,
	idv_level            INTEGER NOT NULL CHECK (idv_level BETWEEN 0 AND 3),
	release_requested_by TEXT NOT NULL,
	release_requested_at BIGINT NOT NULL,
	released_by          TEXT NOT NULL,
	released_at          BIGINT NOT NULL,
	CHECK ((scope = 'account') = (target = ''))
);
CREATE INDEX containment_case ON containment (case_id, requested_at, id);

CREATE TABLE containment_channel (
	containment_id TEXT NOT NULL REFERENCES containment (id),
	channel        TEXT NOT NULL CHECK (channel IN ('web', 'app', 'us_app', 'api', 'aggregator', 'phone')),
	required       INTEGER NOT NULL CHECK (required IN (0, 1)),
	state          TEXT NOT NULL CHECK (state IN ('requested', 'verified', 'failed')),
	by_id          TEXT NOT NULL,
	by_name        TEXT NOT NULL,
	at             BIGINT NOT NULL,
	PRIMARY KEY (containment_id, channel)
);
{{if eq .Dialect "sqlite"}}
{{template "only_added" "incident_agreement"}}
{{template "only_added" "clock_event"}}
{{template "only_added" "clock_event_confirmation"}}
{{template "only_added" "clock_recompute"}}
{{template "only_added" "timeline"}}
{{template "only_added" "case_agreement"}}
{{template "only_added" "case_note"}}
{{else}}
-- +goose StatementBegin
CREATE FUNCTION cases_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION 'rows are only ever added';
END;
$$;
-- +goose StatementEnd
{{template "only_added_pg" "incident_agreement"}}
{{template "only_added_pg" "clock_event"}}
{{template "only_added_pg" "clock_event_confirmation"}}
{{template "only_added_pg" "clock_recompute"}}
{{template "only_added_pg" "timeline"}}
{{template "only_added_pg" "case_agreement"}}
{{template "only_added_pg" "case_note"}}
{{end}}
