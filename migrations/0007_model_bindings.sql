-- Model bindings: which model of which provider, and which credential opens it.

CREATE TABLE model_bindings (
    id                          UUID        NOT NULL PRIMARY KEY,
    name                        TEXT        NOT NULL,
    name_key                    TEXT        NOT NULL UNIQUE,
    name_sort                   BYTEA       NOT NULL,
    owner_id                    UUID        NOT NULL REFERENCES users (id),
    owner_sort                  BYTEA       NOT NULL,
    provider                    TEXT        NOT NULL,
    model_id                    TEXT        NOT NULL,
    base_url                    TEXT,
    organization                TEXT,
    supports_structured_outputs BOOLEAN,
    credential_id               UUID        REFERENCES credentials (id),
    revision                    BIGINT      NOT NULL,
    created_at                  TIMESTAMPTZ NOT NULL,
    updated_at                  TIMESTAMPTZ NOT NULL,
    updated_by_name             TEXT        NOT NULL
);
CREATE INDEX model_bindings_by_name ON model_bindings (name_sort, id);
CREATE INDEX model_bindings_by_owner ON model_bindings (owner_sort, id);
CREATE INDEX model_bindings_by_created ON model_bindings (created_at, id);
CREATE INDEX model_bindings_by_updated ON model_bindings (updated_at, id);
CREATE INDEX model_bindings_of_owner ON model_bindings (owner_id);
