-- The echoes of a credential, for its page.
CREATE INDEX audit_events_echoes ON audit_events (credential_id, seq) WHERE action = 'credential.echoed';
