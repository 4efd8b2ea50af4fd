-- Counts of each user's records and stored bytes, raised in the transaction that adds some. They are upper limits: what
-- is deleted is not taken off. NULL: to be counted before the next addition.
ALTER TABLE users ADD COLUMN owned_records BIGINT;
ALTER TABLE users ADD COLUMN owned_bytes BIGINT;

-- The newest event of a credential that names its version: read at each use.
CREATE INDEX audit_events_versions ON audit_events (target_id, seq) WHERE action IN ('credential.create', 'credential.update');
