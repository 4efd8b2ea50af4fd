-- Searching reads this index alone and never the rows. `deleted_at` is always null in it and must be there all the same:
-- SQLite looks the column up in the row otherwise.
CREATE INDEX credentials_search ON credentials (name_key, id, owner_id, deleted_at) WHERE deleted_at IS NULL;
