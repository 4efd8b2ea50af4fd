-- The servers that share this database, each written by the server itself every few seconds.
CREATE TABLE replicas (
    id           UUID        NOT NULL PRIMARY KEY,
    name         TEXT        NOT NULL,
    version      TEXT        NOT NULL,
    keys         JSONB       NOT NULL,
    started_at   TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL
);
