-- +goose Up

-- Who may sign in. login_name and search are folded (NFKC, lower case).
CREATE TABLE account (
    id            TEXT PRIMARY KEY,
    login_name    TEXT NOT NULL,
    display_name  TEXT NOT NULL,
    search        TEXT NOT NULL,
    roles         TEXT NOT NULL,
    password_hash TEXT NOT NULL DEFAULT '',
    state         TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    session_epoch BIGINT NOT NULL DEFAULT 1,
    must_change   INTEGER NOT NULL DEFAULT 0 CHECK (must_change IN (0, 1)),
    lang          TEXT NOT NULL DEFAULT '',
    theme         TEXT NOT NULL DEFAULT '',
    rev           BIGINT NOT NULL DEFAULT 1,
    created_by    TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    signed_in_at  BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX account_login_name ON account (login_name);

-- One-time links. The token itself is nowhere; used_at stays 0 until the one use, or until
-- a newer link takes its place.
CREATE TABLE account_link (
    hash       {{.Bytes}} PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id),
    purpose    TEXT NOT NULL CHECK (purpose IN ('setup', 'reset')),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX account_link_account ON account_link (account_id);

-- Sessions of browsers. ended_at is set at sign-out: the row stays until its expiry, so that a
-- slower request of the same browser cannot bring the session back.
CREATE TABLE session (
    token_hash {{.Bytes}} PRIMARY KEY,
    data       {{.Bytes}} NOT NULL,
    expiry     BIGINT NOT NULL,
    account_id TEXT NOT NULL DEFAULT '',
    ended_at   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expiry ON session (expiry);

-- Wrong passwords, by login name (known or not) and by network address.
CREATE TABLE signin_attempt (
    kind          TEXT NOT NULL CHECK (kind IN ('account', 'address')),
    key_hash      {{.Bytes}} NOT NULL,
    failures      BIGINT NOT NULL DEFAULT 0,
    blocked_until BIGINT NOT NULL DEFAULT 0,
    last_at       BIGINT NOT NULL,
    PRIMARY KEY (kind, key_hash)
);
CREATE INDEX signin_attempt_last ON signin_attempt (last_at);

-- Keys of programs. revoked_at and last_used_at are 0 until they happen.
CREATE TABLE api_token (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    hash         {{.Bytes}} NOT NULL,
    scopes       TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    revoked_at   BIGINT NOT NULL DEFAULT 0,
    last_used_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX api_token_hash ON api_token (hash);
