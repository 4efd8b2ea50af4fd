-- One text for SQLite and PostgreSQL. Later migrations only create tables and indexes and add
-- nullable or defaulted columns.

CREATE TABLE encryption_keys (
    id          TEXT        NOT NULL PRIMARY KEY,
    state       TEXT        NOT NULL CHECK (state IN ('pending', 'active', 'retiring')),
    check_value BYTEA       NOT NULL,
    created_at  TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX encryption_keys_one_active ON encryption_keys (state) WHERE state = 'active';

-- One row: the set-up link works until it is spent. The token is derived from the keyring and this nonce.
CREATE TABLE set_up (
    id       BIGINT      NOT NULL PRIMARY KEY CHECK (id = 1),
    nonce    BYTEA       NOT NULL,
    spent_at TIMESTAMPTZ
);

CREATE TABLE users (
    id            UUID        NOT NULL PRIMARY KEY,
    email         TEXT        NOT NULL,
    email_key     TEXT        NOT NULL,
    name          TEXT        NOT NULL,
    name_sort     BYTEA       NOT NULL,
    role          TEXT        NOT NULL,
    password_hash TEXT,
    disabled_at   TIMESTAMPTZ,
    revision      BIGINT      NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    updated_at    TIMESTAMPTZ NOT NULL,
    deleted_at    TIMESTAMPTZ
);
CREATE UNIQUE INDEX users_email ON users (email_key) WHERE deleted_at IS NULL;

CREATE TABLE sessions (
    id           UUID        NOT NULL PRIMARY KEY,
    token_hash   BYTEA       NOT NULL UNIQUE,
    user_id      UUID        NOT NULL REFERENCES users (id),
    created_at   TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);

-- Counts of tries at signing in, by account and network and by network, in windows.
CREATE TABLE sign_in_attempts (
    bucket       BYTEA       NOT NULL PRIMARY KEY,
    window_start TIMESTAMPTZ NOT NULL,
    attempts     BIGINT      NOT NULL
);

-- A deleted credential stays as a tombstone: name, who, when. Its versions are gone.
CREATE TABLE credentials (
    id              UUID        NOT NULL PRIMARY KEY,
    name            TEXT        NOT NULL,
    name_key        TEXT        NOT NULL,
    name_sort       BYTEA       NOT NULL,
    owner_id        UUID        NOT NULL REFERENCES users (id),
    owner_sort      BYTEA       NOT NULL,
    version         BIGINT      NOT NULL,
    revision        BIGINT      NOT NULL,
    reference_epoch BIGINT      NOT NULL DEFAULT 0,
    allowed_hosts   JSONB       NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL,
    updated_by_name TEXT        NOT NULL,
    deleted_at      TIMESTAMPTZ,
    deleted_by_name TEXT
);
CREATE UNIQUE INDEX credentials_name_key ON credentials (name_key) WHERE deleted_at IS NULL;
CREATE INDEX credentials_by_name ON credentials (name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX credentials_by_owner ON credentials (owner_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX credentials_by_created ON credentials (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX credentials_by_updated ON credentials (updated_at, id) WHERE deleted_at IS NULL;

-- The sealed value of a credential's current version. See server/src/vault for the bytes.
CREATE TABLE credential_versions (
    credential_id UUID        NOT NULL REFERENCES credentials (id),
    version       BIGINT      NOT NULL,
    ciphertext    BYTEA       NOT NULL,
    value_nonce   BYTEA       NOT NULL,
    wrapped_key   BYTEA       NOT NULL,
    key_nonce     BYTEA       NOT NULL,
    key_id        TEXT        NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (credential_id, version)
);
CREATE INDEX credential_versions_key ON credential_versions (key_id);

-- One row for each reference of every kind, written in the referrer's transaction.
CREATE TABLE credential_references (
    referrer_kind TEXT        NOT NULL,
    referrer_id   UUID        NOT NULL,
    credential_id UUID        NOT NULL REFERENCES credentials (id),
    attached_at   TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (referrer_kind, referrer_id)
);
CREATE INDEX credential_references_credential ON credential_references (credential_id, referrer_kind, referrer_id);

CREATE TABLE mcp_servers (
    id              UUID        NOT NULL PRIMARY KEY,
    name            TEXT        NOT NULL,
    name_key        TEXT        NOT NULL UNIQUE,
    name_sort       BYTEA       NOT NULL,
    owner_id        UUID        NOT NULL REFERENCES users (id),
    owner_sort      BYTEA       NOT NULL,
    enabled         BOOLEAN     NOT NULL,
    transport       TEXT        NOT NULL,
    url             TEXT,
    credential_id   UUID        REFERENCES credentials (id),
    revision        BIGINT      NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL,
    updated_by_name TEXT        NOT NULL
);
CREATE INDEX mcp_servers_by_name ON mcp_servers (name_sort, id);
CREATE INDEX mcp_servers_by_created ON mcp_servers (created_at, id);
CREATE INDEX mcp_servers_by_updated ON mcp_servers (updated_at, id);

-- Append-only. No foreign keys, names kept as they were.
CREATE TABLE audit_events (
    seq                BIGINT      NOT NULL PRIMARY KEY,
    at                 TIMESTAMPTZ NOT NULL,
    actor_kind         TEXT        NOT NULL,
    actor_id           UUID,
    actor_name         TEXT        NOT NULL,
    action             TEXT        NOT NULL,
    target_kind        TEXT        NOT NULL,
    target_id          UUID,
    target_name        TEXT        NOT NULL,
    credential_id      UUID,
    credential_version BIGINT,
    referrer_kind      TEXT,
    referrer_id        UUID,
    referrer_name      TEXT,
    host               TEXT,
    outcome            TEXT        NOT NULL,
    reason             TEXT,
    details            TEXT,
    request_id         TEXT,
    key_id             TEXT        NOT NULL,
    mac                BYTEA       NOT NULL
);
CREATE INDEX audit_events_uses ON audit_events (credential_id, seq) WHERE action = 'credential.use';
CREATE INDEX audit_events_referrer_uses ON audit_events (referrer_id, credential_id, seq) WHERE action = 'credential.use';

-- The end of the chain: one row, updated last in each transaction that appends.
CREATE TABLE audit_head (
    id  BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    mac BYTEA  NOT NULL
);
