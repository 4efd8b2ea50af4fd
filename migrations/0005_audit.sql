-- What the filters of the audit trail need. The chain does not cover search_key: it is computed from the names of the row.
ALTER TABLE audit_events ADD COLUMN search_key TEXT;

CREATE INDEX audit_events_by_actor ON audit_events (actor_id, seq) WHERE actor_id IS NOT NULL;
CREATE INDEX audit_events_by_action ON audit_events (action, seq);
CREATE INDEX audit_events_by_target ON audit_events (target_id, seq) WHERE target_id IS NOT NULL;
CREATE INDEX audit_events_by_host ON audit_events (host, seq) WHERE host IS NOT NULL;
CREATE INDEX audit_events_by_outcome ON audit_events (outcome, seq);
CREATE INDEX audit_events_by_time ON audit_events (at, seq);
-- A search reads this instead of the rows.
CREATE INDEX audit_events_search ON audit_events (seq, search_key);
CREATE INDEX audit_events_unsearchable ON audit_events (seq) WHERE search_key IS NULL;

-- Refused sign-ins, gathered by whom they were for and by minute, until they become one event of the trail.
CREATE TABLE failed_sign_ins (
    bucket      BYTEA       NOT NULL,
    minute      BIGINT      NOT NULL,
    target_kind TEXT        NOT NULL,
    target_id   UUID,
    target_name TEXT        NOT NULL,
    reason      TEXT        NOT NULL,
    network     TEXT        NOT NULL,
    spread      BOOLEAN     NOT NULL,
    tries       BIGINT      NOT NULL,
    last_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (bucket, minute)
);
