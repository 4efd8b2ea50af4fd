-- People: links by which somebody chooses a password, browsers that signed in before, and what a list of
-- users and of sessions shows.

-- Folded like every name; filled in at the next start for users from before this migration.
ALTER TABLE users ADD COLUMN name_key TEXT;
ALTER TABLE users ADD COLUMN updated_by_name TEXT;
ALTER TABLE users ADD COLUMN deleted_by_name TEXT;
-- The beginning of 1970 means never: a list cannot be paged by a column with holes.
ALTER TABLE users ADD COLUMN last_seen_at TIMESTAMPTZ NOT NULL DEFAULT '1970-01-01T00:00:00+00:00';
-- Raised before a record gets this owner, and when the user is deleted: the row lock orders the two.
ALTER TABLE users ADD COLUMN ownership_epoch BIGINT NOT NULL DEFAULT 0;
CREATE INDEX users_by_name ON users (name_sort, id) WHERE deleted_at IS NULL;
CREATE INDEX users_by_created ON users (created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX users_by_seen ON users (last_seen_at, id) WHERE deleted_at IS NULL;

-- What the browser said that it was, and a shortened address: for the list of one's own sessions.
ALTER TABLE sessions ADD COLUMN browser TEXT;
ALTER TABLE sessions ADD COLUMN network TEXT;

-- One row for each user at most: a new link takes the place of the older one. The token is nowhere.
CREATE TABLE sign_up_links (
    user_id    UUID        NOT NULL PRIMARY KEY REFERENCES users (id),
    token_hash BYTEA       NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    spent_at   TIMESTAMPTZ
);

-- Browsers in which an account signed in: their tries are counted apart from everybody else's. The hash is
-- of the browser's token and the account together.
CREATE TABLE known_browsers (
    token_hash   BYTEA       NOT NULL PRIMARY KEY,
    user_id      UUID        NOT NULL REFERENCES users (id),
    last_used_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX known_browsers_user ON known_browsers (user_id, last_used_at);

-- One row. Whoever takes an administrator away raises it first, so that two who do so at once see each other.
CREATE TABLE administration (
    id    BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch BIGINT NOT NULL
);

CREATE INDEX credentials_of_owner ON credentials (owner_id) WHERE deleted_at IS NULL;
CREATE INDEX mcp_servers_of_owner ON mcp_servers (owner_id);
