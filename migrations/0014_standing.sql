-- The newest event of a credential, its end included: each use compares the stored version with it.
CREATE INDEX audit_events_standing ON audit_events (target_id, seq)
    WHERE action IN ('credential.create', 'credential.update', 'credential.delete');
