-- +goose Up
-- One alert of a monitoring system; its own key makes a repeated delivery the same alert.
CREATE TABLE alert (
	id          TEXT PRIMARY KEY,
	sender_id   TEXT NOT NULL,
	sender_key  TEXT NOT NULL,
	fingerprint {{.Bytes}} NOT NULL, -- of the whole content: the same key with other content is refused
	incident_id TEXT NOT NULL REFERENCES incident (id),
	joined      INTEGER NOT NULL CHECK (joined IN (0, 1)),
	received_at BIGINT NOT NULL,
	UNIQUE (sender_id, sender_key)
);
CREATE INDEX alert_incident ON alert (incident_id, received_at);
