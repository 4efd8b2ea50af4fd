-- Allowed destinations are scheme, host, port and path. allowed_hosts stays for servers of the release before, which may
-- share the database during an upgrade; hosts_seen is its text as the newer release saw it last.
ALTER TABLE credentials ADD COLUMN allowed_destinations JSONB;
ALTER TABLE credentials ADD COLUMN destinations_from_before JSONB;
ALTER TABLE credentials ADD COLUMN hosts_seen TEXT;

-- The lists that are still to be converted.
CREATE INDEX credentials_unconverted ON credentials (id)
    WHERE deleted_at IS NULL AND (hosts_seen IS NULL OR hosts_seen <> CAST(allowed_hosts AS TEXT));

-- Scheme, host, port and path of a use or of a saved address. The chain covers it where it is set.
ALTER TABLE audit_events ADD COLUMN address TEXT;
