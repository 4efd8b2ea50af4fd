-- How a session ended: 'expired', 'signed_out' or 'revoked'. The row stays for 30 days.
ALTER TABLE sessions ADD COLUMN ended_at TIMESTAMPTZ;
ALTER TABLE sessions ADD COLUMN ended_as TEXT;
CREATE INDEX sessions_live ON sessions (user_id, last_seen_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_ended ON sessions (ended_at) WHERE ended_at IS NOT NULL;
